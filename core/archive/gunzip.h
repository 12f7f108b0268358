/*
 * gzip with its checksum: libarchive inflates but passes over the CRC at the end, so a damaged
 * download would become wrong pixels. Internal to core/archive.
 */
#ifndef SSL_ARCHIVE_GUNZIP_H
#define SSL_ARCHIVE_GUNZIP_H

#include <stdint.h>
#include <sys/types.h>

#include "core/base/error.h"

struct gunzip;

/* Where the compressed bytes come from: fills buf with up to n bytes; 0 at the end, -1 with *err.
 */
typedef ssize_t gunzip_source(void *ctx, void *buf, size_t n, struct error *err);

/* NULL with *err on failure. */
struct gunzip *gunzip_open(gunzip_source *read, void *ctx, struct error *err);

/* Up to n inflated bytes, 0 at the end (after the checksum was found right), -1 with *err: the
 * message lacks the file's name, for the caller to put in front. */
ssize_t gunzip_read(struct gunzip *g, void *buf, size_t n, struct error *err);

void gunzip_close(struct gunzip *g);

#endif
