#include "core/tensor/cuda/bias.h"

#include "core/tensor/cuda/kernel.cuh"

enum { THREADS = 256, BLOCKS = 8 /* per multiprocessor */, COLUMNS = 32, ROWS = 8 };

static __global__ void __launch_bounds__(THREADS)
    bias_add(real *__restrict__ y, const real *__restrict__ b, size_t n, int cols)
{
	const size_t step = (size_t)gridDim.x * THREADS;

	for (size_t i = (size_t)blockIdx.x * THREADS + threadIdx.x; i < n; i += step)
		y[i] += b[i % cols];
}

void cuda_bias_add(const struct cuda_queue *q, real *y, const real *b, size_t rows, int cols)
{
	const size_t n = rows * cols, most = (size_t)(q->multiprocessors * BLOCKS);
	const size_t blocks = (n + THREADS - 1) / THREADS;

	LAUNCH(bias_add, (unsigned)(blocks < most ? blocks : most), THREADS, 0, q, y, b, n, cols);
}

/* A block adds up COLUMNS columns, of which each of its rows of threads takes every ROWS-th number.
 */
static __global__ void __launch_bounds__(COLUMNS *ROWS)
    bias_grad(const real *__restrict__ dy, real *__restrict__ db, size_t rows, int cols,
	      int accumulate)
{
	__shared__ double part[ROWS][COLUMNS];
	const int c = (int)(blockIdx.x * COLUMNS + threadIdx.x);
	double sum = 0;

	for (size_t r = threadIdx.y; c < cols && r < rows; r += ROWS)
		sum += (double)dy[r * cols + c];
	part[threadIdx.y][threadIdx.x] = sum;
	__syncthreads();
	if (threadIdx.y || c >= cols)
		return;
	for (int k = 1; k < ROWS; k++)
		sum += part[k][threadIdx.x];
	db[c] = accumulate ? db[c] + (real)sum : (real)sum;
}

void cuda_bias_grad(const struct cuda_queue *q, const real *dy, real *db, size_t rows, int cols,
		    int accumulate)
{
	LAUNCH(bias_grad, (unsigned)(cols + COLUMNS - 1) / COLUMNS, dim3(COLUMNS, ROWS), 0, q, dy,
	       db, rows, cols, accumulate);
}
