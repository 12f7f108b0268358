/* Inside core/store/bundle/ only: the tables of bundles, read from the schema, and the steps of
 * export and import. */
#ifndef SSL_STORE_BUNDLE_BUNDLE_INTERNAL_H
#define SSL_STORE_BUNDLE_BUNDLE_INTERNAL_H

#include "core/store/bundle/bundle.h"
#include "core/store/bundle/jsonline.h"
#include "core/store/store_internal.h"

enum { BUNDLE_COLUMNS = 64, BUNDLE_TABLES = 48 };

struct bundle_column {
	char name[64], target[64]; /* target: the table that it refers to, "" none */
	int is_own_id;             /* the number of the row, which each store assigns */
	int not_null;
	char fallback[96]; /* SQL of its default, "" none */
};
struct bundle_table {
	char name[64], owner[64]; /* owner: run, eval, recipe, sweep; "" shared */
	struct bundle_column column[BUNDLE_COLUMNS];
	int n, has_id;
};
struct bundle_schema {
	struct bundle_table table[BUNDLE_TABLES];
	int n;
};

/* Reads the shared tables, "sweep", "cell", "run", then the tables of runs, each after those that
 * it refers to. */
int bundle_schema_read(struct store *s, struct bundle_schema *out, struct error *err);
const struct bundle_table *bundle_table_find(const struct bundle_schema *b, const char *name);

/* SQL of the key of a row k of `table` that is the same in every store; NULL if it has none. */
const char *bundle_key(const char *table);
/* SQL of the numbers of the rows of a shared table that a bundle needs; NULL for param, which is
 * found by its recipe. ?1 and ?2: see bundle_prepare(). */
const char *bundle_needed(const char *table);

/* Appends "SELECT ... FROM name t", which reads rows of the table as they are exported. */
void bundle_select_sql(const struct bundle_table *t, struct strbuf *sql);
/* Prepares a statement and binds the numbers of the runs to ?1 and those of the sweeps to ?2, each
 * as a JSON array. */
int bundle_prepare(struct store *s, const char *sql, const struct selection *sel, sqlite3_stmt **st,
		   struct error *err);
/* Appends the rows that the statement returns, a line each. sort: sorts the lines, for a table
 * without an order. name: written in place of the row's own, or NULL. */
int bundle_add_rows(struct store *s, sqlite3_stmt *st, const struct bundle_table *t, int sort,
		    const char *name, struct strbuf *out, struct error *err);

/* The state of an import. */
struct bundle_import {
	struct store *s;
	struct bundle_schema schema;
	sqlite3_stmt *insert[BUNDLE_TABLES]; /* prepared when first needed */
	struct jsonline line;                /* the line that was read last */
	long lines;                          /* its number in the text, from 1 */
	struct bundle_result *result;
	const char *sweep_name; /* as in bundle_in */
	const struct bundle_in *in;
	int theirs;             /* version of the bundle's schema; 0: unknown */
};
/* bundle_words.c: brings the line of an older version to the columns and words of this one: renamed
 * columns, the status of a pruned run, the numbers of its method, and the description of a metric
 * (metric_kinds.h). */
int bundle_was_pruned(const struct jsonline *line);
void bundle_read_words(struct bundle_import *m);
/* Reads the next line of the text, with the times, names and words of this version: 1; 0 at the
 * end; -1. */
int bundle_next_line(struct bundle_import *m, const struct bundle_text *in, size_t *at,
		     struct error *err);
/* A field of the line; "" if it is not a text. */
const char *bundle_field(const struct bundle_import *m, const char *name);
/* ERR_CORRUPT unless the line's values are valid in a row of the table. */
int bundle_check_values(struct bundle_import *m, const char *table, struct error *err);
/* ERR_CORRUPT if the rows of an imported run contradict each other. */
int bundle_check_run(struct bundle_import *m, int64_t run, const char *uuid, struct error *err);
/* The error for a table or column that this version does not have; what: its kind, as "table ". */
int bundle_from_newer(const struct bundle_import *m, const char *what, const char *name,
		      struct error *err);
/* Inserts the line as a row of `owner`, the number of a run or a sweep. without: a column to leave
 * NULL, or NULL. name: of a run or a sweep, in place of its own, or NULL. */
int bundle_insert(struct bundle_import *m, const struct bundle_table *t, int64_t owner,
		  const char *without, const char *name, struct error *err);
/* Compares a run of the bundle with run `run` here: merges tags and notes if they are otherwise the
 * same, else reports a conflict. */
int bundle_compare_run(struct bundle_import *m, const struct bundle_text *in, int64_t run,
		       struct error *err);
/* Imports a sweep and its cells, after their runs. */
int bundle_import_sweep(struct bundle_import *m, const struct bundle_text *in, struct error *err);

#endif
