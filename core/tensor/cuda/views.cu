/*
 * Each operation has the formula and the arithmetic of the CPU's (core/augment). A pass over the
 * pixels of a view does as many operations as possible: they are separated only where a pixel needs
 * others, for the rotation, the mean of contrast, and the blur. Between two passes the view is
 * where the result will be, or in `other`, which is as large: in shared memory if it is small
 * enough. A thread has the same pixels in all passes, so that a pass that reads only its own needs
 * no barrier.
 */
#include "core/tensor/cuda/views.h"

#include <math.h>

#include "core/tensor/cuda/device.h"
#include "core/tensor/cuda/kernel.cuh"
#include "core/tensor/cuda/kernels.h"

/* BLOCKS: per multiprocessor, of those that need scratch. SHARED: bytes of `other` at most. */
enum { THREADS = 512, BLOCKS = 2, SHARED = 40 << 10, ALIGN = 64 /* elements */ };

/* What all blocks know. */
struct job {
	struct cuda_views v;
	real mean[4], inv[4], threshold;
	int radius;     /* of the blur */
	size_t weights; /* the elements of `other` before the weights of the blur */
	size_t other;   /* and with them */
	real *scratch;  /* `other` of each block; NULL: it is in shared memory */
};

template <int C> struct pixel {
	real v[C];
};

/* A view, as the threads of its block see it. */
struct view {
	const struct augment_plan *plan;
	const uint8_t *image;
	real *x, *other, *weight;
};

template <int C> static __device__ inline struct pixel<C> load_pixel(const real *x, size_t at) {
	struct pixel<C> p;

	for (int c = 0; c < C; c++)
		p.v[c] = x[at * C + c];
	return p;
}

template <int C>
static __device__ inline void store_pixel(real *x, size_t at, struct pixel<C> p)
{
	for (int c = 0; c < C; c++)
		x[at * C + c] = p.v[c];
}

static __device__ inline real mixed(real a, real b, real part)
{
	return a + part * (b - a);
}

/* --- crop, resize and mirror (crop.c, flip.c) ---------------------------------------------- */

/* The two pixels of the box between which an output pixel lies, and the share of the second. */
struct place {
	int lo, hi;
	real part;
};

static __device__ inline struct place place_of(int i, int in, int out)
{
	double f = (i + 0.5) * ((double)in / out) - 0.5;
	struct place p;

	f = f > 0 ? f : 0;
	p.lo = min((int)f, in - 1);
	p.hi = min(p.lo + 1, in - 1);
	p.part = (real)(f - p.lo);
	return p;
}

template <int C>
static __device__ inline struct pixel<C> cropped(const struct augment_fixed *f,
						 const struct view *v, int y, int x) {
	const struct image_box box = v->plan->box;
	const struct place ax =
	    place_of(v->plan->flip ? f->out_width - 1 - x : x, box.width, f->out_width);
	const struct place ay = place_of(y, box.height, f->out_height);
	const uint8_t *top = v->image + ((size_t)(box.top + ay.lo) * f->width + box.left) * C;
	const uint8_t *low = v->image + ((size_t)(box.top + ay.hi) * f->width + box.left) * C;
	const real unit = (real)1 / 255;
	struct pixel<C> p;

	for (int c = 0; c < C; c++) {
		const int l = ax.lo * C + c, r = ax.hi * C + c;

		p.v[c] = mixed(mixed(top[l] * unit, top[r] * unit, ax.part),
			       mixed(low[l] * unit, low[r] * unit, ax.part), ay.part);
	}
	return p;
}

/* --- rotate (rotate.c) --------------------------------------------------------------------- */

struct turn {
	real sine, cosine;
};

static __device__ inline struct turn turn_of(double degrees)
{
	const double angle = degrees * (3.14159265358979323846 / 180);

	return {(real)sin(angle), (real)cos(angle)};
}

static __device__ inline real limited(real v, real hi)
{
	v = v > -1 ? v : -1;
	return v < hi ? v : hi;
}

