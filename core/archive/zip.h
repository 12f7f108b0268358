/*
 * What the list at the end of a zip says: libarchive takes each file's name from before its data, which
 * no checksum covers, and does not compare it with the list. Internal to core/archive.
 */
#ifndef SSL_ARCHIVE_ZIP_H
#define SSL_ARCHIVE_ZIP_H

#include <stddef.h>

struct zip;

/* Of an open zip file. Never NULL; whatever is wrong with it libarchive will say, save what is asked
 * for below. */
struct zip *zip_open(int fd);

/* Whether the file goes on after the end of the zip. */
int zip_has_more(const struct zip *z);

/* Whether so many entries are all of them; true also where that is not known. */
int zip_has_all(const struct zip *z, size_t entries);

/* Whether a file of this name can be in the list: none is where the list is damaged. True also where that is not known: a list that is
 * larger than 64 MB or of a newer kind (zip64), or names that are not ASCII, which may be written in
 * more than one way. */
int zip_has(const struct zip *z, const char *name);

/* Safe on NULL. */
void zip_close(struct zip *z);

#endif
