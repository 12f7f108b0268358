/* Protects: the choice among cuDNN's engines. Timing finds the fastest one that may be used, each
 * shape once; a table is followed, where it names a shape, and refused where cuDNN has other
 * engines; without a table the rule holds. */
#include "core/tensor/cuda/plans.h"
#include "tests/cuda/harness.h"

enum { GOOD_ENGINE = 14, OTHER_ENGINE = 15 };

/* The plans of a device, and a convolution whose sums are long enough to round differently. */
struct device_of_test {
	struct harness h;
	struct cuda_dnn dnn;
	struct cuda_plans *plans;
	struct cuda_conv_job job;
};

static void open_device(struct device_of_test *d)
{
	struct error err;

	harness_open(&d->h, CUDA_F32);
	CU_ASSERT_FATAL(!cuda_dnn_open(&d->dnn, &harness_libraries()->dnn, &d->h.q, &err));
	d->plans = cuda_plans_new(&d->dnn, &d->h.q);
	d->job = (struct cuda_conv_job){conv_shape_of(2, 6, 5, 8, 3, 3, 4, 1, 1), CUDA_CONV_FORWARD,
					CUDA_F32, 0};
}

static void close_device(struct device_of_test *d)
{
	cuda_plans_free(d->plans);
	cuda_dnn_close(&d->dnn);
	CU_ASSERT(harness_live(harness_libraries()) == 0);
	harness_close(&d->h);
}

/* The engine of the plan for the job; -1 with the error if there is none. */
static int64_t engine_for(struct device_of_test *d, struct error *err)
{
	const struct cuda_conv *c;

	return cuda_plans_find(d->plans, &d->job, &c, err) ? -1 : c->engine;
}

/* Times the engines for the job while engine `slow` is slow. */
static void time_with(struct device_of_test *d, const char *slow, struct engine_table *t)
{
	struct error err;

	setenv("FAKE_SLOW_ENGINE", slow, 1);
	cuda_plans_time(d->plans, t);
	CU_ASSERT(engine_for(d, &err) == GOOD_ENGINE); /* computed with meanwhile */
	CU_ASSERT(engine_for(d, &err) == GOOD_ENGINE);
	cuda_plans_time(d->plans, NULL);
	unsetenv("FAKE_SLOW_ENGINE");
}

static void test_timing(void)
{
	struct device_of_test d;
	struct engine_table t = {0};

	open_device(&d);
	time_with(&d, "14", &t);
	CU_ASSERT_FATAL(t.n == 1);
	CU_ASSERT_STRING_EQUAL(t.choice[0].what,
			       "forward f32 2x6x5x8 with 4 of 3x3, stride 1, padding 1");
	CU_ASSERT(t.choice[0].place == 1 && t.choice[0].engine == OTHER_ENGINE);
	CU_ASSERT(t.choice[0].first_seconds >= 0.02 && t.choice[0].seconds < 0.02);
	time_with(&d, "15", &t); /* the table has this job */
	CU_ASSERT(t.n == 1);
	d.job.pass = CUDA_CONV_DATA;
	d.job.accumulate = 1;
	time_with(&d, "15", &t);
	CU_ASSERT_FATAL(t.n == 2);
	CU_ASSERT_STRING_EQUAL(t.choice[1].what,
			       "data f32 2x6x5x8 with 4 of 3x3, stride 1, padding 1, added");
	CU_ASSERT(t.choice[1].place == 0 && t.choice[1].engine == GOOD_ENGINE);
	CU_ASSERT(t.choice[1].seconds == t.choice[1].first_seconds);
	engine_table_release(&t);
	close_device(&d);
}

/* Every format has entries of its own: its engines are others. */
static void test_formats(void)
{
	static const char *const start[] = {"forward f32 ", "forward tf32 ", "forward bf16 "};
	struct device_of_test d;
	struct engine_table t = {0};
	struct error err;

	open_device(&d);
	cuda_plans_time(d.plans, &t);
	for (int i = 0; i < 3; i++) {
		d.job.s.precision = i == 1 ? PRECISION_TF32 : PRECISION_F32;
		d.job.type = i == 2 ? CUDA_BF16 : CUDA_F32;
		CU_ASSERT(engine_for(&d, &err) >= 0);
		CU_ASSERT_FATAL(t.n == i + 1);
		CU_ASSERT(!strncmp(t.choice[i].what, start[i], strlen(start[i])));
	}
	engine_table_release(&t);
	close_device(&d);
}

static void test_table(void)
{
	struct device_of_test d;
	struct engine_table t = {0};
	struct error err;

	open_device(&d);
	time_with(&d, "14", &t);
	cuda_plans_use(d.plans, &t);
	CU_ASSERT(engine_for(&d, &err) == OTHER_ENGINE);
	d.job.pass = CUDA_CONV_DATA; /* which the table lacks */
	CU_ASSERT(engine_for(&d, &err) == GOOD_ENGINE);
	d.job.pass = CUDA_CONV_FORWARD;
	cuda_plans_use(d.plans, NULL);
	CU_ASSERT(engine_for(&d, &err) == GOOD_ENGINE);
	setenv("FAKE_NEW_ENGINES", "1", 1);
	cuda_plans_use(d.plans, &t);
	CU_ASSERT(engine_for(&d, &err) == -1);
	CU_ASSERT(strstr(err.msg, "the table names engine 15 at place 1: cuDNN has engine 14 "
				  "there: `ssl device tune`") != NULL);
	unsetenv("FAKE_NEW_ENGINES");
	t.choice[0].place = 7;
	CU_ASSERT(engine_for(&d, &err) == -1);
	CU_ASSERT(strstr(err.msg, "no engine at place 7, only 2") != NULL);
	engine_table_release(&t);
	close_device(&d);
}

/* What the engine at a place computes. */
static double *result_at(struct device_of_test *d, int place, void *x, void *w, size_t n)
{
	void *y = harness_new(&d->h, n * sizeof(float));
	struct cuda_conv c;
	struct error err;

	CU_ASSERT_FATAL(!cuda_conv_init(&c, &d->dnn, &d->job, 1 << 20, place, &err));
	CU_ASSERT(!cuda_conv_run(&c, x, w, y, harness_new(&d->h, c.scratch), &err));
	cuda_conv_release(&c);
	return harness_get(&d->h, CUDA_F32, y, n);
}

/* Why a table has to be recorded. */
static void test_bits(void)
{
	enum { X = 2 * 6 * 5 * 8, W = 3 * 3 * 8 * 4, Y = 2 * 6 * 5 * 4 };
	struct device_of_test d;
	double *rule, *again, *other;
	void *x, *w;

	open_device(&d);
	x = harness_put(&d.h, CUDA_F32, harness_random(&d.h, X, 1, 0), X);
	w = harness_put(&d.h, CUDA_F32, harness_random(&d.h, W, 1, 0), W);
	rule = result_at(&d, 0, x, w, Y);
	again = result_at(&d, 0, x, w, Y);
	other = result_at(&d, 1, x, w, Y);
	CU_ASSERT(!memcmp(rule, again, Y * sizeof *rule));
	CU_ASSERT(memcmp(rule, other, Y * sizeof *rule) != 0);
	harness_compare("the other engine", other, rule, Y, 1e-5);
	close_device(&d);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"the fastest engine is found, each shape once", test_timing},
	    {"every number format has choices of its own", test_formats},
	    {"a table is followed, or refused", test_table},
	    {"engines differ in the last bits", test_bits},
	    {0},
	};

	return check_run("cuda/engines", cases);
}
