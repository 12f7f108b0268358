/*
 * Batch normalisation on a CUDA device, fused with a residual add and ReLU: the quantities of
 * core/tensor/kernels/norm.h, with the same formulas. x has `groups` groups of `rows` rows of
 * `channels` channels; each group has statistics of its own.
 *
 *   forward   1. mean and variance    2. y = act(gamma (x - mean) istd + beta [+ residual])
 *   backward  1. sums of dz, dz xhat  2. dx
 *
 * Sums within a block are in `real`, around the first row of the group; those of the blocks are
 * added in double, in order. If the channels are a multiple of 8, eight of them are read at once,
 * and x, y and so on must be aligned to 16 bytes.
 */
#ifndef SSL_TENSOR_CUDA_NORM_H
#define SSL_TENSOR_CUDA_NORM_H

#include "core/tensor/cuda/queue.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What both passes need; pointers are to memory of the device. */
struct cuda_norm {
	enum cuda_type type; /* of x, residual, y and their gradients: CUDA_REAL or CUDA_BF16 */
	size_t rows;         /* of a group */
	int groups, channels;
	int batch_stats, relu; /* batch_stats: 1: of the batch, 0: the running ones */
	const void *x, *residual;
	void *y;
	const real *gamma, *beta;
	real *mean, *istd;   /* {groups, C}: written by the forward pass, read by the backward pass */
	unsigned char *mask; /* cuda_norm_mask_bytes(): where the ReLU was active; NULL without ReLU */
};                           /* residual, gamma, beta may be NULL */

size_t cuda_norm_mask_bytes(const struct cuda_norm *b);

/* The bytes of scratch that forward and backward_sums need. */
size_t cuda_norm_scratch(const struct cuda_queue *q, const struct cuda_norm *b);

/* Writes y, mean, istd and mask. In training (batch_stats) the running statistics ({C} or both NULL)
 * take a step of `momentum` towards those of each group in order, with the unbiased variance; in
 * evaluation they are used and must be there. */
void cuda_norm_forward(const struct cuda_queue *q, const struct cuda_norm *b, double eps,
                       double momentum, real *running_mean, real *running_var, void *scratch);

struct cuda_norm_grads {
	const void *dy;
	void *dz; /* gets dy where the ReLU was active (it may be dy itself), or NULL */
	real *dgamma, *dbeta; /* are added to; NULL: not wanted */
	real *mean_dz, *mean_dz_xhat; /* {groups, C}, for cuda_norm_backward_data() */
};

/* The sums, dgamma, dbeta and dz; then dx, which may be the memory of dy (or of dz). */
void cuda_norm_backward_sums(const struct cuda_queue *q, const struct cuda_norm *b,
                             const struct cuda_norm_grads *g, void *scratch);
void cuda_norm_backward_data(const struct cuda_queue *q, const struct cuda_norm *b,
                             const struct cuda_norm_grads *g, void *dx, int accumulate);

#ifdef __cplusplus
}
#endif

#endif
