/*
 * Some runs, and what pictures and reports need of them, read run by run through indices, so that
 * the cost follows the selection and not the store.
 */
#ifndef SSL_STORE_QUERY_SELECTION_H
#define SSL_STORE_QUERY_SELECTION_H

#include "core/base/hash.h"
#include "core/base/strbuf.h"
#include "core/store/query/query.h"

struct selected {
	int64_t id, seed, dataset_id;
	long epochs, steps; /* planned */
	char name[64], method[32], status[16];
	char group[HASH_HEX]; /* equal for replicates, as is dataset_id */
	char dataset[80];     /* its label (v_dataset); "": none */
};
/* Each run once, in the order in which it was added. */
struct selection {
	struct selected *run;
	int n;
	int64_t *sweep; /* those that selection_add_sweep() found */
	int sweeps;
	struct varied_set *varied; /* what selection_study() found; NULL: asked for each time */
	char *repeated;
};
void selection_release(struct selection *sel);

/* Works out, once, what every picture of the same runs asks for: what varies between them, and
 * which were done again. To be called when the last run is in. */
int selection_study(struct store *s, struct selection *sel, struct error *err);

/* Those of the runs that are marked, studied if sel is; the caller releases it. */
struct selection selection_part(const struct selection *sel, const char *keep);
/* Is run i the first one of its method? */
int selection_is_first_of_method(const struct selection *sel, int i);

/* Takes out the runs that `of` has not. */
void selection_intersect(struct selection *sel, const struct selection *of);

/* One run, as refs_resolve() finds it; @epoch=N is ERR_USAGE. */
int selection_add_ref(struct store *s, struct selection *sel, const char *ref, struct error *err);

/* All runs for which the checked expression holds (`ssl log -w`); NULL: all. Oldest first. */
int selection_add_where(struct store *s, struct selection *sel, const char *where,
			struct error *err);

/* The runs of a sweep's cells, in the order of the grid. Returns 1, 0 when there is no such sweep,
 * -1. */
int selection_add_sweep(struct store *s, struct selection *sel, const char *name,
			struct error *err);
/* A sweep without its runs; ERR_NOT_FOUND with the nearest name. All sweeps, likewise. */
int selection_add_plan(struct store *s, struct selection *sel, const char *name, struct error *err);
int selection_add_sweeps(struct store *s, struct selection *sel, struct error *err);

/* Does another run of the selection count in the place of the i-th, for the same experiment
 * (recipe, seed, data)? The newest that is done; where none is, the newest that collapsed or was
 * pruned. */
int selection_repeats(const struct selection *sel, int i);

/* "[3,4,5]" */
void selection_ids(const struct selection *sel, struct strbuf *out);

/* The metric that is meant: `name`, test.NAME or val.NAME, whichever most of the finished runs have
 * (of all runs, if none of these has any; the first of equals). ERR_NOT_FOUND with the nearest name
 * if none has any. Commands ask metric_choice.h. */
struct metric_info {
	char name[128], unit[16];
	int low_is_good; /* its goal is "min"; where it has none, that of a sweep that is for it */
};
int selection_metric(struct store *s, const struct selection *sel, const char *name,
		     struct metric_info *out, struct error *err);

/* Per run the last value of the metric's series, else of its newest evaluation; best: the best of
 * both, where the metric has a goal. NaN where there is none. out has sel->n values. */
int selection_values(struct store *s, const struct selection *sel, const char *metric, int best,
		     double *out, struct error *err);

/* Takes out (NaN) the values that are no results: those of runs that are not done. What enters a
 * mean over runs went through here; see core/stats/compare.h. */
void selection_results(const struct selection *sel, double *value);
/* The same of collapsed runs alone: for an order of runs, in which these are never the first. */
void selection_order(const struct selection *sel, double *value);

/* Per run the floor of the metric: what the untrained encoder has (v_floor); NaN: not known. */
int selection_floors(struct store *s, const struct selection *sel, const char *metric, double *out,
		     struct error *err);

/* A hyperparameter that is not the same in all runs (the seed apart), text owned by the set. */
struct varied {
	char *name;
	char **text;    /* of each run; NULL where it does not apply */
	double *number; /* NaN where it is none */
	int is_number;  /* every value is */
	int levels;     /* distinct values */
};
struct varied_set {
	struct varied *param; /* by name */
	int n, runs;
};
int selection_varied(struct store *s, const struct selection *sel, struct varied_set *out,
		     struct error *err);
/* One parameter, varied or not. ERR_NOT_FOUND when no run has it. */
int selection_param(struct store *s, const struct selection *sel, const char *name,
		    struct varied_set *out, struct error *err);
void varied_release(struct varied_set *v);
/* Of the marked runs only (NULL: all), without the parameters that are the same in all of these. */
struct varied_set varied_part(const struct varied_set *v, const char *keep);

/* A series by its steps: of a metric, else of evaluations, the newest one of each step. n = 0 when
 * there is none. A value may be NaN or infinite. */
struct series {
	int n;
	double *step, *value;
};
int series_read(struct store *s, int64_t run, const char *metric, struct series *out,
		struct error *err);
void series_release(struct series *series);

/* Calls fn for each metric that the run has a series or an evaluation of, by name; and when the run
 * was recorded, in seconds since 1970. */
int series_each(struct store *s, int64_t run,
		int (*fn)(void *ctx, const char *metric, double created, struct error *err),
		void *ctx, struct error *err);

/* A spectrum at the last step at or before `step` (-1: the newest): step[] holds the indices. */
int spectrum_read(struct store *s, int64_t run, const char *name, long step, struct series *out,
		  long *at, struct error *err);
/* Per step the mean over all indices, and its standard deviation. */
int spectrum_means(struct store *s, int64_t run, const char *name, struct series *mean,
		   struct series *sd, struct error *err);

#endif
