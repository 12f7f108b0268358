/*
 * Datasets. Imported once into one file (format: dataset.c), decoded to 8-bit HWC pixels, content-
 * hashed, kept in the object store and mapped read-only by every run. Splits: train, test,
 * unlabeled, and the dataset's own validation split (val), which few datasets have: images held out
 * for selection, beside a test split. `shapes` is built in: made on first use, the same bytes
 * everywhere.
 */
#ifndef SSL_DATA_DATASET_H
#define SSL_DATA_DATASET_H

#include <stdint.h>

#include "core/base/error.h"
#include "core/base/fs.h"
#include "core/base/hash.h"
#include "core/base/strbuf.h"

/* The numbers are those of the file's sections: val came last. */
enum dataset_split { SPLIT_TRAIN, SPLIT_TEST, SPLIT_UNLABELED, SPLIT_VAL, SPLIT_COUNT };

struct dataset {
	int height, width, channels, classes;
	const char *const *class_name;      /* `classes` of them */
	uint32_t n[SPLIT_COUNT];            /* images in each split */
	const uint8_t *pixels[SPLIT_COUNT]; /* n * H * W * C */
	const int16_t *labels[SPLIT_COUNT]; /* n class numbers; -1 unlabeled */
	char hash[HASH_HEX]; /* of the file, as its path in the object store says; "" elsewhere */
	struct fs_map map;
	char **names; /* owned copies behind class_name */
};

/* "train", "test", "unlabeled", "val". */
const char *dataset_split_name(int split);

/* Maps an imported file. ERR_CORRUPT if it is not a whole, consistent dataset file. Does not hash.
 */
int dataset_open(struct dataset *d, const char *path, struct error *err);
void dataset_close(struct dataset *d);

/* An image that was imported: where it came from and where it went. */
struct dataset_item {
	const char *file; /* within PATH */
	int split;        /* enum dataset_split */
	int label;        /* class number, or -1 */
	const char *class_name; /* "" without a label */
};

/* What an import found, beside the dataset. */
struct dataset_report {
	int height, width, channels, classes;
	uint32_t n[SPLIT_COUNT];
	uint32_t bad;      /* image files that cannot be read, left out */
	uint32_t litter;   /* hidden files and folders, backups, what file managers leave */
	uint32_t excluded; /* files left out by `exclude` */
	uint32_t other;    /* files that belong to no dataset: readme.html */
	struct strbuf skipped; /* the bad ones: a JSON array of objects with file and why */
};

struct dataset_import_opts {
	int size; /* resize to size x size; 0: keep (all images must then agree) */
	const char *const *split; /* `splits` texts FOLDER=SPLIT: what folders of images are */
	int splits;
	int no_splits;              /* no folder names a split: all are classes */
	int class_depth;            /* folders at this depth in a split are classes; 0: as they look */
	const char *const *exclude; /* `excludes` patterns (fnmatch) of files and folders */
	int excludes;
	/* Image files that cannot be read are left out, at most so many, and at most so many in a
	 * hundred. Without skip_bad any is an error. */
	int skip_bad;
	uint32_t bad_max;
	double bad_percent;
	int dry; /* reads and checks everything, and writes nothing: no file, no hash */
	/* Called now and then with the number of images so far; may be NULL. Non-zero stops the
	 * import with ERR_PREEMPTED. */
	int (*progress)(void *ctx, uint32_t images);
	/* Called for every image, in the order of the dataset, once all is known; may be NULL. */
	void (*each)(void *ctx, const struct dataset_item *item);
	void *ctx;
	struct dataset_report *report; /* filled on success; the caller releases it; may be NULL */
};

/* Reads PATH (an archive, a folder, an IDX file with its partner beside it) whatever it holds, in
 * one pass, and leaves the dataset file at out_tmp (created in folder `dir`, complete and fsynced)
 * with its hash (nothing of this with opts->dry). The same images give the same file from a folder and from any archive of it.
 * Nothing is left behind on error. ERR_FAILED or ERR_USAGE with the entry's name in the message:
 * truncated or corrupt archive, undecodable image, label out of range, unsafe path, empty, a layout
 * that can be read in two ways. Of undecodable images all are reported, in one pass: the first ten (with -v
 * all) by log_warn() where there are several. With them left out (opts->skip_bad) the file is the
 * one of a folder without them. What holds only test images becomes a train split (log_info() says
 * so): what is imported can be trained on. */
int dataset_import(const char *path, const struct dataset_import_opts *opts, const char *dir,
		   char *out_tmp, size_t out_size, char hash[HASH_HEX], struct error *err);

/* Writes the `shapes` dataset likewise: 32x32 colour, ten classes, deterministic by seed. */
int dataset_shapes(uint64_t seed, uint32_t n_train, uint32_t n_test, const char *dir, char *out_tmp,
		   size_t out_size, char hash[HASH_HEX], struct error *err);

/* The same, calling opts->progress (nothing else of opts counts; it may be NULL). */
int dataset_shapes_watched(uint64_t seed, uint32_t n_train, uint32_t n_test,
			   const struct dataset_import_opts *opts, const char *dir, char *out_tmp,
			   size_t out_size, char hash[HASH_HEX], struct error *err);

#endif
