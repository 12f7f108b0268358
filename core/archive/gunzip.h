/*
 * Inside core/archive: reads gzip data through zlib and verifies the CRC and the length of every
 * member. libarchive does not verify the CRC, so a damaged download would give wrong pixels. Zeros
 * after the last member are ignored, as by gzip(1); other bytes there are an error, since they may
 * be a member whose first bytes are damaged.
 */
#ifndef SSL_ARCHIVE_GUNZIP_H
#define SSL_ARCHIVE_GUNZIP_H

#include <stdint.h>
#include <sys/types.h>

#include "core/base/error.h"

struct gunzip;

/* Supplies the compressed data: fills buf with up to n bytes and returns their number, 0 at the
 * end, or -1 with *err. */
typedef ssize_t gunzip_source(void *ctx, void *buf, size_t n, struct error *err);

/* Does not read yet. NULL with *err on failure. */
struct gunzip *gunzip_open(gunzip_source *read, void *ctx, struct error *err);

/* Reads up to n inflated bytes: their number, 0 at the end, after all checksums were verified,
 * or -1 with *err, whose message does not name the file; the caller adds its name. */
ssize_t gunzip_read(struct gunzip *g, void *buf, size_t n, struct error *err);

/* NULL is allowed. */
void gunzip_close(struct gunzip *g);

#endif
