/* Refs: the ways in which a user may name a run. */
#ifndef SSL_STORE_QUERY_REFS_H
#define SSL_STORE_QUERY_REFS_H

#include "core/store/query/selection.h"

/* The run of a ref, as ssl(1) explains them: @, @~2, 42, calm-otter, the beginning of a uuid,
 * SWEEP:POINT.SEED, best:METRIC, each also with @epoch=50 behind it (*epoch = 50, else -1).
 * ERR_NOT_FOUND if there is none, or several; then the message lists them. */
int refs_resolve(struct store *s, const char *ref, int64_t *run_id, long *epoch, struct error *err);

/* As refs_resolve(), for a run in the trash: its number, name or the beginning of its uuid. */
int refs_resolve_trash(struct store *s, const char *ref, int64_t *run_id, struct error *err);

/* Adds one run, as refs_resolve() finds it, to the selection; REF@epoch=N is ERR_USAGE. */
int selection_add_ref(struct store *s, struct selection *sel, const char *ref, struct error *err);

#endif
