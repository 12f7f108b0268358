/*
 * Inside core/data: the file of decoded pixels between reading and writing a dataset. Memory never
 * holds the images of an import; they wait here until their order is known.
 */
#ifndef SSL_DATA_SPOOL_H
#define SSL_DATA_SPOOL_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"

struct spool {
	int fd;          /* -1: not open */
	uint64_t end;    /* where spool_add() appends */
	char path[4096]; /* for messages */
};

/* Creates a file without a name in folder `dir`; it disappears with the process. */
int spool_open(struct spool *s, const char *dir, struct error *err);
void spool_close(struct spool *s);

/* Appends n bytes. ERR_FAILED if they cannot be written, as on a full disk. */
int spool_add(struct spool *s, const void *data, size_t n, struct error *err);

/* Writes or reads n bytes at `at`. May be called from several threads at once. ERR_FAILED; also if
 * the file ends before the last byte to be read. */
int spool_write(const struct spool *s, uint64_t at, const void *data, size_t n, struct error *err);
int spool_read(const struct spool *s, uint64_t at, void *out, size_t n, struct error *err);

#endif
