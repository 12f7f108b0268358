/* Inside core/eval/ only: embeddings in double, column by column. */
#ifndef SSL_EVAL_COLUMNS_H
#define SSL_EVAL_COLUMNS_H

#include "core/base/arena.h"
#include "core/base/real.h"

/* z {n, d} as it is, and with the mean of each column taken off; mean and (biased) variance of each.
 * All in the scratch. */
struct columns {
	double *raw, *centred, *mean, *variance;
};
void columns_of(const real *z, int n, int d, struct arena *scratch, struct columns *out);

#endif
