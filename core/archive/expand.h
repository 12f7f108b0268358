/*
 * Inside core/archive: reads the contents of a compressed file: gzip (gunzip.h), bzip2, xz, zstd or
 * lz4, of one stream or several concatenated ones. Reading to the end verifies all checksums of the
 * compression; the reader of an archive alone would stop at the end of the archive, before the last
 * checksum. After the last stream only zeros may follow, since other bytes may be a stream whose
 * first bytes are damaged.
 */
#ifndef SSL_ARCHIVE_EXPAND_H
#define SSL_ARCHIVE_EXPAND_H

#include <stddef.h>

#include "core/archive/gunzip.h"

enum { EXPAND_MAGIC = 6 }; /* bytes that identify the compression */

/* True if a file that begins with these bytes is compressed in one of these ways. */
int expand_can(const uint8_t *magic, size_t n);

struct expand;

/* NULL with *err on failure. `read` is as for gunzip_open(). */
struct expand *expand_open(gunzip_source *read, void *ctx, struct error *err);

/* Reads up to n bytes: their number, 0 at the end, after all checksums were verified, or -1 with
 * *err, whose message does not name the file. */
ssize_t expand_read(struct expand *x, void *buf, size_t n, struct error *err);

/* NULL is allowed. */
void expand_close(struct expand *x);

#endif
