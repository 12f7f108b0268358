/*
 * A compressed file as the bytes inside it: gzip (gunzip.h), bzip2, xz, zstd or lz4, of one stream
 * or several joined. Reading to the end checks what the compression has to check with: an archive's
 * reader stops at the archive's own end, before the last checksum. After the last stream only zeros
 * may follow: anything else may be a stream whose first bytes are damaged. Internal to core/archive.
 */
#ifndef SSL_ARCHIVE_EXPAND_H
#define SSL_ARCHIVE_EXPAND_H

#include <stddef.h>

#include "core/archive/gunzip.h"

enum { EXPAND_MAGIC = 6 }; /* bytes that tell */

/* Whether a file that begins so is compressed in one of these ways. */
int expand_can(const uint8_t *magic, size_t n);

struct expand;

/* NULL with *err on failure. `read` as for gunzip_open(). */
struct expand *expand_open(gunzip_source *read, void *ctx, struct error *err);

/* Up to n bytes, 0 at the end (everything was found right), -1 with *err, without the file's name. */
ssize_t expand_read(struct expand *x, void *buf, size_t n, struct error *err);

/* Safe on NULL. */
void expand_close(struct expand *x);

#endif
