/*
 * Reading what a dataset comes in, as a stream of files, without unpacking to disk: an archive
 * (tar, zip, 7z, cpio; plain or under gzip, bzip2, xz, zstd, lz4), one file, compressed or not, or
 * a folder. A file inside that is itself gzipped (NAME.gz) is read as NAME.
 *
 * Names come out clean: relative, '/' between components, no "." component. A name that would leave
 * the folder it is unpacked into (absolute, "..", a backslash, a drive letter) is ERR_USAGE: such
 * an archive is not worth trusting; so is one with a control character. Folders, devices, pipes and sockets are passed over. Links
 * inside an archive are never followed: they come out with `is_link` set and nothing to read. Links
 * inside a folder are the user's own and are followed; a folder that leads back to itself is
 * ERR_USAGE.
 *
 * Hidden files and folders, backups of editors and what file managers and systems leave (".DS_Store",
 * "__MACOSX/", "Thumbs.db", "cat.jpg~") are passed over and counted (walk.h: walk_is_litter()).
 *
 * Truncation and corruption are ERR_FAILED, naming archive and entry; so is what follows the end, save
 * zeros. By us, since libarchive does not: the checksum of every gzip member is checked, and a zip's names
 * are compared with the list at its end (zip.h). Of a damaged header no file is passed over. No error leaves anything behind. This
 * folder is the only door to libarchive and zlib.
 */
#ifndef SSL_ARCHIVE_UNPACK_H
#define SSL_ARCHIVE_UNPACK_H

#include <stdint.h>
#include <sys/types.h>

#include "core/base/error.h"
#include "core/base/strbuf.h"

struct unpack;

struct unpack_entry {
	const char *name; /* good until the next unpack_next() */
	int is_link;
};

/* ERR_USAGE when PATH cannot be opened. */
int unpack_open(struct unpack **out, const char *path, struct error *err);
void unpack_close(struct unpack *u);

/* True (after the first unpack_next()) when PATH is one file, not an archive or a folder: other
 * files of its set may lie beside it. */
int unpack_is_single(const struct unpack *u);

/* How many files and folders were passed over as litter so far; a folder counts as one. */
uint32_t unpack_litter(const struct unpack *u);

/* The next file: 1; 0 at the end, when the rest was checked too; -1. In an archive's own order; in
 * a folder sorted by name. */
int unpack_next(struct unpack *u, struct unpack_entry *e, struct error *err);

/* Up to n bytes of the current file: how many (n unless the file ends), 0 at its end, or -1. */
ssize_t unpack_read(struct unpack *u, void *buf, size_t n, struct error *err);

/* The first bytes of the current file, UNPACK_PEEK or all, which unpack_read() still gives: how many,
 * or -1. Before anything was read of it. */
enum { UNPACK_PEEK = 16 };
ssize_t unpack_peek(struct unpack *u, const uint8_t **out, struct error *err);

/* Appends all of the current file to *out. ERR_FAILED when it has more than `max` bytes. */
int unpack_read_all(struct unpack *u, struct strbuf *out, size_t max, struct error *err);

#endif
