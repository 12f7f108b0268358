/*
 * Runs as text that another store can take in: shared rows (code, hosts, recipes, datasets ...) and
 * one text per run with all rows that belong to it. A line is a row: a flat JSON object with the
 * table's name in "table". Numbers of rows, which differ between stores, are replaced by what names
 * the row everywhere (a recipe's hash, a metric's name, an attempt's number within its run).
 *
 * What belongs to a run is read from the schema: tables that go when the run goes (ON DELETE
 * CASCADE). So a table or column that a migration adds is in bundles without a word here.
 *
 * The same runs give the same text in every store that holds them.
 */
#ifndef SSL_STORE_BUNDLE_H
#define SSL_STORE_BUNDLE_H

#include "core/store/selection.h"

/* The i-th shared table, in the order in which they have to be taken in; NULL past the end. */
const char *bundle_shared(int i);

/* Appends the rows of a shared table that the runs need. */
int bundle_export_shared(struct store *s, const struct selection *sel, const char *table,
			 struct strbuf *out, struct error *err);

/* Appends all rows of a run; its uuid. name: in place of the run's own, or NULL. */
int bundle_export_run(struct store *s, int64_t run, const char *name, struct strbuf *out,
		      char uuid[37], struct error *err);

/* The objects (checkpoints, datasets) that the runs name: fn is called in the order of hashes. */
int bundle_objects(struct store *s, const struct selection *sel,
		   int (*fn)(void *ctx, const char *sha256, int64_t bytes, struct error *err),
		   void *ctx, struct error *err);

struct bundle_text {
	char name[64]; /* of the shared table, or the run's uuid */
	struct strbuf text;
};
struct bundle_in {
	struct bundle_text *shared, *run;
	int n_shared, n_runs;
};
struct bundle_result {
	int added, there, conflicts;
	struct strbuf report; /* a line for each conflict and each run that had to be renamed */
};
/* One transaction: everything or nothing. Objects must be in place. A run that is there already
 * (its uuid) is left as it is: counted in `there` when it is the same, else in `conflicts`. A name
 * that another run has is made anew. ERR_CORRUPT when a row does not fit; ERR_USAGE when it comes
 * from a newer schema. */
int bundle_import(struct store *s, const struct bundle_in *in, struct bundle_result *out,
		  struct error *err);

#endif
