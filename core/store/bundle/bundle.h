/*
 * Runs and sweeps as text that another store can import: one text per shared table (code, hosts,
 * recipes, datasets ...), one per run with all its rows, and one per sweep with its cells. A line
 * is a row: a flat JSON object with the table's name in "table". Numbers of rows, which differ
 * between stores, are replaced by a key that is the same in every store (a recipe's hash, a
 * metric's name, an attempt's number within its run).
 *
 * Which tables belong to a run is read from the schema: those whose rows are deleted with the run
 * (ON DELETE CASCADE). So bundles contain every table and column that a migration adds, without a
 * change here.
 *
 * The same runs give the same text in every store that holds them.
 *
 * A bundle of an older schema lacks tables and columns that came later. A missing column gets its
 * default or, if it may be NULL, NULL; otherwise the bundle is refused. bundle_words.c adds what a
 * default cannot say.
 */
#ifndef SSL_STORE_BUNDLE_BUNDLE_H
#define SSL_STORE_BUNDLE_BUNDLE_H

#include "core/store/query/selection.h"

/* The i-th shared table, in the order of import; NULL past the end. */
const char *bundle_shared(int i);

/* Appends the rows of a shared table that the runs need. */
int bundle_export_shared(struct store *s, const struct selection *sel, const char *table,
			 struct strbuf *out, struct error *err);

/* Appends all rows of a run, and copies its uuid. name: written in place of the run's own, or NULL.
 * */
int bundle_export_run(struct store *s, int64_t run, const char *name, struct strbuf *out,
		      char uuid[37], struct error *err);

/* Appends a sweep's row and its cells, and copies its uuid. Cells are exported as if no worker were
 * running: a running cell is queued, and so is a done cell whose run is not in `sel`. */
int bundle_export_sweep(struct store *s, const struct selection *sel, int64_t sweep,
			struct strbuf *out, char uuid[37], struct error *err);

/* The version of the store's schema. */
int bundle_schema_version(struct store *s, int *out, struct error *err);

/* Between these calls the store is read as of one moment. */
int bundle_begin(struct store *s, struct error *err);
void bundle_end(struct store *s);

/* Calls fn for each object (checkpoint, dataset) that the runs and sweeps need, in the order of
 * hashes. */
int bundle_objects(struct store *s, const struct selection *sel,
		   int (*fn)(void *ctx, const char *sha256, int64_t bytes, struct error *err),
		   void *ctx, struct error *err);

struct bundle_text {
	char name[64]; /* the shared table, or the uuid of the run or sweep */
	struct strbuf text;
};
struct bundle_object {
	char sha256[65];
	int64_t bytes;
};
struct bundle_in {
	struct bundle_text *shared, *run, *sweep;
	int n_shared, n_runs, n_sweeps;
	const char *sweep_name; /* name here of the only sweep; NULL: its own */
	int schema;             /* version of its schema; 0: unknown */
	/* the bundle's objects, if they are not in the store: for a store of store_open_copy() */
	const struct bundle_object *object;
	int n_objects;
};
struct bundle_result {
	int added, there, conflicts; /* runs; conflicts also counts sweeps and cells */
	int sweeps, cells, settled;  /* sweeps, cells added; cells that it settled */
	struct strbuf report; /* a line for each conflict and each renamed run or sweep */
};
/* Imports everything or nothing, in one transaction. Objects must be in place. A run that exists
 * here (same uuid) is counted in `there` if it is the same except for tags and notes, and gets
 * those that it lacks; otherwise it stays as it is and is counted in `conflicts`. A name that
 * another run or sweep has gets a number: NAME-2; a note of the run records its former name.
 *
 * A sweep that exists here (same uuid) gets the cells that it lacks. Of the other cells it gets the
 * state of those that are further in the bundle: done is further than anything else; failed or
 * pruned is further than queued if the cell was claimed more often. In a conflict everything stays
 * as it is here: a cell that different runs have done; a cell that a worker here holds; a sweep
 * whose name bundle_in gives, if another sweep has it. The sweep's plan is replaced if the bundle
 * has all cells that are here, and more.
 *
 * ERR_CORRUPT if a row is not valid; ERR_USAGE if it comes from a newer schema, or from an older
 * one and lacks a value that has no default. */
int bundle_import(struct store *s, const struct bundle_in *in, struct bundle_result *out,
		  struct error *err);

#endif
