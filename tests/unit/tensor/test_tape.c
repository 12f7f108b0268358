/* Protects: the flow, sharing and reuse of gradients, and that a step allocates no memory. */
#include "core/tensor/memory.h"
#include "core/tensor/tape.h"

#include <malloc.h>
#include <string.h>

#include "tests/check.h"

/* Three ops for these tests, so that the tape is tested without core/ops. */
/* The bytes that the tape has allocated since its reset. */
static size_t used_by(const struct tape *t)
{
	return t->arena.host.used + t->arena.values.used;
}

static void double_backward(struct tensor *out)
{
	int acc;
	struct tensor *dx = tape_grad(out->in[0], &acc);

	for (size_t i = 0; dx && i < out->n; i++)
		dx->mem->data[i] = (acc ? dx->mem->data[i] : 0) + 2 * out->mem->grad->mem->data[i];
}

static void add_backward(struct tensor *out)
{
	tape_pass_grad(out->in[0], out);
	tape_pass_grad(out->in[1], out);
}

static void sum_backward(struct tensor *out)
{
	int acc;
	struct tensor *dx = tape_grad(out->in[0], &acc);

	for (size_t i = 0; i < out->in[0]->n; i++)
		dx->mem->data[i] = (acc ? dx->mem->data[i] : 0) + out->mem->grad->mem->data[0];
}

static const struct op double_op = {.name = "double", .backward = double_backward};
static const struct op add_op = {.name = "add", .backward = add_backward};
static const struct op sum_op = {.name = "sum", .backward = sum_backward};

static struct tensor *twice(struct tape *t, struct tensor *x)
{
	struct tensor *y = tensor_new(&t->arena, x->ndim, x->shape);

	for (size_t i = 0; i < x->n; i++)
		y->mem->data[i] = 2 * x->mem->data[i];
	return tape_append(t, &double_op, y, &x, 1);
}

static struct tensor *add(struct tape *t, struct tensor *a, struct tensor *b)
{
	struct tensor *y = tensor_new(&t->arena, a->ndim, a->shape);

	for (size_t i = 0; i < a->n; i++)
		y->mem->data[i] = a->mem->data[i] + b->mem->data[i];
	return tape_append(t, &add_op, y, (struct tensor *[]){a, b}, 2);
}

static struct tensor *sum(struct tape *t, struct tensor *x)
{
	struct tensor *y = tensor_new1(&t->arena, 1);

	y->mem->data[0] = 0;
	for (size_t i = 0; i < x->n; i++)
		y->mem->data[0] += x->mem->data[i];
	return tape_append(t, &sum_op, y, &x, 1);
}

static struct tensor *leaf(struct tensor_arena *a, int n, int needs_grad)
{
	struct tensor *x = tensor_new1(a, n);

	for (int i = 0; i < n; i++)
		x->mem->data[i] = (real)i;
	x->needs_grad = needs_grad;
	return x;
}

static void test_shared_gradient(void)
{
	struct tape t;
	struct tensor *x, *a, *b;

	/* y = (a + b) with b = 2a, a = 2x: both inputs of the add share one buffer, which b's
	 * contribution to a must not overwrite before it is read. dy/dx = 2 + 4. */
	tape_init(&t, &device_cpu);
	x = leaf(&t.arena, 5, 1);
	a = twice(&t, x);
	b = twice(&t, a);
	tape_backward(&t, sum(&t, add(&t, a, b)));
	for (int i = 0; i < 5; i++)
		CU_ASSERT_EQUAL(x->mem->grad->mem->data[i], 6);
	CU_ASSERT_PTR_NULL(a->mem->grad);
	tape_release(&t);
}

static void test_same_input_twice(void)
{
	struct tape t;
	struct tensor *x, *a;

	tape_init(&t, &device_cpu);
	x = leaf(&t.arena, 3, 1);
	a = twice(&t, x);
	tape_backward(&t, sum(&t, add(&t, a, a)));
	CU_ASSERT_EQUAL(x->mem->grad->mem->data[2], 4);
	tape_backward(&t, t.node[t.n - 1]); /* again: the gradients of leaves are summed */
	CU_ASSERT_EQUAL(x->mem->grad->mem->data[2], 8);
	tape_release(&t);
}

