/* Protects: the initial weights, which depend only on seed and name, and the list of parameters
 * that checkpoints iterate over. */
#include "core/tensor/memory.h"
#include "core/tensor/params.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "tests/check.h"

static struct param *add(struct params *p, const char *name, enum param_kind kind,
			 enum param_part part, int rows, int cols, enum param_init init)
{
	int shape[2] = {rows, cols};

	return params_add(p, name, kind, part, 2, shape, init, cols, rows);
}

static void test_build(void)
{
	struct params p = PARAMS_CPU;
	struct param *w = add(&p, "a.weight", PARAM_WEIGHT, PART_ENCODER, 300, 50, INIT_HE_FAN_OUT);
	struct param *u =
	    add(&p, "b.weight", PARAM_WEIGHT, PART_PROJECTOR, 100, 49, INIT_UNIFORM_FAN_IN);
	struct param *one = add(&p, "c", PARAM_NORM, PART_ENCODER, 1, 7, INIT_ONE);
	struct param *buf = add(&p, "d", PARAM_BUFFER, PART_ENCODER, 1, 5, INIT_ZERO);
	struct param *eye = add(&p, "e", PARAM_BUFFER, PART_OTHER, 4, 4, INIT_IDENTITY);
	struct param *tgt =
	    add(&p, "target.a.weight", PARAM_WEIGHT, PART_TARGET, 300, 50, INIT_HE_FAN_OUT);
	double sum = 0, sq = 0, most = 0;

	params_build(&p, 5);
	CU_ASSERT_EQUAL(p.values, 15000 + 4900 + 7 + 5 + 16 + 15000);
	for (int i = 0; i < p.n; i++) {
		CU_ASSERT_EQUAL((uintptr_t)p.list[i]->t.mem->data % 64, 0);
		CU_ASSERT_EQUAL((uintptr_t)p.list[i]->t.mem->data % 64, 0);
	}
	CU_ASSERT(w->t.mem->grad && u->t.mem->grad && one->t.mem->grad && !buf->t.mem->grad &&
		  !tgt->t.mem->grad);
	CU_ASSERT(w->t.needs_grad && !buf->t.needs_grad && !tgt->t.needs_grad);
	for (size_t i = 0; i < w->t.n; i++) {
		sum += (double)w->t.mem->data[i];
		sq += (double)w->t.mem->data[i] * (double)w->t.mem->data[i];
	}
	CU_ASSERT_DOUBLE_EQUAL(sum / 15000, 0, 0.003);
	CU_ASSERT_DOUBLE_EQUAL(sq / 15000, 2.0 / 300, 0.0003);
	for (size_t i = 0; i < u->t.n; i++)
		most = fmax(most, fabs((double)u->t.mem->data[i]));
	CU_ASSERT(most <= 1 / 7.0 && most > 0.14);
	CU_ASSERT(one->t.mem->data[6] == 1 && buf->t.mem->data[4] == 0);
	CU_ASSERT(eye->t.mem->data[5] == 1 && eye->t.mem->data[4] == 0);
	CU_ASSERT_PTR_EQUAL(params_find(&p, "c"), one);
	CU_ASSERT_PTR_NULL(params_find(&p, "a"));
	CU_ASSERT_NOT_EQUAL(memcmp(w->t.mem->data, tgt->t.mem->data, w->t.n * sizeof(real)), 0);
	params_release(&p);
}

static void test_init_is_a_function_of_seed_and_name(void)
{
	struct params p = PARAMS_CPU, q = PARAMS_CPU, r = PARAMS_CPU;
	struct param *a = add(&p, "x.weight", PARAM_WEIGHT, PART_ENCODER, 5, 6, INIT_HE_FAN_OUT),
		     *b, *c;

	add(&q, "another", PARAM_WEIGHT, PART_ENCODER, 9, 9, INIT_HE_FAN_OUT);
	b = add(&q, "x.weight", PARAM_WEIGHT, PART_ENCODER, 5, 6, INIT_HE_FAN_OUT);
	c = add(&r, "x.weight", PARAM_WEIGHT, PART_ENCODER, 5, 6, INIT_HE_FAN_OUT);
	params_build(&p, 1);
	params_build(&q, 1);
	params_build(&r, 2);
	CU_ASSERT(!memcmp(a->t.mem->data, b->t.mem->data, a->t.n * sizeof(real)));
	CU_ASSERT(memcmp(a->t.mem->data, c->t.mem->data, a->t.n * sizeof(real)));
	params_release(&p);
	params_release(&q);
	params_release(&r);
}

static void test_gradients_and_slots(void)
{
	struct params p = PARAMS_CPU;
	struct param *a = add(&p, "a", PARAM_WEIGHT, PART_ENCODER, 1, 2, INIT_ZERO);
	struct param *b = add(&p, "b", PARAM_BIAS, PART_ENCODER, 1, 1, INIT_ZERO);
	struct param *c = add(&p, "c", PARAM_BUFFER, PART_ENCODER, 1, 1, INIT_ZERO);
	double norm;

	params_build(&p, 1);
	params_add_slots(&p, 2);
	CU_ASSERT(a->slot[0] && a->slot[1] && !c->slot[0]);
	CU_ASSERT(a->slot[0]->mem->data[1] == 0 && b->slot[1]->mem->data[0] == 0);
	a->t.mem->grad->mem->data[0] = 2;
	a->t.mem->grad->mem->data[1] = 3;
	b->t.mem->grad->mem->data[0] = 6;
	params_grad_norm(&p, &norm);
	CU_ASSERT_DOUBLE_EQUAL(norm, 7, 1e-12);
	params_zero_grad(&p);
	params_grad_norm(&p, &norm);
	CU_ASSERT_EQUAL(norm, 0);
	params_release(&p);
}

int main(void)
{
	static const struct check_case cases[] = {{"one block, aligned, initialised", test_build},
						  {"initial values depend only on seed and name",
						   test_init_is_a_function_of_seed_and_name},
						  {"gradients and slots", test_gradients_and_slots},
						  {0}};

	return check_run("tensor/params", cases);
}
