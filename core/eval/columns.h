/* Embeddings in double with the mean and variance of each column. Internal to core/eval/. */
#ifndef SSL_EVAL_COLUMNS_H
#define SSL_EVAL_COLUMNS_H

#include "core/base/arena.h"
#include "core/base/real.h"

/* Converts z {n, d} to double: `raw`, and `centred` with the mean of each column subtracted, both
 * {n, d}; `mean` and (biased) `variance` of each column, d values each. The memory comes from
 * `scratch`. */
struct columns {
	double *raw, *centred, *mean, *variance;
};
void columns_of(const real *z, int n, int d, struct arena *scratch, struct columns *out);

#endif