/* A pixel of the view before the rotation: 0 outside. */
template <int C>
static __device__ inline struct pixel<C> framed(const struct augment_fixed *f, const real *from,
						int y, int x) {
	if (y < 0 || x < 0 || y >= f->out_height || x >= f->out_width)
		return {};
	return load_pixel<C>(from, (size_t)y * f->out_width + x);
}

template <int C>
static __device__ inline struct pixel<C> rotated(const struct augment_fixed *f, const real *from,
						 struct turn t, int row, int column) {
	const real cx = (real)0.5 * (real)(f->out_width - 1);
	const real cy = (real)0.5 * (real)(f->out_height - 1);
	const real dx = -cx + (real)column, dy = (real)row - cy;
	/* One more than the position in the view: >= 0. The products are fused as compilers do on
	 * CPUs that can: the rounding of a position, of 200 pixels, is visible in noise. */
	const real x = limited(fma(t.cosine, dx, -(t.sine *dy)) + cx, (real)f->out_width) + 1;
	const real y = limited(fma(t.sine, dx, t.cosine *dy) + cy, (real)f->out_height) + 1;
	const int ix = (int)x, iy = (int)y;
	const real a = x - (real)ix, b = y - (real)iy;
	const struct pixel<C> top = framed<C>(f, from, iy - 1, ix - 1);
	const struct pixel<C> top2 = framed<C>(f, from, iy - 1, ix);
	const struct pixel<C> low = framed<C>(f, from, iy, ix - 1);
	const struct pixel<C> low2 = framed<C>(f, from, iy, ix);
	struct pixel<C> p;

	for (int c = 0; c < C; c++)
		p.v[c] = mixed(mixed(top.v[c], top2.v[c], a), mixed(low.v[c], low2.v[c], a), b);
	return p;
}

/* --- colours (jitter.c, gray.c, solarize.c, planes.c) -------------------------------------- */

static __device__ inline real
clamped(real v)
{
	v = v > 0 ? v : 0;
	return v < 1 ? v : 1;
}

/* clamp(factor p + y) */
template <int C> static __device__ inline void scale_pixel(struct pixel<C> *p, real factor, real y)
{
	for (int c = 0; c < C; c++)
		p->v[c] = clamped(factor * p->v[c] + y);
}

static __device__ inline real grey_of(const struct pixel<3> *p)
{
	return (real)0.2989 * p->v[0] + (real)0.587 * p->v[1] + (real)0.114 * p->v[2];
}

static __device__ inline real hue_channel(real h, real n, real c, real v)
{
	real k = h + n, m;

	k = k >= 6 ? k - 6 : k;
	m = k < 4 - k ? k : 4 - k;
	return v - c * clamped(m);
}

static __device__ inline void change_hue(struct pixel<3> *p, double turns)
{
	const real r = p->v[0], g = p->v[1], b = p->v[2];
	const real shift = (real)(6 * turns + (turns < 0 ? 6 : 0));
	real v = r > g ? r : g, low = r < g ? r : g, c, num, base, h;

	v = v > b ? v : b;
	low = low < b ? low : b;
	c = v - low;
	num = v == g ? b - r : r - g;
	base = v == g ? 2 : 4;
	num = v == r ? g - b : num;
	base = v == r ? 0 : base;
	h = base + num / (c > 0 ? c : 1) + shift; /* in [-1, 11] */
	h = h >= 6 ? h - 6 : h;
	h = h < 0 ? h + 6 : h;
	p->v[0] = hue_channel(h, 5, c, v);
	p->v[1] = hue_channel(h, 3, c, v);
	p->v[2] = hue_channel(h, 1, c, v);
}

