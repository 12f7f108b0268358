/*
 * A selection: some runs of the store, in memory. selection_add.h reads them, selection_values.h
 * and selection_varied.h read what pictures and reports need of them. All of these read run by run
 * through indices, so that the cost grows with the selection and not with the store.
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
	int64_t *sweep; /* the sweeps whose runs were added */
	int sweeps;
	struct varied_set *varied; /* found by selection_prepare(); NULL: read again for each question */
	char *repeated;            /* likewise */
};
void selection_release(struct selection *sel);

int selection_has(const struct selection *sel, int64_t run);

/* The runs with a mark in `keep`, prepared if sel is. The caller releases it. */
struct selection selection_part(const struct selection *sel, const char *keep);

/* Removes the runs that `of` does not have. */
void selection_intersect(struct selection *sel, const struct selection *of);

/* True if another run of the selection counts in the place of the i-th, for the same experiment
 * (recipe, seed, data): the newest that is done; if none is, the newest that collapsed or was
 * pruned. */
int selection_repeats(const struct selection *sel, int i);
/* Finds this for all runs at once; selection_prepare() calls it. */
void selection_mark_repeated(struct selection *sel);

/* True if no run before the i-th is of its method. */
int selection_is_first_of_method(const struct selection *sel, int i);

/* Appends the numbers of the runs as a JSON list: "[3,4,5]". */
void selection_ids(const struct selection *sel, struct strbuf *out);

#endif
