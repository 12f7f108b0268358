/* Adding runs and sweeps of the store to a selection. A run that is there already is not added
 * again. refs.h adds the run of a ref. */
#ifndef SSL_STORE_QUERY_SELECTION_ADD_H
#define SSL_STORE_QUERY_SELECTION_ADD_H

#include "core/store/query/selection.h"

/* The run of this number; nothing if it is in the trash or does not exist. */
int selection_add_run(struct store *s, struct selection *sel, int64_t id, struct error *err);

/* All runs for which the checked expression holds (`ssl log -w`); NULL: all. Oldest first. */
int selection_add_where(struct store *s, struct selection *sel, const char *where,
			struct error *err);

/* The sweep and the runs of its cells, in the order of the grid. Returns 1, 0 if there is no such
 * sweep, -1. */
int selection_add_sweep(struct store *s, struct selection *sel, const char *name,
			struct error *err);

/* A sweep without its runs: ERR_NOT_FOUND with the nearest name. All sweeps, likewise. */
int selection_add_plan(struct store *s, struct selection *sel, const char *name, struct error *err);
int selection_add_sweeps(struct store *s, struct selection *sel, struct error *err);

#endif
