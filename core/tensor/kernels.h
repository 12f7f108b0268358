/*
 * The table of kernels of a device: what an op, a method or an optimiser may ask for. The contract of
 * each is beside its CPU version, in core/tensor/kernels; every member has the type of that function.
 * A kernel allocates only in the tape that it is given; spectral_update(), which
 * ends on the host, also takes scratch from there.
 */
#ifndef SSL_TENSOR_KERNELS_H
#define SSL_TENSOR_KERNELS_H

#include "core/tensor/kernels/collapse_std.h"
#include "core/tensor/kernels/conv.h"
#include "core/tensor/kernels/correlation.h"
#include "core/tensor/kernels/elementwise.h"
#include "core/tensor/kernels/linear.h"
#include "core/tensor/kernels/losses.h"
#include "core/tensor/kernels/norm.h"
#include "core/tensor/kernels/pool.h"
#include "core/tensor/kernels/reduce.h"
#include "core/tensor/kernels/rows.h"
#include "core/tensor/kernels/scalars.h"
#include "core/tensor/kernels/spectral.h"
#include "core/tensor/kernels/update.h"
#include "core/tensor/kernels/views.h"

struct kernels {
	/* elementwise.h */
	__typeof__(accumulate_values) *accumulate_values;
	__typeof__(add_scaled) *add_scaled;
	__typeof__(ema) *ema;
	__typeof__(multiply) *multiply;
	__typeof__(relu_backward) *relu_backward;
	__typeof__(relu_forward) *relu_forward;
	__typeof__(symmetrize) *symmetrize;

	/* reduce.h */
	__typeof__(sum_backward) *sum_backward;
	__typeof__(sum_forward) *sum_forward;
	__typeof__(sum_scratch) *sum_scratch;
	__typeof__(sum_squares_backward) *sum_squares_backward;
	__typeof__(sum_squares_forward) *sum_squares_forward;

	/* rows.h */
	__typeof__(center_columns) *center_columns;
	__typeof__(center_rows) *center_rows;
	__typeof__(cross_entropy_backward) *cross_entropy_backward;
	__typeof__(cross_entropy_forward) *cross_entropy_forward;
	__typeof__(l2_normalize_backward) *l2_normalize_backward;
	__typeof__(l2_normalize_forward) *l2_normalize_forward;

	/* linear.h */
	__typeof__(linear_backward_bias) *linear_backward_bias;
	__typeof__(linear_backward_data) *linear_backward_data;
	__typeof__(linear_backward_weights) *linear_backward_weights;
	__typeof__(linear_forward) *linear_forward;
	__typeof__(matmul) *matmul;

	/* conv.h */
	__typeof__(convolve_backward_data) *convolve_backward_data;
	__typeof__(convolve_backward_weights) *convolve_backward_weights;
	__typeof__(convolve_forward) *convolve_forward;
	__typeof__(conv2d_scratch) *convolve_scratch;

	/* pool.h */
	__typeof__(avgpool_backward) *avgpool_backward;
	__typeof__(avgpool_forward) *avgpool_forward;
	__typeof__(maxpool_backward) *maxpool_backward;
	__typeof__(maxpool_forward) *maxpool_forward;

	/* norm.h */
	__typeof__(batchnorm_backward_data) *batchnorm_backward_data;
	__typeof__(batchnorm_backward_sums) *batchnorm_backward_sums;
	__typeof__(batchnorm_forward) *batchnorm_forward;
	__typeof__(batchnorm_mask) *batchnorm_mask;
	__typeof__(batchnorm_scratch) *batchnorm_scratch;

	/* correlation.h and losses.h */
	__typeof__(barlow_backward) *barlow_backward;
	__typeof__(barlow_forward) *barlow_forward;
	__typeof__(correlation_grad_a) *correlation_grad_a;
	__typeof__(correlation_grad_b) *correlation_grad_b;
	__typeof__(correlation_init) *correlation_init;
	__typeof__(nt_xent_backward) *nt_xent_backward;
	__typeof__(nt_xent_forward) *nt_xent_forward;
	__typeof__(spread_backward) *spread_backward;
	__typeof__(spread_forward) *spread_forward;

	/* losses.h, collapse_std.h and scalars.h: what is recorded */
	__typeof__(both_finite) *both_finite;
	__typeof__(collapse_std_of) *collapse_std_of;
	__typeof__(collapse_std_scratch) *collapse_std_scratch;
	__typeof__(mean_cosine) *mean_cosine;
	__typeof__(norm_of_all) *norm_of_all;
	__typeof__(scalar_of) *scalar_of;
	__typeof__(top1_percent) *top1_percent;

	/* update.h and spectral.h */
	__typeof__(adam_rule) *adam_rule;
	__typeof__(lars_rule) *lars_rule;
	__typeof__(sgd_rule) *sgd_rule;
	__typeof__(spectral_update) *spectral_update;
	__typeof__(update_norms) *update_norms;

	/* views.h: augmentation; NULL: views are made on the host */
	__typeof__(views_apply) *views_apply;
};

#endif
