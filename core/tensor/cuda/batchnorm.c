/* The batch normalisation of struct kernels, by norm.h. */
#include "core/tensor/cuda/device.h"
#include "core/tensor/cuda/kernels.h"
#include "core/tensor/cuda/norm.h"

static real *reals(const struct tensor *t)
{
	return t ? t->mem->data : NULL;
}

static struct cuda_norm norm_of(const struct batchnorm *b)
{
	return (struct cuda_norm){.type = cuda_type_of(b->x),
				  .rows = tensor_rows(b->x) / (size_t)b->groups,
				  .groups = b->groups,
				  .channels = tensor_cols(b->x),
				  .batch_stats = b->batch_stats,
				  .relu = b->relu,
				  .x = cuda_values(b->x),
				  .residual = cuda_values(b->residual),
				  .y = cuda_values(b->y),
				  .gamma = reals(b->gamma),
				  .beta = reals(b->beta),
				  .mean = b->mean,
				  .istd = b->istd,
				  .mask = b->mask};
}

size_t cuda_batchnorm_mask(const struct batchnorm *b)
{
	const struct cuda_norm n = norm_of(b);

	return b->relu ? cuda_norm_mask_bytes(&n) : 0;
}

size_t cuda_batchnorm_scratch(const struct tensor *x, int groups)
{
	const struct batchnorm b = {.groups = groups, .x = x};
	const struct cuda_norm n = norm_of(&b);

	return cuda_norm_scratch(cuda_queue_of(x), &n);
}

void cuda_batchnorm_forward(const struct batchnorm *b, double eps, double momentum,
			    struct tensor *running_mean, struct tensor *running_var,
			    struct tensor *y, void *scratch)
{
	struct cuda_norm n = norm_of(b);

	n.y = cuda_values(y);
	cuda_norm_forward(cuda_queue_of(b->x), &n, eps, momentum, reals(running_mean),
			  reals(running_var), scratch);
}

static struct cuda_norm_grads grads_of(const struct batchnorm_grads *g)
{
	return (struct cuda_norm_grads){.dy = cuda_values(g->dy),
					.dz = cuda_values(g->dz),
					.dgamma = reals(g->dgamma),
					.dbeta = reals(g->dbeta),
					.mean_dz = g->mean_dz,
					.mean_dz_xhat = g->mean_dz_xhat};
}

void cuda_batchnorm_backward_sums(const struct batchnorm *b, const struct batchnorm_grads *g,
				  void *scratch)
{
	const struct cuda_norm n = norm_of(b);
	const struct cuda_norm_grads grads = grads_of(g);

	cuda_norm_backward_sums(cuda_queue_of(b->x), &n, &grads, scratch);
}

void cuda_batchnorm_backward_data(const struct batchnorm *b, const struct batchnorm_grads *g,
				  struct tensor *dx, int accumulate)
{
	const struct cuda_norm n = norm_of(b);
	const struct cuda_norm_grads grads = grads_of(g);

	cuda_norm_backward_data(cuda_queue_of(b->x), &n, &grads, cuda_values(dx), accumulate);
}
