/* Inside core/archive: lists the files in a folder and its subfolders, sorted by name. Links are
 * followed. */
#ifndef SSL_ARCHIVE_WALK_H
#define SSL_ARCHIVE_WALK_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/base/strbuf.h"

struct walk;

/* True for a name (n bytes, one component of a path) that is never data: hidden (".git",
 * "._cat.jpg"), a backup or scratch file of an editor ("cat.jpg~", "#cat.jpg#", ".swp", ".bak"),
 * or a file of file managers and systems ("__MACOSX", "Thumbs.db", "@eaDir"). Folders of such a
 * name are skipped with all their contents. */
int walk_is_litter(const char *name, size_t n);

/* NULL with *err (ERR_USAGE) if the folder cannot be read. */
struct walk *walk_open(const char *path, struct error *err);

/* Sets *name to the next regular file, relative to the folder: 1; 0 at the end; -1 with
 * ERR_FAILED if a subfolder cannot be read or a link is dangling, ERR_USAGE if a link leads back
 * to a folder that contains it. */
int walk_next(struct walk *w, struct strbuf *name, struct error *err);

/* The number of files and folders that were skipped as litter so far. */
uint32_t walk_litter(const struct walk *w);

void walk_close(struct walk *w);

#endif
