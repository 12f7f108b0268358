/* Kernels on the rows and the columns of a matrix. A row is one warp's, or one block's if it is
 * long: it is read from memory once and again from the cache. */
#include "core/tensor/cuda/device.h"
#include "core/tensor/cuda/kernel.cuh"
#include "core/tensor/cuda/kernels.h"
#include "core/tensor/cuda/sums.cuh"

enum { BLOCKS = 8 /* per multiprocessor */, LONG = 1024, VECTOR = 4 };
enum { COLUMNS = 32, STRANDS = 32 };

enum job { L2_FORWARD, L2_BACKWARD, CENTER, ENTROPY_FORWARD, ENTROPY_BACKWARD };

/* What a job reads and writes; `save` and `labels` have a number per row. */
struct rows {
	const real *x, *y;
	real *out;
	size_t rows;
	int cols, accumulate;
	double eps, *save;
	const double *saved;
	const int *labels;
	const real *dloss;
	real *loss;
};

/* --- a row of WIDTH threads, of which each takes V neighbouring columns at once ------------- */

template <bool MAX> static __device__ inline double combine(double a, double b)
{
	return MAX ? fmax(a, b) : a + b; /* fmax() leaves NaN out */
}

/* The sum over the threads of a row, or their maximum, in all of them. */
template <int WIDTH, bool MAX> static __device__ inline double total(double v)
{
	__shared__ double part[WARPS];
	const unsigned t = thread_number();

	for (int x = WARP / 2; x; x >>= 1)
		v = combine<MAX>(v, __shfl_xor_sync(~0u, v, x));
	if (WIDTH == WARP)
		return v;
	__syncthreads(); /* the parts of the row before have been read */
	if (t % WARP == 0)
		part[t / WARP] = v;
	__syncthreads();
	v = part[0];
	for (int k = 1; k < WARPS; k++)
		v = combine<MAX>(v, part[k]);
	return v;
}

/* out (+)= v, in columns c to c + V - 1 */
template <int V> static __device__ inline void put(const struct rows *a, size_t at, struct vec<V> v)
{
	struct vec<V> old = {
	};

	if (a->accumulate)
		old = load<V>(a->out + at);
	for (int i = 0; i < V; i++)
		v.v[i] += old.v[i];
	store<V>(a->out + at, v);
}

template <int WIDTH, int V>
static __device__ inline void l2_forward(const struct rows *a, size_t from, size_t r)
{
	double sum = 0, norm, by;

	for (int c = (int)threadIdx.x * V; c < a->cols; c += WIDTH * V) {
		const struct vec<V> x = load<V>(a->x + from + c);

		for (int i = 0; i < V; i++)
			sum += (double)x.v[i] * (double)x.v[i];
	}
	norm = sqrt(total<WIDTH, false>(sum));
	by = 1 / (norm > a->eps ? norm : a->eps);
	if (threadIdx.x == 0)
		a->save[r] = norm > a->eps ? norm : -a->eps;
	for (int c = (int)threadIdx.x * V; c < a->cols; c += WIDTH * V) {
		struct vec<V> x = load<V>(a->x + from + c);

		for (int i = 0; i < V; i++)
			x.v[i] = (real)((double)x.v[i] * by);
		store<V>(a->out + from + c, x);
	}
}

/* x: dy */
template <int WIDTH, int V>
static __device__ inline void l2_backward(const struct rows *a, size_t from, size_t r)
{
	const double divisor = a->saved[r], by = 1 / fabs(divisor);
	double along = 0;

	for (int c = (int)threadIdx.x * V; divisor > 0 && c < a->cols; c += WIDTH * V) {
		const struct vec<V> dy = load<V>(a->x + from + c), y = load<V>(a->y + from + c);

		for (int i = 0; i < V; i++)
			along += (double)y.v[i] * (double)dy.v[i];
	}
	along = total<WIDTH, false>(along);
	for (int c = (int)threadIdx.x * V; c < a->cols; c += WIDTH * V) {
		const struct vec<V> y = load<V>(a->y + from + c);
		struct vec<V> d = load<V>(a->x + from + c);

		for (int i = 0; i < V; i++)
			d.v[i] = (real)(((double)d.v[i] - along * (double)y.v[i]) * by);
		put<V>(a, from + c, d);
	}
}

