/*
 * Inside core/data: image files that are decoded together. A batch is decoded on all cores in the
 * background, while the next one is read; folder.c collects the results in the order of the files.
 * So the images of a folder are those that one thread would make, in the same order.
 */
#ifndef SSL_DATA_FOLDER_BATCH_H
#define SSL_DATA_FOLDER_BATCH_H

#include <pthread.h>

#include "core/base/strbuf.h"
#include "core/data/image.h"
#include "core/data/spool.h"

/* A file, and what became of it. */
struct picture {
	const char *name;
	int64_t bytes, time; /* of unpack_stat() */
	size_t at, n;        /* its content in the batch */
	struct image_info info;
	struct image_found found;
	uint32_t slot;   /* place of its image in the spool */
	uint64_t pixels; /* partial_checksum() of the image */
	int failed;      /* err: it is no image that can be read */
	int unwritten;   /* err: its image was not written to the spool */
	struct error err;
};

struct batch {
	struct picture *picture; /* BATCH_IMAGES */
	int n;
	struct strbuf content; /* of the files */
	size_t area;           /* pixels of all images, decoded */
	/* of all images of the import; set before batch_start() */
	int size, height, width;    /* size: --size, or 0 */
	const struct spool *spool;  /* NULL: the images are only checked */
	pthread_t thread;
	int running, threaded;
};

void batch_init(struct batch *b);
/* Waits until the batch is decoded. */
void batch_release(struct batch *b);

/* True if no more files may be added: the limits bound the memory for images of any size. */
int batch_is_full(const struct batch *b);

/* Decodes picture i alone: 1 if it is an image that can be read, else 0 and `failed`. */
int batch_try(const struct batch *b, int i);

/* Starts decoding: every image that can be read is scaled to size x size and written to its slot of
 * the spool. Without `size`, an image of another size than height x width is only checked. */
void batch_start(struct batch *b);
/* Waits for the end, after which the pictures are complete. */
void batch_wait(struct batch *b);
/* Makes it empty. */
void batch_clear(struct batch *b);

#endif
