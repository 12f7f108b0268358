/* Protects: the forward and backward pass of convolution, by both fast algorithms, at odd sizes and
 * channel counts, compared with a plain loop in double; and equal bits with any number of threads.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/tensor/kernels/conv.h"
#include "core/tensor/kernels/im2col.h"
#include "core/tensor/kernels/winograd.h"

#include "tests/check.h"

struct way {
	const char *name;
	size_t (*scratch)(const struct conv_shape *s);
	void (*forward)(const struct conv_shape *s, const real *x, const real *w, real *y,
			void *scratch);
	void (*data)(const struct conv_shape *s, const real *dy, const real *w, real *dx,
		     int accumulate, void *scratch);
	void (*weights)(const struct conv_shape *s, const real *x, const real *dy, real *dw,
			int accumulate, void *scratch);
};

static const struct way winograd = {"winograd", winograd_scratch, winograd_forward,
				    winograd_backward_data, winograd_backward_weights};
static const struct way im2col = {"im2col", im2col_scratch, im2col_forward, im2col_backward_data,
				  im2col_backward_weights};
static const struct way chosen = {"conv", conv2d_scratch, conv2d_forward, conv2d_backward_data,
				  conv2d_backward_weights};

/* n, h, w, cin, kernel, cout, stride, pad */
static const int shapes[][8] = {
    {2, 9, 11, 5, 3, 7, 1, 1},   {1, 1, 1, 1, 3, 1, 1, 1},     {3, 2, 3, 4, 3, 8, 1, 1},
    {2, 8, 8, 3, 3, 16, 1, 1},   {2, 6, 10, 16, 3, 16, 1, 1},  {2, 4, 4, 33, 3, 40, 1, 1},
    {1, 5, 4, 70, 3, 9, 1, 1},   {1, 4, 4, 130, 3, 260, 1, 1}, {9, 16, 16, 17, 3, 24, 1, 1},
    {2, 9, 11, 5, 3, 7, 2, 1},   {2, 8, 8, 16, 1, 32, 2, 0},   {2, 7, 5, 16, 1, 20, 1, 0},
    {1, 13, 15, 3, 7, 8, 2, 3},  {2, 5, 5, 4, 5, 6, 1, 0},     {1, 6, 6, 2, 2, 3, 3, 0},
    {1, 3, 4, 2, 5, 3, 1, 4},    {20, 4, 4, 12, 3, 10, 2, 1},  {1, 8, 9, 6, 3, 5, 1, 0},
    {1, 8, 8, 64, 3, 150, 2, 1}, {3, 20, 21, 3, 3, 9, 2, 1},
};
enum { SHAPES = sizeof shapes / sizeof *shapes };

static struct conv_shape shape_at(int i)
{
	const int *p = shapes[i];

	return conv_shape_of(p[0], p[1], p[2], p[3], p[4], p[4], p[5], p[6], p[7]);
}

/* All arrays of one shape. */
struct arrays {
	size_t nx, nw, ny;
	real *x, *w, *dy, *y, *dx, *dw;
	double *ry, *rdx, *rdw; /* results of the plain loop */
};

static real *normals(size_t n, int which)
{
	real *p = xmalloc(n * sizeof *p);
	struct rng r;

	rng_init(&r, 7, RNG_TEST, 0, (uint64_t)which);
	for (size_t i = 0; i < n; i++)
		p[i] = (real)rng_normal(&r);
	return p;
}

static void reference(const struct conv_shape *s, struct arrays *a)
{
	size_t o = 0;

	for (int n = 0; n < s->n; n++)
		for (int oy = 0; oy < s->oh; oy++)
			for (int ox = 0; ox < s->ow; ox++, o += (size_t)s->cout)
				for (int t = 0; t < s->kh * s->kw * s->cin; t++) {
					int c = t % s->cin, kx = t / s->cin % s->kw;
					int ky = t / s->cin / s->kw;
					int iy = oy * s->stride - s->pad + ky;
					int ix = ox * s->stride - s->pad + kx;
					size_t xi =
					    (((size_t)n * s->h + iy) * s->w + ix) * s->cin + c;
					size_t wi = (size_t)t * s->cout;

					if (iy < 0 || iy >= s->h || ix < 0 || ix >= s->w)
						continue;
					for (int k = 0; k < s->cout; k++) {
						double dy = a->dy[o + k], w = a->w[wi + k];

						a->ry[o + k] += a->x[xi] * w;
						a->rdx[xi] += dy * w;
						a->rdw[wi + k] += dy * a->x[xi];
					}
				}
}

static void arrays_init(struct arrays *a, const struct conv_shape *s)
{
	a->nx = (size_t)s->n * s->h * s->w * s->cin;
	a->nw = (size_t)s->kh * s->kw * s->cin * s->cout;
	a->ny = (size_t)s->n * s->oh * s->ow * s->cout;
	a->x = normals(a->nx, 1);
	a->w = normals(a->nw, 2);
	a->dy = normals(a->ny, 3);
	a->y = normals(a->ny, 4);
	a->dx = normals(a->nx, 5);
	a->dw = normals(a->nw, 6);
	a->ry = xcalloc(a->ny, sizeof(double));
	a->rdx = xcalloc(a->nx, sizeof(double));
	a->rdw = xcalloc(a->nw, sizeof(double));
	reference(s, a);
}

static void arrays_free(struct arrays *a)
{
	free(a->x);
	free(a->w);
	free(a->dy);
	free(a->y);
	free(a->dx);
	free(a->dw);
	free(a->ry);
	free(a->rdx);
	free(a->rdw);
}

