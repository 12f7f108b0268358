/*
 * The kernels of a CUDA device, in the order of core/tensor/kernels.h. Each has the contract and the
 * type of the CPU's kernel of the same name without `cuda_`. Those whose sums the CPU computes in
 * double compute them in double too; none depends on the order in which blocks run, so that results
 * have the same bits every time on the same kind of card.
 */
#ifndef SSL_TENSOR_CUDA_KERNELS_H
#define SSL_TENSOR_CUDA_KERNELS_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

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

/* elementwise.cu */
__typeof__(accumulate_values) cuda_accumulate_values;
__typeof__(add_scaled) cuda_add_scaled;
__typeof__(ema) cuda_ema;
__typeof__(multiply) cuda_multiply;
__typeof__(relu_backward) cuda_relu_backward;
__typeof__(relu_forward) cuda_relu_forward;
__typeof__(symmetrize) cuda_symmetrize;

/* reduce.cu */
__typeof__(sum_backward) cuda_sum_backward;
__typeof__(sum_forward) cuda_sum_forward;
__typeof__(sum_scratch) cuda_sum_scratch;
__typeof__(sum_squares_backward) cuda_sum_squares_backward;
__typeof__(sum_squares_forward) cuda_sum_squares_forward;

/* rows.cu */
__typeof__(center_columns) cuda_center_columns;
__typeof__(center_rows) cuda_center_rows;
__typeof__(cross_entropy_backward) cuda_cross_entropy_backward;
__typeof__(cross_entropy_forward) cuda_cross_entropy_forward;
__typeof__(l2_normalize_backward) cuda_l2_normalize_backward;
__typeof__(l2_normalize_forward) cuda_l2_normalize_forward;

/* linear.c */
__typeof__(linear_backward_bias) cuda_linear_backward_bias;
__typeof__(linear_backward_data) cuda_linear_backward_data;
__typeof__(linear_backward_weights) cuda_linear_backward_weights;
__typeof__(linear_forward) cuda_linear_forward;
__typeof__(matmul) cuda_matmul;

/* convolve.c */
__typeof__(convolve_backward_data) cuda_convolve_backward_data;
__typeof__(convolve_backward_weights) cuda_convolve_backward_weights;
__typeof__(convolve_forward) cuda_convolve_forward;
__typeof__(conv2d_scratch) cuda_convolve_scratch;

/* pool.cu */
__typeof__(avgpool_backward) cuda_avgpool_backward;
__typeof__(avgpool_forward) cuda_avgpool_forward;
__typeof__(maxpool_backward) cuda_maxpool_backward;
__typeof__(maxpool_forward) cuda_maxpool_forward;

/* batchnorm.c */
__typeof__(batchnorm_backward_data) cuda_batchnorm_backward_data;
__typeof__(batchnorm_backward_sums) cuda_batchnorm_backward_sums;
__typeof__(batchnorm_forward) cuda_batchnorm_forward;
__typeof__(batchnorm_mask) cuda_batchnorm_mask;
__typeof__(batchnorm_scratch) cuda_batchnorm_scratch;

/* correlation.cu and losses.cu */
__typeof__(barlow_backward) cuda_barlow_backward;
__typeof__(barlow_forward) cuda_barlow_forward;
__typeof__(correlation_grad_a) cuda_correlation_grad_a;
__typeof__(correlation_grad_b) cuda_correlation_grad_b;
__typeof__(correlation_init) cuda_correlation_init;
__typeof__(nt_xent_backward) cuda_nt_xent_backward;
__typeof__(nt_xent_forward) cuda_nt_xent_forward;
__typeof__(spread_backward) cuda_spread_backward;
__typeof__(spread_forward) cuda_spread_forward;

/* measures.cu */
__typeof__(both_finite) cuda_both_finite;
__typeof__(collapse_std_of) cuda_collapse_std_of;
__typeof__(collapse_std_scratch) cuda_collapse_std_scratch;
__typeof__(mean_cosine) cuda_mean_cosine;
__typeof__(scalar_of) cuda_scalar_of;
__typeof__(top1_percent) cuda_top1_percent;

/* update.cu, squares.cu and spectral.c */
__typeof__(adam_rule) cuda_adam_rule;
__typeof__(lars_rule) cuda_lars_rule;
__typeof__(norm_of_all) cuda_norm_of_all;
__typeof__(sgd_rule) cuda_sgd_rule;
__typeof__(spectral_update) cuda_spectral_update;
__typeof__(update_norms) cuda_update_norms;

/* views.cu */
__typeof__(views_apply) cuda_views_apply;

#ifdef __cplusplus
}
#endif

#endif
