#include "core/tensor/cuda/update.h"

#include "core/tensor/cuda/kernel.cuh"

enum { THREADS = 256, VECTOR = 4, BLOCKS = 8 }; /* BLOCKS per multiprocessor */

/* g <- g + decay w;  m <- momentum m + g;  w <- w - lr m, Nesterov: w - lr (g + momentum m) */
template <bool NESTEROV>
static __device__ inline void sgd_step(const struct cuda_update *u, real lr, real grad, real *w,
				       real *m)
{
	const real g = grad + u->decay * *w;

	*m = u->momentum * *m + g;
	*w -= lr * (NESTEROV ? g + u->momentum * *m : *m);
}

/* Four elements at once; the thread behind the last whole four takes what is left of them. */
template <typename G, bool NESTEROV>
static __global__ void __launch_bounds__(THREADS)
    sgd(struct cuda_update u, real *__restrict__ w, real *__restrict__ m, const G *__restrict__ g,
	__nv_bfloat16 *__restrict__ copy)
{
	const size_t whole = u.n / VECTOR, step = (size_t)gridDim.x * THREADS;
	const size_t own = (size_t)blockIdx.x * THREADS + threadIdx.x;
	const real lr = *u.lr;

	if (u.gate && *u.gate == 0)
		return;
#pragma unroll 2
	for (size_t i = own; i < whole; i += step) {
		struct vec<VECTOR> wv = load<VECTOR>(w + VECTOR * i);
		struct vec<VECTOR> mv = load<VECTOR>(m + VECTOR * i);
		const struct vec<VECTOR> gv = load<VECTOR>(g + VECTOR * i);

		for (int k = 0; k < VECTOR; k++)
			sgd_step<NESTEROV>(&u, lr, gv.v[k], &wv.v[k], &mv.v[k]);
		store<VECTOR>(w + VECTOR * i, wv);
		store<VECTOR>(m + VECTOR * i, mv);
		if (copy)
			store<VECTOR>(copy + VECTOR * i, wv);
	}
	if (own != whole % step)
		return;
	for (size_t i = whole * VECTOR; i < u.n; i++) {
		sgd_step<NESTEROV>(&u, lr, (real)g[i], w + i, m + i);
		if (copy)
			copy[i] = (__nv_bfloat16)w[i];
	}
}

static void check(const struct cuda_update *u)
{
	if (u->g_type != CUDA_REAL && u->g_type != CUDA_BF16)
		BUG("an update with gradients of type %d", (int)u->g_type);
	if (!is_aligned(u->w, 16) || !is_aligned(u->m, 16) || !is_aligned(u->g, 16) ||
	    !is_aligned(u->copy, 16))
		BUG("an update of %zu elements that are not aligned to 16 bytes", u->n);
}

template <typename G, bool NESTEROV>
static void launch(const struct cuda_queue *q, const struct cuda_update *u)
{
	const size_t most = (size_t)(q->multiprocessors * BLOCKS);
	const size_t blocks = u->n / VECTOR / THREADS + 1;

	LAUNCH((sgd<G, NESTEROV>), (unsigned)(blocks < most ? blocks : most), THREADS, 0,
	       q, *u, u->w, u->m, (const G *)u->g, (__nv_bfloat16 *)u->copy);
}

void cuda_sgd_rule(const struct cuda_queue *q, const struct cuda_update *u)
{
	check(u);
	if (u->g_type == CUDA_BF16)
		u->nesterov ? launch<__nv_bfloat16, true>(q, u)
			    : launch<__nv_bfloat16, false>(q, u);
	else
		u->nesterov ? launch<real, true>(q, u) : launch<real, false>(q, u);
}
