/*
 * Image folders: train/CLASS/..., test/CLASS/... (or val/), unlabeled/..., below any folders that
 * all images share. Where there is none of these words, every folder is a class of train; and
 * images in no folder at all are unlabeled. Classes are numbered in the order of their names
 * (bytes), images within a class likewise, so that an archive and the folder it was made from give
 * the same dataset. An image that fits nowhere is an error, so that none is lost unseen.
 *
 * Files are decoded by batches, in parallel; which file is which image was settled before.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/parallel.h"
#include "core/data/dataset_file.h"
#include "core/data/image.h"
#include "core/data/import.h"
#include "core/data/resize.h"

/* A batch ends when one of these is reached; so memory is bounded whatever the images are. */
enum {
	BATCH_IMAGES = 512,
	BATCH_BYTES = 16 << 20,  /* of files */
	BATCH_PIXELS = 32 << 20, /* decoded, before scaling */
	BATCH_OUT = 32 << 20,    /* bytes, after scaling */
	FILE_MAX = 256 << 20,
};

struct picture {
	const char *name;
	size_t at, n; /* its file's bytes */
	struct image_info info;
	int grey, failed;
	struct error err;
};

struct folder {
	struct picture *picture; /* BATCH_IMAGES */
	int n;
	struct strbuf bytes;
	size_t pixels, out_bytes;
	uint8_t *out;
	size_t out_cap, image; /* image: bytes of one, scaled */
	int size;
};

static int folder_wants(const char *name)
{
	const char *dot = strrchr(import_base(name), '.');

	return dot &&
	       (!strcasecmp(dot, ".jpg") || !strcasecmp(dot, ".jpeg") || !strcasecmp(dot, ".png"));
}

static void decode_one(void *ctx, int i)
{
	const struct folder *f = ctx;
	struct picture *p = &f->picture[i];
	const uint8_t *file = (const uint8_t *)f->bytes.buf + p->at;
	uint8_t *out = f->out + (size_t)i * f->image, *full = out;
	int w = p->info.width, h = p->info.height,
	    scale = f->size && (w != f->size || h != f->size);

	if (scale)
		full = xmalloc((size_t)w * (size_t)h * 3);
	p->failed = image_decode(file, p->n, &p->info, full, &p->grey, &p->err);
	if (scale) {
		if (!p->failed)
			resize_square(full, h, w, 3, out, f->size);
		free(full);
	}
}

static int flush(struct import *im, struct folder *f, struct error *err)
{
	struct import_image *image;
	int h = f->size ? f->size : im->height, w = f->size ? f->size : im->width;

	if (!f->n)
		return 0;
	f->image = (size_t)h * (size_t)w * 3;
	if (f->out_cap < (size_t)f->n * f->image) {
		f->out_cap = (size_t)f->n * f->image;
		f->out = xrealloc(f->out, f->out_cap);
	}
	parallel_for(f->n, decode_one, f);
	for (int i = 0; i < f->n; i++) {
		if (f->picture[i].failed) {
			if (err)
				*err = f->picture[i].err;
			return error_prefix(err, "%s: %s", im->path, f->picture[i].name);
		}
		im->grey &= f->picture[i].grey;
	}
	image = import_add(im, f->out, (uint32_t)f->n, h, w, 3, f->picture[0].name, err);
	if (!image)
		return -1;
	for (int i = 0; i < f->n; i++)
		image[i].name = f->picture[i].name;
	f->n = 0;
	f->pixels = f->out_bytes = 0;
	strbuf_clear(&f->bytes);
	return 0;
}

static void start(struct import *im, struct folder *f)
{
	f->picture = xcalloc(BATCH_IMAGES, sizeof *f->picture);
	f->bytes = (struct strbuf)STRBUF_INIT;
	f->size = im->opts->size;
	im->grey = 1;
}

