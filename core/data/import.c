#include "core/data/import.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/parallel.h"
#include "core/data/dataset_file.h"
#include "core/data/image.h"
#include "core/data/layout.h"
#include "core/data/layout_list.h"
#include "core/data/resize.h"

static const struct import_format *const formats[] = {
    &import_cifar10, &import_cifar100, &import_idx, &import_stl10, &import_folder,
};
enum { FORMATS = sizeof formats / sizeof *formats, SCALED_BYTES = 32 << 20 };

/* images into the spool */

struct shrink {
	const uint8_t *in;
	uint8_t *out;
	uint32_t n;
	int height, width, channels, size;
};

static void shrink_one(void *ctx, int i)
{
	const struct shrink *s = ctx;
	size_t from = (size_t)s->height * (size_t)s->width * (size_t)s->channels;
	size_t to = (size_t)s->size * (size_t)s->size * (size_t)s->channels;

	resize_square(s->in + (size_t)i * from, s->height, s->width, s->channels,
		      s->out + (size_t)i * to, s->size);
}

int import_check_size(struct import *im, int height, int width, int channels, const char *name,
		      struct error *err)
{
	if (height > DATASET_SIDE_MAX || width > DATASET_SIDE_MAX)
		return error_set(err, ERR_USAGE, "%s: %s: %d x %d pixels are too many: give --size",
				 im->path, name, width, height);
	if (!im->channels) {
		im->height = height;
		im->width = width;
		im->channels = channels;
		snprintf(im->first_name, sizeof im->first_name, "%s", name);
		return 0;
	}
	if (im->channels != channels)
		return error_set(err, ERR_FAILED, "%s: %s: not as many channels as %s", im->path,
				 name, im->first_name);
	if (im->height != height || im->width != width)
		return error_set(err, ERR_USAGE,
				 "%s: images of different sizes: %s is %d x %d, %s is %d x %d: "
				 "give --size to scale them",
				 im->path, im->first_name, im->width, im->height, name, width,
				 height);
	return 0;
}

static struct import_image *grow(struct import *im, uint32_t n, const char *file, struct error *err)
{
	if (n > DATASET_IMAGES_MAX - im->n) {
		error_set(err, ERR_FAILED, "%s: more than %u images", im->path, DATASET_IMAGES_MAX);
		return NULL;
	}
	if (im->n + n > im->cap) {
		uint32_t cap = im->cap ? im->cap : 4096;

		while (cap < im->n + n)
			cap = cap < DATASET_IMAGES_MAX / 2 ? cap * 2 : DATASET_IMAGES_MAX;
		im->image = xrealloc(im->image, cap * sizeof *im->image);
		im->cap = cap;
	}
	for (uint32_t i = 0; i < n; i++)
		im->image[im->n + i] = (struct import_image){.file = file, .spool = im->n + i};
	im->n += n;
	return im->image + im->n - n;
}

int import_stopped(const struct import *im, uint32_t images, struct error *err)
{
	if (im->opts->progress && im->opts->progress(im->opts->ctx, images))
		return error_set(err, ERR_PREEMPTED, "%s: import interrupted", im->path);
	return 0;
}

static int spool_write(struct import *im, const void *data, size_t n, struct error *err)
{
	return im->opts->dry ? 0 : fs_out_write(&im->spool, data, n, err);
}

/* Scaled images into the spool, SCALED_BYTES at a time: --size may make much of a small batch. */
static int spool_scaled(struct import *im, struct shrink *s, struct error *err)
{
	size_t from = (size_t)s->height * (size_t)s->width * (size_t)s->channels;
	size_t to = (size_t)s->size * (size_t)s->size * (size_t)s->channels;
	uint32_t step = to < SCALED_BYTES ? (uint32_t)(SCALED_BYTES / to) : 1, left = s->n;
	int ret = 0;

	s->out = xmalloc((left < step ? left : step) * to);
	for (; left && !ret; left -= s->n, s->in += s->n * from) {
		s->n = left < step ? left : step;
		parallel_for((int)s->n, shrink_one, s);
		ret = spool_write(im, s->out, s->n * to, err) || import_stopped(im, im->n, err);
	}
	free(s->out);
	return ret ? -1 : 0;
}

struct import_image *import_add(struct import *im, const uint8_t *pixels, uint32_t n, int height,
				int width, int channels, const char *name, struct error *err)
{
	struct shrink s = {pixels, NULL, n, height, width, channels, im->opts->size};
	size_t image = (size_t)height * (size_t)width * (size_t)channels;
	int scale = s.size && (height != s.size || width != s.size);
	int h = scale ? s.size : height, w = scale ? s.size : width;

	if (import_check_size(im, h, w, channels, name, err))
		return NULL;
	if (scale ? spool_scaled(im, &s, err) : spool_write(im, pixels, n * image, err))
		return NULL;
	if (import_stopped(im, im->n + n, err))
		return NULL;
	/* images of one file share its name */
	if (!im->n || strcmp(im->image[im->n - 1].file, name))
		name = arena_strdup(&im->arena, name);
	else
		name = im->image[im->n - 1].file;
	return grow(im, n, name, err);
}

/* class names */

void import_number_classes(struct import *im, int n)
{
	im->class_name = arena_alloc(&im->arena, (size_t)(n + 1) * sizeof *im->class_name);
	im->classes = n;
	for (int i = 0; i < n; i++) {
		char text[16];

		snprintf(text, sizeof text, "%d", i);
		im->class_name[i] = arena_strdup(&im->arena, text);
	}
}

int import_name_classes(struct import *im, int n, const char *text, const char *file,
			struct error *err)
{
	int got = 0;

	import_number_classes(im, n);
	if (!text)
		return 0;
	while (*text) {
		size_t len = strcspn(text, "\r\n");
		char line[DATASET_NAME_MAX + 1];

		if (len > DATASET_NAME_MAX)
			return error_set(err, ERR_FAILED, "%s: %s: not a list of class names",
					 im->path, file);
		snprintf(line, sizeof line, "%.*s", (int)len, text);
		text += len + strspn(text + len, "\r\n");
		if (!*line)
			continue;
		if (got < n)
			im->class_name[got] = arena_strdup(&im->arena, line);
		got++;
	}
	if (got != n)
		return error_set(err, ERR_FAILED, "%s: %s: %d class names, not %d", im->path, file,
				 got, n);
	return 0;
}

/* reading */

const char *import_base(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash ? slash + 1 : name;
}

/* By its name; or it is an image by its first bytes, whatever it is called. NULL: nothing of these,
 * or it cannot be read, and then does not matter. */
static const struct import_format *format_of(struct unpack *u, const char *name)
{
	const uint8_t *begin;
	struct error why;
	ssize_t n;

	for (int i = 0; i < FORMATS; i++)
		if (formats[i]->wants(name))
			return formats[i];
	n = unpack_peek(u, &begin, &why);
	return n > 0 && image_begins(begin, (size_t)n) ? &import_folder : NULL;
}

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
	f = format_of(u, e->name);
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
		    import_excludes(im, e.name) ? NULL : format_of(u, e.name);
		struct import_image *image;

		if (f && f != &import_folder)
			break;
		r = import_stopped(im, 0, err);
		if (!r && f && label_list_wants(e.name))
			r = label_list_read(pre, u, e.name, err);
		else if (!r && f && (image = grow(pre, 1, "", err)))
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
	char list[128];

	image_format_list(list, sizeof list);
	return error_set(err, ERR_USAGE,
			 "%s: no dataset in it: no CIFAR, STL-10 or IDX files, and no images (%s)",
			 im->path, list);
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

	if (im->format == &import_folder || !name)
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
