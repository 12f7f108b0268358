/*
 * Inside core/data: an import in progress. import.c drives it; the formats that import_formats.c
 * lists read the files (cifar.c, idx.c, stl10.c, folder.c).
 *
 * PATH is read once, in the order of its files. Decoded pixels of the final size go to a spool
 * (spool.h). The other data of each image go to im->image. After the last file the format sets
 * labels and class names, the images are sorted, and the dataset file is copied together from the
 * spool. Memory holds a batch of images and some hundred bytes for each image: its name and place.
 */
#ifndef SSL_DATA_IMPORT_H
#define SSL_DATA_IMPORT_H

#include "core/archive/unpack.h"
#include "core/base/arena.h"
#include "core/data/dataset.h"
#include "core/data/partial.h"
#include "core/data/spool.h"

struct import_image {
	const char *name; /* in folders: the path, by which images of a rank are sorted; else NULL */
	const char *file; /* that it was read from */
	uint32_t rank;    /* order within the split: number of the class (folders) or file */
	uint32_t spool;   /* place of the image in the spool */
	int16_t label;
	int16_t split; /* enum dataset_split; -1: skipped */
};

/* An image file that cannot be read. */
struct import_bad {
	const char *name, *why;
};

struct import {
	const char *path, *dir; /* dir: for the spool and the dataset file */
	const struct dataset_import_opts *opts;
	const struct import_format *format; /* NULL until a file shows it */
	void *state;                        /* of the format */
	struct arena arena;                 /* names; the format's state */
	struct spool spool;      /* opened with the first image */
	struct partial *partial; /* of image files that can be continued; or NULL */
	int64_t read_bytes;      /* of image files */
	uint32_t continued;      /* how many others an earlier import has read */
	uint32_t of;             /* images of the folder, if it was listed before; else 0 */
	enum dataset_stage stage;
	int height, width, channels; /* of every image in the spool; 0 until the first */
	int grey;                    /* channels is 3, but all images so far are grey */
	struct import_image *image;
	uint32_t n, cap;
	const char **class_name;
	int classes;
	char first_name[256]; /* file of the first image, for messages about different sizes */
	struct import_bad *bad;
	uint32_t n_bad, bad_cap;
	const char *list_name, *list; /* labels of a split, see label_list.h; or NULL */
	uint8_t *exclude_hit; /* which patterns of opts->exclude matched; NULL in a preview */
	int preview; /* only the paths are read, and remarks are not printed */
	uint32_t litter, excluded, other; /* skipped files: see struct dataset_report */
};

struct import_format {
	const char *title; /* "CIFAR-10" */
	int is_folder;     /* splits and classes follow from the paths, and their options apply */
	size_t state_size; /* the state is zeroed before the first entry */
	/* True if a file of this path belongs to the format. */
	int (*has_name)(const char *name);
	/* True if a file of any name that begins with these bytes belongs to it; may be NULL. */
	int (*begins)(const uint8_t *data, size_t n);
	/* Reads an entry. */
	int (*entry)(struct import *im, struct unpack *u, const char *name, struct error *err);
	/* Called after the last entry: adds the images that are still in a batch; may be NULL. */
	int (*end)(struct import *im, struct error *err);
	/* Called after `end` and the check of bad images: sets im->class_name, and the label,
	 * rank and split of every image. */
	int (*finish)(struct import *im, struct error *err);
	/* The i-th file that belongs to the single file `name` and may lie beside it; NULL: no
	 * more. */
	const char *(*partner)(struct import *im, const char *name, int i);
	void (*release)(struct import *im); /* frees what the state owns; may be NULL */
};

/* The format of the current file of `u`, by its name or else by its first bytes. NULL if it belongs
 * to none; also if it cannot be read, since a file of no format is skipped anyway. */
const struct import_format *import_format_of(struct unpack *u, const char *name);
/* Appends the titles of all formats except image folders: "CIFAR-10, IDX (MNIST) or STL-10". */
void import_format_titles(struct strbuf *out);

/* Writes n images of the given size, scaled to opts->size, to the spool and appends them to
 * im->image. Returns the first of them, whose split, label and rank the caller sets; NULL with
 * *err. `name` is the file that they come from. */
struct import_image *import_add_images(struct import *im, const uint8_t *pixels, uint32_t n,
				       int height, int width, int channels, const char *name,
				       struct error *err);
/* Appends n images to im->image without pixels. `file` is not copied. */
struct import_image *import_append(struct import *im, uint32_t n, const char *file,
				   struct error *err);

/* All images must have the size of the first one: ERR_USAGE naming both if this one differs. */
int import_check_size(struct import *im, int height, int width, int channels, const char *name,
		      struct error *err);
/* Opens the spool, unless it is open. With opts->continues, import_spool_open_partial() opens one
 * that a later import can continue. */
int import_spool_open(struct import *im, struct error *err);
int import_spool_open_partial(struct import *im, struct error *err);

/* Reports that `images` were listed, read or written, as im->stage says. ERR_PREEMPTED if
 * opts->progress() asks to stop. Called between images, between files, and while the dataset file is
 * written. */
int import_stopped(const struct import *im, uint32_t images, struct error *err);

/* Tells opts->progress() that remarks follow. */
void import_pause(const struct import *im);

/* Names n classes "0", "1" ..., or after the lines of `text`, of which there must be n (NULL:
 * numbers). */
void import_number_classes(struct import *im, int n);
int import_name_classes(struct import *im, int n, const char *text, const char *file,
			struct error *err);

/* Calls log_warn(), log_info() or log_debug(); prints nothing in a preview. */
enum import_remark { REMARK_WARNING, REMARK_INFO, REMARK_DETAIL };
void import_remark(const struct import *im, enum import_remark kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* The last component of a path. */
const char *import_base_name(const char *name);

/* Records an image file that cannot be read. `why` is copied; `name` must live as long as the
 * arena. */
void import_add_bad(struct import *im, const char *name, const char *why);
/* 0 if no image is bad, or if opts->skip_bad allows them, which log_warn() then reports.
 * ERR_FAILED, after a list on stderr, if it does not, or if no image is left. */
int import_check_bad(struct import *im, struct error *err);
/* log_warn() of the bad files so far, for an import that failed for another reason. */
void import_warn_bad(const struct import *im);
/* Appends the bad files as JSON, as in struct dataset_report. */
void import_bad_json(const struct import *im, struct strbuf *out);
/* True for a file that opts->exclude matches. */
int import_is_excluded(struct import *im, const char *path);
/* log_info() of the other skipped files; log_warn() of patterns that match no file. */
void import_report_skipped(const struct import *im);

/* Sorts the images and writes the dataset file as dataset_import() describes; with opts->dry, only
 * checks. Calls opts->each and fills opts->report. */
int import_write(struct import *im, const char *dir, char *out_tmp, size_t out_size,
		 char hash[HASH_HEX], struct error *err);

#endif
