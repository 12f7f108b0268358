/* Protects: the elementwise kernels of a device give the CPU's values in real and in bf16, for
 * sizes that are no multiples of a vector and for views that start anywhere, whether they overwrite
 * or add; NaN and -0 come out as on the CPU; a closed gate changes nothing; a symmetric matrix has
 * equal halves. */
#include "tests/cuda/twin.h"

#include <math.h>

/* n elements of a tensor of n + from, from element `from` on; elements around it must stay NaN. */
struct piece {
	int n, from;
};
static const struct piece pieces[] = {{1, 0},   {8, 0},    {37, 0}, {37, 3},
				      {256, 8}, {4099, 0}, {70, 1}};

static int n_pieces(void)
{
	return (int)(sizeof pieces / sizeof *pieces) - (shim_watcher ? 2 : 0);
}

static struct both random_piece(struct twin *t, struct piece p)
{
	const int all[] = {p.n + p.from}, shape[] = {p.n};

	return twin_view(t, twin_random(t, t->element, 1, all, 2, 0), (size_t)p.from, 1, shape);
}

/* What a kernel writes to, inside a larger tensor of NaN. */
struct target {
	struct both whole, part;
};

static struct target new_target(struct twin *t, struct piece p)
{
	const int all[] = {p.n + p.from + 9}, shape[] = {p.n};
	const struct both whole = twin_new(t, t->element, 1, all);

	return (struct target){whole, twin_view(t, whole, (size_t)p.from, 1, shape)};
}

/* The part within rounding, and around it nothing but NaN. */
static void compare(struct twin *t, const char *what, struct target y)
{
	const size_t from = (size_t)(y.part.cpu->mem->data - y.whole.cpu->mem->data);
	real *values = xmalloc(y.whole.cpu->n * sizeof *values);
	int kept = 1;

	twin_compare(t, what, y.part, twin_tolerance());
	tensor_read(y.whole.gpu, values);
	for (size_t i = 0; i < y.whole.cpu->n; i++)
		kept &= (i >= from && i < from + y.part.cpu->n) || values[i] != values[i];
	CU_ASSERT(kept);
	free(values);
}

static void check_sums(struct twin *t, struct piece p)
{
	const struct both a = random_piece(t, p), b = random_piece(t, p);
	const struct target y = new_target(t, p);

	t->cpu->add_scaled(a.cpu, (real)-0.75, b.cpu, y.part.cpu);
	t->gpu->add_scaled(a.gpu, (real)-0.75, b.gpu, y.part.gpu);
	compare(t, "a + s b", y);
	t->cpu->accumulate_values(a.cpu, y.part.cpu);
	t->gpu->accumulate_values(a.gpu, y.part.gpu);
	compare(t, "out += x", y);
}

static void check_products(struct twin *t, struct piece p)
{
	const struct both a = random_piece(t, p), b = random_piece(t, p);
	const struct target y = new_target(t, p), z = new_target(t, p);

	for (int accumulate = 0; accumulate < 2; accumulate++) {
		t->cpu->multiply(a.cpu, b.cpu, (real)1.5, y.part.cpu, accumulate);
		t->gpu->multiply(a.gpu, b.gpu, (real)1.5, y.part.gpu, accumulate);
		compare(t, "s a b", y);
		t->cpu->multiply(a.cpu, NULL, (real)-1.25, z.part.cpu, accumulate);
		t->gpu->multiply(a.gpu, NULL, (real)-1.25, z.part.gpu, accumulate);
		compare(t, "s a", z);
	}
}

static void check_relu(struct twin *t, struct piece p)
{
	const struct both x = random_piece(t, p), dy = random_piece(t, p);
	const struct target y = new_target(t, p), dx = new_target(t, p);

	t->cpu->relu_forward(x.cpu, y.part.cpu);
	t->gpu->relu_forward(x.gpu, y.part.gpu);
	compare(t, "relu", y);
	for (int accumulate = 0; accumulate < 2; accumulate++) {
		t->cpu->relu_backward(y.part.cpu, dy.cpu, dx.part.cpu, accumulate);
		t->gpu->relu_backward(y.part.gpu, dy.gpu, dx.part.gpu, accumulate);
		compare(t, "the gradient of relu", dx);
	}
}

static void values(struct twin *t)
{
	for (int i = 0; i < n_pieces(); i++) {
		check_sums(t, pieces[i]);
		check_products(t, pieces[i]);
		check_relu(t, pieces[i]);
	}
}

static void test_values(void)
{
	twin_run(values, 1);
}