static void test_unreached_and_unwanted(void)
{
	struct tape t;
	struct tensor *x, *c, *loss;

	tape_init(&t, &device_cpu);
	x = leaf(&t.arena, 3, 1);
	c = leaf(&t.arena, 3, 0);
	loss = sum(&t, add(&t, x, twice(&t, c)));
	CU_ASSERT_EQUAL(t.n, 2); /* twice(c) needs no gradient */
	twice(&t, x);            /* recorded, but not reached by backward */
	tape_backward(&t, loss);
	CU_ASSERT_EQUAL(x->mem->grad->mem->data[0], 1);
	CU_ASSERT_PTR_NULL(c->mem->grad);
	t.record = 0;
	CU_ASSERT_EQUAL(twice(&t, x)->needs_grad, 0);
	CU_ASSERT_EQUAL(t.n, 3);
	tape_release(&t);
}

static void test_from_any_tensor(void)
{
	static const real dy[3] = {1, 10, 100};
	struct tape t;
	struct tensor *x;

	tape_init(&t, &device_cpu);
	x = leaf(&t.arena, 3, 1);
	tape_backward_from(&t, twice(&t, x), dy);
	CU_ASSERT_EQUAL(x->mem->grad->mem->data[2], 200);
	tape_release(&t);
}

/* The gradients of a chain need two buffers, whatever its length. */
static void test_buffers_are_reused(void)
{
	enum { N = 1 << 16, DEPTH = 20 };
	struct tape t;
	struct tensor *x;
	size_t forward;

	tape_init(&t, &device_cpu);
	x = leaf(&t.arena, N, 1);
	for (int i = 0; i < DEPTH; i++)
		x = twice(&t, x);
	x = sum(&t, x);
	forward = used_by(&t);
	tape_backward(&t, x);
	CU_ASSERT(used_by(&t) - forward < 3 * N * sizeof(real));
	tape_release(&t);
}

/* With `reuse` the values of nodes serve as gradient buffers, but those that are kept stay, also
 * where a view of them was named, and gradients are the same. */
static void test_values_are_reused(void)
{
	enum { N = 1 << 16, DEPTH = 20 };
	struct tensor *x, *y, *kept = NULL, *viewed = NULL;
	const int tail = N / 2;
	struct tape t;
	size_t forward;

	tape_init(&t, &device_cpu);
	t.reuse = 1;
	x = y = leaf(&t.arena, N, 1);
	for (int i = 0; i < DEPTH; i++) {
		y = add(&t, y, twice(&t, y));
		kept = i == 3 ? y : kept;
		viewed = i == 5 ? y : viewed;
	}
	tape_keep(&t, kept);
	tape_keep(&t, tensor_view(&t.arena, viewed, N / 2, 1, &tail));
	y = sum(&t, y);
	forward = used_by(&t);
	tape_backward(&t, y);
	CU_ASSERT(used_by(&t) - forward < 5 * N * sizeof(real));
	CU_ASSERT_EQUAL(x->mem->grad->mem->data[7], (real)3486784401.0); /* 3^20 */
	CU_ASSERT_EQUAL(kept->mem->data[N - 1], 81 * (real)(N - 1));
	CU_ASSERT_EQUAL(viewed->mem->data[N - 1], 729 * (real)(N - 1));
	tape_release(&t);
}

static void step(struct tape *t)
{
	struct tensor *x;

	tape_reset(t);
	x = leaf(&t->arena, 3000, 1);
	for (int i = 0; i < 300; i++)
		x = add(t, x, twice(t, x));
	tape_backward(t, sum(t, x));
}

static void test_no_allocation(void)
{
	struct tape t;
	struct mallinfo2 before, after;
	size_t used;

	tape_init(&t, &device_cpu);
	step(&t);
	used = used_by(&t);
	before = mallinfo2();
	for (int i = 0; i < 3; i++)
		step(&t);
	after = mallinfo2();
	CU_ASSERT_EQUAL(before.uordblks, after.uordblks);
	CU_ASSERT_EQUAL(before.hblkhd, after.hblkhd);
	CU_ASSERT_EQUAL(used, used_by(&t));
	tape_release(&t);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"a gradient shared by two inputs is copied before it is added to",
	     test_shared_gradient},
	    {"one tensor as both inputs, and backward twice", test_same_input_twice},
	    {"nodes that backward does not reach, tensors without gradient",
	     test_unreached_and_unwanted},
	    {"backward from any tensor", test_from_any_tensor},
	    {"gradient buffers are reused", test_buffers_are_reused},
	    {"what nodes computed is reused, but for what is kept", test_values_are_reused},
	    {"after the first step no memory is allocated", test_no_allocation},
	    {0}};

	return check_run("tensor/tape", cases);
}
