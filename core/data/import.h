/*
 * An import under way. Internal to core/data: import.c drives, one file a format (cifar.c idx.c
 * stl10.c folder.c) reads.
 *
 * PATH is read once, in whatever order its files come. Pixels go, decoded and at their final size,
 * to a spool (a file without a name: gone with the process, however that ends); what is known of
 * each image goes to im->image. When all is read, the format fills in labels and class names, the
 * images are put in order, and the dataset file is copied together from the spool. Memory holds a
 * batch of images and some 60 bytes for each image, never the images.
 */
#ifndef SSL_DATA_IMPORT_H
#define SSL_DATA_IMPORT_H

#include "core/archive/unpack.h"
#include "core/base/arena.h"
#include "core/data/dataset.h"

struct import_image {
	const char *name; /* folders: the path, which sorts within the rank; NULL: as spooled */
	const char *file; /* that it was read from */
	uint32_t rank;    /* sorts within the split: number of the class (folders) or file */
	uint32_t spool;   /* its number in the spool */
	int16_t label;
	int16_t split; /* enum dataset_split; -1: left out */
};

/* A file that should be an image and cannot be read. */
struct import_bad {
	const char *name, *why;
};

struct import {
	const char *path;
	const struct dataset_import_opts *opts;
	const struct import_format *format; /* NULL until the first file that tells */
	void *state;                        /* of the format */
	struct arena arena;                 /* names; the format's state */
	struct fs_out spool;
	int height, width, channels; /* of every image in the spool; 0 until the first */
	int grey;                    /* channels are 3, but every image was grey */
	struct import_image *image;
	uint32_t n, cap;
	const char **class_name;
	int classes;
	char first_name[256]; /* of the first image: to say what differs from it */
	struct import_bad *bad;
	uint32_t n_bad, bad_cap;
	const char *list_name, *list; /* labels of a split, see layout_list.h; or NULL */
	uint8_t *exclude_hit; /* which patterns of opts->exclude matched; NULL in a preview */
	int preview; /* only paths are known, and remarks are not printed */
	uint32_t litter, excluded, other; /* files left out: see struct dataset_report */
};

struct import_format {
	const char *title; /* "CIFAR-10" */
	size_t state_size; /* zeroed before the first entry */
	int is_folder; /* splits and classes follow from the paths; options of that apply */
	/* True if a file of this path belongs to the format. */
	int (*has_name)(const char *name);
	/* True if the first bytes of a file, whatever its name, are those of the format; may be
	 * NULL. */
	int (*begins)(const uint8_t *data, size_t n);
	/* Reads the entry. */
	int (*entry)(struct import *im, struct unpack *u, const char *name, struct error *err);
	/* All is read: what still waits becomes images; may be NULL. */
	int (*end)(struct import *im, struct error *err);
	/* Then, when what is bad may be left out: labels, ranks and splits of im->image,
	 * im->class_name. */
	int (*finish)(struct import *im, struct error *err);
	/* Of a single file `name`, the file that may lie beside it and is needed too: number i, or
	 * NULL. */
	const char *(*partner)(struct import *im, const char *name, int i);
	void (*release)(struct import *im); /* frees what the state owns; may be NULL */
};

/* The format of the current file of `u`, by its name or else by its first bytes; NULL if it belongs
 * to none, or cannot be read (which then does not matter). */
const struct import_format *import_format_of(struct unpack *u, const char *name);
/* Appends the titles of all formats but that of image folders: "CIFAR-10, STL-10 or IDX". */
void import_format_titles(struct strbuf *out);

/* Appends n images of the given size to the spool and to im->image (split, label and rank as given,
 * the name NULL) and returns the first of them; NULL with *err. `name` is the file they come from.
 */
struct import_image *import_add_images(struct import *im, const uint8_t *pixels, uint32_t n,
				       int height, int width, int channels, const char *name,
				       struct error *err);
/* Likewise without pixels, for a preview; `file` is not copied. */
struct import_image *import_append(struct import *im, uint32_t n, const char *file,
				   struct error *err);

/* Puts down that the file is no image that can be read, and why (copied); the name lives as long as
 * the arena. */
void import_bad(struct import *im, const char *name, const char *why);

/* When all is read. 0 when no image is bad, or when opts->skip_bad allows them: then log_warn() has
 * said so. ERR_FAILED with the list on stderr otherwise, and when none is left. */
int import_check_bad(struct import *im, struct error *err);
/* Where reading failed for another reason: log_warn() of those that were bad so far. */
void import_list_bad(const struct import *im);
/* Appends the bad ones as in struct dataset_report. */
void import_bad_json(const struct import *im, struct strbuf *out);

/* True for a file that opts->exclude names. */
int import_excludes(struct import *im, const char *path);
/* log_info() of what else was left out, if anything. */
void import_report_left_out(const struct import *im);

/* All images have one size, the first one's: ERR_USAGE naming both if this one differs. */
int import_check_size(struct import *im, int height, int width, int channels, const char *name,
		      struct error *err);

/* Asked between images, between files, and while the dataset file is written: ERR_PREEMPTED when
 * opts->progress() says stop. */
int import_stopped(const struct import *im, uint32_t images, struct error *err);

/* Puts the images in order and writes the dataset file, as dataset_import() promises; or, with
 * opts->dry, only checks. Reports to opts->each and opts->report. */
int import_write(struct import *im, const char *dir, char *out_tmp, size_t out_size,
		 char hash[HASH_HEX], struct error *err);

/* log_warn(), log_info() or log_debug(); nothing in a preview. */
enum import_remark { REMARK_WARNING, REMARK_INFO, REMARK_DETAIL };
void import_remark(const struct import *im, enum import_remark kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The last component of a path. */
const char *import_base(const char *name);

/* n classes named "0", "1" ...; or by the lines of `text`, which must be n (NULL: numbered). */
void import_number_classes(struct import *im, int n);
int import_name_classes(struct import *im, int n, const char *text, const char *file,
			struct error *err);

/* Fixed-size records: a label of label_bytes, then the pixels. */
enum record_order {
	ORDER_HWC,    /* as we keep them */
	ORDER_PLANES, /* a plane a channel, each row by row */
	ORDER_COLUMNS /* a plane a channel, each column by column */
};
struct record_shape {
	int label_bytes, height, width, channels;
	enum record_order order;
};
/* Reads records of the entry to its end, or exactly `count` when that is not -1. Each becomes an
 * image of `split` and `rank`, its label the last label byte. Checks that the file's size fits. */
int import_records(struct import *im, struct unpack *u, const char *name,
		   const struct record_shape *shape, int64_t count, int split, uint32_t rank,
		   struct error *err);

#endif
