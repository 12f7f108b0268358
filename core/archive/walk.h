/* The files below a folder, sorted by name, links followed. Internal to core/archive. */
#ifndef SSL_ARCHIVE_WALK_H
#define SSL_ARCHIVE_WALK_H

#include "core/base/error.h"
#include "core/base/strbuf.h"

struct walk;

/* NULL with *err (ERR_USAGE) when the folder cannot be read. */
struct walk *walk_open(const char *path, struct error *err);

/* The next regular file: 1, with its name relative to the folder in *name; 0 at the end; -1. */
int walk_next(struct walk *w, struct strbuf *name, struct error *err);

void walk_close(struct walk *w);

#endif
