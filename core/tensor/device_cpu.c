/* The CPU as a device. A new kernel is a line of this table. */
#include <string.h>

#include "core/base/cpu.h"
#include "core/tensor/devices.h"
#include "core/tensor/kernels.h"

static const struct kernels cpu_kernels = {
    .accumulate_values = accumulate_values,
    .add_scaled = add_scaled,
    .ema = ema,
    .multiply = multiply,
    .relu_backward = relu_backward,
    .relu_forward = relu_forward,
    .symmetrize = symmetrize,

    .sum_backward = sum_backward,
    .sum_forward = sum_forward,
    .sum_scratch = sum_scratch,
    .sum_squares_backward = sum_squares_backward,
    .sum_squares_forward = sum_squares_forward,

    .center_columns = center_columns,
    .center_rows = center_rows,
    .cross_entropy_backward = cross_entropy_backward,
    .cross_entropy_forward = cross_entropy_forward,
    .l2_normalize_backward = l2_normalize_backward,
    .l2_normalize_forward = l2_normalize_forward,

    .linear_backward_bias = linear_backward_bias,
    .linear_backward_data = linear_backward_data,
    .linear_backward_weights = linear_backward_weights,
    .linear_forward = linear_forward,
    .matmul = matmul,

    .convolve_backward_data = convolve_backward_data,
    .convolve_backward_weights = convolve_backward_weights,
    .convolve_forward = convolve_forward,
    .convolve_scratch = conv2d_scratch,

    .avgpool_backward = avgpool_backward,
    .avgpool_forward = avgpool_forward,
    .maxpool_backward = maxpool_backward,
    .maxpool_forward = maxpool_forward,

    .batchnorm_backward_data = batchnorm_backward_data,
    .batchnorm_backward_sums = batchnorm_backward_sums,
    .batchnorm_forward = batchnorm_forward,
    .batchnorm_mask = batchnorm_mask,
    .batchnorm_scratch = batchnorm_scratch,

    .barlow_backward = barlow_backward,
    .barlow_forward = barlow_forward,
    .correlation_grad_a = correlation_grad_a,
    .correlation_grad_b = correlation_grad_b,
    .correlation_init = correlation_init,
    .nt_xent_backward = nt_xent_backward,
    .nt_xent_forward = nt_xent_forward,
    .spread_backward = spread_backward,
    .spread_forward = spread_forward,

    .both_finite = both_finite,
    .collapse_std_of = collapse_std_of,
    .collapse_std_scratch = collapse_std_scratch,
    .mean_cosine = mean_cosine,
    .norm_of_all = norm_of_all,
    .scalar_of = scalar_of,
    .top1_percent = top1_percent,

    .adam_rule = adam_rule,
    .lars_rule = lars_rule,
    .sgd_rule = sgd_rule,
    .spectral_update = spectral_update,
    .update_norms = update_norms,
};

static void copy(const struct device *d, void *to, const void *from, size_t bytes)
{
	(void)d;
	memcpy(to, from, bytes);
}

static void zero(const struct device *d, void *to, size_t bytes)
{
	(void)d;
	memset(to, 0, bytes);
}

/* All is done at once. */
static void wait(const struct device *d, const void *host)
{
	(void)d;
	(void)host;
}

static void nothing(const struct device *d)
{
	(void)d;
}

static int check(const struct device *d, struct error *err)
{
	(void)d;
	(void)err;
	return 0;
}

const struct device device_cpu = {
    .name = "cpu",
    .precisions = "f32",
    .about = "",
    .k = &cpu_kernels,
    .is_host = 1,
    .upload = copy,
    .download = copy,
    .post = copy,
    .wait = wait,
    .copy = copy,
    .zero = zero,
    .begin = nothing,
    .end = nothing,
    .check = check,
};

static const struct device *get(int number, struct error *err)
{
	(void)number;
	(void)err;
	return &device_cpu;
}

static void describe(struct strbuf *out)
{
	char model[128];
	int cores = cpu_count();

	cpu_model(model, sizeof model);
	strbuf_addf(out, "%s, %d usable core%s, as many threads by default", model, cores,
		    cores == 1 ? "" : "s");
}

const struct device_kind device_kind_cpu = {.name = "cpu", .get = get, .describe = describe};
