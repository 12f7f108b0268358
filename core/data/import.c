#include "core/data/import.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/data/dataset_file.h"
#include "core/data/image.h"
#include "core/data/layout.h"
#include "core/data/layout_list.h"

/* reading */

static int read_entry(struct import *im, struct unpack *u, const struct unpack_entry *e,
		      struct error *err)
{
	const struct import_format *f;
	char *name;
	int ret;

	if (import_excludes(im, e->name)) {
		im->excluded++;
		return 0;
	}
	f = import_format_of(u, e->name);
	if (!f) {
		im->other++;
		return 0;
	}
	if (e->is_link)
		return error_set(err, ERR_USAGE,
				 "%s: %s: a link: links in archives are not followed", im->path,
				 e->name);
	if (!im->format) {
		im->format = f;
		im->state = arena_zalloc(&im->arena, f->state_size);
	}
	if (im->format != f)
		return error_set(err, ERR_USAGE,
				 "%s: holds two kinds of dataset: %s belongs to %s, "
				 "what came before to %s",
				 im->path, e->name, f->title, im->format->title);
	name = xstrdup(e->name);
	ret = f->entry(im, u, name, err);
	free(name);
	return ret;
}

/* Reads every entry of `path`. *single (may be NULL) receives the name of the one file that it was.
 */
static int read_path(struct import *im, const char *path, char **single, struct error *err)
{
	struct unpack_entry e;
	struct unpack *u;
	int r;

	if (unpack_open(&u, path, err))
		return -1;
	while ((r = unpack_next(u, &e, err)) == 1) {
		if (single && unpack_is_single(u) && !*single)
			*single = xstrdup(e.name);
		r = import_stopped(im, im->n, err) || read_entry(im, u, &e, err) ? -1 : 0;
		if (r)
			break;
	}
	im->litter += unpack_litter(u);
	unpack_close(u);
	return r;
}

/* 1 there is such a file, 0 there is none, -1 when stat() fails otherwise. */
static int is_file(const char *path, struct error *err)
{
	struct stat st;

	if (!stat(path, &st))
		return S_ISREG(st.st_mode);
	return errno == ENOENT || errno == ENOTDIR ? 0 : error_errno(err, ERR_FAILED, "%s", path);
}

/* Files that belong to the single file PATH and lie beside it. */
static int read_partners(struct import *im, const char *single, struct error *err)
{
	static const char *const ends[] = {"", ".gz", ".xz", ".zst", ".bz2"};
	size_t dir = (size_t)(import_base(im->path) - im->path);
	const char *partner;
	int ret = 0;

	for (int i = 0; !ret && (partner = im->format->partner(im, single, i)); i++)
		for (unsigned k = 0; k < sizeof ends / sizeof *ends; k++) {
			char path[4096];

			snprintf(path, sizeof path, "%.*s%s%s", (int)dir, im->path, partner,
				 ends[k]);
			ret = is_file(path, err);
			if (ret) {
				ret = ret < 0 ? -1 : read_path(im, path, NULL, err);
				break;
			}
		}
	return ret;
}

/* The paths of the images of a folder, into *pre: 1; 0 when it holds something else. */
static int list_images(struct import *im, struct import *pre, struct error *err)
{
	struct unpack_entry e;
	struct unpack *u;
	int r;

	if (unpack_open(&u, im->path, err))
		return -1;
	while ((r = unpack_next(u, &e, err)) == 1) {
		const struct import_format *f =
		    import_excludes(im, e.name) ? NULL : import_format_of(u, e.name);
		struct import_image *image;

		if (f && !f->is_folder)
			break;
		r = import_stopped(im, 0, err);
		if (!r && f && label_list_wants(e.name))
			r = label_list_read(pre, u, e.name, err);
		else if (!r && f && (image = import_append(pre, 1, "", err)))
			image->name = arena_strdup(&pre->arena, e.name);
		else if (!r && f)
			r = -1;
		if (r)
			break;
	}
	unpack_close(u);
	return r < 0 ? -1 : r == 0 && pre->n;
}

/* Of a folder on disk the layout is looked at before hours are spent on decoding its images. With
 * --skip-bad some of them may not count. */
static int preview(struct import *im, struct error *err)
{
	struct import pre = {.path = im->path, .opts = im->opts, .arena = ARENA_INIT, .preview = 1};
	int ret = 0;

	if (!fs_is_dir(im->path) || im->opts->skip_bad)
		return 0;
	ret = list_images(im, &pre, err);
	if (ret > 0)
		ret = layout_settle(&pre, err);
	free(pre.image);
	arena_release(&pre.arena);
	return ret;
}

static int none_found(const struct import *im, struct error *err)
{
	struct strbuf titles = STRBUF_INIT;
	char list[128];

	import_format_titles(&titles);
	image_format_list(list, sizeof list);
	error_set(err, ERR_USAGE, "%s: no dataset in it: no %s files, and no images (%s)", im->path,
		  titles.buf, list);
	strbuf_release(&titles);
	return -1;
}

static int read_all(struct import *im, struct error *err)
{
	char *single = NULL;
	int ret = preview(im, err) || read_path(im, im->path, &single, err) ? -1 : 0;

	if (!ret && single && im->format && im->format->partner)
		ret = read_partners(im, single, err);
	if (!ret && !im->format)
		ret = none_found(im, err);
	free(single);
	return ret;
}

/* all of it */

static int check_options(const struct import *im, struct error *err)
{
	const struct dataset_import_opts *o = im->opts;
	const char *name = o->splits        ? "split"
			   : o->no_splits   ? "no-splits"
			   : o->class_depth ? "class-depth"
					    : NULL;

	if (im->format->is_folder || !name)
		return 0;
	return error_set(err, ERR_USAGE, "%s: --%s is for image folders, and this is %s", im->path,
			 name, im->format->title);
}

/* What was read becomes images with splits and labels; nothing of it is bad, or it may be. */
static int settle(struct import *im, struct error *err)
{
	if (im->format->end && im->format->end(im, err))
		return -1;
	if (check_options(im, err) || import_check_bad(im, err) || im->format->finish(im, err))
		return -1;
	import_report_left_out(im);
	return 0;
}

int dataset_import(const char *path, const struct dataset_import_opts *opts, const char *dir,
		   char *out_tmp, size_t out_size, char hash[HASH_HEX], struct error *err)
{
	struct import im = {.path = path, .opts = opts, .arena = ARENA_INIT};
	int ret = -1;

	if (opts->size < 0 || opts->size > DATASET_SIDE_MAX)
		return error_set(err, ERR_USAGE, "size: %d is out of range: 1 to %d", opts->size,
				 DATASET_SIDE_MAX);
	if (!opts->dry && fs_out_open(&im.spool, dir, err))
		return -1;
	im.exclude_hit = arena_zalloc(&im.arena, (size_t)opts->excludes + 1);
	if (!opts->dry)
		unlink(im.spool.tmp);
	if (read_all(&im, err))
		import_list_bad(&im);
	else if (!settle(&im, err))
		ret = import_write(&im, dir, out_tmp, out_size, hash, err);
	if (im.format && im.format->release)
		im.format->release(&im);
	if (!opts->dry)
		close(im.spool.fd);
	free(im.image);
	free(im.bad);
	arena_release(&im.arena);
	return ret;
}
