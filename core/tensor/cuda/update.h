/*
 * The update rules of the optimisers on a CUDA device: the quantities of
 * core/tensor/kernels/update.h. Weights and slots are `real`; where the network computes in bf16, a
 * copy of the weights in bf16 is written at the same time.
 */
#ifndef SSL_TENSOR_CUDA_UPDATE_H
#define SSL_TENSOR_CUDA_UPDATE_H

#include "core/tensor/cuda/queue.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One parameter of n elements at one step. Pointers are to memory of the device, aligned to 16
 * bytes, and none overlap. */
struct cuda_update {
	size_t n;
	real *w, *m;              /* values, slot 0 */
	const void *g;            /* gradient, of type g_type: CUDA_REAL or CUDA_BF16 */
	enum cuda_type g_type;
	void *copy;               /* gets w in bf16; NULL: not wanted */
	const real *lr;           /* on the device, since a recorded step reads it anew */
	const double *gate;       /* a cell on the device: nothing changes where it is 0; NULL: always 1 */
	real momentum, decay;
	int nesterov;
};

/* g <- g + decay w;  m <- momentum m + g;  w <- w - lr m, Nesterov: w - lr (g + momentum m) */
void cuda_sgd_rule(const struct cuda_queue *q, const struct cuda_update *u);

#ifdef __cplusplus
}
#endif

#endif
