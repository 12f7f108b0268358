/*
 * Batch normalisation, fused with a residual add and ReLU (Ioffe & Szegedy, 1502.03167).
 *
 * x has R rows (the pixels of all images) of C channels; each of G groups of R/G rows has separate
 * statistics. Memory bandwidth limits the speed, so each pass accesses every value once:
 *   forward   1. mean and variance    2. y = act(gamma (x - mean) istd + beta [+ residual])
 *   backward  1. sums of dz, dz xhat  2. dx
 * Only mean and istd are saved for the backward pass. Rows are divided into chunks that depend only
 * on the shape. Within a chunk of at most 512 rows short sums are in `real`; they and the chunks
 * are added in double, in order.
 */
#ifndef SSL_TENSOR_KERNELS_NORM_H
#define SSL_TENSOR_KERNELS_NORM_H

#include "core/tensor/tensor.h"

/* What both passes need. */
struct batchnorm {
	int groups, batch_stats, relu; /* batch_stats: 1: of the batch, 0: the running ones */
	const struct tensor *x, *gamma, *beta, *residual; /* all but x may be NULL */
	const struct tensor *y;
	real *mean, *istd; /* {groups, C}: written by the forward pass, read by the backward pass */
	unsigned char *mask; /* batchnorm_mask() bytes, also from one to the other; may be NULL if 0 */
};

/* The bytes of scratch that each pass needs for x of this shape. */
size_t batchnorm_scratch(const struct tensor *x, int groups);

/* The bytes of mask that a device keeps of where the ReLU was active, so that the backward pass need
 * not read y; the CPU keeps none. */
size_t batchnorm_mask(const struct batchnorm *b);

/* Writes y, mean and istd. In training (batch_stats) each group has its own statistics, and the
 * running ones ({C} or both NULL) take a step of `momentum` towards those of each group in order,
 * with the unbiased variance; in evaluation they are used and must be there, with groups = 1. */
void batchnorm_forward(const struct batchnorm *b, double eps, double momentum,
		       struct tensor *running_mean, struct tensor *running_var, struct tensor *y,
		       void *scratch);

/* Where the gradients go. dgamma and dbeta are added to; NULL: not wanted. */
struct batchnorm_grads {
	const struct tensor *dy;
	struct tensor *dz; /* gets dy where the ReLU was active (it may be dy itself), or NULL */
	struct tensor *dgamma, *dbeta;
	real *mean_dz, *mean_dz_xhat; /* {groups, C}, for batchnorm_backward_data() */
};
/* The sums, dgamma, dbeta and dz; then dx, which may be the memory of dy (or of dz). */
void batchnorm_backward_sums(const struct batchnorm *b, const struct batchnorm_grads *g,
			     void *scratch);
void batchnorm_backward_data(const struct batchnorm *b, const struct batchnorm_grads *g,
			     struct tensor *dx, int accumulate);

#endif
