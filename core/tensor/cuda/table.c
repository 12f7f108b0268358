#include "core/tensor/cuda/table.h"

#include "core/tensor/cuda/kernels.h"

/* A new kernel is a line of this table. */
const struct kernels cuda_kernels = {
    .accumulate_values = cuda_accumulate_values,
    .add_scaled = cuda_add_scaled,
    .ema = cuda_ema,
    .multiply = cuda_multiply,
    .relu_backward = cuda_relu_backward,
    .relu_forward = cuda_relu_forward,
    .symmetrize = cuda_symmetrize,

    .sum_backward = cuda_sum_backward,
    .sum_forward = cuda_sum_forward,
    .sum_scratch = cuda_sum_scratch,
    .sum_squares_backward = cuda_sum_squares_backward,
    .sum_squares_forward = cuda_sum_squares_forward,

    .center_columns = cuda_center_columns,
    .center_rows = cuda_center_rows,
    .cross_entropy_backward = cuda_cross_entropy_backward,
    .cross_entropy_forward = cuda_cross_entropy_forward,
    .l2_normalize_backward = cuda_l2_normalize_backward,
    .l2_normalize_forward = cuda_l2_normalize_forward,

    .linear_backward_bias = cuda_linear_backward_bias,
    .linear_backward_data = cuda_linear_backward_data,
    .linear_backward_weights = cuda_linear_backward_weights,
    .linear_forward = cuda_linear_forward,
    .matmul = cuda_matmul,

    .convolve_backward_data = cuda_convolve_backward_data,
    .convolve_backward_weights = cuda_convolve_backward_weights,
    .convolve_forward = cuda_convolve_forward,
    .convolve_scratch = cuda_convolve_scratch,

    .avgpool_backward = cuda_avgpool_backward,
    .avgpool_forward = cuda_avgpool_forward,
    .maxpool_backward = cuda_maxpool_backward,
    .maxpool_forward = cuda_maxpool_forward,

    .batchnorm_backward_data = cuda_batchnorm_backward_data,
    .batchnorm_backward_sums = cuda_batchnorm_backward_sums,
    .batchnorm_forward = cuda_batchnorm_forward,
    .batchnorm_mask = cuda_batchnorm_mask,
    .batchnorm_scratch = cuda_batchnorm_scratch,

    .barlow_backward = cuda_barlow_backward,
    .barlow_forward = cuda_barlow_forward,
    .correlation_grad_a = cuda_correlation_grad_a,
    .correlation_grad_b = cuda_correlation_grad_b,
    .correlation_init = cuda_correlation_init,
    .nt_xent_backward = cuda_nt_xent_backward,
    .nt_xent_forward = cuda_nt_xent_forward,
    .spread_backward = cuda_spread_backward,
    .spread_forward = cuda_spread_forward,

    .both_finite = cuda_both_finite,
    .collapse_std_of = cuda_collapse_std_of,
    .collapse_std_scratch = cuda_collapse_std_scratch,
    .mean_cosine = cuda_mean_cosine,
    .norm_of_all = cuda_norm_of_all,
    .scalar_of = cuda_scalar_of,
    .top1_percent = cuda_top1_percent,

    .adam_rule = cuda_adam_rule,
    .lars_rule = cuda_lars_rule,
    .sgd_rule = cuda_sgd_rule,
    .spectral_update = cuda_spectral_update,
    .update_norms = cuda_update_norms,

    .views_apply = cuda_views_apply,
};
