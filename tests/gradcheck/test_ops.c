/*
 * Protects: the backward of every op alone, with a random projection of its output; and the flow of
 * gradients through views, inputs that are used twice, and gradients that are added to existing
 * ones.
 */
#include "core/ops/ops.h"
#include "core/base/rng.h"
#include "core/tensor/memory.h"
#include "tests/check.h"
#include "tests/gradcheck/gradcheck.h"

#include <string.h>

typedef struct tensor *(*build_fn)(struct tape *t, struct tensor *const *in, const int *arg);

/* One check: the shapes of the inputs (ended by {0}), the op, and its integer arguments. */
struct op_case {
	const char *name;
	build_fn fn;
	int shape[5][4];
	int arg[4];
};

struct context {
	const struct op_case *c;
	int twice; /* 1: applies the op twice to the same nodes and adds the results */
};

/* With `twice` the op is applied twice to scaled copies of the inputs, so that every contribution
 * to their gradients after the first must be added. */
static struct tensor *scalar(struct tape *t, struct tensor *const *in, void *ctx)
{
	const struct context *x = ctx;
	struct tensor *node[GRADCHECK_INPUTS] = {0}, *y;

	if (!x->twice)
		return gradcheck_project(t, x->c->fn(t, in, x->c->arg));
	for (int i = 0; i < GRADCHECK_INPUTS; i++)
		node[i] = in[i] ? op_scale(t, in[i], 1.5) : NULL;
	y = x->c->fn(t, node, x->c->arg);
	y = op_add(t, gradcheck_project(t, y),
		   gradcheck_project(t, op_scale(t, x->c->fn(t, node, x->c->arg), -0.3)));
	return y;
}

static struct tensor *linear(struct tape *t, struct tensor *const *in, const int *arg)
{
	return op_linear(t, in[0], in[1], arg[0] ? in[2] : NULL);
}

static struct tensor *matmul(struct tape *t, struct tensor *const *in, const int *arg)
{
	return op_matmul(t, arg[0], arg[1], in[0], in[1]);
}

static struct tensor *gram(struct tape *t, struct tensor *const *in, const int *arg)
{
	(void)arg;
	return op_matmul(t, 0, 1, in[0], in[0]);
}

static struct tensor *conv(struct tape *t, struct tensor *const *in, const int *arg)
{
	return op_conv(t, in[0], in[1], arg[0], arg[1]);
}

/* arg: relu, residual, groups, mode: 0 train, 1 evaluation, 2 train without affine */
static struct tensor *batchnorm(struct tape *t, struct tensor *const *in, const int *arg)
{
	struct bn_opts o = {1e-5, 0.1, arg[0]};
	int c = tensor_cols(in[0]);
	struct tensor *mean = tensor_new1(&t->arena, c), *var = tensor_new1(&t->arena, c);
	struct tensor *residual = arg[1] == 1 ? in[3] : arg[1] == 2 ? in[0] : NULL, *y;

	for (int i = 0; i < c; i++) {
		mean->mem->data[i] = 0.1 * i - 0.2;
		var->mem->data[i] = 0.5 + 0.2 * i;
	}
	t->groups = arg[2];
	t->train = arg[3] != 1;
	y = op_batchnorm(t, in[0], arg[3] == 2 ? NULL : in[1], arg[3] == 2 ? NULL : in[2], mean,
			 var, residual, o);
	t->groups = t->train = 1;
	return y;
}

static struct tensor *standardize(struct tape *t, struct tensor *const *in, const int *arg)
{
	struct tensor *y;

	t->groups = 2; /* must have no effect, and neither must the mode */
	t->train = 0;
	y = op_standardize(t, in[0], arg[0] ? 0.1 : 1e-5);
	t->groups = t->train = 1;
	return y;
}

static struct tensor *maxpool(struct tape *t, struct tensor *const *in, const int *arg)
{
	return op_maxpool(t, in[0], arg[0], arg[1], arg[2]);
}

static struct tensor *avgpool(struct tape *t, struct tensor *const *in, const int *arg)
{
	(void)arg;
	return op_avgpool_global(t, in[0]);
}

enum { ADD, SUB, MUL, SQUARE, DOUBLE, ZERO, RELU, SCALE, CONCAT, FLATTEN, ROWS, VIEWS };

