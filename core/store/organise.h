/*
 * The tags, notes and names that users give to runs, and the removal of runs. None of this changes
 * what was recorded of a run's training. A removed run is in the trash: views and refs do not find
 * it, its name is still taken, and it can be restored. runs_delete() removes it for good.
 */
#ifndef SSL_STORE_ORGANISE_H
#define SSL_STORE_ORGANISE_H

#include "core/base/strbuf.h"
#include "core/store/store.h"

/* ERR_USAGE unless the tag is one word without blanks, commas or a leading dash. */
int tag_check(const char *tag, struct error *err);
/* Adds the tag to the run or (on = 0) removes it. *changed: the run had not (or had) the tag.
 * ERR_USAGE as tag_check(). */
int runs_tag(struct store *s, int64_t id, const char *tag, int on, int *changed, struct error *err);

/* Adds a note; ERR_USAGE if it is empty. */
int runs_note(struct store *s, int64_t id, const char *text, struct error *err);

/* ERR_USAGE if the name is taken, or has the form of another kind of ref. */
int runs_rename(struct store *s, int64_t id, const char *name, struct error *err);

/* ERR_USAGE if the run is running: its process holds its lock or, where locks cannot be trusted,
 * its last heartbeat is less than `stale_s` seconds old. */
int runs_check_settled(struct store *s, int64_t id, double stale_s, struct error *err);
/* Moves the run into the trash, and out of it. ERR_USAGE as runs_check_settled(). */
int runs_trash(struct store *s, int64_t id, double stale_s, struct error *err);
int runs_restore(struct store *s, int64_t id, struct error *err);

/* Deletes the run, all rows that belong to it, its recipe if no other run has it, and the objects
 * that no row refers to any more. A cell of a sweep that the run completed is queued again, and its
 * ref is appended to *queued after a blank. ERR_USAGE as runs_check_settled(). */
int runs_delete(struct store *s, int64_t id, double stale_s, struct strbuf *queued,
		struct error *err);

/* Inside core/store/ only, in the caller's transaction: deletes the rows of the run without these
 * checks, and adds the hashes of its objects to *gone. */
struct hashes;
int run_rows_delete(struct store *s, int64_t id, struct hashes *gone, struct error *err);

#endif
