/* Protects: the edge cases of the schedules, and the moving average. */
#include <math.h>

#include "core/optim/schedule.h"
#include "core/tensor/memory.h"
#include "tests/check.h"

static void test_lr(void)
{
	CU_ASSERT_DOUBLE_EQUAL(schedule_lr(2, 0, 4, 0, 10, 1), 0, 0);
	CU_ASSERT_DOUBLE_EQUAL(schedule_lr(2, 0, 4, 3, 10, 1), 1.5, 1e-15);
	CU_ASSERT_DOUBLE_EQUAL(schedule_lr(2, 0, 4, 4, 10, 1), 2, 1e-15);
	CU_ASSERT_DOUBLE_EQUAL(schedule_lr(2, 1, 4, 7, 10, 1), 1.5, 1e-15);
	CU_ASSERT_DOUBLE_EQUAL(schedule_lr(2, 1, 4, 10, 10, 1), 1, 1e-15);
	/* without warm-up the schedule starts at the base; a constant one stays there */
	CU_ASSERT_DOUBLE_EQUAL(schedule_lr(2, 0, 0, 0, 10, 1), 2, 0);
	CU_ASSERT_DOUBLE_EQUAL(schedule_lr(2, 0, 4, 2, 10, 0), 1, 1e-15);
	CU_ASSERT_DOUBLE_EQUAL(schedule_lr(2, 0, 4, 9, 10, 0), 2, 0);
	/* a warm-up longer than the run does not divide by zero */
	for (long k = 0; k <= 10; k++)
		CU_ASSERT(isfinite(schedule_lr(2, 0, 10, k, 10, 1)));
	CU_ASSERT_DOUBLE_EQUAL(schedule_lr(2, 0, 20, 9, 10, 1), 0.9, 1e-15);
}

static void test_tau(void)
{
	CU_ASSERT_DOUBLE_EQUAL(schedule_tau(0.9, 0, 10, 1), 0.9, 1e-15);
	CU_ASSERT_DOUBLE_EQUAL(schedule_tau(0.9, 5, 10, 1), 0.95, 1e-15);
	CU_ASSERT_DOUBLE_EQUAL(schedule_tau(0.9, 10, 10, 1), 1, 1e-15);
	CU_ASSERT_DOUBLE_EQUAL(schedule_tau(0.9, 7, 10, 0), 0.9, 0);
}

static void test_ema(void)
{
	real target[3] = {1, 2, 3}, online[3] = {5, 6, 7};
	const double closed = 0;
	struct memory to = {.device = &device_cpu, .data = target};
	struct memory from = {.device = &device_cpu, .data = online};
	struct param a = {.t.mem = &to}, b = {.t.mem = &from}, *dst = &a, *src = &b;

	a.t.n = b.t.n = 3;
	ema_update(&dst, &src, 1, 0.75, NULL);
	CU_ASSERT(target[0] == 2 && target[1] == 3 && target[2] == 4);
	CU_ASSERT(online[0] == 5 && online[2] == 7);
	ema_update(&dst, &src, 1, 1, NULL);
	CU_ASSERT(target[0] == 2);
	ema_update(&dst, &src, 1, 0, &closed);
	CU_ASSERT(target[0] == 2);
	ema_update(&dst, &src, 1, 0, NULL);
	CU_ASSERT(target[0] == 5 && target[2] == 7);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"learning rate", test_lr},
	    {"tau", test_tau},
	    {"exponential moving average", test_ema},
	    {0},
	};
	return check_run("optim/schedule", cases);
}
