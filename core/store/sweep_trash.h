/*
 * Renaming and removing sweeps. A removed sweep is in the trash: no view and no command shows it or
 * claims its cells, its name stays taken, and it can be restored; only sweeps_delete() removes it
 * for good. Its runs are removed with it, except those that are also runs of another sweep outside
 * the trash: a run may belong to cells of several sweeps (--reuse).
 */
#ifndef SSL_STORE_SWEEP_TRASH_H
#define SSL_STORE_SWEEP_TRASH_H

#include "core/store/store.h"

/* ERR_USAGE if a sweep in the trash has the name; the message says how to free it. */
int sweeps_check_name_free(struct store *s, const char *name, struct error *err);

/* ERR_USAGE if the name is taken or is not a valid name of a sweep, or while a worker holds a cell:
 * a supervisor starts its workers by name. sweeps_check_rename() only checks. */
int sweeps_rename(struct store *s, int64_t id, const char *name, struct error *err);
int sweeps_check_rename(struct store *s, int64_t id, const char *name, struct error *err);

/* What is removed or restored together with a sweep. */
struct sweep_removal {
	int64_t cells, runs;
	int64_t kept; /* its runs that stay, since they also belong to another sweep */
};
/* What sweeps_trash() or (for_good) sweeps_delete() would remove, with the same errors. */
int sweeps_removal(struct store *s, int64_t id, int for_good, double stale_s,
		   struct sweep_removal *out, struct error *err);

/* Moves the sweep and its runs to the trash. ERR_USAGE while a worker holds a cell, or while one of
 * these runs is alive (runs_trash()). */
int sweeps_trash(struct store *s, int64_t id, double stale_s, struct sweep_removal *out,
		 struct error *err);
/* Restores the sweep and the runs that were moved to the trash with it or later; sweeps_return()
 * only counts them. */
int sweeps_return(struct store *s, int64_t id, struct sweep_removal *out, struct error *err);
int sweeps_restore(struct store *s, int64_t id, struct sweep_removal *out, struct error *err);
/* Deletes the sweep, its cells, those of its runs that belong to no other sweep (in the trash or
 * not), and what runs_delete() deletes with them. Of a sweep in the trash, only runs in the trash
 * are deleted. ERR_USAGE as sweeps_trash(). */
int sweeps_delete(struct store *s, int64_t id, double stale_s, struct sweep_removal *out,
		  struct error *err);

/* Inside core/store/ only, in the caller's transaction: deletes the sweep's row, its cells, and
 * recipes that nothing refers to any more. Its runs stay. */
int sweep_row_delete(struct store *s, int64_t id, struct error *err);

/* Finds the sweep of that name in the trash: 1; 0: there is none; -1. */
int sweeps_find_trash(struct store *s, const char *name, int64_t *id, struct error *err);

#endif