template <int WIDTH, int V> static __device__ inline void center(const struct rows *a, size_t from)
{
	double mean = 0;

	for (int c = (int)threadIdx.x * V; c < a->cols; c += WIDTH * V) {
		const struct vec<V> x = load<V>(a->x + from + c);

		for (int i = 0; i < V; i++)
			mean += (double)x.v[i];
	}
	mean = total<WIDTH, false>(mean) / a->cols;
	for (int c = (int)threadIdx.x * V; c < a->cols; c += WIDTH * V) {
		struct vec<V> x = load<V>(a->x + from + c);

		for (int i = 0; i < V; i++)
			x.v[i] = (real)((double)x.v[i] - mean);
		put<V>(a, from + c, x);
	}
}

/* p = exp(x - max) / sum; the loss is log(sum) + max - x[label]. */
template <int WIDTH, int V>
static __device__ inline void entropy_forward(const struct rows *a, size_t from, size_t r)
{
	double max = -(double)INFINITY, sum = 0;

	for (int c = (int)threadIdx.x * V; c < a->cols; c += WIDTH * V) {
		const struct vec<V> x = load<V>(a->x + from + c);

		for (int i = 0; i < V; i++)
			max = fmax(max, (double)x.v[i]);
	}
	max = total<WIDTH, true>(max);
	for (int c = (int)threadIdx.x * V; c < a->cols; c += WIDTH * V) {
		const struct vec<V> x = load<V>(a->x + from + c);

		for (int i = 0; i < V; i++)
			sum += exp((double)x.v[i] - max);
	}
	sum = total<WIDTH, false>(sum);
	for (int c = (int)threadIdx.x * V; c < a->cols; c += WIDTH * V) {
		struct vec<V> x = load<V>(a->x + from + c);

		for (int i = 0; i < V; i++)
			x.v[i] = (real)(exp((double)x.v[i] - max) / sum);
		store<V>(a->out + from + c, x);
	}
	if (threadIdx.x == 0)
		a->save[r] = log(sum) + max - (double)a->x[from + a->labels[r]];
}

/* In all blocks, when they have written their rows: the last one writes the mean of the losses. */
static __device__ inline void entropy_mean(const struct rows *a, unsigned *counter)
{
	const unsigned t = thread_number();
	struct totals<1> sum = {
	};

	if (!comes_last(counter, gridDim.x))
		return;
	for (size_t r = t; r < a->rows; r += THREADS)
		sum.v[0] += __ldcg(a->save + r);
	sum = block_total(sum);
	if (t == 0)
		*a->loss = (real)(sum.v[0] / (double)a->rows);
}

/* x: p */
template <int WIDTH, int V>
static __device__ inline void entropy_backward(const struct rows *a, size_t from, size_t r)
{
	const real scale = *a->dloss / (real)a->rows;
	const int label = a->labels[r];

	for (int c = (int)threadIdx.x * V; c < a->cols; c += WIDTH * V) {
		struct vec<V> d = load<V>(a->x + from + c);

		for (int i = 0; i < V; i++)
			d.v[i] = scale * (d.v[i] - (real)(c + i == label));
		put<V>(a, from + c, d);
	}
}

template <enum job J, int WIDTH, int V>
static __global__ void __launch_bounds__(THREADS) each_row(struct rows a, unsigned *counter)
{
	const size_t first = (size_t)blockIdx.x * blockDim.y + threadIdx.y;
	const size_t step = (size_t)gridDim.x * blockDim.y;

	for (size_t r = first; r < a.rows; r += step) {
		const size_t from = r * a.cols;

		if (J == L2_FORWARD)
			l2_forward<WIDTH, V>(&a, from, r);
		if (J == L2_BACKWARD)
			l2_backward<WIDTH, V>(&a, from, r);
		if (J == CENTER)
			center<WIDTH, V>(&a, from);
		if (J == ENTROPY_FORWARD)
			entropy_forward<WIDTH, V>(&a, from, r);
		if (J == ENTROPY_BACKWARD)
			entropy_backward<WIDTH, V>(&a, from, r);
	}
	if (J == ENTROPY_FORWARD)
		entropy_mean(&a, counter);
}

template <enum job J, int WIDTH, int V>
static void launch(const struct cuda_queue *q, const struct rows *a)
{
	const dim3 block(WIDTH, THREADS / WIDTH);
	const unsigned blocks = blocks_for(q, (a->rows + block.y - 1) / block.y, BLOCKS);

	LAUNCH((each_row<J, WIDTH, V>), blocks, block, 0, q, *a, q->counters);
}

