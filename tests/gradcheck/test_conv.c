/* Protects: the gradients of op_conv with respect to image and weights, by each of the algorithms.
 */
#include "core/ops/ops.h"
#include "core/tensor/kernels/conv.h"
#include "core/tensor/kernels/direct.h"
#include "tests/check.h"
#include "tests/gradcheck/gradcheck.h"

struct geometry {
	int stride, padding;
};

static struct tensor *projected(struct tape *t, struct tensor *const *in, void *ctx)
{
	const struct geometry *g = ctx;

	return gradcheck_project(t, op_conv(t, in[0], in[1], g->stride, g->padding));
}

/* Uses the image twice, so that its second gradient is added to the first. */
static struct tensor *shared(struct tape *t, struct tensor *const *in, void *ctx)
{
	const struct geometry *g = ctx;
	struct tensor *x = op_scale(t, in[0], 0.5);
	struct tensor *a = op_conv(t, x, in[1], g->stride, g->padding);
	struct tensor *b = op_conv(t, x, in[1], g->stride, g->padding);

	return gradcheck_project(t, op_add(t, a, op_relu(t, b)));
}

enum way { DIRECT, IM2COL, WINOGRAD };

static enum way way_of(const struct conv_shape *s)
{
	return direct_fits(s) ? DIRECT : conv2d_uses_winograd(s) ? WINOGRAD : IM2COL;
}

/* A few elements of large inputs are enough, since a convolution is linear in each of its inputs.
 * It is a failure if the shape does not use the algorithm that is to be checked. */
static void check(gradcheck_fn fn, enum way way, int n, int h, int w, int cin, int kernel, int cout,
		  int stride, int padding)
{
	const int image[4] = {n, h, w, cin}, weights[4] = {kernel, kernel, cin, cout};
	struct conv_shape s = conv_shape_of(n, h, w, cin, kernel, kernel, cout, stride, padding);
	struct geometry geometry = {stride, padding};
	struct gradcheck g;

	CU_ASSERT_EQUAL(way_of(&s), way);
	gradcheck_init(&g);
	gradcheck_input(&g, 4, image, 1);
	gradcheck_input(&g, 4, weights, 1);
	CU_ASSERT(gradcheck_run(&g, fn, &geometry, n * h * w > 500 ? 5 : 60) <= 1e-6);
	gradcheck_release(&g);
}

/* Small shapes use the definition. */
static void test_direct(void)
{
	check(projected, DIRECT, 2, 9, 11, 5, 3, 7, 1, 1);
	check(projected, DIRECT, 2, 9, 11, 5, 3, 7, 2, 1);
	check(projected, DIRECT, 3, 1, 1, 6, 3, 5, 1, 1);
	check(projected, DIRECT, 1, 13, 12, 3, 7, 4, 2, 3);
	check(projected, DIRECT, 1, 6, 5, 4, 5, 3, 1, 0);
	check(projected, DIRECT, 2, 6, 7, 8, 1, 5, 2, 0);
}

static void test_winograd(void)
{
	check(projected, WINOGRAD, 4, 33, 35, 72, 3, 80, 1, 1);
}

static void test_im2col(void)
{
	check(projected, IM2COL, 8, 33, 31, 3, 7, 40, 2, 3);
	check(projected, IM2COL, 4, 33, 31, 16, 3, 64, 2, 1);
	check(projected, IM2COL, 2, 20, 21, 40, 5, 34, 1, 0);
	check(projected, IM2COL, 4, 33, 31, 32, 1, 80, 1, 0);
	check(projected, IM2COL, 4, 33, 31, 64, 1, 160, 2, 0);
}

static void test_shared(void)
{
	check(shared, DIRECT, 2, 8, 6, 4, 3, 5, 1, 1);
	check(shared, WINOGRAD, 4, 33, 35, 72, 3, 80, 1, 1);
	check(shared, IM2COL, 4, 33, 31, 16, 3, 64, 2, 1);
	check(shared, IM2COL, 4, 33, 31, 32, 1, 80, 1, 0);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"small shapes by the definition", test_direct},
	    {"3x3 by Winograd", test_winograd},
	    {"strides, other kernels and 1x1 by im2col", test_im2col},
	    {"two users of one image and one kernel", test_shared},
	    {0}};

	return check_run("gradcheck/conv", cases);
}
