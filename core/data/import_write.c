/* The end of an import: sorts the images and copies them from the spool to the dataset file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"
#include "core/data/dataset_file.h"
#include "core/data/import.h"

static int by_order(const void *pa, const void *pb)
{
	const struct import_image *a = pa, *b = pb;

	if (a->split != b->split)
		return a->split < b->split ? -1 : 1;
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	if (a->name && b->name) {
		int c = strcmp(a->name, b->name);

		if (c)
			return c;
	}
	return a->spool < b->spool ? -1 : a->spool > b->spool;
}

struct copy {
	struct import *im;
	const struct import_image *split[SPLIT_COUNT]; /* the images of each split, sorted */
	int channels;    /* of the dataset file: 1 if all images are grey */
	uint32_t copied; /* images so far */
};

static int copy_labels(void *ctx, int split, uint32_t first, uint32_t n, int16_t *out,
		       struct error *err)
{
	const struct copy *c = ctx;

	(void)err;
	for (uint32_t i = 0; i < n; i++)
		out[i] = split == SPLIT_UNLABELED ? -1 : c->split[split][first + i].label;
	return 0;
}

static int copy_pixels(void *ctx, int split, uint32_t first, uint32_t n, uint8_t *out,
		       struct error *err)
{
	struct copy *c = ctx;
	const struct import *im = c->im;
	const struct import_image *image = c->split[split] + first;
	size_t area = (size_t)im->height * (size_t)im->width, bytes = area * (size_t)im->channels;
	uint8_t *one = c->channels < im->channels ? xmalloc(bytes) : NULL;
	int ret = import_stopped(im, c->copied, err);

	for (uint32_t i = 0; i < n && !ret; i++, out += area * (size_t)c->channels) {
		ret = spool_read(&im->spool, image[i].spool * (uint64_t)bytes, one ? one : out,
				 bytes, err);
		for (size_t k = 0; one && k < area; k++)
			out[k] = one[3 * k];
	}
	free(one);
	c->copied += n;
	return ret;
}

/* Removes skipped images and sorts the others; sets the beginning and size of each split. */
static void order_images(struct import *im, struct copy *c, uint32_t n[SPLIT_COUNT])
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < im->n; i++)
		if (im->image[i].split >= 0) {
			n[im->image[i].split]++;
			im->image[kept++] = im->image[i];
		}
	im->n = kept;
	if (!n[SPLIT_TRAIN] && !n[SPLIT_UNLABELED] && (n[SPLIT_VAL] || n[SPLIT_TEST])) {
		int from = n[SPLIT_VAL] ? SPLIT_VAL : SPLIT_TEST;

		log_info("%s: only %s images: they become the train split", im->path,
			 from == SPLIT_TEST ? "test" : "val and test images, no train");
		n[SPLIT_TRAIN] = n[from];
		n[from] = 0;
		for (uint32_t i = 0; i < kept; i++)
			if (im->image[i].split == from)
				im->image[i].split = SPLIT_TRAIN;
	}
	if (kept)
		qsort(im->image, kept, sizeof *im->image, by_order);
	for (uint32_t s = 0, at = 0; s < SPLIT_COUNT; at += n[s++])
		c->split[s] = im->image + at;
}

/* An archive to which files were appended may hold a file twice. */
static int check_twice(const struct import *im, struct error *err)
{
	for (uint32_t i = 1; i < im->n; i++) {
		const struct import_image *a = &im->image[i - 1], *b = &im->image[i];

		if (a->split == b->split && a->rank == b->rank && a->name && b->name &&
		    !strcmp(a->name, b->name))
			return error_set(err, ERR_FAILED, "%s: %s: occurs twice", im->path,
					 a->name);
	}
	return 0;
}

/* Calls opts->each and fills opts->report. */
static void report(const struct import *im, const struct dataset_source *s)
{
	struct dataset_report *r = im->opts->report;

	for (uint32_t i = 0; im->opts->each && i < im->n; i++) {
		const struct import_image *image = &im->image[i];
		int label = image->split == SPLIT_UNLABELED ? -1 : image->label;
		struct dataset_item item = {image->name ? image->name : image->file, image->split,
					    label, label < 0 ? "" : im->class_name[label]};

		im->opts->each(im->opts->ctx, &item);
	}
	if (!r)
		return;
	*r = (struct dataset_report){.height = s->height,
				     .width = s->width,
				     .channels = s->channels,
				     .classes = s->classes,
				     .bad = im->n_bad,
				     .litter = im->litter,
				     .excluded = im->excluded,
				     .other = im->other,
				     .skipped = STRBUF_INIT};
	memcpy(r->n, s->n, sizeof r->n);
	import_bad_json(im, &r->skipped);
	snprintf(r->partial, sizeof r->partial, "%s", im->partial ? partial_path(im->partial) : "");
}

int import_write(struct import *im, const char *dir, char *out_tmp, size_t out_size,
		 char hash[HASH_HEX], struct error *err)
{
	struct copy c = {.im = im, .channels = im->grey ? 1 : im->channels};
	struct dataset_source s = {.height = im->height,
				   .width = im->width,
				   .channels = c.channels,
				   .classes = im->classes,
				   .class_name = im->class_name,
				   .labels = copy_labels,
				   .pixels = copy_pixels,
				   .ctx = &c};

	order_images(im, &c, s.n);
	im->stage = STAGE_WRITE;
	im->of = im->n;
	if (!im->n)
		return error_set(err, ERR_USAGE, "%s: empty: no images in it", im->path);
	if (check_twice(im, err) ||
	    (!im->opts->dry && dataset_write(&s, dir, out_tmp, out_size, hash, err)))
		return -1;
	report(im, &s);
	return 0;
}
