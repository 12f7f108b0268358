/*
 * The dataset file: its layout and how one is written. Internal to core/data; the format itself is
 * described at the top of dataset.c.
 */
#ifndef SSL_DATA_DATASET_FILE_H
#define SSL_DATA_DATASET_FILE_H

#include "core/data/dataset.h"

enum {
	DATASET_VERSION = 1,     /* of a file without a val split */
	DATASET_HEADER = 128,    /* its bytes */
	DATASET_VERSION_VAL = 2, /* of a file with one */
	DATASET_HEADER_VAL = 192,
	DATASET_ALIGN = 64,      /* of every section */
	DATASET_SIDE_MAX = 4096, /* pixels */
	DATASET_CLASSES_MAX = 32767,
	DATASET_NAME_MAX = 255, /* bytes of a class name */
};
#define DATASET_MAGIC "ssl data"
#define DATASET_IMAGES_MAX 0x7fffffffu /* of all splits together */

/* Where everything lies: follows from the sizes alone. Offsets in bytes. */
struct dataset_layout {
	uint64_t header; /* bytes of the header: tells the version */
	uint64_t names, names_size;
	uint64_t labels[SPLIT_COUNT], pixels[SPLIT_COUNT];
	uint64_t size; /* of the file */
};
/* n: images in each split; image: bytes of one. */
void dataset_layout(struct dataset_layout *l, uint64_t names_size, const uint32_t n[SPLIT_COUNT],
		    uint64_t image);

/* What is to be written. `labels` and `pixels` fill `out` with images first .. first+n-1 of a
 * split; they are called in ascending order, once for every image. */
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

/* Writes a complete, fsynced file in folder `dir`, its path in out_tmp; nothing is left on error.
 */
int dataset_write(const struct dataset_source *s, const char *dir, char *out_tmp, size_t out_size,
		  char hash[HASH_HEX], struct error *err);

#endif