/* Jitter operation number i of the plan. mean: that of the grey view, for contrast. */
template <int C>
static __device__ inline void jitter_one(struct pixel<C> *p, const struct augment_plan *plan, int i,
					 double mean)
{
	const int what = plan->order[i];
	const double strength = plan->factor[what];

	if (what == JITTER_BRIGHTNESS)
		scale_pixel(p, (real)strength, 0);
	else if (what == JITTER_CONTRAST)
		scale_pixel(p, (real)strength, (real)((1 - strength) * mean));
	if constexpr (C == 3) {
		if (what == JITTER_SATURATION)
			scale_pixel(p, (real)strength, (real)(1 - strength) * grey_of(p));
		else if (what == JITTER_HUE)
			change_hue(p, strength);
	}
}

/* What a pixel adds to the mean of the grey view. */
template <int C> static __device__ inline double grey_part(const struct pixel<C> *p)
{
	if constexpr (C == 3) {
		return 0.2989 * (double)p->v[0] + 0.587 * (double)p->v[1] + 0.114 * (double)p->v[2];
	} else {
		double sum = 0;

		for (int c = 0; c < C; c++)
			sum += (double)p->v[c];
		return sum / C;
	}
}

template <int C> static __device__ inline void make_gray(struct pixel<C> *p)
{
	if constexpr (C == 3)
		p->v[0] = p->v[1] = p->v[2] = grey_of(p);
}

/* Solarizes and normalises. */
template <int C>
static __device__ inline void finish(const struct job *j, const struct view *v, struct pixel<C> *p)
{
	if (v->plan->solarize)
		for (int c = 0; c < C; c++)
			p->v[c] = p->v[c] >= j->threshold ? 1 - p->v[c] : p->v[c];
	for (int c = 0; c < C; c++)
		p->v[c] = (p->v[c] - j->mean[c]) * j->inv[c];
}

/* --- blur (blur.c) ------------------------------------------------------------------------- */

static __device__ inline double gauss(int i, double sigma)
{
	return exp(-0.5 * (i / sigma) * (i / sigma));
}

/* weight[i]: at distance i from the centre, i = 0 .. radius. */
static __device__ inline void blur_weights(real *weight, int radius, double sigma)
{
	for (int i = threadIdx.x; i <= radius; i += THREADS) {
		double sum = 1;

		for (int k = 1; k <= radius; k++)
			sum += 2 * gauss(k, sigma);
		weight[i] = (real)(gauss(i, sigma) / sum);
	}
}

/* Reflects an index that is outside 0 .. n-1 by less than n: -1 becomes 1, n becomes n - 2. */
static __device__ inline int reflected(int i, int n)
{
	i = i < 0 ? -i : i;
	return i < n ? i : 2 * (n - 1) - i;
}

/* The pixel in place i of a line of n pixels, `step` apart, blurred along the line. */
template <int C>
static __device__ inline struct pixel<C> blurred(const real *line, size_t step, int i, int n,
						 const real *weight, int radius) {
	struct pixel<C> p = load_pixel<C>(line, i *step);

	for (int c = 0; c < C; c++)
		p.v[c] *= weight[0];
	for (int k = 1; k <= radius; k++) {
		const struct pixel<C> a = load_pixel<C>(line, reflected(i - k, n) * step);
		const struct pixel<C> b = load_pixel<C>(line, reflected(i + k, n) * step);

		for (int c = 0; c < C; c++)
			p.v[c] += weight[k] * (a.v[c] + b.v[c]);
	}
	return p;
}

/* First along the columns, then along the rows. The threads need not have met after they stored x.
 */
template <int C>
static __device__ inline void blur(const struct job *j, const struct view *v)
{
	const int h = j->v.fixed.out_height, w = j->v.fixed.out_width;

	blur_weights(v->weight, j->radius, v->plan->sigma);
	__syncthreads();
	for (int i = threadIdx.x; i < h * w; i += THREADS)
		store_pixel<C>(v->other, i,
			       blurred<C>(v->x + i % w * C, w, i / w, h, v->weight, j->radius));
	__syncthreads();
	for (int i = threadIdx.x; i < h * w; i += THREADS) {
		struct pixel<C> p = blurred<C>(v->other + (size_t)(i / w) * w * C, 1, i % w, w,
					       v->weight, j->radius);

		finish(j, v, &p);
		store_pixel(v->x, i, p);
	}
}

