/* Protects: sums over all elements on a device, and their gradients, are the CPU's: of one element,
 * of part of a chunk and of many chunks, more of them than blocks; a sum has the same bits wherever
 * its tensor starts and on cards of any size; NaN is carried on. */
#include "tests/cuda/twin.h"

#include <math.h>

/* from: the element of a larger tensor at which the elements start */
struct piece {
	int n, from;
};
static const struct piece pieces[] = {{1, 0},    {37, 0},    {37, 3},    {4096, 0},
				      {4100, 1}, {12291, 0}, {70001, 0}, {1100001, 0}};

static int n_pieces(void)
{
	return (int)(sizeof pieces / sizeof *pieces) - (shim_watcher ? 2 : 0);
}

static struct both random_piece(struct twin *t, struct piece p)
{
	const int all[] = {p.n + p.from}, shape[] = {p.n};

	return twin_view(t, twin_random(t, ELEMENT_REAL, 1, all, 1, 0.5), (size_t)p.from, 1, shape);
}

static struct both scalar(struct twin *t)
{
	return twin_random(t, ELEMENT_REAL, 1, (int[]){1}, 1, 0);
}

/* Scratch of exactly the size that was asked for. */
static void add_up(struct twin *t, struct both x, double divisor, struct both y)
{
	t->cpu->sum_forward(x.cpu, divisor, tape_values(&t->here, t->cpu->sum_scratch(x.cpu->n)),
			    y.cpu);
	t->gpu->sum_forward(x.gpu, divisor, tape_values(&t->there, t->gpu->sum_scratch(x.gpu->n)),
			    y.gpu);
}

static void add_up_squares(struct twin *t, struct both x, struct both y)
{
	t->cpu->sum_squares_forward(x.cpu, tape_values(&t->here, t->cpu->sum_scratch(x.cpu->n)),
				    y.cpu);
	t->gpu->sum_squares_forward(x.gpu, tape_values(&t->there, t->gpu->sum_scratch(x.gpu->n)),
				    y.gpu);
}

static void check_gradients(struct twin *t, struct both x, struct piece p)
{
	const struct both dx = random_piece(t, p), dy = scalar(t);

	for (int accumulate = 0; accumulate < 2; accumulate++) {
		t->cpu->sum_backward(x.cpu, dy.cpu, 7, dx.cpu, accumulate);
		t->gpu->sum_backward(x.gpu, dy.gpu, 7, dx.gpu, accumulate);
		twin_compare(t, "the gradient of a sum", dx, twin_tolerance());
		t->cpu->sum_squares_backward(x.cpu, dy.cpu, dx.cpu, accumulate);
		t->gpu->sum_squares_backward(x.gpu, dy.gpu, dx.gpu, accumulate);
		twin_compare(t, "the gradient of a sum of squares", dx, twin_tolerance());
	}
}

static void sums(struct twin *t)
{
	for (int i = 0; i < n_pieces(); i++) {
		const struct both x = random_piece(t, pieces[i]), y = scalar(t);

		add_up(t, x, 1.5 * pieces[i].n, y);
		twin_compare(t, "a sum", y, twin_tolerance());
		add_up_squares(t, x, y);
		twin_compare(t, "a sum of squares", y, twin_tolerance());
		if (pieces[i].n < 100000)
			check_gradients(t, x, pieces[i]);
	}
}

static void test_sums(void)
{
	twin_run(sums, 0);
}

static void nan_is_carried(struct twin *t)
{
	const struct both x = random_piece(t, (struct piece){4500, 0}), y = scalar(t);
	const struct both dx = random_piece(t, (struct piece){4500, 0}), dy = scalar(t);

	twin_set(x, 4400, (double)NAN);
	add_up(t, x, 1, y);
	twin_equal(t, "a sum with NaN", y);
	twin_set(dy, 0, 1); /* exact, so that the values compare */
	t->cpu->sum_backward(x.cpu, dy.cpu, 4, dx.cpu, 0);
	t->gpu->sum_backward(x.gpu, dy.gpu, 4, dx.gpu, 0);
	twin_equal(t, "the gradient of a sum with NaN", dx);
	twin_set(dy, 0, 0); /* -0 becomes 0 */
	t->cpu->sum_squares_backward(x.cpu, dy.cpu, dx.cpu, 0);
	t->gpu->sum_squares_backward(x.gpu, dy.gpu, dx.gpu, 0);
	twin_equal(t, "the gradient of a sum of squares with NaN", dx);
}

static void test_nan(void)
{
	twin_run(nan_is_carried, 0);
}

/* The sums of the same numbers in a tensor that starts anywhere, in bits. */
static real sum_from(struct twin *t, const real *values, int n, int from)
{
	const struct both x = random_piece(t, (struct piece){n, from}), y = scalar(t);
	real sum;

	tensor_write(x.gpu, values);
	t->gpu->sum_forward(x.gpu, 1, tape_values(&t->there, t->gpu->sum_scratch((size_t)n)),
			    y.gpu);
	tensor_read(y.gpu, &sum);
	return sum;
}

static void anywhere(struct twin *t)
{
	enum { N = 9001 };
	real *values = xmalloc(N * sizeof *values), first;
	const int card = shim_device.multiprocessors;

	for (int i = 0; i < N; i++)
		values[i] = (real)(twin_uniform(t) - 0.5);
	first = sum_from(t, values, N, 0);
	CU_ASSERT(sum_from(t, values, N, 3) == first);
	t->c->q.multiprocessors = 3;
	CU_ASSERT(sum_from(t, values, N, 0) == first);
	t->c->q.multiprocessors = card;
	free(values);
}

static void test_anywhere(void)
{
	twin_run(anywhere, 0);
}

int main(void)
{
	static const struct check_case cases[] = {{"sums and their gradients", test_sums},
						  {"NaN", test_nan},
						  {"the same bits anywhere", test_anywhere},
						  {0}};

	return check_run("cuda/kernels/reduce", cases);
}
