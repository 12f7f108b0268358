/* Inside core/store/ only: the tables of bundles, as the schema has them. */
#ifndef SSL_STORE_BUNDLE_BUNDLE_INTERNAL_H
#define SSL_STORE_BUNDLE_BUNDLE_INTERNAL_H

#include "core/store/bundle/bundle.h"
#include "core/store/bundle/jsonline.h"
#include "core/store/store_internal.h"

enum { BUNDLE_COLUMNS = 64, BUNDLE_TABLES = 48 };

struct bundle_column {
	char name[64], target[64]; /* target: the table that it refers to, "" none */
	int is_own_id;             /* the table's own number: made anew in each store */
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

/* Shared tables, "sweep", "cell", "run", then what belongs to runs, each behind what it refers to.
 */
int bundle_schema_read(struct store *s, struct bundle_schema *out, struct error *err);
const struct bundle_table *bundle_table_find(const struct bundle_schema *b, const char *name);

/* SQL of what names a row of `table` in every store, its columns prefixed by "ALIAS."; NULL when it
 * has no such name. */
const char *bundle_key(const char *table);
/* SQL of the numbers of the rows of a shared table that a bundle needs; NULL for param, which is
 * found by its recipe. ?1 and ?2: see bundle_prepare(). */
const char *bundle_needed(const char *table);

/* "SELECT ... FROM name t": rows of the table as they travel. */
void bundle_select_sql(const struct bundle_table *t, struct strbuf *sql);
/* The runs' numbers are ?1, the sweeps' ?2, each a JSON array. */
int bundle_prepare(struct store *s, const char *sql, const struct selection *sel, sqlite3_stmt **st,
		   struct error *err);
/* Appends the rows; sort: as text, for those that have no order of their own. name: in place of the
 * row's own, or NULL. */
int bundle_add_rows(struct store *s, sqlite3_stmt *st, const struct bundle_table *t, int sort,
		    const char *name, struct strbuf *out, struct error *err);

/* An import on its way. */
struct bundle_import {
	struct store *s;
	struct bundle_schema schema;
	sqlite3_stmt *insert[BUNDLE_TABLES]; /* made when first needed */
	struct jsonline line;                /* that was read last */
	long lines;                          /* its number in its text */
	struct bundle_result *result;
	const char *sweep_name; /* in place of the sweep's own, or NULL */
	const struct bundle_in *in;
	int theirs;             /* the bundle's version of the schema, 0 when it does not say */
};
/* bundle_words.c: brings the line of an older version to the columns and words of this one: renamed columns, the
 * status of a pruned run, the numbers of its method, and the description of a metric (metric_kinds.h). */
int bundle_was_pruned(const struct jsonline *line);
void bundle_read_words(struct bundle_import *m);
/* Reads the next line of the text, its times and words as they are today; 1, 0 at the end, -1. */
int bundle_next_line(struct bundle_import *m, const struct bundle_text *in, size_t *at,
		     struct error *err);
/* A field of the line; "" when it is no text. */
const char *bundle_field(const struct bundle_import *m, const char *name);
/* ERR_CORRUPT unless the line's values are what a row of the table can have. */
int bundle_check_values(struct bundle_import *m, const char *table, struct error *err);
/* ERR_CORRUPT when the rows of a run that was taken in contradict each other. */
int bundle_check_run(struct bundle_import *m, int64_t run, const char *uuid, struct error *err);
/* The error for a table or column that this version does not have; what: its kind, as "table ". */
int bundle_from_newer(const struct bundle_import *m, const char *what, const char *name,
		      struct error *err);
/* Inserts the line as a row of `owner`, the number of a run or a sweep. without: a column left
 * NULL, or NULL; name: for a run or a sweep, or NULL. */
int bundle_insert(struct bundle_import *m, const struct bundle_table *t, int64_t owner,
		  const char *without, const char *name, struct error *err);
/* A run that is here already, under this number: the same, but for tags and notes, which are merged, or a
 * conflict. */
int bundle_compare_run(struct bundle_import *m, const struct bundle_text *in, int64_t run,
		       struct error *err);
/* A sweep and its cells, once their runs are in. */
int bundle_take_sweep(struct bundle_import *m, const struct bundle_text *in, struct error *err);

#endif
