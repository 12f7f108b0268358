/*
 * Other names for sweeps, and the removal of sweeps. A removed sweep is in the trash: no view and no
 * command shows it or claims its cells, its name stays taken, and it can be restored; only
 * sweeps_delete() forgets it. Its runs go with it, unless another sweep that is not in the trash
 * has them too: a run may be a cell of several sweeps (--reuse).
 */
#ifndef SSL_STORE_SWEEP_TRASH_H
#define SSL_STORE_SWEEP_TRASH_H

#include "core/store/store.h"

/* ERR_USAGE when a sweep in the trash has the name, with what frees it. */
int sweeps_check_name_free(struct store *s, const char *name, struct error *err);

/* ERR_USAGE when the name is taken or cannot be one of a sweep, or while a worker has a cell: a
 * supervisor starts its workers by the name. sweeps_check_rename() only checks. */
int sweeps_rename(struct store *s, int64_t id, const char *name, struct error *err);
int sweeps_check_rename(struct store *s, int64_t id, const char *name, struct error *err);

/* What the removal of a sweep, or its return, takes along. */
struct sweep_removal {
	int64_t cells, runs;
	int64_t kept; /* its runs that stay where they are: another sweep has them */
};
/* What sweeps_trash() and sweeps_delete() (for_good) would do, and the faults that they would have. */
int sweeps_removal(struct store *s, int64_t id, int for_good, double stale_s,
		   struct sweep_removal *out, struct error *err);

/* Into the trash, with its runs. ERR_USAGE while a worker has a cell, or while one of these runs is
 * alive (runs_trash()). */
int sweeps_trash(struct store *s, int64_t id, double stale_s, struct sweep_removal *out,
		 struct error *err);
/* Out of it, with the runs that went there with it or since; sweeps_return() only counts them. */
int sweeps_return(struct store *s, int64_t id, struct sweep_removal *out, struct error *err);
int sweeps_restore(struct store *s, int64_t id, struct sweep_removal *out, struct error *err);
/* For good: the sweep, its cells, those of its runs that no other sweep has, in the trash or not, and
 * what runs_delete() takes along. Of a sweep in the trash only runs that are there, too. ERR_USAGE
 * as sweeps_trash(). */
int sweeps_delete(struct store *s, int64_t id, double stale_s, struct sweep_removal *out,
		  struct error *err);

/* Inside core/store/ only, in the caller's transaction: the sweep's row, its cells, and the recipes that
 * nothing has any more. Its runs stay. */
int sweep_row_delete(struct store *s, int64_t id, struct error *err);

/* The sweep of that name in the trash: 1, 0 there is none, -1. */
int sweeps_find_trash(struct store *s, const char *name, int64_t *id, struct error *err);

#endif
