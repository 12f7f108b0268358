/*
 * Writing a .tar.zst whose bytes depend on nothing but the names and contents of its files: no
 * times, no owners, one level of compression.
 */
#ifndef SSL_ARCHIVE_PACK_H
#define SSL_ARCHIVE_PACK_H

#include <stddef.h>

#include "core/base/error.h"

struct pack;

/* Writes to fd, which stays the caller's: an archive that is not closed is not whole. shown: the
 * final name, for messages. */
int pack_open(struct pack **out, int fd, const char *shown, struct error *err);
int pack_data(struct pack *p, const char *name, const void *data, size_t n, struct error *err);
int pack_file(struct pack *p, const char *name, const char *path, struct error *err);
/* Writes the end and frees; after an error nothing is to be kept. */
int pack_close(struct pack *p, struct error *err);
/* Frees without an end. Safe on NULL. */
void pack_abort(struct pack *p);

#endif
