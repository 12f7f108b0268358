/*
 * Datasets. A dataset is imported once, into one file of 8-bit pixels in the order height, width,
 * channels (dataset.c describes the file). The file is named by its hash, stays in the object store
 * and is mapped read-only by every run. The splits are train, test, unlabeled and val; val is the
 * dataset's own validation split, which few datasets have beside a test split. The dataset `shapes`
 * is built in: it is generated on first use, with the same bytes on every machine.
 */
#ifndef SSL_DATA_DATASET_H
#define SSL_DATA_DATASET_H

#include <stdint.h>

#include "core/base/error.h"
#include "core/base/fs.h"
#include "core/base/hash.h"
#include "core/base/strbuf.h"

/* In the order of the sections of the file, to which val was added last. */
enum dataset_split { SPLIT_TRAIN, SPLIT_TEST, SPLIT_UNLABELED, SPLIT_VAL, SPLIT_COUNT };

struct dataset {
	int height, width, channels, classes;
	const char *const *class_name;      /* `classes` of them */
	uint32_t n[SPLIT_COUNT];            /* images in each split */
	const uint8_t *pixels[SPLIT_COUNT]; /* n * H * W * C */
	const int16_t *labels[SPLIT_COUNT]; /* n class numbers; -1 unlabeled */
	char hash[HASH_HEX]; /* of the file, from its path in the object store; "" elsewhere */
	struct fs_map map;
	char **names; /* owned copies behind class_name */
};

/* "train", "test", "unlabeled", "val". */
const char *dataset_split_name(int split);

/* Maps an imported file. ERR_CORRUPT if it is not a complete, consistent dataset file. The hash is
 * not checked. */
int dataset_open(struct dataset *d, const char *path, struct error *err);
void dataset_close(struct dataset *d);

/* An image that was imported. */
struct dataset_item {
	const char *file; /* within PATH */
	int split;        /* enum dataset_split */
	int label;        /* class number, or -1 */
	const char *class_name; /* "" without a label */
};

/* The result of an import. */
struct dataset_report {
	int height, width, channels, classes;
	uint32_t n[SPLIT_COUNT];
	uint32_t bad;      /* image files that were skipped because they cannot be read */
	uint32_t litter;   /* hidden files and folders, backups, files of file managers */
	uint32_t excluded; /* files that `exclude` skipped */
	uint32_t other;    /* files that belong to no format, such as readme.html */
	struct strbuf skipped; /* the bad files: a JSON array of objects with file and why */
	char partial[4096]; /* for dataset_import_forget() */
};

/* How far an import is. */
enum dataset_stage { STAGE_LIST, STAGE_READ, STAGE_WRITE };
struct dataset_progress {
	enum dataset_stage stage;
	uint32_t images;    /* that were listed, read or written */
	uint32_t of;        /* all of them; 0: not known */
	uint32_t continued; /* how many of `images` an interrupted import had read */
};

struct dataset_import_opts {
	int size; /* scale to size x size; 0: keep the size, which all images must then have */
	const char *const *split; /* `splits` texts FOLDER=SPLIT, for folders of images */
	int splits;
	int no_splits;              /* folders named like splits are classes too */
	int class_depth;            /* depth of the class folders in a split; 0: by the layout */
	const char *const *exclude; /* `excludes` patterns (fnmatch) of files and folders */
	int excludes;
	/* Skip image files that cannot be read, up to bad_max files and bad_percent percent of all.
	 * Without skip_bad such a file is an error. */
	int skip_bad;
	uint32_t bad_max;
	double bad_percent;
	int dry; /* read and check everything, but write no file and compute no hash */
	/* Image files, in a folder or an archive: continue an import of the same PATH and size that
	 * stopped, and leave in `dir` what is needed to continue this one if it stops after reading
	 * `worth` bytes of files, or is killed (partial.h). */
	int continues;
	int64_t worth;
	/* Called every so often, and with p NULL before remarks are printed; may be NULL. A result
	 * other than 0 stops the import with ERR_PREEMPTED. */
	int (*progress)(void *ctx, const struct dataset_progress *p);
	/* Called for every image, in the order of the dataset, after all were read; may be NULL. */
	void (*each)(void *ctx, const struct dataset_item *item);
	void *ctx;
	struct dataset_report *report; /* filled on success; the caller releases it; may be NULL */
};

/* Reads PATH, which is an archive, a folder, or an IDX file with its partner beside it, in one
 * pass. Unless opts->dry is set, writes the dataset file, complete and fsynced, in folder `dir`,
 * and sets out_tmp to its path and `hash` to its hash. The same images give the same file,
 * whether they come from a folder or from any archive of it. A dataset that has only test images
 * gets them as its train split, and log_info() reports that, because every dataset must be
 * usable for training.
 *
 * On error no file is left behind, except with opts->continues. ERR_FAILED or ERR_USAGE, with the entry's name in the
 * message, for a truncated or corrupt archive, an image that does not decode, a label out of
 * range, an unsafe path, an empty dataset, and an ambiguous layout. If several images do not
 * decode, log_warn() reports the first ten of them, or all with -v. With opts->skip_bad the
 * dataset file is that of a folder without them. */
int dataset_import(const char *path, const struct dataset_import_opts *opts, const char *dir,
		   char *out_tmp, size_t out_size, char hash[HASH_HEX], struct error *err);

/* Removes what opts->continues left, after the dataset was recorded: until then another import would
 * only have to copy the images. */
void dataset_import_forget(const struct dataset_report *r);

/* Likewise writes the `shapes` dataset: 32x32 colour images of ten classes, determined by the
 * seed. */
int dataset_shapes(uint64_t seed, uint32_t n_train, uint32_t n_test, const char *dir, char *out_tmp,
		   size_t out_size, char hash[HASH_HEX], struct error *err);

/* The same, and calls opts->progress; the rest of opts is not used. opts may be NULL. */
int dataset_shapes_watched(uint64_t seed, uint32_t n_train, uint32_t n_test,
			   const struct dataset_import_opts *opts, const char *dir, char *out_tmp,
			   size_t out_size, char hash[HASH_HEX], struct error *err);

#endif
