/*
 * Marks that people put on runs (tags, notes, names), and the removal of runs. Nothing here touches
 * what was recorded of a run's training. A removed run is in the trash: no view and no ref shows
 * it, its name stays taken, and it can be restored; only runs_delete() forgets it.
 */
#ifndef SSL_STORE_ORGANISE_H
#define SSL_STORE_ORGANISE_H

#include "core/base/strbuf.h"
#include "core/store/store.h"

/* Marks the run with the word, or (on = 0) takes the word off. *changed: it was otherwise before.
 * ERR_USAGE for a word with blanks, commas or a leading dash. */
int tag_check(const char *tag, struct error *err); /* ERR_USAGE unless it is one word */
int runs_tag(struct store *s, int64_t id, const char *tag, int on, int *changed, struct error *err);

/* One more note; ERR_USAGE when it is empty. */
int runs_note(struct store *s, int64_t id, const char *text, struct error *err);

/* ERR_USAGE when the name is taken, or could not be told from another ref. */
int runs_rename(struct store *s, int64_t id, const char *name, struct error *err);

/* ERR_USAGE for a run that is alive: its process holds its lock or, where locks cannot be trusted, its
 * last heartbeat is less than `stale_s` seconds old. */
int runs_check_settled(struct store *s, int64_t id, double stale_s, struct error *err);
/* Into the trash, and out of it. ERR_USAGE as runs_check_settled(). */
int runs_trash(struct store *s, int64_t id, double stale_s, struct error *err);
int runs_restore(struct store *s, int64_t id, struct error *err);

/* For good: the run, all that hangs on it, its recipe if no other run has it, and the objects that
 * nothing names any more. A sweep's cell that was done by it is queued again: its ref is appended
 * to *queued, behind a blank. ERR_USAGE as runs_trash(). */
int runs_delete(struct store *s, int64_t id, double stale_s, struct strbuf *queued,
		struct error *err);

/* Inside core/store/ only, in the caller's transaction: the rows of the run, whatever names it; the
 * hashes of its objects are added to *gone. */
struct hashes;
int run_rows_delete(struct store *s, int64_t id, struct hashes *gone, struct error *err);

#endif
