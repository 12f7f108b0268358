/*
 * gzip, member by member, through zlib: libarchive inflates but passes over the CRC at the end of a
 * member, so a damaged download would become wrong pixels. The CRC and the length of every member
 * are checked. Zeros after the last member are ignored, as gzip(1) does; any other bytes there are
 * an error, since a member whose first bytes are damaged looks like that. Internal to core/archive.
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

/* Reads nothing yet. NULL with *err on failure. */
struct gunzip *gunzip_open(gunzip_source *read, void *ctx, struct error *err);

/* Up to n inflated bytes, 0 at the end (after every checksum was found right), -1 with *err: the
 * message lacks the file's name, for the caller to put in front. */
ssize_t gunzip_read(struct gunzip *g, void *buf, size_t n, struct error *err);

/* Safe on NULL. */
void gunzip_close(struct gunzip *g);

#endif
