/*
 * Kernels on the rows and the columns of a matrix {N, D}: normalisation, centring and the
 * cross-entropy. `accumulate`: 0 overwrites the result, 1 adds to it.
 */
#ifndef SSL_TENSOR_KERNELS_ROWS_H
#define SSL_TENSOR_KERNELS_ROWS_H

#include "core/tensor/tensor.h"

/* y_r = x_r / max(||x_r||, eps). norm[N] gets the divisor of each row, negative if it is eps. */
void l2_normalize_forward(const struct tensor *x, double eps, double *norm, struct tensor *y);
/* dx_r (+)= (dy_r - y_r <y_r, dy_r>) / ||x_r||, or dy_r / eps if the divisor was eps */
void l2_normalize_backward(const struct tensor *y, const struct tensor *dy, const double *norm,
			   struct tensor *dx, int accumulate);

/* out (+)= x minus the mean of each column, or of each row. Each is its own gradient. */
void center_columns(const struct tensor *x, struct tensor *out, int accumulate);
void center_rows(const struct tensor *x, struct tensor *out, int accumulate);

/* loss {1} = the mean over rows of -log p[label], p = softmax(x). p {N, D} and row_loss[N] are
 * written as well; p is for the gradient. 0 <= labels[N] < D. */
void cross_entropy_forward(const struct tensor *x, const int *labels, real *p, double *row_loss,
			   struct tensor *loss);
/* dx (+)= dloss (p - onehot(labels)) / N */
void cross_entropy_backward(const real *p, const int *labels, const struct tensor *dloss,
			    struct tensor *dx, int accumulate);

#endif
