/*
 * Reads the source of a dataset as a stream of files, without unpacking it to disk. The source is
 * an archive (tar, zip, 7z or cpio; plain or compressed by gzip, bzip2, xz, zstd or lz4), a single
 * file, compressed or not, or a folder. A file in it that is compressed by gzip, NAME.gz, is read
 * as NAME.
 *
 * Names are clean: relative, with '/' between components and no "." component. A name that would
 * leave the folder (absolute, "..", a backslash, a drive letter) or has a control character is
 * ERR_USAGE, since such an archive cannot be trusted. Folders, devices, pipes and sockets are
 * skipped. Links in an archive are never followed: they are returned with `is_link` set and without
 * data. Links in a folder are the user's own and are followed; a link to a folder that contains it
 * is ERR_USAGE.
 *
 * Hidden files and folders, backups of editors, and files of file managers and systems
 * (".DS_Store", "__MACOSX/", "Thumbs.db", "cat.jpg~") are skipped and counted (walk_is_litter() in
 * walk.h).
 *
 * Truncated and corrupt data are ERR_FAILED, naming archive and entry, and so are bytes other than
 * zeros after the end. Two checks are made here because libarchive lacks them: the checksum of
 * every gzip member, and the names in a zip against its central directory (zip.h). A file with a
 * damaged header is an error and is not skipped. Nothing is left behind on error. Only this folder
 * includes libarchive and zlib.
 */
#ifndef SSL_ARCHIVE_UNPACK_H
#define SSL_ARCHIVE_UNPACK_H

#include <stdint.h>
#include <sys/types.h>

#include "core/base/error.h"
#include "core/base/strbuf.h"

struct unpack;

struct unpack_entry {
	const char *name; /* valid until the next unpack_next() */
	int is_link;
};

/* ERR_USAGE if PATH cannot be opened. */
int unpack_open(struct unpack **out, const char *path, struct error *err);
void unpack_close(struct unpack *u);

/* True, after the first unpack_next(), if PATH is a single file, not an archive or a folder. */
int unpack_is_single(const struct unpack *u);

/* The number of files and folders that were skipped as litter so far; a folder counts as one. */
uint32_t unpack_litter(const struct unpack *u);

/* Advances to the next file, in the order of the archive, or by name in a folder: 1; 0 at the end,
 * after the rest of the archive was checked; -1 on error. */
int unpack_next(struct unpack *u, struct unpack_entry *e, struct error *err);

/* The size in bytes and the time of the last change (nanoseconds since 1970) of the current file of a
 * folder, as it is on disk; zeros in an archive. */
void unpack_stat(const struct unpack *u, int64_t *bytes, int64_t *time);

/* Reads n bytes of the current file, or fewer at its end. Returns their number, or -1. */
ssize_t unpack_read(struct unpack *u, void *buf, size_t n, struct error *err);

/* Sets *out to the first bytes of the current file (UNPACK_PEEK of them, or the whole file) and
 * returns their number, or -1. unpack_read() still returns them. Only before the first read. */
enum { UNPACK_PEEK = 16 };
ssize_t unpack_peek(struct unpack *u, const uint8_t **out, struct error *err);

/* Appends the whole current file to *out. ERR_FAILED if it has more than `max` bytes. */
int unpack_read_all(struct unpack *u, struct strbuf *out, size_t max, struct error *err);

#endif
