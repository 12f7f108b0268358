/* The biases of linear layers: y {rows, cols}, b {cols}. */
#ifndef SSL_TENSOR_CUDA_BIAS_H
#define SSL_TENSOR_CUDA_BIAS_H

#include "core/tensor/cuda/queue.h"

#ifdef __cplusplus
extern "C" {
#endif

/* y[r][c] += b[c] */
void cuda_bias_add(const struct cuda_queue *q, real *y, const real *b, size_t rows, int cols);

/* db[c] (+)= sum_r dy[r][c], in double */
void cuda_bias_grad(const struct cuda_queue *q, const real *dy, real *db, size_t rows, int cols,
		    int accumulate);

#ifdef __cplusplus
}
#endif

#endif
