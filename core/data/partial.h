/*
 * Inside core/data: what an interrupted import of image files leaves, so that the next import of
 * the same source continues it. Two files in the folder of temporary files have it: add-KEY.pixels,
 * the spool, and add-KEY.journal, a record for each file that was read, in the order of reading. KEY
 * follows from the path of the source, the size of the images, the program and, of an archive, its
 * size and time; so an import of anything else does not find them.
 *
 * A record names a file with its size and the time of its last change, and says what became of it.
 * It has a checksum of itself and one of the image's pixels. So files of any state can be continued,
 * also those that a power failure left: the records are used up to the first that does not fit, and
 * what follows is cut off. One process at a time uses the files; it holds a lock on the journal.
 */
#ifndef SSL_DATA_PARTIAL_H
#define SSL_DATA_PARTIAL_H

#include "core/data/image.h"
#include "core/data/spool.h"

struct partial;

/* A file of the source, and what became of it. */
struct partial_file {
	const char *name;
	int64_t bytes, time; /* of unpack_stat() */
	const char *why;     /* it cannot be read; NULL: it was decoded, and the rest is set */
	struct image_info info;
	struct image_found found;
	uint32_t slot;    /* place of its image in the spool */
	uint64_t pixels;  /* partial_checksum() of the image there */
};

/* Opens the files of the import of `path` with --size `size` (0: none) in folder `dir`, or creates
 * them, and opens *spool on the pixels. NULL if they cannot be used, since another import has them,
 * or the folder is not writable: then the import cannot be continued later. */
struct partial *partial_open(const char *dir, const char *path, int size, struct spool *spool);

/* 1 if the next record is of the file that *f names, unchanged, and its pixels are intact; sets the
 * rest of *f, with `why` valid until the next call. 0 otherwise, and from then on. */
int partial_next(struct partial *p, struct partial_file *f);

/* Appends a record. It is written by partial_flush(), after the pixels. */
void partial_add(struct partial *p, const struct partial_file *f);
int partial_flush(struct partial *p, struct error *err);

/* Closes the journal and, unless `keep` is set, removes both files. p may be NULL. The caller closes
 * the spool. */
void partial_close(struct partial *p, int keep);

/* The path of both files without their suffixes. */
const char *partial_path(const struct partial *p);

/* The checksum of n bytes, which detects lost and torn writes. */
uint64_t partial_checksum(const void *data, size_t n);

#endif