static int folder_entry(struct import *im, struct unpack *u, const char *name, struct error *err)
{
	struct folder *f = im->state;
	struct picture *p;

	if (!f->picture)
		start(im, f);
	p = &f->picture[f->n];
	p->at = f->bytes.len;
	if (unpack_read_all(u, &f->bytes, FILE_MAX, err))
		return -1;
	p->n = f->bytes.len - p->at;
	if (image_probe((const uint8_t *)f->bytes.buf + p->at, p->n, &p->info, err))
		return error_prefix(err, "%s: %s", im->path, name);
	if (!f->size && import_check_size(im, p->info.height, p->info.width, 3, name, err))
		return -1;
	p->name = arena_strdup(&im->arena, name);
	f->n++;
	f->pixels += (size_t)p->info.width * (size_t)p->info.height;
	f->out_bytes += 3 * (f->size ? (size_t)f->size * (size_t)f->size
				     : (size_t)p->info.width * (size_t)p->info.height);
	if (f->n == BATCH_IMAGES || f->bytes.len >= BATCH_BYTES || f->pixels >= BATCH_PIXELS ||
	    f->out_bytes >= BATCH_OUT)
		return flush(im, f, err);
	return 0;
}

static void folder_release(struct import *im)
{
	struct folder *f = im->state;

	free(f->picture);
	free(f->out);
	strbuf_release(&f->bytes);
}

/* which image belongs where */

static int split_word(const char *s, size_t n)
{
	static const struct {
		const char *word;
		int split;
	} words[] = {
	    {"train", SPLIT_TRAIN},
	    {"test", SPLIT_TEST},
	    {"val", SPLIT_VAL},
	    {"valid", SPLIT_VAL},
	    {"validation", SPLIT_VAL},
	    {"unlabeled", SPLIT_UNLABELED},
	    {"unlabelled", SPLIT_UNLABELED},
	};

	for (unsigned i = 0; i < sizeof words / sizeof *words; i++)
		if (strlen(words[i].word) == n && !strncmp(s, words[i].word, n))
			return words[i].split;
	return -1;
}

/* Length of the folders, with the last '/', that all names share. */
static size_t common_folders(const struct import *im)
{
	const char *first = im->image[0].name, *slash = strrchr(first, '/');
	size_t n = slash ? (size_t)(slash - first) + 1 : 0;

	for (uint32_t i = 1; i < im->n && n; i++) {
		const char *name = im->image[i].name;
		size_t k = 0, whole = 0;

		for (; k < n && name[k] == first[k]; k++)
			if (first[k] == '/')
				whole = k + 1;
		n = whole;
	}
	return n;
}

/* How much of every name stands before train/, test/ ...: sets *words = 0 when there is none of
 * these. */
static size_t find_root(const struct import *im, int *words)
{
	size_t common = common_folders(im), at = 0;
	const char *first = im->image[0].name;

	*words = 1;
	while (at < common) { /* all of it below a single train/ */
		size_t n = strcspn(first + at, "/");

		if (split_word(first + at, n) >= 0)
			return at;
		at += n + 1;
	}
	for (uint32_t i = 0; i < im->n; i++) {
		const char *rest = im->image[i].name + common;
		size_t n = strcspn(rest, "/");

		if (rest[n] && split_word(rest, n) >= 0)
			return common;
	}
	*words = 0;
	return common;
}

static int misplaced(const struct import *im, const char *name, const char *why, struct error *err)
{
	return error_set(err, ERR_USAGE, "%s: %s: %s", im->path, name, why);
}

