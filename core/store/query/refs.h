/* Which run a ref names; ssl(1) explains refs. */
#ifndef SSL_STORE_QUERY_REFS_H
#define SSL_STORE_QUERY_REFS_H

#include "core/store/query/selection.h"

/* Refs, as ssl(1) explains them: @ @~2 42 calm-otter uuid-prefix SWEEP:CELL.SEED best:METRIC, and
 * REF@epoch=50 (*epoch = 50, else -1). ERR_NOT_FOUND when there is none, or several: then the
 * candidates are listed. */
int refs_resolve(struct store *s, const char *ref, int64_t *run_id, long *epoch, struct error *err);

/* As refs_resolve(), of the runs in the trash: a number, a name or the beginning of a uuid. */
int refs_resolve_trash(struct store *s, const char *ref, int64_t *run_id, struct error *err);

/* Adds one run, as refs_resolve() finds it, to the selection; REF@epoch=N is ERR_USAGE. */
int selection_add_ref(struct store *s, struct selection *sel, const char *ref, struct error *err);

#endif