/* ||got - start - ref|| / ||ref||; `start` may be NULL. */
static double difference(const real *got, const real *start, const double *ref, size_t n)
{
	double diff = 0, norm = 0;

	for (size_t i = 0; i < n; i++) {
		double d = (double)got[i] - (start ? (double)start[i] : 0) - ref[i];

		diff += d * d;
		norm += ref[i] * ref[i];
	}
	return norm > 0 ? sqrt(diff / norm) : sqrt(diff);
}

static void check_close(const struct way *way, int shape, const char *what, double error)
{
	double limit = REAL_IS_DOUBLE ? 1e-13 : 2e-6;

	if (!(error <= limit))
		printf("\n    %s, shape %d, %s: error %.3g", way->name, shape, what, error);
	CU_ASSERT(error <= limit);
}

/* The scratch has exactly the required size, so that the sanitizer detects an access beyond it. */
static void check_way(const struct way *way, int shape)
{
	struct conv_shape s = shape_at(shape);
	struct arrays a;
	real *start_x, *start_w;
	void *scratch = aligned_alloc(64, (way->scratch(&s) + 63) / 64 * 64);

	arrays_init(&a, &s);
	start_x = xmalloc(a.nx * sizeof(real));
	start_w = xmalloc(a.nw * sizeof(real));
	memset(scratch, 0xff,
	       way->scratch(&s)); /* NaN, to detect reads of memory that was not written */
	way->forward(&s, a.x, a.w, a.y, scratch);
	check_close(way, shape, "y", difference(a.y, NULL, a.ry, a.ny));
	way->data(&s, a.dy, a.w, a.dx, 0, scratch);
	check_close(way, shape, "dx", difference(a.dx, NULL, a.rdx, a.nx));
	way->weights(&s, a.x, a.dy, a.dw, 0, scratch);
	check_close(way, shape, "dw", difference(a.dw, NULL, a.rdw, a.nw));
	memcpy(start_x, a.dx, a.nx * sizeof(real));
	memcpy(start_w, a.dw, a.nw * sizeof(real));
	way->data(&s, a.dy, a.w, a.dx, 1, scratch);
	check_close(way, shape, "dx added", difference(a.dx, start_x, a.rdx, a.nx));
	way->weights(&s, a.x, a.dy, a.dw, 1, scratch);
	check_close(way, shape, "dw added", difference(a.dw, start_w, a.rdw, a.nw));
	free(scratch);
	free(start_x);
	free(start_w);
	arrays_free(&a);
}

static void test_winograd(void)
{
	for (int i = 0; i < SHAPES; i++) {
		struct conv_shape s = shape_at(i);

		if (winograd_fits(&s))
			check_way(&winograd, i);
	}
}

static void test_im2col(void)
{
	for (int i = 0; i < SHAPES; i++)
		check_way(&im2col, i);
}

static void test_chosen(void)
{
	for (int i = 0; i < SHAPES; i++)
		check_way(&chosen, i);
}

/* y, dx and dw, one after the other. */
static real *all_results(const struct way *way, const struct conv_shape *s, const struct arrays *a,
			 int threads)
{
	real *out = xcalloc(a->ny + a->nx + a->nw, sizeof(real));
	void *scratch;

	parallel_set_threads(threads);
	scratch = xmalloc(way->scratch(s));
	way->forward(s, a->x, a->w, out, scratch);
	way->data(s, a->dy, a->w, out + a->ny, 0, scratch);
	way->weights(s, a->x, a->dy, out + a->ny + a->nx, 0, scratch);
	free(scratch);
	return out;
}

static void check_threads(const struct way *way, const struct conv_shape *s)
{
	struct arrays a;
	size_t bytes;
	real *one;

	arrays_init(&a, s);
	bytes = (a.ny + a.nx + a.nw) * sizeof(real);
	one = all_results(way, s, &a, 1);
	for (int threads = 2; threads <= 3; threads++) {
		real *many = all_results(way, s, &a, threads);

		CU_ASSERT(memcmp(one, many, bytes) == 0);
		free(many);
	}
	free(one);
	arrays_free(&a);
}

static void test_threads(void)
{
	struct conv_shape own = conv_shape_of(6, 30, 31, 16, 3, 3, 18, 1, 1);
	struct conv_shape shared = conv_shape_of(30, 4, 4, 96, 3, 3, 160, 1, 1);
	struct conv_shape strided = conv_shape_of(12, 17, 16, 12, 3, 3, 20, 2, 1);
	int before = parallel_threads();

	check_threads(&winograd, &own);
	check_threads(&winograd, &shared);
	check_threads(&im2col, &own);
	check_threads(&im2col, &strided);
	parallel_set_threads(before);
}

/* A shape with few pixels per tile must not use the more expensive algorithm, and a small shape
 * must not use the one with the larger rounding error. */
static void test_choice(void)
{
	struct conv_shape wide = conv_shape_of(8, 32, 32, 64, 3, 3, 64, 1, 1);
	struct conv_shape dot = conv_shape_of(8, 1, 1, 64, 3, 3, 64, 1, 1);
	struct conv_shape strided = conv_shape_of(8, 32, 32, 64, 3, 3, 64, 2, 1);
	struct conv_shape small = conv_shape_of(4, 32, 32, 8, 3, 3, 8, 1, 1);

	CU_ASSERT(conv2d_uses_winograd(&wide));
	CU_ASSERT(!conv2d_uses_winograd(&dot));
	CU_ASSERT(!conv2d_uses_winograd(&strided));
	CU_ASSERT(!conv2d_uses_winograd(&small));
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"Winograd agrees with a plain loop", test_winograd},
	    {"im2col agrees with a plain loop", test_im2col},
	    {"the chosen algorithm agrees with a plain loop", test_chosen},
	    {"the same bits at 1, 2 and 3 threads", test_threads},
	    {"the cheaper algorithm is chosen", test_choice},
	    {0}};

	return check_run("tensor/conv", cases);
}
