/* Protects: properties that gradient checks cannot test: running statistics, NaN, and equal bits
 * with any number of threads. */
#include "core/ops/ops.h"

#include <malloc.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/tensor/memory.h"
#include "core/tensor/params.h"
#include "tests/check.h"

/* The bytes that the tape has allocated since its reset. */
static size_t used_by(const struct tape *t)
{
	return t->arena.host.used + t->arena.values.used;
}

static struct tensor *normals(struct tensor_arena *a, int ndim, const int *shape, double mean,
			      double sd)
{
	struct tensor *x = tensor_new(a, ndim, shape);
	struct rng r;

	rng_init(&r, 3, RNG_TEST, 0, x->n);
	for (size_t i = 0; i < x->n; i++)
		x->mem->data[i] = (real)(mean + sd * rng_normal(&r));
	return x;
}

/* A vector of n equal values. */
static struct tensor *filled(struct tensor_arena *a, int n, real v)
{
	struct tensor *t = tensor_new1(a, n);

	for (int i = 0; i < n; i++)
		t->mem->data[i] = v;
	return t;
}

/* Values far from 0: the variance must not be lost in rounding (1e4 with sd 1 leaves 3 digits in
 * float). */
static void test_batchnorm_statistics(void)
{
	struct tape t;
	struct tensor *x, *y, *mean, *var;
	double sum[3] = {0}, sq[3] = {0};

	tape_init(&t, &device_cpu);
	x = normals(&t.arena, 4, (int[]){40, 9, 7, 3}, 1e4, 1);
	for (size_t i = 0; i < x->n; i++)
		sum[i % 3] += (double)x->mem->data[i] / 2520;
	for (size_t i = 0; i < x->n; i++)
		sq[i % 3] += pow((double)x->mem->data[i] - sum[i % 3], 2);
	mean = filled(&t.arena, 3, 0);
	var = filled(&t.arena, 3, 0);
	y = op_batchnorm(&t, x, NULL, NULL, mean, var, NULL, (struct bn_opts){1e-5, 1, 0});
	for (int c = 0; c < 3; c++) {
		CU_ASSERT_DOUBLE_EQUAL(mean->mem->data[c] / sum[c], 1, 1e-6);
		CU_ASSERT_DOUBLE_EQUAL(var->mem->data[c] / (sq[c] / 2519), 1, 1e-4);
	}
	CU_ASSERT_DOUBLE_EQUAL(y->mem->data[4], (x->mem->data[4] - sum[1]) / sqrt(sq[1] / 2520),
			       2e-3);
	CU_ASSERT_EQUAL(t.n, 0); /* no input needs a gradient */
	tape_release(&t);
}

/* With two groups the running statistics take two steps, the first half first; in evaluation none.
 */
static void test_running_statistics(void)
{
	struct tape t;
	struct tensor *x, *mean, *var;
	real keep;

	tape_init(&t, &device_cpu);
	x = tensor_new2(&t.arena, 4, 1);
	memcpy(x->mem->data, (real[]){1, 3, 10, 30},
	       4 * sizeof(real)); /* means 2, 20; variances 2, 200 */
	t.groups = 2;
	mean = filled(&t.arena, 1, 0);
	var = filled(&t.arena, 1, 1);
	op_batchnorm(&t, x, NULL, NULL, mean, var, NULL, (struct bn_opts){0, 0.5, 0});
	CU_ASSERT_DOUBLE_EQUAL(mean->mem->data[0], 0.5 * (0.5 * 2) + 0.5 * 20, 1e-5);
	CU_ASSERT_DOUBLE_EQUAL(var->mem->data[0], 0.5 * (0.5 * 1 + 0.5 * 2) + 0.5 * 200, 1e-4);
	keep = mean->mem->data[0];
	t.train = 0;
	x = op_batchnorm(&t, x, NULL, NULL, mean, var, NULL, (struct bn_opts){0, 0.5, 0});
	CU_ASSERT_EQUAL(mean->mem->data[0], keep);
	CU_ASSERT_DOUBLE_EQUAL(x->mem->data[3],
			       (30 - mean->mem->data[0]) / sqrt((double)var->mem->data[0]), 1e-5);
	tape_release(&t);
}

/* A NaN must reach the loss, where the guard checks for it: no op may turn it into a number. */
static void test_nan_passes(void)
{
	struct tape t;
	struct tensor *x, *y;

	tape_init(&t, &device_cpu);
	x = normals(&t.arena, 4, (int[]){2, 4, 4, 5}, 0, 1);
	x->mem->data[7] = NAN;
	CU_ASSERT(isnan(op_relu(&t, x)->mem->data[7]));
	CU_ASSERT(isnan(op_sum(&t, op_maxpool(&t, x, 2, 2, 0))->mem->data[0]));
	CU_ASSERT(isnan(op_sum(&t, op_avgpool_global(&t, x))->mem->data[0]));
	CU_ASSERT(isnan(op_mean(&t, op_l2_normalize(&t, op_flatten(&t, x), 1e-12))->mem->data[0]));
	y = op_batchnorm(&t, x, NULL, NULL, NULL, NULL, NULL, (struct bn_opts){1e-5, 0.1, 1});
	CU_ASSERT(isnan(y->mem->data[7]));
	tape_release(&t);
}

