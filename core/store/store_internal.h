/*
 * Inside core/store/ only: the open store, and the few helpers through which all SQL goes.
 * Statements are string literals. Each is prepared once per store and cached by the address of the
 * literal. Values are bound, never printed into SQL.
 */
#ifndef SSL_STORE_STORE_INTERNAL_H
#define SSL_STORE_STORE_INTERNAL_H

#include <sqlite3.h>
#include <stdarg.h>

#include "core/base/clock.h"
#include "core/base/hash.h"
#include "core/store/alive.h"
#include "core/store/busy.h"
#include "core/store/store.h"

enum { USER_SQL_LIMITS = 5 };
enum { STORE_STATEMENTS = 256, STORE_APPLICATION_ID = 0x53534C31 /* "SSL1" */ };

struct watch;
struct store {
	sqlite3 *db;
	enum store_mode mode;
	int as_file;            /* read without locks, as a file that no process writes to */
	char *dir, *tmp, *path; /* .ssl, .ssl/objects/tmp, .ssl/ssl.db */
	struct busy busy;
	struct {
		double time_limit_at; /* clock_now() at which the progress handler stops a query */
		struct watch *watch;
		int limit[USER_SQL_LIMITS]; /* the connection's usual limits, to be restored */
		int64_t bytes;              /* of the result so far */
	} user_sql; /* query/user_sql.c: while a user's query runs */
	struct {
		const char *sql;
		sqlite3_stmt *stmt;
	} cache[STORE_STATEMENTS];
	int alive[ALIVE_KINDS]; /* alive.c: the open file of each kind, or -1 */
};

/* The kinds in which a value is stored: SQLite has no NaN, and JSON no infinity. */
enum value_kind { VALUE_NUMBER, VALUE_NAN, VALUE_INF, VALUE_MINUS_INF };
enum value_kind value_kind(double v);
double value_make(enum value_kind kind, double v);

/* Fills *err from the connection's last error, with the error code that fits; returns -1. */
int db_error(struct store *s, struct error *err);

/* The cached statement of this literal, reset and without bindings. NULL with *err. */
sqlite3_stmt *db_prepare(struct store *s, const char *sql, struct error *err);
/* Binds values in order: i int, l long, I int64_t, f double (NaN: NULL), t text (NULL: NULL). The
 * text must exist until the statement is reset. */
void db_bind(sqlite3_stmt *st, const char *types, ...);
void db_vbind(sqlite3_stmt *st, const char *types, va_list ap);

/* 1 for a row, 0 at the end, -1 with *err; 0 and -1 reset the statement. With STORE_DRY a statement
 * that would change something is not run: 0. */
int db_step(struct store *s, sqlite3_stmt *st, struct error *err);
/* Prepares, binds and runs to the end. */
int db_run(struct store *s, struct error *err, const char *sql, const char *types, ...);

/* Reads the first column of the first row: 1 and *out, 0 for no row or NULL, -1 with *err. */
int db_int(struct store *s, int64_t *out, struct error *err, const char *sql, const char *types,
	   ...);

/* Runs a script of several statements, uncached. */
int db_script(struct store *s, const char *sql, struct error *err);

/* Appends a name, which may come from anywhere, as a quoted identifier. */
struct strbuf;
void db_add_name(struct strbuf *sql, const char *name);

/* A column's text, with "" for NULL; the same, cut off at `size`, in a buffer; a copy that the
 * caller frees (NULL for NULL). */
const char *db_text(sqlite3_stmt *st, int col);
void db_text_into(sqlite3_stmt *st, int col, char *out, size_t size);
char *db_text_dup(sqlite3_stmt *st, int col);

/* BEGIN IMMEDIATE, waiting for the lock as busy.h says. */
int tx_begin(struct store *s, struct error *err);
/* Ends the transaction with the result of its work: commits if ret is 0 (but not with STORE_DRY),
 * else rolls back. -1 if the work or the commit failed. */
int tx_end(struct store *s, int ret, struct error *err);
/* Brings the schema up to date (a writer), or checks that it can be read (a reader). *created: the
 * database was empty. */
int migrate(struct store *s, int *created, struct error *err);
int migrate_versions(struct store *s, int *now, int *newest, struct error *err);

/* The time now as the store records it: "2026-01-31 12:00:00.000". */
struct stamp {
	char text[CLOCK_TEXT];
};
struct stamp stamp_now(void);

/* Generates a random uuid (version 4), as text. */
int uuid_make(char out[37], struct error *err);
/* Generates a name from the uuid that no run has yet; inside the caller's transaction. */
int run_name_make(struct store *s, const char *uuid, char *out, size_t size, struct error *err);
/* The first of BASE-2, BASE-3, ... for which the query (its ?1 is the name) has no row. */
int name_like(struct store *s, const char *sql, const char *base, char out[64], struct error *err);
/* ERR_USAGE unless the name can be distinguished from the other forms of refs. */
int run_name_check(const char *name, struct error *err);

/* The id of the object; inserts its row if there is none. The file must be in place. */
int object_id_of(struct store *s, const char *sha256, int64_t bytes, int64_t *id,
		 struct error *err);

/* Inside the caller's transaction: the id of its recipe, rows made if need be; one row of table
 * param, and that of its name if need be. */
struct run_new;
struct run_param;
int recipe_row_make(struct store *s, const struct run_new *r, int64_t *id, struct error *err);
int param_insert(struct store *s, int64_t recipe, const struct run_param *p, struct error *err);
/* The run of SWEEP:POINT.SEED, or of SWEEP:POINT where that has one seed. */
int cell_ref(struct store *s, const char *ref, int64_t *run, struct error *err);
/* Points into series and summaries, inside the caller's transaction. */
struct metric_point;
int metrics_insert(struct store *s, int64_t run, const struct metric_point *p, int n,
		   struct error *err);
/* Removes every series above `step`, and makes the summaries again. */
int metrics_truncate(struct store *s, int64_t run, int64_t step, struct error *err);

/* A checkpoint's row, inside the transaction that flushes the metrics up to it. */
struct checkpoint_new;
int checkpoint_insert(struct store *s, int64_t run, const struct checkpoint_new *ck,
		      struct error *err);
/* Hashes of objects that no row may name any more once the transaction is over. */
struct hashes {
	char (*hex)[HASH_HEX];
	int n;
};
/* Removes the rows of checkpoints at steps lo .. hi except `except`; adds their hashes to *gone. */
int checkpoints_cut(struct store *s, int64_t run, int64_t lo, int64_t hi, int64_t except,
		    struct hashes *gone, struct error *err);
/* Inside a transaction: removes the run's rows above `step` from every table with run_id and step
 * except event, and corrects the summaries; hashes of checkpoints are added to *gone. */
int run_truncate(struct store *s, int64_t run, int64_t step, struct hashes *gone, struct error *err);
/* After the transaction: removes the objects if ret is 0, and frees the list; returns ret or -1. */
int hashes_drop(struct store *s, struct hashes *gone, int ret, struct error *err);

/* The name that is nearest to `word`, of those that the query returns in its first column; "" if
 * none is near. */
int store_nearest(struct store *s, const char *sql, const char *word, char out[64],
		  struct error *err);

/* ERR_FAILED unless the handle's attempt may still write to its run; inside the transaction. */
struct run_handle;
int run_fence(struct store *s, const struct run_handle *h, struct error *err);

#endif
