/*
 * Protects: the numbers of a step that are read one step later are those of that step, and kernels
 * on cells.
 */
#include <math.h>

#include "core/tensor/kernels/scalars.h"
#include "core/tensor/memory.h"
#include "core/tensor/scalars.h"
#include "tests/check.h"

static void test_late(void)
{
	struct scalars s;
	double *first[2], *cell;

	scalars_init(&s, &device_cpu);
	for (long step = 0; step < 5; step++) {
		scalars_reset(&s);
		for (int i = 0; i < 2; i++) {
			cell = scalars_cell(&s);
			*cell = 10.0 * (double)step + i;
			if (!step)
				first[i] = cell;
			CU_ASSERT(cell == first[i]);
		}
		scalars_post(&s, step);
		*cell = NAN; /* the next step has begun */
		CU_ASSERT(scalars_get(&s, step, first[1]) == 10.0 * (double)step + 1);
		if (step)
			CU_ASSERT(scalars_get(&s, step - 1, first[0]) == 10.0 * (double)(step - 1));
	}
	scalars_release(&s);
}

static void test_kernels(void)
{
	struct tensor_arena a = TENSOR_ARENA_CPU;
	struct tensor *x = tensor_new1(&a, 1), *y = tensor_new2(&a, 1, 2), *list[] = {x, y};
	const double bad[] = {NAN, INFINITY, -INFINITY}, good = 1e308;
	double cell;

	tensor_write(x, (const real[]){2});
	tensor_write(y, (const real[]){3, 6});
	scalar_of(x, &cell);
	CU_ASSERT(cell == 2);
	norm_of_all(list, 2, &cell);
	CU_ASSERT(cell == 7);
	both_finite(&device_cpu, &good, &good, &cell);
	CU_ASSERT(cell == 1);
	for (int i = 0; i < 3; i++) {
		both_finite(&device_cpu, &bad[i], &good, &cell);
		CU_ASSERT(cell == 0);
		both_finite(&device_cpu, &good, &bad[i], &cell);
		CU_ASSERT(cell == 0);
	}
	tensor_arena_release(&a);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"values are those of their step, one step later", test_late},
	    {"kernels on cells", test_kernels},
	    {0}};

	return check_run("tensor/scalars", cases);
}
