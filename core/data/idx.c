/*
 * IDX files, as of MNIST, Fashion-MNIST, KMNIST and EMNIST. A file of images has the big-endian
 * numbers 0x803, images, rows and columns, then bytes; a file of labels 0x801 and their number,
 * then bytes. The split follows from the name: train-* and t10k-* (or test-*). Files with the names
 * of MNIST have ten classes; those with longer names, as of EMNIST (emnist-balanced-train-...),
 * have as many as their largest label requires.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/data/import.h"
#include "core/data/records.h"

enum { CLASSES = 10, SIDE_MAX = 4096 };

/* The data of a split's two files. */
struct idx_split {
	const char *images, *labels; /* names of the files; NULL: not seen */
	uint32_t first, n;           /* images, in im->image */
	uint8_t *label;
	uint32_t n_labels;
};

struct idx {
	struct idx_split split[SPLIT_UNLABELED];
	int other_names; /* some names are not those of MNIST */
};

/* Parses "train-images-idx3-ubyte", "t10k-labels.idx1-ubyte" and the like. */
static int parse_name(const char *name, int *split, int *is_labels, int *own)
{
	const char *base = import_base_name(name);
	const char *images = strstr(base, "images"), *labels = strstr(base, "labels");
	const char *train = strstr(base, "train"), *test = strstr(base, "t10k");

	if (!test)
		test = strstr(base, "test");
	if (!images == !labels || !train == !test)
		return 0;
	if (!strstr(base, images ? "idx3" : "idx1"))
		return 0;
	*split = train ? SPLIT_TRAIN : SPLIT_TEST;
	*is_labels = labels != NULL;
	*own = base == (train ? train : test);
	return 1;
}

static int idx_has_name(const char *name)
{
	int split, is_labels, own;

	return parse_name(name, &split, &is_labels, &own);
}

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Reads the magic number and n sizes. */
static int read_header(struct import *im, struct unpack *u, const char *name, uint32_t magic,
		       uint32_t *size, int n, struct error *err)
{
	uint8_t h[16];
	size_t want = 4 + 4 * (size_t)n;
	ssize_t got = unpack_read(u, h, want, err);

	if (got < 0)
		return -1;
	if ((size_t)got < want)
		return error_set(err, ERR_FAILED, "%s: %s: truncated", im->path, name);
	if (be32(h) != magic)
		return error_set(err, ERR_FAILED,
				 "%s: %s: not an IDX file of bytes in %d dimension%s", im->path,
				 name, n, n > 1 ? "s" : "");
	for (int i = 0; i < n; i++)
		size[i] = be32(h + 4 + 4 * i);
	return 0;
}

static int read_images(struct import *im, struct unpack *u, const char *name, int split,
		       struct idx_split *s, struct error *err)
{
	struct record_shape shape = {.channels = 1, .order = ORDER_HWC};
	uint32_t size[3] = {0};

	if (read_header(im, u, name, 0x803, size, 3, err))
		return -1;
	if (size[1] < 1 || size[2] < 1 || size[1] > SIDE_MAX || size[2] > SIDE_MAX)
		return error_set(err, ERR_FAILED, "%s: %s: impossible image size %u x %u", im->path,
				 name, size[2], size[1]);
	shape.height = (int)size[1];
	shape.width = (int)size[2];
	s->images = arena_strdup(&im->arena, name);
	s->first = im->n;
	s->n = size[0];
	return import_records(im, u, name, &shape, size[0], split, 0, err);
}

static int read_labels(struct import *im, struct unpack *u, const char *name, struct idx_split *s,
		       struct error *err)
{
	struct strbuf bytes = STRBUF_INIT;
	uint32_t size = 0;

	if (read_header(im, u, name, 0x801, &size, 1, err) ||
	    unpack_read_all(u, &bytes, 1u << 26, err))
		goto fail;
	if (bytes.len != size) {
		error_set(err, ERR_FAILED, "%s: %s: %s: it should hold %u labels, but holds %zu",
			  im->path, name, bytes.len < size ? "truncated" : "too long", size,
			  bytes.len);
		goto fail;
	}
	s->labels = arena_strdup(&im->arena, name);
	s->label = arena_alloc(&im->arena, bytes.len);
	memcpy(s->label, bytes.buf, bytes.len);
	s->n_labels = size;
	strbuf_release(&bytes);
	return 0;
fail:
	strbuf_release(&bytes);
	return -1;
}

static int idx_entry(struct import *im, struct unpack *u, const char *name, struct error *err)
{
	struct idx *x = im->state;
	struct idx_split *s;
	int split, is_labels, own;

	parse_name(name, &split, &is_labels, &own);
	s = &x->split[split];
	x->other_names |= !own;
	if (is_labels ? s->labels : s->images)
		return error_set(err, ERR_FAILED, "%s: %s: a second such file, after %s", im->path,
				 name, is_labels ? s->labels : s->images);
	return is_labels ? read_labels(im, u, name, s, err)
			 : read_images(im, u, name, split, s, err);
}

/* Sets the labels of the images of a split; *top is the largest label so far. */
static int match_labels(struct import *im, const struct idx_split *s, int limit, int *top,
			struct error *err)
{
	if (!s->images && !s->labels)
		return 0;
	if (!s->labels)
		return error_set(err, ERR_USAGE, "%s: %s: its file of labels is missing", im->path,
				 s->images);
	if (!s->images)
		return error_set(err, ERR_USAGE, "%s: %s: its file of images is missing", im->path,
				 s->labels);
	if (s->n != s->n_labels)
		return error_set(err, ERR_FAILED, "%s: %u images in %s, but %u labels in %s",
				 im->path, s->n, s->images, s->n_labels, s->labels);
	for (uint32_t i = 0; i < s->n; i++) {
		if (s->label[i] >= limit)
			return error_set(err, ERR_FAILED,
					 "%s: %s: label %u is %d, out of range: 0 to %d", im->path,
					 s->labels, i, s->label[i], limit - 1);
		if (s->label[i] > *top)
			*top = s->label[i];
		im->image[s->first + i].label = s->label[i];
	}
	return 0;
}

static int idx_finish(struct import *im, struct error *err)
{
	const struct idx *x = im->state;
	int limit = x->other_names ? 256 : CLASSES, top = CLASSES - 1;

	for (int s = 0; s < SPLIT_UNLABELED; s++)
		if (match_labels(im, &x->split[s], limit, &top, err))
			return -1;
	import_number_classes(im, top + 1);
	return 0;
}

/* The other file of the pair of images and labels. */
static const char *idx_partner(struct import *im, const char *name, int i)
{
	const char *from[] = {"images", "idx3"}, *to[] = {"labels", "idx1"};
	int split, is_labels, own;
	struct strbuf other = STRBUF_INIT;
	const char *at = name, *found, *result;

	if (i > 0 || !parse_name(name, &split, &is_labels, &own))
		return NULL;
	for (int k = 0; k < 2; k++) {
		const char *word = is_labels ? to[k] : from[k];

		found = strstr(at, word);
		if (!found)
			break;
		strbuf_add(&other, at, (size_t)(found - at));
		strbuf_adds(&other, is_labels ? from[k] : to[k]);
		at = found + strlen(word);
	}
	strbuf_adds(&other, at);
	result = arena_strdup(&im->arena, other.buf);
	strbuf_release(&other);
	return result;
}

const struct import_format import_idx = {
    .title = "IDX (MNIST)",
    .state_size = sizeof(struct idx),
    .has_name = idx_has_name,
    .entry = idx_entry,
    .finish = idx_finish,
    .partner = idx_partner,
};