/* A view that is aligned for one operand only. */
static void mixed(struct twin *t)
{
	const struct both a = random_piece(t, (struct piece){40, 0});
	const struct both b = random_piece(t, (struct piece){40, 1});
	const struct target y = new_target(t, (struct piece){40, 0});
	const struct target z = new_target(t, (struct piece){40, 5});

	t->cpu->add_scaled(a.cpu, 1, b.cpu, y.part.cpu);
	t->gpu->add_scaled(a.gpu, 1, b.gpu, y.part.gpu);
	compare(t, "b is not aligned", y);
	t->cpu->add_scaled(b.cpu, 1, a.cpu, y.part.cpu);
	t->gpu->add_scaled(b.gpu, 1, a.gpu, y.part.gpu);
	compare(t, "a is not aligned", y);
	t->cpu->multiply(a.cpu, a.cpu, 1, z.part.cpu, 0);
	t->gpu->multiply(a.gpu, a.gpu, 1, z.part.gpu, 0);
	compare(t, "the result is not aligned", z);
}

static void test_mixed(void)
{
	twin_run(mixed, 1);
}

/* NaN, -0, 0, infinity and -infinity at the start of a tensor. */
static void set_special(struct both x)
{
	static const double special[] = {(double)NAN, -0.0, 0.0, (double)INFINITY,
					 -(double)INFINITY};

	for (int i = 0; i < 5; i++)
		twin_set(x, (size_t)i, special[i]);
}

static void special(struct twin *t)
{
	const int shape[] = {19};
	const struct both x = twin_random(t, t->element, 1, shape, 1, 0);
	const struct both dy = twin_random(t, t->element, 1, shape, 1, 0);
	const struct both y = twin_new(t, t->element, 1, shape);
	const struct both dx = twin_new(t, t->element, 1, shape);

	set_special(x);
	twin_set(dy, 7, -0.0);
	twin_set(dy, 8, (double)NAN);
	t->cpu->relu_forward(x.cpu, y.cpu);
	t->gpu->relu_forward(x.gpu, y.gpu);
	twin_equal(t, "relu of NaN and -0", y);
	t->cpu->relu_backward(y.cpu, dy.cpu, dx.cpu, 0);
	t->gpu->relu_backward(y.gpu, dy.gpu, dx.gpu, 0);
	twin_equal(t, "the gradient at NaN and -0", dx);
	t->cpu->multiply(x.cpu, NULL, 1, y.cpu, 0);
	t->gpu->multiply(x.gpu, NULL, 1, y.gpu, 0);
	twin_equal(t, "NaN and -0 times 1", y);
	t->cpu->add_scaled(x.cpu, 1, x.cpu, y.cpu);
	t->gpu->add_scaled(x.gpu, 1, x.gpu, y.gpu);
	twin_equal(t, "NaN and -0, twice", y);
}

static void test_special(void)
{
	twin_run(special, 1);
}

static void gates(struct twin *t)
{
	static const double values[] = {0, 1};
	const struct both_bytes gate = twin_put(t, values, sizeof values);

	for (int i = 0; i < n_pieces(); i++) {
		const struct both x = random_piece(t, pieces[i]), y = random_piece(t, pieces[i]);

		t->gpu->ema(y.gpu, x.gpu, (real)0.9, (real)0.1, gate.gpu);
		twin_equal(t, "an average with a closed gate", y);
		t->cpu->ema(y.cpu, x.cpu, (real)0.9, (real)0.1, NULL);
		t->gpu->ema(y.gpu, x.gpu, (real)0.9, (real)0.1, (double *)gate.gpu + 1);
		twin_compare(t, "an average with an open gate", y, twin_tolerance());
		t->cpu->ema(y.cpu, x.cpu, (real)0.5, (real)0.5, NULL);
		t->gpu->ema(y.gpu, x.gpu, (real)0.5, (real)0.5, NULL);
		twin_compare(t, "an average without a gate", y, twin_tolerance());
	}
}

static void test_gates(void)
{
	twin_run(gates, 0);
}

static void halves(struct twin *t)
{
	static const int sizes[] = {1, 2, 33, 64, 95};
	static const double values[] = {0, 1};
	const struct both_bytes gate = twin_put(t, values, sizeof values);

	for (int i = 0; i < (shim_watcher ? 3 : 5); i++) {
		const struct both w = twin_random2(t, sizes[i], sizes[i], 1, 0);

		t->gpu->symmetrize(w.gpu, gate.gpu);
		twin_equal(t, "a closed gate", w);
		t->cpu->symmetrize(w.cpu, NULL);
		t->gpu->symmetrize(w.gpu, i & 1 ? (double *)gate.gpu + 1 : NULL);
		twin_equal(t, "a symmetric matrix", w);
	}
}

static void test_halves(void)
{
	twin_run(halves, 0);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"values of any size, anywhere", test_values},
	    {"operands of which one is not aligned", test_mixed},
	    {"NaN, -0 and infinity", test_special},
	    {"averages and their gate", test_gates},
	    {"a matrix becomes symmetric", test_halves},
	    {0}};

	return check_run("cuda/kernels/elementwise", cases);
}