/* Sets split and name (within its class) of one image, and *class in the same memory, or NULL. */
static int place(const struct import *im, struct import_image *image, size_t root, int words,
		 int flat, char **class, struct error *err)
{
	/* the names are ours, in im->arena; the class becomes a string of its own in place */
	char *rest = (char *)(size_t)image->name + root, *slash;
	int split = flat ? SPLIT_UNLABELED : SPLIT_TRAIN;

	*class = NULL;
	if (words) {
		size_t n = strcspn(rest, "/");

		split = rest[n] ? split_word(rest, n) : -1;
		if (split < 0)
			return misplaced(im, image->name,
					 "an image outside of train/, test/, val/ and unlabeled/",
					 err);
		rest += n + 1;
	}
	image->split = (int16_t)split;
	if (split != SPLIT_UNLABELED) {
		slash = strchr(rest, '/');
		if (!slash)
			return misplaced(im, image->name, "an image outside of a class's folder",
					 err);
		if (slash - rest > DATASET_NAME_MAX)
			return misplaced(im, image->name, "the class's name is too long", err);
		*slash = 0;
		*class = rest;
		rest = slash + 1;
	}
	image->name = rest;
	return 0;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* im->class_name: the sorted, different ones among class[]. */
static int collect_classes(struct import *im, char **class, struct error *err)
{
	char **sorted = xmalloc(im->n * sizeof *sorted);
	uint32_t n = 0, kinds = 0;

	for (uint32_t i = 0; i < im->n; i++)
		if (class[i])
			sorted[n++] = class[i];
	if (n)
		qsort(sorted, n, sizeof *sorted, by_text);
	for (uint32_t i = 0; i < n; i++)
		if (!i || strcmp(sorted[i], sorted[kinds - 1]))
			sorted[kinds++] = sorted[i];
	if (kinds <= DATASET_CLASSES_MAX) {
		im->classes = (int)kinds;
		im->class_name = arena_alloc(&im->arena, (kinds + 1) * sizeof *im->class_name);
		for (uint32_t i = 0; i < kinds; i++)
			im->class_name[i] = sorted[i];
	}
	free(sorted);
	return kinds <= DATASET_CLASSES_MAX ? 0
					    : error_set(err, ERR_FAILED, "%s: more than %d classes",
							im->path, DATASET_CLASSES_MAX);
}

static void label_images(struct import *im, char **class)
{
	for (uint32_t i = 0; i < im->n; i++) {
		const char **found = NULL;

		if (class[i])
			found = bsearch(&class[i], im -> class_name, (size_t)im -> classes,
					sizeof *im->class_name, by_text);
		im->image[i].label = found ? (int16_t)(found - im->class_name) : -1;
		im->image[i].rank = found ? (uint32_t)(found - im->class_name) : 0;
	}
}

/* val/ is the validation split where there is a test/ too, else it is the test split. A class that
 * only the test images have is a mistake. */
static int settle_splits(struct import *im, struct error *err)
{
	uint32_t n[SPLIT_COUNT] = {0};
	uint8_t *trained = xcalloc((size_t)im->classes + 1, 1);
	int ret = 0;

	for (uint32_t i = 0; i < im->n; i++) {
		n[im->image[i].split]++;
		if (im->image[i].split == SPLIT_TRAIN)
			trained[im->image[i].label] = 1;
	}
	for (uint32_t i = 0; i < im->n && !ret; i++) {
		struct import_image *image = &im->image[i];

		if (image->split == SPLIT_VAL && !n[SPLIT_TEST])
			image->split = SPLIT_TEST;
		if (n[SPLIT_TRAIN] && (image->split == SPLIT_TEST || image->split == SPLIT_VAL) &&
		    !trained[image->label])
			ret = error_set(err, ERR_FAILED,
					"%s: class %s has %s images (%s) but none in train/",
					im->path, im->class_name[image->label],
					dataset_split_name(image->split), image->name);
	}
	free(trained);
	return ret;
}

static int folder_finish(struct import *im, struct error *err)
{
	struct folder *f = im->state;
	char **class;
	size_t root;
	int words, flat = 1, ret = 0;

	if (flush(im, f, err))
		return -1;
	root = find_root(im, &words);
	for (uint32_t i = 0; i < im->n && flat; i++)
		flat = !strchr(im->image[i].name + root, '/');
	class = xcalloc(im->n, sizeof *class);
	for (uint32_t i = 0; i < im->n && !ret; i++)
		ret = place(im, &im->image[i], root, words, flat, &class[i], err);
	if (!ret)
		ret = collect_classes(im, class, err);
	if (!ret) {
		label_images(im, class);
		ret = settle_splits(im, err);
	}
	free(class);
	return ret;
}

const struct import_format import_folder = {
    .title = "an image folder",
    .state_size = sizeof(struct folder),
    .wants = folder_wants,
    .entry = folder_entry,
    .finish = folder_finish,
    .release = folder_release,
};
