/*
 * The store: `.ssl/`, with ssl.db (SQLite; this folder is the only door to sqlite3.h), objects/
 * (files named by their SHA-256) and config. WAL, synchronous NORMAL, foreign keys; TRUNCATE
 * journal where the file system is a network's. Every write is one short BEGIN IMMEDIATE
 * transaction, retried with jitter for up to 15 s, then ERR_BUSY (but see store_wait_long()). A
 * schema newer than the binary is ERR_CORRUPT; a full disk or a read-only store is ERR_FAILED. The schema is schema/NNNN_*.sql,
 * embedded at build, applied in order, each with its user_version in one transaction;
 * schema/views.sql is remade when a writer opens.
 */
#ifndef SSL_STORE_STORE_H
#define SSL_STORE_STORE_H

#include <signal.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"

struct store;

/* STORE_DRY is for a dry run: the store is only read, whoever owns it, and not even a log is made beside
 * the database. What changes a store makes all its checks there, with the same errors as with
 * STORE_WRITE, and then changes nothing. */
enum store_mode { STORE_READ, STORE_WRITE, STORE_DRY };

/* Creates DIR/.ssl with an empty database. One that exists is upgraded and kept: *created = 0. */
int store_init(const char *dir, int *created, struct error *err);

/* Finds .ssl in `start` or the nearest parent and opens it. ERR_NOT_FOUND ("not in an ssl store;
 * `ssl init` makes one") when there is none. */
int store_open(struct store **out, const char *start, enum store_mode mode, struct error *err);
void store_close(struct store *s);

/* Was it opened with STORE_WRITE? */
int store_is_writable(const struct store *s);

/* For a dry run of what can only be checked by doing it: a copy of the database of s, to write to, that
 * nobody else sees and that is gone when it is closed. Its objects are those of s. */
int store_rehearse(struct store *s, struct store **out, struct error *err);

/* What store_init() would do in DIR, with its errors; it writes nothing. */
enum store_plan { STORE_MAKE, STORE_UPGRADE, STORE_KEEP };
int store_init_plan(const char *dir, enum store_plan *out, struct error *err);

/* ERR_FAILED when the open database is no longer the file of its name: moved away, or deleted. What
 * is written then goes where the file went, and nobody may ever see it. */
int store_check_there(struct store *s, struct error *err);

/* From now on it waits for a lock 40 times as long (ten minutes), with a warning after the first 15
 * seconds, unless *stop (or NULL) says to end: what a run that trains would lose is worth it. */
void store_wait_long(struct store *s, const volatile sig_atomic_t *stop);
/* on = 1: it waits a second only, since what it has to write can wait. */
void store_in_haste(struct store *s, int on);

/* What is read between the two is the store of one moment, whatever writers do; and many small
 * questions cost less. To be short: a log that is read cannot be checkpointed. */
int store_snapshot_begin(struct store *s, struct error *err);
void store_snapshot_end(struct store *s);

/* The absolute path of .ssl; of its objects folder's temporary files (same file system). */
const char *store_dir(const struct store *s);
const char *store_tmp_dir(const struct store *s);

#endif
