/*
 * CIFAR-10 and CIFAR-100, binary version (Krizhevsky, 2009): records of a label byte (CIFAR-100: a
 * coarse and a fine label, of which the fine one is used) and 3,072 bytes: 32x32 red, green and
 * blue planes. Train images are in the order of the numbers of their files, whatever the order of
 * the archive.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/data/import.h"
#include "core/data/records.h"

enum { BATCHES_MAX = 64, META_MAX = 1 << 16 };

struct cifar_file {
	int split;
	uint32_t rank;
};

struct cifar {
	struct cifar_file file[BATCHES_MAX];
	int files;
	const char *meta; /* class names, one a line; NULL: none */
};

/* 1 for a file of records: "data_batch_7.bin" is train file 7, "test_batch.bin" the test file. Else
 * 0. */
static int batch_of(const char *name, int *split, uint32_t *rank)
{
	const char *base = import_base_name(name);
	unsigned number;
	int end = 0;

	*rank = 0;
	*split = SPLIT_TEST;
	if (!strcmp(base, "test_batch.bin"))
		return 1;
	if (sscanf(base, "data_batch_%4u.bin%n", &number, &end) != 1 || !end || base[end])
		return 0;
	*split = SPLIT_TRAIN;
	*rank = number;
	return 1;
}

/* The files of the Python version. The format accepts them, so that the error can name the version
 * to use. */
static int is_pickle(const char *name)
{
	const char *base = import_base_name(name);

	return !strcmp(base, "batches.meta") || !strcmp(base, "test_batch") ||
	       (!strncmp(base, "data_batch_", 11) && strlen(base) == 12);
}

static int cifar10_has_name(const char *name)
{
	int split;
	uint32_t rank;

	return batch_of(name, &split, &rank) || is_pickle(name) ||
	       !strcmp(import_base_name(name), "batches.meta.txt");
}

static int cifar100_has_name(const char *name)
{
	const char *base = import_base_name(name);

	return !strcmp(base, "train.bin") || !strcmp(base, "test.bin") ||
	       !strcmp(base, "fine_label_names.txt");
}

static int read_meta(struct import *im, struct unpack *u, struct error *err)
{
	struct cifar *c = im->state;
	struct strbuf text = STRBUF_INIT;
	int ret = unpack_read_all(u, &text, META_MAX, err);

	if (!ret)
		c->meta = arena_strdup(&im->arena, text.buf);
	strbuf_release(&text);
	return ret;
}

/* Checks the labels of this file, whose images begin at `first`. */
static int check_labels(struct import *im, uint32_t first, int classes, const char *name,
			struct error *err)
{
	for (uint32_t i = first; i < im->n; i++)
		if (im->image[i].label >= classes)
			return error_set(
			    err, ERR_FAILED, "%s: %s: record %u: label %d is out of range: 0 to %d",
			    im->path, name, i - first, im->image[i].label, classes - 1);
	return 0;
}

static int read_batch(struct import *im, struct unpack *u, const char *name, int split,
		      uint32_t rank, int classes, struct error *err)
{
	const struct record_shape shape = {classes == 100 ? 2 : 1, 32, 32, 3, ORDER_PLANES};
	struct cifar *c = im->state;
	uint32_t first = im->n;

	for (int i = 0; i < c->files; i++)
		if (c->file[i].split == split && c->file[i].rank == rank)
			return error_set(err, ERR_FAILED, "%s: %s: occurs twice", im->path, name);
	if (c->files == BATCHES_MAX)
		return error_set(err, ERR_FAILED, "%s: more than %d batch files", im->path,
				 BATCHES_MAX);
	c->file[c->files].split = split;
	c->file[c->files++].rank = rank;
	if (import_records(im, u, name, &shape, -1, split, rank, err))
		return -1;
	return check_labels(im, first, classes, name, err);
}

static int cifar10_entry(struct import *im, struct unpack *u, const char *name, struct error *err)
{
	uint32_t rank;
	int split;

	if (is_pickle(name))
		return error_set(err, ERR_USAGE,
				 "%s: %s: the Python version of CIFAR-10 is not supported: use the "
				 "binary one (cifar-10-binary.tar.gz)",
				 im->path, name);
	if (!batch_of(name, &split, &rank))
		return read_meta(im, u, err);
	return read_batch(im, u, name, split, rank, 10, err);
}

static int cifar100_entry(struct import *im, struct unpack *u, const char *name, struct error *err)
{
	const char *base = import_base_name(name);

	if (!strcmp(base, "fine_label_names.txt"))
		return read_meta(im, u, err);
	return read_batch(im, u, name, *base == 't' && base[1] == 'r' ? SPLIT_TRAIN : SPLIT_TEST, 0,
			  100, err);
}

static int cifar10_finish(struct import *im, struct error *err)
{
	const struct cifar *c = im->state;

	return import_name_classes(im, 10, c->meta, "batches.meta.txt", err);
}

static int cifar100_finish(struct import *im, struct error *err)
{
	const struct cifar *c = im->state;

	return import_name_classes(im, 100, c->meta, "fine_label_names.txt", err);
}

const struct import_format import_cifar10 = {
    .title = "CIFAR-10",
    .state_size = sizeof(struct cifar),
    .has_name = cifar10_has_name,
    .entry = cifar10_entry,
    .finish = cifar10_finish,
};

const struct import_format import_cifar100 = {
    .title = "CIFAR-100",
    .state_size = sizeof(struct cifar),
    .has_name = cifar100_has_name,
    .entry = cifar100_entry,
    .finish = cifar100_finish,
};
