/* Elementwise kernels: one pass over memory, in steps of 16 bytes. Arithmetic is in `real`; the
 * tensors of a call are real, or all of them bf16. */
#include "core/tensor/cuda/device.h"
#include "core/tensor/cuda/kernel.cuh"
#include "core/tensor/cuda/kernels.h"

enum { THREADS = 256, BLOCKS = 8 /* per multiprocessor */, TILE = 32, TILE_ROWS = 8 };

enum formula {
	ADD_SCALED, /* a + s b */
	PRODUCT,    /* old + s a b */
	SCALED,     /* old + s a */
	RELU,       /* max(a, 0) */
	MASKED,     /* old + (a where b > 0) */
	AVERAGE     /* t old + s a */
};

/* `old` is out before the call; 0 unless `keep`. `out` may be a or b. */
struct operands {
	void *out;
	const void *a, *b; /* b may be NULL */
	real s, t;
	int keep;
	size_t n;
	const double *gate; /* nothing happens where it is 0; NULL: always 1 */
};

template <enum formula F>
static __device__ inline real value(const struct operands *o, real a, real b, real old)
{
	if (F == ADD_SCALED)
		return a + o->s * b;
	if (F == PRODUCT)
		return old + o->s * a * b;
	if (F == SCALED)
		return old + o->s * a;
	if (F == RELU)
		return a < 0 ? (real)0 : a; /* NaN stays NaN, -0 stays -0 */
	if (F == MASKED)
		return old + (b > 0 ? a : (real)0);
	return o->t * old + o->s * a;
}

/* out[at], ..., out[at + V - 1] */
template <typename T, int V, enum formula F>
static __device__ inline void step_at(const struct operands *o, size_t at)
{
	struct vec<V> a = load<V>((const T *)o->a + at), b = {}, old = {
	};

	if (F == ADD_SCALED || F == PRODUCT || F == MASKED)
		b = load<V>((const T *)o->b + at);
	if (o->keep)
		old = load<V>((const T *)o->out + at);
	for (int i = 0; i < V; i++)
		a.v[i] = value<F>(o, a.v[i], b.v[i], old.v[i]);
	store<V>((T *)o->out + at, a);
}

/* The thread behind the last whole V elements takes what is left of them. */
template <typename T, int V, enum formula F>
static __global__ void __launch_bounds__(THREADS) elementwise(struct operands o)
{
	const size_t whole = o.n / V, step = (size_t)gridDim.x * THREADS;
	const size_t own = (size_t)blockIdx.x * THREADS + threadIdx.x;

	if (o.gate && *o.gate == 0)
		return;
	for (size_t i = own; i < whole; i += step)
		step_at<T, V, F>(&o, V * i);
	if (own != whole % step)
		return;
	for (size_t i = whole * V; i < o.n; i++)
		step_at<T, 1, F>(&o, i);
}

template <typename T, int V, enum formula F>
static void launch(const struct cuda_queue *q, const struct operands *o)
{
	const size_t most = (size_t)(q->multiprocessors * BLOCKS), blocks = o->n / V / THREADS + 1;

	LAUNCH((elementwise<T, V, F>), (unsigned)(blocks < most ? blocks : most), THREADS, 0, q,
	       *o);
}

template <typename T, enum formula F>
static void launch_aligned(const struct cuda_queue *q, const struct operands *o)
{
	if (is_aligned(o->out, 16) && is_aligned(o->a, 16) && is_aligned(o->b, 16))
		launch<T, sizeof(T) == 2 ? 8 : 4, F>(q, o);
	else
		launch<T, 1, F>(q, o);
}

static void check(const struct tensor *x, const struct tensor *out)
{
	if (x && (x->n != out->n || x->element != out->element))
		BUG("%zu elements of type %d and %zu of type %d, elementwise", x->n,
		    (int)x->element, out->n, (int)out->element);
}