static struct tensor *simple(struct tape *t, struct tensor *const *in, const int *arg)
{
	switch (arg[0]) {
	case ADD:
		return op_add(t, in[0], in[1]);
	case SUB:
		return op_sub(t, in[0], in[1]);
	case MUL:
		return op_mul(t, in[0], in[1]);
	case SQUARE:
		return op_mul(t, in[0], in[0]);
	case DOUBLE:
		return op_add(t, in[0], in[0]);
	case ZERO:
		return op_sub(t, in[0], in[0]);
	case RELU:
		return op_relu(t, in[0]);
	case SCALE:
		return op_scale(t, in[0], -2.5);
	case CONCAT:
		return op_concat(t, in[0], in[1]);
	case FLATTEN:
		return op_flatten(t, in[0]);
	case ROWS:
		return op_rows(t, in[0], arg[1], arg[2]);
	default: /* overlapping views of one node, and a view of a view */
		return op_add(t, op_rows(t, in[0], 0, 2),
			      op_rows(t, op_rows(t, op_flatten(t, in[0]), 1, 3), 1, 2));
	}
}

enum { SUM, MEAN, SUM_SQUARES, L2, L2_FLOOR, CENTER, CENTER_ROWS, CROSS_ENTROPY };

static struct tensor *reduce(struct tape *t, struct tensor *const *in, const int *arg)
{
	static const int labels[] = {1, 0, 4, 2, 2};

	switch (arg[0]) {
	case SUM:
		return op_sum(t, in[0]);
	case MEAN:
		return op_mean(t, in[0]);
	case SUM_SQUARES:
		return op_sum_squares(t, in[0]);
	case L2:
		return op_l2_normalize(t, in[0], 1e-12);
	case L2_FLOOR: /* every row shorter than eps */
		return op_l2_normalize(t, in[0], 100);
	case CENTER:
		return op_center(t, in[0]);
	case CENTER_ROWS:
		return op_center_rows(t, in[0]);
	default:
		return op_cross_entropy(t, in[0], labels);
	}
}

static const struct op_case table[] = {
    {"linear", linear, {{6, 5}, {7, 5}, {7}}, {1}},
    {"linear without bias", linear, {{3, 70}, {2, 70}}, {0}},
    {"matmul", matmul, {{4, 5}, {5, 3}}, {0, 0}},
    {"matmul, a transposed", matmul, {{5, 4}, {5, 3}}, {1, 0}},
    {"matmul, b transposed", matmul, {{4, 5}, {3, 5}}, {0, 1}},
    {"matmul, both transposed", matmul, {{5, 4}, {3, 5}}, {1, 1}},
    {"matmul of x with itself", gram, {{4, 5}}, {0}},
    {"conv 3x3", conv, {{2, 6, 5, 3}, {3, 3, 3, 4}}, {1, 1}},
    {"conv 3x3 stride 2", conv, {{2, 7, 6, 3}, {3, 3, 3, 2}}, {2, 1}},
    {"conv 1x1 stride 2", conv, {{2, 5, 4, 3}, {1, 1, 3, 5}}, {2, 0}},
    {"batchnorm 1d", batchnorm, {{8, 5}, {5}, {5}}, {0, 0, 1, 0}},
    {"batchnorm 1d, two groups", batchnorm, {{8, 5}, {5}, {5}}, {0, 0, 2, 0}},
    {"batchnorm 2d", batchnorm, {{4, 3, 2, 7}, {7}, {7}}, {0, 0, 1, 0}},
    {"batchnorm relu", batchnorm, {{4, 3, 2, 7}, {7}, {7}}, {1, 0, 1, 0}},
    {"batchnorm relu, two groups", batchnorm, {{4, 2, 2, 23}, {23}, {23}}, {1, 0, 2, 0}},
    {"batchnorm residual", batchnorm, {{4, 2, 2, 3}, {3}, {3}, {4, 2, 2, 3}}, {0, 1, 1, 0}},
    {"batchnorm relu residual", batchnorm, {{4, 2, 2, 9}, {9}, {9}, {4, 2, 2, 9}}, {1, 1, 2, 0}},
    {"batchnorm with x as residual", batchnorm, {{4, 2, 2, 3}, {3}, {3}}, {1, 2, 1, 0}},
    {"batchnorm without affine", batchnorm, {{6, 2, 1, 5}}, {0, 0, 1, 2}},
    {"batchnorm evaluation", batchnorm, {{4, 2, 2, 5}, {5}, {5}}, {0, 0, 1, 1}},
    {"batchnorm evaluation relu", batchnorm, {{4, 2, 2, 5}, {5}, {5}}, {1, 0, 2, 1}},
    {"batchnorm evaluation relu residual",
     batchnorm,
     {{4, 2, 2, 5}, {5}, {5}, {4, 2, 2, 5}},
     {1, 1, 1, 1}},
    {"batchnorm over many chunks", batchnorm, {{6, 15, 16, 1}, {1}, {1}}, {1, 0, 2, 0}},
    {"standardize", standardize, {{7, 5}}, {0}},
    {"standardize, large eps", standardize, {{7, 5}}, {1}},
    {"maxpool 3/2/1", maxpool, {{2, 7, 6, 3}}, {3, 2, 1}},
    {"maxpool 2/2/0", maxpool, {{2, 5, 4, 3}}, {2, 2, 0}},
    {"avgpool", avgpool, {{3, 2, 5, 70}}, {0}},
    {"add", simple, {{3, 4}, {3, 4}}, {ADD}},
    {"sub", simple, {{3, 4}, {3, 4}}, {SUB}},
    {"mul", simple, {{3, 4}, {3, 4}}, {MUL}},
    {"x * x", simple, {{3, 4}}, {SQUARE}},
    {"x + x", simple, {{3, 4}}, {DOUBLE}},
    {"x - x", simple, {{3, 4}}, {ZERO}},
    {"relu", simple, {{3, 4, 2, 2}}, {RELU}},
    {"scale", simple, {{3, 4}}, {SCALE}},
    {"concat", simple, {{3, 4}, {2, 4}}, {CONCAT}},
    {"flatten", simple, {{3, 4, 2, 2}}, {FLATTEN}},
    {"rows", simple, {{5, 4}}, {ROWS, 1, 3}},
    {"rows, first", simple, {{5, 2, 2, 2}}, {ROWS, 0, 1}},
    {"rows, all", simple, {{5, 4}}, {ROWS, 0, 5}},
    {"overlapping views", simple, {{4, 4}}, {VIEWS}},
    {"sum", reduce, {{5, 4}}, {SUM}},
    {"mean", reduce, {{5, 4}}, {MEAN}},
    {"sum of squares", reduce, {{5, 4}}, {SUM_SQUARES}},
    {"l2 normalize", reduce, {{5, 4}}, {L2}},
    {"l2 normalize, short rows", reduce, {{5, 4}}, {L2_FLOOR}},
    {"center", reduce, {{5, 70}}, {CENTER}},
    {"center rows", reduce, {{5, 7}}, {CENTER_ROWS}},
    {"cross-entropy", reduce, {{5, 6}}, {CROSS_ENTROPY}},
};

