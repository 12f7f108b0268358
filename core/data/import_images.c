/* The images and classes of an import: pixels go to the spool, what is known of each image to
 * im->image. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"
#include "core/base/parallel.h"
#include "core/data/dataset_file.h"
#include "core/data/import.h"
#include "core/data/resize.h"

enum { SCALED_BYTES = 32 << 20 };

const char *import_base_name(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash ? slash + 1 : name;
}

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

struct import_image *import_append(struct import *im, uint32_t n, const char *file,
				   struct error *err)
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

int import_spool_open(struct import *im, struct error *err)
{
	return im->spool.fd >= 0 || im->opts->dry ? 0 : spool_open(&im->spool, im->dir, err);
}

int import_spool_open_partial(struct import *im, struct error *err)
{
	if (im->opts->continues && !im->opts->dry)
		im->partial = partial_open(im->dir, im->path, im->opts->size, &im->spool);
	return import_spool_open(im, err);
}

void import_pause(const struct import *im)
{
	if (im->opts->progress)
		im->opts->progress(im->opts->ctx, NULL);
}

int import_stopped(const struct import *im, uint32_t images, struct error *err)
{
	const struct dataset_progress p = {im->stage, images, im->of, im->continued};

	if (im->opts->progress && im->opts->progress(im->opts->ctx, &p))
		return error_set(err, ERR_PREEMPTED, "%s: import interrupted", im->path);
	return 0;
}

static int write_images(struct import *im, const void *data, size_t n, struct error *err)
{
	if (import_spool_open(im, err))
		return -1;
	return im->opts->dry ? 0 : spool_add(&im->spool, data, n, err);
}

/* Scales images and writes them to the spool, SCALED_BYTES at a time: --size may enlarge a small
 * batch to many bytes. */
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
		ret = write_images(im, s->out, s->n * to, err) || import_stopped(im, im->n, err);
	}
	free(s->out);
	return ret ? -1 : 0;
}

struct import_image *import_add_images(struct import *im, const uint8_t *pixels, uint32_t n,
				       int height, int width, int channels, const char *name,
				       struct error *err)
{
	struct shrink s = {pixels, NULL, n, height, width, channels, im->opts->size};
	size_t image = (size_t)height * (size_t)width * (size_t)channels;
	int scale = s.size && (height != s.size || width != s.size);
	int h = scale ? s.size : height, w = scale ? s.size : width;

	if (import_check_size(im, h, w, channels, name, err))
		return NULL;
	if (scale ? spool_scaled(im, &s, err) : write_images(im, pixels, n * image, err))
		return NULL;
	if (import_stopped(im, im->n + n, err))
		return NULL;
	/* images of one file share the copy of its name */
	if (!im->n || strcmp(im->image[im->n - 1].file, name))
		name = arena_strdup(&im->arena, name);
	else
		name = im->image[im->n - 1].file;
	return import_append(im, n, name, err);
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

/* remarks */

void import_remark(const struct import *im, enum import_remark kind, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	if (im->preview)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (kind == REMARK_WARNING)
		log_warn("%s", text);
	else if (kind == REMARK_INFO)
		log_info("%s", text);
	else
		log_debug("%s", text);
}