/* --- a view -------------------------------------------------------------------------------- */

/* The sum over all threads of the block, in a tree. */
static __device__ inline double block_sum(double own)
{
	__shared__ double sum[THREADS];
	const unsigned t = threadIdx.x;

	sum[t] = own;
	for (unsigned h = THREADS / 2; h; h >>= 1) {
		__syncthreads();
		if (t < h)
			sum[t] += sum[t + h];
	}
	__syncthreads();
	return sum[0];
}

/* The place of contrast in the order of the jitter operations; their number if it is not there. */
static __device__ inline int contrast_place(const struct augment_plan *plan)
{
	int i = 0;

	while (i < plan->jitter && plan->order[i] != JITTER_CONTRAST)
		i++;
	return i;
}

/* Where a pass finds the pixels: in the image; in `other`, not yet rotated; where it stored them.
 */
enum source { IMAGE, UPRIGHT, STORED };

template <int C>
static __device__ inline struct pixel<C> fetch(const struct job *j, const struct view *v,
					       enum source from, struct turn turn, int i) {
	const struct augment_fixed *f = &j->v.fixed;

	if (from == IMAGE)
		return cropped<C>(f, v, i / f->out_width, i % f->out_width);
	if (from == UPRIGHT)
		return rotated<C>(f, v->other, turn, i / f->out_width, i % f->out_width);
	return load_pixel<C>(v->x, i);
}

template <int C>
static __device__ inline void make_view(const struct job *j, const struct view *v)
{
	const struct augment_plan *plan = v->plan;
	const int n = j->v.fixed.out_height * j->v.fixed.out_width;
	const int contrast = contrast_place(plan);
	enum source from = IMAGE;
	struct turn turn = {};
	double mean = 0;
	int done = 0; /* jitter operations */

	if (plan->rotate) {
		turn = turn_of(plan->degrees);
		for (int i = threadIdx.x; i < n; i += THREADS)
			store_pixel(v->other, i, fetch<C>(j, v, from, turn, i));
		__syncthreads();
		from = UPRIGHT;
	}
	if (contrast < plan->jitter) {
		for (int i = threadIdx.x; i < n; i += THREADS) {
			struct pixel<C> p = fetch<C>(j, v, from, turn, i);

			for (int k = 0; k < contrast; k++)
				jitter_one(&p, plan, k, 0);
			mean += grey_part(&p);
			store_pixel(v->x, i, p);
		}
		mean = block_sum(mean) / n;
		from = STORED;
		done = contrast;
	}
	for (int i = threadIdx.x; i < n; i += THREADS) {
		struct pixel<C> p = fetch<C>(j, v, from, turn, i);

		for (int k = done; k < plan->jitter; k++)
			jitter_one(&p, plan, k, mean);
		if (plan->gray)
			make_gray(&p);
		if (!plan->blur)
			finish(j, v, &p);
		store_pixel(v->x, i, p);
	}
	if (plan->blur)
		blur<C>(j, v);
}

/* The plan in which nothing was drawn. */
static __device__ inline struct augment_plan whole_image(const struct augment_fixed *f)
{
	struct augment_plan p = {};

	p.box.height = f->height;
	p.box.width = f->width;
	return p;
}

template <int C> static __global__ void __launch_bounds__(THREADS) make_views(struct job j)
{
	DYNAMIC_SHARED(real, shared);
	__shared__ struct augment_plan plan;
	const struct augment_fixed *f = &j.v.fixed;
	real *other = j.scratch ? j.scratch + blockIdx.x * j.other : shared;
	struct view v = {&plan, NULL, NULL, other, other + j.weights};

	for (int i = blockIdx.x; i < j.v.n; i += gridDim.x) {
		const size_t image = j.v.images.number ? j.v.images.number[i] : i;

		__syncthreads(); /* the view before this one is done */
		if (threadIdx.x == 0)
			plan = j.v.plan ? j.v.plan[i] : whole_image(f);
		__syncthreads();
		v.image = j.v.images.pixels + image * f->height * f->width * C;
		v.x = j.v.x + (size_t)i * f->out_height * f->out_width * C;
		make_view<C>(&j, &v);
	}
}