static int dims(const int *shape)
{
	int n = 0;

	while (n < 4 && shape[n])
		n++;
	return n;
}

static double run(const struct op_case *c, int twice)
{
	struct context ctx = {c, twice};
	struct gradcheck g;
	double worst;

	gradcheck_init(&g);
	for (int i = 0; i < 5 && c->shape[i][0]; i++)
		gradcheck_input(&g, dims(c->shape[i]), c->shape[i], 1);
	worst = gradcheck_run(&g, scalar, &ctx, twice ? 40 : 200);
	gradcheck_release(&g);
	return worst;
}

static void check_all(int twice)
{
	double overall = 0;

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		double worst = run(&table[i], twice);

		if (!(worst <= 1e-6))
			printf("    %s: %g\n", table[i].name, worst);
		CU_ASSERT(worst <= 1e-6);
		overall = worst > overall ? worst : overall;
	}
	printf("%zu ops, worst %.2g ...", sizeof table / sizeof *table, overall);
}

static void test_alone(void)
{
	check_all(0);
}

static void test_accumulated(void)
{
	check_all(1);
}

/* A detached branch has the same values and no gradient: d/dx of x stop(x) is stop(x). */
static void test_detach(void)
{
	struct tape t;
	struct tensor *x;
	int shape[1] = {3};

	tape_init(&t, &device_cpu);
	x = tensor_new(&t.arena, 1, shape);
	for (int i = 0; i < 3; i++)
		x->mem->data[i] = i + 2;
	x->needs_grad = 1;
	tape_backward(&t, op_sum(&t, op_mul(&t, x, op_detach(&t, x))));
	for (int i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(x->mem->grad->mem->data[i], i + 2);
	tape_release(&t);
}

/* Inputs that need no gradient get none, and those of the others do not change. */
static void test_unwanted(void)
{
	struct gradcheck g;

	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		for (int off = 0; off < 4 && table[i].shape[1][0]; off++) {
			struct context ctx = {&table[i], 0};

			gradcheck_init(&g);
			for (int k = 0; k < 5 && table[i].shape[k][0]; k++)
				gradcheck_input(&g, dims(table[i].shape[k]), table[i].shape[k], 1)
				    ->needs_grad = k != off;
			CU_ASSERT(gradcheck_run(&g, scalar, &ctx, 5) <= 1e-6);
			for (int k = 0; k < g.n && off < g.n; k++)
				if (k == off)
					for (size_t e = 0; e < g.in[k]->n; e++)
						CU_ASSERT_EQUAL(g.in[k]->mem->grad->mem->data[e],
								0);
			gradcheck_release(&g);
		}
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"every op alone", test_alone},
	    {"every op on nodes used twice", test_accumulated},
	    {"every op with an input without gradient", test_unwanted},
	    {"detach", test_detach},
	    {0}};

	return check_run("gradcheck/ops", cases);
}
