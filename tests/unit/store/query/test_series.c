/* Protects: series and spectra are read back as recorded, non-finite values included; a resumed run
 * finds the end of its series. */
#include <math.h>

#include "core/store/query/series.h"
#include "core/store/spectrum.h"
#include "tests/unit/store/scratch.h"

static void test_read(void)
{
	const struct metric_point p[] = {{"loss", 1, 9}, {"loss", 2, NAN}, {"loss", 3, INFINITY}};
	struct scratch x;
	struct run_handle h;
	struct series v;

	scratch_open(&x);
	CU_ASSERT_EQUAL_FATAL(scratch_run(x.s, "byol", NULL, 1, 1, &h, &x.err), 0);
	CU_ASSERT_EQUAL_FATAL(runs_write_points(x.s, &h, p, 3, 1, 3, NULL, &x.err), 0);
	CU_ASSERT_EQUAL_FATAL(series_read(x.s, h.id, "loss", &v, &x.err), 0);
	CU_ASSERT_EQUAL_FATAL(v.n, 3);
	CU_ASSERT(v.step[0] == 1 && v.step[2] == 3);
	CU_ASSERT(v.value[0] == 9 && isnan(v.value[1]) && isinf(v.value[2]));
	series_release(&v);
	CU_ASSERT_EQUAL(series_read(x.s, h.id, "lr", &v, &x.err), 0);
	CU_ASSERT_EQUAL(v.n, 0);
	scratch_close(&x);
}

static void test_spectrum(void)
{
	const struct spectrum_value a[] = {{"z", 0, 5}, {"z", 1, 3}};
	const struct spectrum_value b[] = {{"z", 0, 4}, {"z", 1, 4}};
	struct scratch x;
	struct run_handle h;
	struct series v, sd;
	long at;

	scratch_open(&x);
	CU_ASSERT_EQUAL_FATAL(scratch_run(x.s, "byol", NULL, 1, 1, &h, &x.err), 0);
	CU_ASSERT_EQUAL_FATAL(spectra_insert(x.s, &h, 10, a, 2, &x.err), 0);
	CU_ASSERT_EQUAL_FATAL(spectra_insert(x.s, &h, 20, b, 2, &x.err), 0);
	CU_ASSERT_EQUAL_FATAL(spectrum_read(x.s, h.id, "z", 19, &v, &at, &x.err), 0);
	CU_ASSERT_EQUAL(at, 10);
	CU_ASSERT(v.n == 2 && v.step[1] == 1 && v.value[0] == 5 && v.value[1] == 3);
	series_release(&v);
	CU_ASSERT_EQUAL_FATAL(spectrum_read(x.s, h.id, "z", -1, &v, &at, &x.err), 0);
	CU_ASSERT_EQUAL(at, 20);
	series_release(&v);
	CU_ASSERT_EQUAL(spectrum_read(x.s, h.id, "z", 9, &v, &at, &x.err), 0);
	CU_ASSERT_EQUAL(v.n, 0);
	CU_ASSERT_EQUAL_FATAL(spectrum_means(x.s, h.id, "z", &v, &sd, &x.err), 0);
	CU_ASSERT(v.n == 2 && v.value[0] == 4 && v.value[1] == 4);
	CU_ASSERT(sd.n == 2 && sd.value[0] == 1 && sd.value[1] == 0);
	series_release(&v);
	series_release(&sd);
	scratch_close(&x);
}

static void test_tail(void)
{
	const struct metric_point p[] = {{"collapse.flag", 10, 0},
					 {"collapse.flag", 20, 1},
					 {"collapse.flag", 30, 2},
					 {"collapse.flag", 40, NAN},
					 {"loss", 41, 7}};
	struct scratch x;
	struct run_handle h;
	double v[3] = {0};

	scratch_open(&x);
	CU_ASSERT_EQUAL_FATAL(scratch_run(x.s, "byol", NULL, 1, 1, &h, &x.err), 0);
	CU_ASSERT_EQUAL(series_tail(x.s, h.id, "collapse.flag", 40, v, 3, &x.err), 0);
	CU_ASSERT_EQUAL_FATAL(runs_write_points(x.s, &h, p, 5, 1, 41, NULL, &x.err), 0);
	CU_ASSERT_EQUAL(series_tail(x.s, h.id, "collapse.flag", 39, v, 3, &x.err), 3);
	CU_ASSERT(v[0] == 2 && v[1] == 1 && v[2] == 0);
	CU_ASSERT_EQUAL(series_tail(x.s, h.id, "collapse.flag", 99, v, 1, &x.err), 1);
	CU_ASSERT(isnan(v[0]));
	CU_ASSERT_EQUAL(series_tail(x.s, h.id, "collapse.flag", 9, v, 3, &x.err), 0);
	CU_ASSERT_EQUAL(series_tail(x.s, h.id + 1, "collapse.flag", 40, v, 3, &x.err), 0);
	scratch_close(&x);
}

int main(void)
{
	static const struct check_case cases[] = {{"a series", test_read},
						  {"a spectrum", test_spectrum},
						  {"the end of a series", test_tail},
						  {0}};

	return check_run("store/query/series", cases);
}
