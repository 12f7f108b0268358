/* The files below a folder, sorted by name, links followed. Internal to core/archive. */
#ifndef SSL_ARCHIVE_WALK_H
#define SSL_ARCHIVE_WALK_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/base/strbuf.h"

struct walk;

/* A name (n bytes, one component of a path) that is never data: hidden (".git", "._cat.jpg"), a backup
 * or scratch file of an editor ("cat.jpg~", "#cat.jpg#", ".swp", ".bak"), or what file managers and
 * systems leave ("__MACOSX", "Thumbs.db", "@eaDir"). Folders of such a name are left out whole. */
int walk_is_litter(const char *name, size_t n);

/* NULL with *err (ERR_USAGE) when the folder cannot be read. */
struct walk *walk_open(const char *path, struct error *err);

/* The next regular file: 1, with its name relative to the folder in *name; 0 at the end; -1 when a
 * folder below cannot be read (ERR_FAILED), a link leads nowhere (ERR_FAILED) or back (ERR_USAGE). */
int walk_next(struct walk *w, struct strbuf *name, struct error *err);

/* How many files and folders were left out as litter so far. */
uint32_t walk_litter(const struct walk *w);

void walk_close(struct walk *w);

#endif