/* A small network that uses most ops; stores loss and gradients in `out`. */
static void step(struct tape *t, struct params *p, real *out)
{
	struct tensor *x, *y, *z, *r;
	struct bn_opts o = {1e-5, 0.1, 1};
	size_t at = 1;

	tape_reset(t);
	params_zero_grad(p);
	t->groups = 2;
	x = normals(&t->arena, 4, (int[]){64, 12, 12, 3}, 0, 1);
	r = op_conv(t, x, &p->list[0]->t, 1, 1);
	y = op_batchnorm(t, r, &p->list[1]->t, &p->list[2]->t, NULL, NULL, r, o);
	y = op_avgpool_global(t, op_maxpool(t, y, 3, 2, 1));
	z = op_standardize(t, op_linear(t, y, &p->list[3]->t, &p->list[4]->t), 1e-5);
	z = op_l2_normalize(t, op_concat(t, op_rows(t, z, 0, 32), op_center(t, z)), 1e-12);
	z = op_sub(t, op_matmul(t, 1, 0, z, z), op_relu(t, op_matmul(t, 1, 0, z, z)));
	y = op_add(t, op_scale(t, op_sum_squares(t, z), 0.5), op_mean(t, z));
	tape_backward(t, y);
	out[0] = y->mem->data[0];
	for (int i = 0; i < p->n; i++) {
		memcpy(out + at, p->list[i]->t.mem->grad->mem->data,
		       p->list[i]->t.n * sizeof(real));
		at += p->list[i]->t.n;
	}
}

static void net(struct params *p)
{
	enum { C = 19, D = 300 };

	params_add(p, "conv", PARAM_WEIGHT, PART_ENCODER, 4, (int[]){3, 3, 3, C}, INIT_HE_FAN_OUT,
		   27, 9 * C);
	params_add(p, "gamma", PARAM_NORM, PART_ENCODER, 1, (int[]){C}, INIT_ONE, C, C);
	params_add(p, "beta", PARAM_NORM, PART_ENCODER, 1, (int[]){C}, INIT_ZERO, C, C);
	params_add(p, "weight", PARAM_WEIGHT, PART_ENCODER, 2, (int[]){D, C}, INIT_UNIFORM_FAN_IN,
		   C, D);
	params_add(p, "bias", PARAM_BIAS, PART_ENCODER, 1, (int[]){D}, INIT_UNIFORM_FAN_IN, C, D);
	params_build(p, 1);
}

static void test_same_bits_at_any_threads(void)
{
	struct params p = PARAMS_CPU;
	struct tape t;
	real *one, *more;
	double norm;
	int before = parallel_threads();

	net(&p);
	tape_init(&t, &device_cpu);
	one = calloc(p.values + 1, sizeof *one);
	more = calloc(p.values + 1, sizeof *more);
	parallel_set_threads(1);
	step(&t, &p, one);
	params_grad_norm(&p, &norm);
	CU_ASSERT(isfinite(one[0]) && norm > 0);
	for (int threads = 1; threads <= 3; threads++) {
		parallel_set_threads(threads);
		step(&t, &p, more);
		CU_ASSERT(!memcmp(one, more, (p.values + 1) * sizeof *one));
	}
	parallel_set_threads(before);
	free(one);
	free(more);
	tape_release(&t);
	params_release(&p);
}

static void test_no_allocation(void)
{
	struct params p = PARAMS_CPU;
	struct tape t;
	struct mallinfo2 a, b;
	size_t used;
	real *out;

	net(&p);
	out = calloc(p.values + 1, sizeof *out);
	tape_init(&t, &device_cpu);
	step(&t, &p, out);
	used = used_by(&t);
	a = mallinfo2();
	for (int i = 0; i < 3; i++)
		step(&t, &p, out);
	b = mallinfo2();
	CU_ASSERT_EQUAL(a.uordblks, b.uordblks);
	CU_ASSERT_EQUAL(a.hblkhd, b.hblkhd);
	CU_ASSERT_EQUAL(used, used_by(&t));
	free(out);
	tape_release(&t);
	params_release(&p);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"batch statistics of values far from zero", test_batchnorm_statistics},
	    {"running statistics, group by group", test_running_statistics},
	    {"every op propagates NaN", test_nan_passes},
	    {"a step has the same bits at 1, 2 and 3 threads", test_same_bits_at_any_threads},
	    {"after the first step no memory is allocated", test_no_allocation},
	    {0}};

	return check_run("ops/ops", cases);
}
