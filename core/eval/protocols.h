/* The protocols that protocols.c lists, and functions that they share. Internal to core/eval/. */
#ifndef SSL_EVAL_PROTOCOLS_H
#define SSL_EVAL_PROTOCOLS_H

#include "core/eval/protocol.h"

/* Records that there is no result, and why. If it is called again, the first reason is kept. */
void eval_missing(struct eval_result *out, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Computes the features of both sets of images. Returns 1, after eval_missing(), if some are not
 * finite or (with `cosine`) all features of a set are zero, which have no direction; otherwise
 * 0. */
int eval_features_missing(const struct eval_task *t, int cosine, struct eval_result *out);

/* Converts numbers of correct predictions to percent of the evaluated images. */
struct eval_scores eval_score(const struct eval_task *t, long top1, long top5);

extern const struct protocol protocol_knn, protocol_linear, protocol_finetune;

#endif