/* --- launches ------------------------------------------------------------------------------ */

/* Of a kernel of 10 % of the side, at least 3 pixels; small enough for borders to be reflected. */
static int blur_radius(int side)
{
	return min(max(side / 20, 1), side - 1);
}

static void check(const struct cuda_views *v)
{
	const struct augment_fixed *f = &v->fixed;

	if (v->n < 1 || f->channels < 1 || f->channels > 4 || f->height < 1 || f->width < 1 ||
	    f->out_height < 1 || f->out_width < 1)
		BUG("%d views of %d x %d pixels of images of %d x %d pixels with %d channels", v->n,
		    f->out_height, f->out_width, f->height, f->width, f->channels);
}

static struct job job_of(const struct cuda_views *v, void *scratch)
{
	const struct augment_fixed *f = &v->fixed;
	struct job j = {};

	check(v);
	j.v = *v;
	for (int c = 0; c < f->channels; c++) {
		j.mean[c] = (real)f->mean[c];
		j.inv[c] = (real)(1 / f->std[c]);
	}
	j.threshold = (real)f->solarize_threshold;
	j.radius = blur_radius(min(f->out_height, f->out_width));
	j.weights = (size_t)f->out_height * (size_t)f->out_width * (size_t)f->channels;
	j.other = (j.weights + (size_t)j.radius + ALIGN) / ALIGN * ALIGN;
	j.scratch = (real *)scratch;
	return j;
}

/* The number of blocks, which each need scratch if the views are large. */
static unsigned blocks_of(const struct cuda_queue *q, const struct job *j, int *large)
{
	const unsigned n = (unsigned)j->v.n;

	*large = j->other * sizeof(real) > SHARED;
	return *large ? min(n, (unsigned)(q->multiprocessors * BLOCKS)) : n;
}

size_t cuda_views_scratch(const struct cuda_queue *q, const struct cuda_views *v)
{
	const struct job j = job_of(v, NULL);
	int large;
	const unsigned blocks = blocks_of(q, &j, &large);

	return large ? blocks * j.other * sizeof(real) : 0;
}

template <int C> static void launch(const struct cuda_queue *q, const struct job *j)
{
	int large;
	const unsigned blocks = blocks_of(q, j, &large);

	LAUNCH((make_views<C>), blocks, THREADS, large ? 0 : j->other * sizeof(real), q, *j);
}

void cuda_views_make(const struct cuda_queue *q, const struct cuda_views *v, void *scratch)
{
	const struct job j = job_of(v, cuda_views_scratch(q, v) ? scratch : NULL);

	if (v->fixed.channels == 1)
		launch<1>(q, &j);
	else if (v->fixed.channels == 2)
		launch<2>(q, &j);
	else if (v->fixed.channels == 3)
		launch<3>(q, &j);
	else
		launch<4>(q, &j);
}

void cuda_views_apply(const struct augment_fixed *f, const struct view_images *images,
		      const struct augment_plan *plan, struct tensor *x)
{
	struct cuda_device *c = cuda_of(x);
	struct cuda_views v = {*f, *images, plan, x->shape[0], NULL};
	size_t bytes;
	void *scratch;

	if (x->element != ELEMENT_REAL || x->ndim != 4 || x->shape[1] != f->out_height ||
	    x->shape[2] != f->out_width || x->shape[3] != f->channels)
		BUG("a tensor of another shape than that of the views");
	v.x = x->mem->data;
	bytes = cuda_views_scratch(&c->q, &v);
	scratch = bytes ? cuda_workspace(c, bytes) : NULL;
	if (!cuda_failed(c))
		cuda_views_make(&c->q, &v, scratch);
}
