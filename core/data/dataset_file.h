/*
 * Inside core/data: the layout of the dataset file and its writer. The top of dataset.c describes
 * the format.
 */
#ifndef SSL_DATA_DATASET_FILE_H
#define SSL_DATA_DATASET_FILE_H

#include "core/data/dataset.h"

enum {
	DATASET_VERSION = 1,     /* of a file without a val split */
	DATASET_HEADER = 128,    /* bytes of its header */
	DATASET_VERSION_VAL = 2, /* of a file with a val split */
	DATASET_HEADER_VAL = 192,
	DATASET_ALIGN = 64,      /* of every section */
	DATASET_SIDE_MAX = 4096, /* pixels */
	DATASET_CLASSES_MAX = 32767,
	DATASET_NAME_MAX = 255, /* bytes of a class name */
};
#define DATASET_MAGIC "ssl data"
#define DATASET_IMAGES_MAX 0x7fffffffu /* of all splits together */

/* The offsets of all sections in bytes, which follow from the sizes alone. */
struct dataset_layout {
	uint64_t header; /* bytes of the header, which depend on the version */
	uint64_t names, names_size;
	uint64_t labels[SPLIT_COUNT], pixels[SPLIT_COUNT];
	uint64_t size; /* of the file */
};
/* n: number of images in each split; image: bytes of one image. */
void dataset_layout(struct dataset_layout *l, uint64_t names_size, const uint32_t n[SPLIT_COUNT],
		    uint64_t image);

/* The dataset to write. `labels` and `pixels` fill `out` for the images first .. first+n-1 of a
 * split. They are called in ascending order, once for every image. */
struct dataset_source {
	int height, width, channels, classes;
	const char *const *class_name;
	uint32_t n[SPLIT_COUNT];
	int (*labels)(void *ctx, int split, uint32_t first, uint32_t n, int16_t *out,
		      struct error *err);
	int (*pixels)(void *ctx, int split, uint32_t first, uint32_t n, uint8_t *out,
		      struct error *err);
	void *ctx;
};

/* Writes a complete, fsynced file in folder `dir` and sets out_tmp to its path. On error no file is
 * left behind. */
int dataset_write(const struct dataset_source *s, const char *dir, char *out_tmp, size_t out_size,
		  char hash[HASH_HEX], struct error *err);

#endif
