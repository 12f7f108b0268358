/*
 * Inside core/archive: the central directory at the end of a zip file. libarchive uses the name in
 * the header of each file, which no checksum covers, and does not compare it with the directory.
 */
#ifndef SSL_ARCHIVE_ZIP_H
#define SSL_ARCHIVE_ZIP_H

#include <stddef.h>

struct zip;

/* Reads the directory of an open zip file. Never NULL: other faults of the file than those below
 * are reported by libarchive. */
struct zip *zip_open(int fd);

/* True if the file continues after the end of the zip. */
int zip_has_more(const struct zip *z);

/* True if the directory has this number of entries, and also if that is unknown. */
int zip_has_all(const struct zip *z, size_t entries);

/* True if the directory can contain a file of this name; false for all names if it is damaged.
 * True also if that is unknown: for a directory larger than 64 MB or of zip64, and for names
 * that are not ASCII, which can be encoded in several ways. */
int zip_has(const struct zip *z, const char *name);

/* NULL is allowed. */
void zip_close(struct zip *z);

#endif