/* Completes *o, whose numbers are set. */
template <enum formula F>
static void run(struct tensor *out, const struct tensor *a, const struct tensor *b,
		struct operands o)
{
	const struct cuda_queue *q = cuda_queue_of(out);

	check(a, out);
	check(b, out);
	o.out = cuda_values(out);
	o.a = cuda_values(a);
	o.b = cuda_values(b);
	o.n = out->n;
	if (!o.n)
		return;
	if (cuda_type_of(out) == CUDA_BF16)
		launch_aligned<__nv_bfloat16, F>(q, &o);
	else
		launch_aligned<real, F>(q, &o);
}

void cuda_add_scaled(const struct tensor *a, real s, const struct tensor *b, struct tensor *out)
{
	struct operands o = {};

	o.s = s;
	run<ADD_SCALED>(out, a, b, o);
}

void cuda_multiply(const struct tensor *a, const struct tensor *b, real s, struct tensor *out,
		   int accumulate)
{
	struct operands o = {};

	o.s = s;
	o.keep = accumulate;
	if (b)
		run<PRODUCT>(out, a, b, o);
	else
		run<SCALED>(out, a, NULL, o);
}

void cuda_relu_forward(const struct tensor *x, struct tensor *y)
{
	run<RELU>(y, x, NULL, operands());
}

void cuda_relu_backward(const struct tensor *y, const struct tensor *dy, struct tensor *dx,
			int accumulate)
{
	struct operands o = {};

	o.keep = accumulate;
	run<MASKED>(dx, dy, y, o);
}

void cuda_accumulate_values(const struct tensor *x, struct tensor *out)
{
	cuda_multiply(x, NULL, 1, out, 1);
}

void cuda_ema(struct tensor *dst, const struct tensor *src, real tau, real rest, const double *gate)
{
	struct operands o = {};

	o.s = rest;
	o.t = tau;
	o.keep = 1;
	o.gate = gate;
	run<AVERAGE>(dst, src, NULL, o);
}

/* --- symmetrize ---------------------------------------------------------------------------- */

/* A block takes a tile on or below the diagonal together with its mirror image, whose transpose
 * goes through shared memory, so that both are accessed along their rows. */
static __global__ void __launch_bounds__(TILE *TILE_ROWS)
    symmetrize_tiles(real *w, unsigned d, const double *gate)
{
	__shared__ real mirrored[TILE][TILE + 1];
	const unsigned r0 = blockIdx.y * TILE, c0 = blockIdx.x * TILE, x = threadIdx.x;

	if (blockIdx.x > blockIdx.y || (gate && *gate == 0))
		return;
	for (unsigned i = threadIdx.y; i < TILE; i += TILE_ROWS)
		if (c0 + i < d && r0 + x < d)
			mirrored[i][x] = w[(size_t)(c0 + i) * d + (r0 + x)];
	__syncthreads();
	for (unsigned i = threadIdx.y; i < TILE; i += TILE_ROWS) {
		const unsigned r = r0 + i, c = c0 + x;

		if (r < d && c < r) {
			real *at = w + (size_t)r * d + c;

			*at = mirrored[x][i] = (*at + mirrored[x][i]) / 2;
		}
	}
	__syncthreads();
	for (unsigned i = threadIdx.y; i < TILE; i += TILE_ROWS) {
		const unsigned r = c0 + i, c = r0 + x;

		if (c < d && r < c)
			w[(size_t)r * d + c] = mirrored[i][x];
	}
}

void cuda_symmetrize(struct tensor *w, const double *gate)
{
	const unsigned d = (unsigned)w->shape[0], tiles = (d + TILE - 1) / TILE;

	if (w->element != ELEMENT_REAL)
		BUG("symmetrize of elements of type %d", (int)w->element);
	if (d)
		LAUNCH(symmetrize_tiles, dim3(tiles, tiles), dim3(TILE, TILE_ROWS), 0,
		       cuda_queue_of(w), w->mem->data, d, gate);
}
