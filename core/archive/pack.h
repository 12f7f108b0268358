/*
 * Writes a .tar.zst archive whose bytes depend only on the names and contents of its files: it has
 * no times and no owners, and a fixed level of compression.
 */
#ifndef SSL_ARCHIVE_PACK_H
#define SSL_ARCHIVE_PACK_H

#include <stddef.h>

#include "core/base/error.h"

struct pack;

/* Writes to fd, which remains the caller's. The archive is complete only after pack_close().
 * `shown` is its final name, for messages. */
int pack_open(struct pack **out, int fd, const char *shown, struct error *err);
int pack_data(struct pack *p, const char *name, const void *data, size_t n, struct error *err);
int pack_file(struct pack *p, const char *name, const char *path, struct error *err);
/* Writes the end and frees p. After an error the archive is not usable. */
int pack_close(struct pack *p, struct error *err);
/* Frees p without completing the archive. NULL is allowed. */
void pack_abort(struct pack *p);

#endif