template <enum job J> static void run(const struct cuda_queue *q, const struct rows *a)
{
	const bool vectors = a->cols % VECTOR == 0 && is_aligned(a->x, 16) &&
			     is_aligned(a->y, 16) && is_aligned(a->out, 16);

	if (!a->rows)
		return;
	if (a->cols > LONG)
		vectors ? launch<J, THREADS, VECTOR>(q, a) : launch<J, THREADS, 1>(q, a);
	else
		vectors ? launch<J, WARP, VECTOR>(q, a) : launch<J, WARP, 1>(q, a);
}

/* --- calls --------------------------------------------------------------------------------- */

static const real *values(const struct tensor *x)
{
	if (x->element != ELEMENT_REAL)
		BUG("rows of elements of type %d", (int)x->element);
	return x->mem->data;
}

/* A job that reads x and writes `out`, of x's shape. */
static struct rows rows_of(const struct tensor *x, struct tensor *out, int accumulate)
{
	struct rows a = {};

	a.x = values(x);
	a.out = (real *)values(out);
	a.rows = tensor_rows(x);
	a.cols = tensor_cols(x);
	a.accumulate = accumulate;
	return a;
}

void cuda_l2_normalize_forward(const struct tensor *x, double eps, double *norm, struct tensor *y)
{
	struct rows a = rows_of(x, y, 0);

	a.eps = eps;
	a.save = norm;
	run<L2_FORWARD>(cuda_queue_of(y), &a);
}

void cuda_l2_normalize_backward(const struct tensor *y, const struct tensor *dy, const double *norm,
				struct tensor *dx, int accumulate)
{
	struct rows a = rows_of(dy, dx, accumulate);

	a.y = values(y);
	a.saved = norm;
	run<L2_BACKWARD>(cuda_queue_of(dx), &a);
}

void cuda_center_rows(const struct tensor *x, struct tensor *out, int accumulate)
{
	const struct rows a = rows_of(x, out, accumulate);

	run<CENTER>(cuda_queue_of(out), &a);
}

void cuda_cross_entropy_forward(const struct tensor *x, const int *labels, real *p,
				double *row_loss, struct tensor *loss)
{
	struct rows a = rows_of(x, loss, 0);

	a.out = p;
	a.save = row_loss;
	a.labels = labels;
	a.loss = loss->mem->data;
	run<ENTROPY_FORWARD>(cuda_queue_of(loss), &a);
}

void cuda_cross_entropy_backward(const real *p, const int *labels, const struct tensor *dloss,
				 struct tensor *dx, int accumulate)
{
	struct rows a = rows_of(dx, dx, accumulate);

	a.x = p;
	a.labels = labels;
	a.dloss = values(dloss);
	run<ENTROPY_BACKWARD>(cuda_queue_of(dx), &a);
}

/* --- columns ------------------------------------------------------------------------------- */

/* A block takes COLUMNS columns, of which each of its rows of threads takes every STRANDS-th
 * number. The second pass goes from the last row to the first, since those are in the cache. */
static __global__ void __launch_bounds__(COLUMNS *STRANDS) center_tile(struct rows a)
{
	__shared__ double sum[STRANDS][COLUMNS];
	const int c = (int)(blockIdx.x * COLUMNS + threadIdx.x);
	const size_t first = threadIdx.y;
	const size_t times = c < a.cols && first < a.rows ? (a.rows - first - 1) / STRANDS + 1 : 0;
	double own = 0, mean;

#pragma unroll 4
	for (size_t k = 0; k < times; k++)
		own += (double)a.x[(first + k * STRANDS) * a.cols + c];
	sum[threadIdx.y][threadIdx.x] = own;
	for (unsigned h = STRANDS / 2; h; h >>= 1) {
		__syncthreads();
		if (threadIdx.y < h)
			sum[threadIdx.y][threadIdx.x] += sum[threadIdx.y + h][threadIdx.x];
	}
	__syncthreads();
	mean = sum[0][threadIdx.x] / (double)a.rows;
#pragma unroll 4
	for (size_t k = times; k-- > 0;) {
		const size_t at = (first + k * STRANDS) * a.cols + c;
		const real old = a.accumulate ? a.out[at] : (real)0;

		a.out[at] = old + (real)((double)a.x[at] - mean);
	}
}

void cuda_center_columns(const struct tensor *x, struct tensor *out, int accumulate)
{
	const struct rows a = rows_of(x, out, accumulate);

	if (a.rows)
		LAUNCH(center_tile, (unsigned)(a.cols + COLUMNS - 1) / COLUMNS,
		       dim3(COLUMNS, STRANDS), 0, cuda_queue_of(out), a);
}
