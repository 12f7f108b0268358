/* The predictors in closed form: their eigenvalues are computed on the host. */
#include <stdlib.h>

#include "core/tensor/cuda/device.h"
#include "core/tensor/cuda/kernels.h"
#include "core/tensor/kernels/spectral.h"

/* Copies of tensors on the host, with which the CPU's kernel computes. */
static struct tensor *copy_of(struct tensor_arena *a, const struct tensor *t)
{
	struct tensor *copy;

	if (!t)
		return NULL;
	copy = tensor_new(a, t->ndim, t->shape);
	tensor_read(t, copy->mem->data);
	return copy;
}

static void write_back(struct tensor *t, const struct tensor *copy)
{
	if (t)
		tensor_write(t, copy->mem->data);
}

void cuda_spectral_update(struct tensor *f, struct tensor *batches, double rho, int center,
			  const struct tensor *z, const struct spectral_opts *o, struct tensor *w,
			  const double *gate)
{
	struct cuda_device *c = cuda_of(f);
	struct tensor_arena a = TENSOR_ARENA_CPU;
	struct tensor *host_f, *host_batches, *host_w;
	double open = 1;

	if (gate)
		c->device.download(&c->device, &open, gate, sizeof open);
	if (cuda_failed(c) || open == 0)
		return;
	host_f = copy_of(&a, f);
	host_batches = copy_of(&a, batches);
	host_w = copy_of(&a, w);
	if (!cuda_failed(c)) {
		spectral_update(host_f, host_batches, rho, center, copy_of(&a, z), o, host_w, NULL);
		write_back(f, host_f);
		write_back(batches, host_batches);
		write_back(w, host_w);
	}
	tensor_arena_release(&a);
}
