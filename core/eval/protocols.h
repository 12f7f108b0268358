/* Inside core/eval: the protocols, for the table. */
#ifndef SSL_EVAL_PROTOCOLS_H
#define SSL_EVAL_PROTOCOLS_H

#include "core/eval/protocol.h"

/* There is no result, for this reason. */
void eval_missing(struct eval_result *out, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Computes the features of both sets of images. 1, after eval_missing(), when some are not finite, or
 * (cosine) all of a set are zero: these have no direction. */
int eval_features_missing(const struct eval_task *t, int cosine, struct eval_result *out);

/* Percent, of these hits among the judged images. */
struct eval_scores eval_score(const struct eval_task *t, long top1, long top5);

extern const struct protocol protocol_knn, protocol_linear, protocol_finetune;

#endif
