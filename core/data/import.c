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
#include "core/data/label_list.h"

static int read_entry(struct import *im, struct unpack *u, const struct unpack_entry *e,
		      struct error *err)
{
	const struct import_format *f;
	char *name;
	int ret;

	if (import_is_excluded(im, e->name)) {
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
				 "the files before it to %s",
				 im->path, e->name, f->title, im->format->title);
	name = xstrdup(e->name);
	ret = f->entry(im, u, name, err);
	free(name);
	return ret;
}

/* Reads every entry of `path`. If `path` is a single file, *single (`single` may be NULL) is set to
 * its name. */
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
		r = import_stopped(im, im->n + im->n_bad, err) || read_entry(im, u, &e, err) ? -1
											     : 0;
		if (r)
			break;
	}
	im->litter += unpack_litter(u);
	unpack_close(u);
	return r;
}

/* 1 if there is such a file, 0 if not, -1 if stat() fails for another reason. */
static int is_file(const char *path, struct error *err)
{
	struct stat st;

	if (!stat(path, &st))
		return S_ISREG(st.st_mode);
	return errno == ENOENT || errno == ENOTDIR ? 0 : error_errno(err, ERR_FAILED, "%s", path);
}

/* Reads the files beside PATH that belong to it. */
static int read_partners(struct import *im, const char *single, struct error *err)
{
	static const char *const ends[] = {"", ".gz", ".xz", ".zst", ".bz2"};
	size_t dir = (size_t)(import_base_name(im->path) - im->path);
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

/* Lists the images of a folder in *pre: 1; 0 if the folder holds something else. */
static int list_images(struct import *im, struct import *pre, struct error *err)
{
	struct unpack_entry e;
	struct unpack *u;
	int r;

	if (unpack_open(&u, im->path, err))
		return -1;
	while ((r = unpack_next(u, &e, err)) == 1) {
		const struct import_format *f =
		    import_is_excluded(im, e.name) ? NULL : import_format_of(u, e.name);
		struct import_image *image;

		if (f && !f->is_folder)
			break;
		r = import_stopped(im, pre->n, err);
		if (!r && f && label_list_has_name(e.name))
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

/* Lists a folder on disk before its images are decoded, which may take hours: counts the images and
 * checks the layout. With --skip-bad the layout can depend on which images are bad. */
static int preview(struct import *im, struct error *err)
{
	struct import pre = {.path = im->path, .opts = im->opts, .arena = ARENA_INIT, .preview = 1};
	int ret = 0;

	if (!fs_is_dir(im->path))
		return 0;
	im->stage = STAGE_LIST;
	ret = list_images(im, &pre, err);
	if (ret > 0)
		im->of = pre.n;
	if (ret > 0)
		ret = im->opts->skip_bad ? 0 : layout_assign(&pre, err);
	im->stage = STAGE_READ;
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

static int check_options(const struct import *im, struct error *err)
{
	const struct dataset_import_opts *o = im->opts;
	const char *name = o->splits        ? "split"
			   : o->no_splits   ? "no-splits"
			   : o->class_depth ? "class-depth"
					    : NULL;

	if (im->format->is_folder || !name)
		return 0;
	return error_set(err, ERR_USAGE, "%s: --%s is for image folders, but this is %s", im->path,
			 name, im->format->title);
}

/* Completes the images: their splits and labels, and the check of bad files. */
static int finish(struct import *im, struct error *err)
{
	if (im->format->end && im->format->end(im, err))
		return -1;
	if (check_options(im, err) || import_check_bad(im, err) || im->format->finish(im, err))
		return -1;
	import_report_skipped(im);
	return 0;
}

/* Closes the journal. After an error it is kept if the import has read enough to be worth
 * continuing; after success, until the caller has recorded the dataset. */
static void end_partial(const struct import *im, int ret)
{
	int worth = im->continued || im->read_bytes >= im->opts->worth;

	if (im->partial && ret && worth)
		import_remark(
		    im, REMARK_INFO,
		    "%s: what was decoded is kept for a week: another `ssl data add` of it "
		    "continues",
		    im->path);
	partial_close(im->partial, ret ? worth : im->opts->report != NULL);
}

int dataset_import(const char *path, const struct dataset_import_opts *opts, const char *dir,
		   char *out_tmp, size_t out_size, char hash[HASH_HEX], struct error *err)
{
	struct import im = {.path = path,
			    .dir = dir,
			    .opts = opts,
			    .arena = ARENA_INIT,
			    .spool.fd = -1,
			    .stage = STAGE_READ};
	int ret;

	if (opts->size < 0 || opts->size > DATASET_SIDE_MAX)
		return error_set(err, ERR_USAGE, "size: %d is out of range: 1 to %d", opts->size,
				 DATASET_SIDE_MAX);
	im.exclude_hit = arena_zalloc(&im.arena, (size_t)opts->excludes + 1);
	ret = read_all(&im, err);
	import_pause(&im);
	if (ret)
		import_warn_bad(&im);
	else
		ret = finish(&im, err);
	if (!ret)
		ret = import_write(&im, dir, out_tmp, out_size, hash, err);
	if (im.format && im.format->release)
		im.format->release(&im);
	end_partial(&im, ret);
	spool_close(&im.spool);
	free(im.image);
	free(im.bad);
	arena_release(&im.arena);
	return ret;
}
