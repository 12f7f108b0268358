/*
 * The store: the folder `.ssl/` with ssl.db (an SQLite database), objects/ (files named by their
 * SHA-256) and config. Only core/store includes sqlite3.h.
 *
 * The database is in WAL mode with synchronous NORMAL, on a network file system with a TRUNCATE
 * journal and synchronous FULL. Every write is one short BEGIN IMMEDIATE transaction. If another
 * process holds the lock, SQLite tries again for up to 15 s, then the error is ERR_BUSY; see
 * store_wait_long(). A schema newer than the binary is ERR_CORRUPT; a full disk or a read-only
 * store is ERR_FAILED.
 *
 * The schema is the files schema/NNNN_*.sql, embedded at build and applied in order, each in one
 * transaction with its user_version. A writer creates the views of schema/views.sql again if they
 * differ when it opens the store.
 */
#ifndef SSL_STORE_STORE_H
#define SSL_STORE_STORE_H

#include <signal.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"

struct store;

/* STORE_DRY is for a dry run. The store is only read, whoever owns it, and no file is created
 * beside the database. A function that changes the store makes all its checks, with the same errors
 * as with STORE_WRITE, and then changes nothing. */
enum store_mode { STORE_READ, STORE_WRITE, STORE_DRY };

/* Creates DIR/.ssl with an empty database. A store that exists is kept and upgraded: *created =
 * 0. */
int store_init(const char *dir, int *created, struct error *err);

/* Opens the .ssl of the folder `start` or of the nearest parent that has one. ERR_NOT_FOUND if
 * there is none. */
int store_open(struct store **out, const char *start, enum store_mode mode, struct error *err);
void store_close(struct store *s);

/* True if it was opened with STORE_WRITE. */
int store_is_writable(const struct store *s);

/* Opens a temporary copy of the database of s for writing, for a dry run of what can only be
 * checked by doing it. No other process sees the copy, and store_close() deletes it. Its objects
 * are those of s. */
int store_open_copy(struct store *s, struct store **out, struct error *err);

/* Reports what store_init() would do in DIR, with the same errors, and writes nothing. */
enum store_plan { STORE_MAKE, STORE_UPGRADE, STORE_KEEP };
int store_init_plan(const char *dir, enum store_plan *out, struct error *err);

/* ERR_FAILED if the path of the open database no longer names its file: the file was moved or
 * deleted. What is written from then on goes with that file and may be lost. */
int store_check_exists(struct store *s, struct error *err);

/* From now on the store waits 40 times as long for a lock (ten minutes), with a warning after the
 * first 15 seconds, since a training run would lose its work. Once *stop is not 0 it waits no
 * longer than usual. stop may be NULL. */
void store_wait_long(struct store *s, const volatile sig_atomic_t *stop);
/* on = 1: the store waits for a lock for one second only, for writes that can be made later. */
void store_wait_briefly(struct store *s, int on);

/* Everything that is read between the two calls comes from one snapshot, whatever writers do,
 * and many small queries cost less. Keep it short: SQLite cannot checkpoint a log that is being
 * read. */
int store_snapshot_begin(struct store *s, struct error *err);
void store_snapshot_end(struct store *s);

/* The absolute path of .ssl; and that of the folder for temporary files of the objects, on the same
 * file system. */
const char *store_dir(const struct store *s);
const char *store_tmp_dir(const struct store *s);

#endif
