/* Short lists that commands print: the trash, tags, notes, sweeps and names of metrics. */
#ifndef SSL_STORE_QUERY_LISTS_H
#define SSL_STORE_QUERY_LISTS_H

#include "core/store/query/query.h"

/* `ssl rm --list`: the runs in the trash, the newest first. */
int query_trash(struct store *s, const struct query_sink *sink, struct error *err);
/* `ssl tag`: the tags of a run, or (id 0) those of all runs, counted. */
int query_tags(struct store *s, int64_t id, const struct query_sink *sink, struct error *err);
/* `ssl note`: the notes of a run, the oldest first. */
int query_notes(struct store *s, int64_t id, const struct query_sink *sink, struct error *err);

/* `ssl sweep ls`: the sweeps, the oldest first. */
int query_sweeps(struct store *s, const struct query_sink *sink, struct error *err);
/* `ssl sweep rm --list`: the sweeps in the trash, the oldest first. */
int query_sweep_trash(struct store *s, const struct query_sink *sink, struct error *err);

/* The names by which metrics can be meant: their own, and without "test." or "val.". */
int query_metric_names(struct store *s, const struct query_sink *sink, struct error *err);

#endif
