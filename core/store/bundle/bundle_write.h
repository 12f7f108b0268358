/*
 * The file that `ssl export` writes: a .tar.zst with the texts of bundle.h and the objects that
 * they name.
 *
 *     shared/TABLE.jsonl         rows that several runs share
 *     runs/UUID.jsonl            a run with its rows
 *     sweeps/UUID.jsonl          a sweep with its cells
 *     objects/ab/cdef...         checkpoints and datasets, named by their SHA-256
 *     manifest.jsonl             last: format, version and schema; then name, hash, size of each
 *
 * The same runs give the same bytes in every store that holds them.
 */
#ifndef SSL_STORE_BUNDLE_BUNDLE_WRITE_H
#define SSL_STORE_BUNDLE_BUNDLE_WRITE_H

#include <signal.h>

#include "core/store/query/selection.h"

/* Writes the runs and sweeps of `sel` to fd, which stays the caller's; `path` is the file's name in
 * messages. All rows are read as of one moment. 0: written; 1: *stop became nonzero first, and the
 * file is incomplete; -1. */
int bundle_write(struct store *s, const struct selection *sel, int fd, const char *path,
		 const volatile sig_atomic_t *stop, struct error *err);

#endif
