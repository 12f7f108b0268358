/* The hyperparameters in which the runs of a selection differ, the seed left out. */
#ifndef SSL_STORE_QUERY_SELECTION_VARIED_H
#define SSL_STORE_QUERY_SELECTION_VARIED_H

#include "core/store/query/selection.h"
#include "core/store/query/varied.h"

/* All of them, from the store or, after selection_prepare(), from memory. The caller releases
 * *out. */
int selection_varied(struct store *s, const struct selection *sel, struct varied_set *out,
		     struct error *err);

/* One hyperparameter, whether or not it differs. ERR_NOT_FOUND if no run has it. */
int selection_param(struct store *s, const struct selection *sel, const char *name,
		    struct varied_set *out, struct error *err);

/* Computes what every picture of the same runs asks for, once: the hyperparameters in which they
 * differ, and which runs were repeated. To be called when the last run has been added. */
int selection_prepare(struct store *s, struct selection *sel, struct error *err);

#endif
