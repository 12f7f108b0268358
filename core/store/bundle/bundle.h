/*
 * Runs and sweeps as text that another store can take in: shared rows (code, hosts, recipes,
 * datasets
 * ...), one text per run with all rows that belong to it, and one per sweep with its cells. A line
 * is a row: a flat JSON object with the table's name in "table". Numbers of rows, which differ
 * between stores, are replaced by what names the row everywhere (a recipe's hash, a metric's name,
 * an attempt's number within its run).
 *
 * What belongs to a run is read from the schema: tables that go when the run goes (ON DELETE
 * CASCADE). So a table or column that a migration adds is in bundles without a word here.
 *
 * The same runs give the same text in every store that holds them.
 *
 * A bundle from an older schema lacks tables and columns that came later: what has a default gets
 * it, what may be NULL is NULL, else the bundle is refused.
 */
#ifndef SSL_STORE_BUNDLE_BUNDLE_H
#define SSL_STORE_BUNDLE_BUNDLE_H

#include "core/store/query/selection.h"

/* The i-th shared table, in the order in which they have to be taken in; NULL past the end. */
const char *bundle_shared(int i);

/* Appends the rows of a shared table that the runs need. */
int bundle_export_shared(struct store *s, const struct selection *sel, const char *table,
			 struct strbuf *out, struct error *err);

/* Appends all rows of a run; its uuid. name: in place of the run's own, or NULL. */
int bundle_export_run(struct store *s, int64_t run, const char *name, struct strbuf *out,
		      char uuid[37], struct error *err);

/* Appends a sweep's row and its cells; its uuid. A cell is as if no worker were at work: one that
 * is running is queued, as is one that is done by a run that is not in `sel`. */
int bundle_export_sweep(struct store *s, const struct selection *sel, int64_t sweep,
			struct strbuf *out, char uuid[37], struct error *err);

/* The version of the schema that the store has. */
int bundle_schema_version(struct store *s, int *out, struct error *err);

/* Between the two everything is read as of one moment. */
int bundle_begin(struct store *s, struct error *err);
void bundle_end(struct store *s);

/* The objects (checkpoints, datasets) that they name: fn is called in the order of hashes. */
int bundle_objects(struct store *s, const struct selection *sel,
		   int (*fn)(void *ctx, const char *sha256, int64_t bytes, struct error *err),
		   void *ctx, struct error *err);

struct bundle_text {
	char name[64]; /* of the shared table, or the run's uuid */
	struct strbuf text;
};
struct bundle_object {
	char sha256[65];
	int64_t bytes;
};
struct bundle_in {
	struct bundle_text *shared, *run, *sweep;
	int n_shared, n_runs, n_sweeps;
	const char *sweep_name; /* for the one sweep, in place of its own; or NULL */
	int schema;             /* the version that it was made with, 0 unknown */
	/* those that it brings, when these are not in place: in a store of store_rehearse() */
	const struct bundle_object *object;
	int n_objects;
};
struct bundle_result {
	int added, there, conflicts; /* runs; conflicts: of sweeps and cells too */
	int sweeps, cells, settled;  /* sweeps and cells added; cells that were waiting here */
	struct strbuf report; /* a line for each conflict and each thing that is named anew */
};
/* One transaction: everything or nothing. Objects must be in place. A run that is there already
 * (its uuid) is counted in `there` when it is the same but for its tags and notes, of which it gets those
 * that it lacks; else it is left as it is, and counted in `conflicts`. A name that another run or sweep
 * has gets a number: NAME-2; what a run was called is a note of it.
 *
 * A sweep that is there already (its uuid) gets the cells that it lacks, and of the others those
 * that are further in the bundle: done before anything else; failed or pruned before queued when
 * they were claimed more often. Conflicts, where all stays as it is here: a cell that is done by
 * different runs; one that a worker here has just now; a sweep whose name, if it is that of
 * bundle_in, another one has. A sweep's plan is the bundle's when that has all cells that are here, and more.
 *
 * ERR_CORRUPT when a row does not fit; ERR_USAGE when it comes from a newer schema, or from one so
 * old that it lacks what cannot be made up. */
int bundle_import(struct store *s, const struct bundle_in *in, struct bundle_result *out,
		  struct error *err);

#endif
