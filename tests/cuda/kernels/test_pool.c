/* Protects: pooling on a device gives the CPU's values and gradients, in real and in bf16, for
 * windows with and without overlap and padding, any number of channels and images that start
 * anywhere; the maximum is at the CPU's position where values are equal, NaN or all -infinity.
 * Means are in real whatever the images are in. */
#include "tests/cuda/twin.h"

#include <math.h>

/* from: the element of a larger tensor at which the images start */
struct shape {
	int n, h, w, c, kernel, stride, padding, from;
};
static const struct shape shapes[] = {
    {1, 1, 1, 1, 1, 1, 0, 0},  {2, 5, 7, 3, 3, 2, 1, 0},   {2, 8, 6, 16, 3, 2, 1, 0},
    {1, 6, 5, 8, 2, 2, 0, 0},  {2, 5, 4, 8, 3, 2, 1, 3},   {2, 4, 6, 33, 3, 1, 1, 0},
    {1, 9, 35, 8, 3, 2, 1, 8}, {1, 5, 5, 264, 3, 2, 1, 0}, {3, 8, 11, 12, 5, 3, 2, 0}};

static int n_shapes(void)
{
	return (int)(sizeof shapes / sizeof *shapes) - (shim_watcher ? 3 : 0);
}

static struct pool_shape pool_of(const struct shape *s)
{
	return (struct pool_shape){.h = s->h,
				   .w = s->w,
				   .c = s->c,
				   .oh = (s->h + 2 * s->padding - s->kernel) / s->stride + 1,
				   .ow = (s->w + 2 * s->padding - s->kernel) / s->stride + 1,
				   .kernel = s->kernel,
				   .stride = s->stride,
				   .padding = s->padding};
}

/* Random images of few different values, so that maxima are often equal. */
static struct both images(struct twin *t, const struct shape *s, int h, int w)
{
	const int all[] = {s->n * h * w * s->c + s->from}, shape[] = {s->n, h, w, s->c};
	const struct both x = twin_random(t, t->element, 1, all, 1, 0);

	for (size_t i = 0; i < x.cpu->n; i++)
		x.cpu->mem->data[i] = (real)(round((double)x.cpu->mem->data[i] * 4) / 4);
	tensor_write(x.gpu, x.cpu->mem->data);
	return twin_view(t, x, (size_t)s->from, 4, shape);
}

/* Every fifth value is NaN or -infinity. */
static void set_special(struct twin *t, struct both x)
{
	for (size_t i = 0; i < x.cpu->n; i++) {
		const double u = twin_uniform(t);

		if (u < 0.2)
			x.cpu->mem->data[i] = u < 0.1 ? (real)NAN : -(real)INFINITY;
	}
	tensor_write(x.gpu, x.cpu->mem->data);
}

static void check_maximum(struct twin *t, const struct shape *s, int special)
{
	const struct pool_shape p = pool_of(s);
	const struct both x = images(t, s, s->h, s->w), dx = images(t, s, s->h, s->w);
	const struct both y = images(t, s, p.oh, p.ow), dy = images(t, s, p.oh, p.ow);
	const struct both_bytes where = twin_bytes(t, y.cpu->n);

	if (special)
		set_special(t, x);
	t->cpu->maxpool_forward(&p, x.cpu, y.cpu, where.cpu);
	t->gpu->maxpool_forward(&p, x.gpu, y.gpu, where.gpu);
	twin_equal(t, "the maxima", y);
	twin_same(t, "where the maxima are", where);
	for (int accumulate = 0; accumulate < 2;
	     accumulate++) { /* sums of multiples of 1/4 are exact */
		t->cpu->maxpool_backward(&p, dy.cpu, where.cpu, dx.cpu, accumulate);
		t->gpu->maxpool_backward(&p, dy.gpu, where.gpu, dx.gpu, accumulate);
		twin_equal(t, "the gradient of maxima", dx);
	}
}

static void maxima(struct twin *t)
{
	for (int i = 0; i < n_shapes(); i++)
		check_maximum(t, &shapes[i], 0);
}

static void test_maxima(void)
{
	twin_run(maxima, 1);
}

static void special_maxima(struct twin *t)
{
	const struct shape s = {1, 2, 2, 8, 3, 2, 1, 0};
	const struct pool_shape p = pool_of(&s);
	const struct both x = images(t, &s, 2, 2), y = images(t, &s, p.oh, p.ow);
	const struct both_bytes where = twin_bytes(t, y.cpu->n);

	check_maximum(t, &shapes[1], 1);
	check_maximum(t, &shapes[2], 1);
	for (size_t i = 0; i < x.cpu->n; i++)
		twin_set(x, i, -(double)INFINITY);
	t->cpu->maxpool_forward(&p, x.cpu, y.cpu, where.cpu);
	t->gpu->maxpool_forward(&p, x.gpu, y.gpu, where.gpu);
	twin_equal(t, "nothing but -infinity", y);
	twin_same(t, "where -infinity is", where);
}

static void test_special_maxima(void)
{
	twin_run(special_maxima, 1);
}

static void means(struct twin *t)
{
	for (int i = 0; i < n_shapes(); i++) {
		const struct shape *s = &shapes[i];
		const struct both x = images(t, s, s->h, s->w), dx = images(t, s, s->h, s->w);
		const struct both y = twin_new2(t, s->n, s->c);
		const struct both dy = twin_random2(t, s->n, s->c, 1, 0);

		t->cpu->avgpool_forward(x.cpu, y.cpu);
		t->gpu->avgpool_forward(x.gpu, y.gpu);
		twin_compare(t, "the means", y, twin_tolerance());
		for (int accumulate = 0; accumulate < 2; accumulate++) {
			t->cpu->avgpool_backward(dy.cpu, dx.cpu, accumulate);
			t->gpu->avgpool_backward(dy.gpu, dx.gpu, accumulate);
			twin_compare(t, "the gradient of means", dx, twin_tolerance());
		}
	}
}

static void test_means(void)
{
	twin_run(means, 1);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"maxima and their gradients", test_maxima},
	    {"maxima of NaN and -infinity", test_special_maxima},
	    {"means and their gradients", test_means},
	    {0}};

	return check_run("cuda/kernels/pool", cases);
}
