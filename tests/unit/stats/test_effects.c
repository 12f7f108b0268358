/* Shares of variance on grids whose answer is known, the edge of a grid, parameters that change
 * together, and runs that are left out. */
#include <math.h>

#include "core/report/effects_print.h"
#include "core/stats/groups.h"
#include "core/stats/ranges.h"
#include "core/store/query/refs.h"
#include "core/store/query/selection_add.h"
#include "core/store/query/varied.h"
#include "tests/unit/store/scratch.h"

static const double unknown[9] = {NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN}; /* floors */

/* scratch_run() varies vicreg.mu and the seed. value = f(mu) + seed noise of -d, 0, d. */
static void fill(struct scratch *x, struct selection *sel, double *value, const double *mean, int n,
		 int seeds, double d)
{
	struct run_handle h;

	scratch_open(x);
	for (int i = 0; i < n; i++)
		for (int k = 0; k < seeds; k++) {
			CU_ASSERT_EQUAL_FATAL(
			    scratch_run(x->s, "vicreg", NULL, k + 1, i + 1, &h, &x->err), 0);
			value[i * seeds + k] = mean[i] + d * (k - (seeds - 1) / 2.0);
		}
	CU_ASSERT_EQUAL_FATAL(selection_add_where(x->s, sel, NULL, &x->err), 0);
	CU_ASSERT_EQUAL(sel->n, n * seeds);
	for (int i = 0; i < sel->n; i++)
		strcpy(sel->run[i].status, "done");
}

/* Means 1, 2, 3, sd 1 within: SS between = 3 * 2 = 6, SS within = 3 * 2 = 6. */
static void test_shares(void)
{
	static const double mean[] = {1, 2, 3};
	struct selection sel = {0};
	struct strbuf warnings = STRBUF_INIT;
	double value[9];
	struct scratch x;
	struct effects e;

	fill(&x, &sel, value, mean, 3, 3, 1);
	CU_ASSERT_EQUAL_FATAL(effects_make(x.s, &sel, value, unknown, 0, &e, &x.err), 0);
	CU_ASSERT_EQUAL_FATAL(e.n, 1);
	CU_ASSERT_EQUAL_FATAL(e.block[0].n, 1);
	CU_ASSERT_STRING_EQUAL(e.block[0].effect[0].param, "vicreg.mu");
	CU_ASSERT_DOUBLE_EQUAL(e.block[0].effect[0].share, 0.5, 1e-12);
	CU_ASSERT_DOUBLE_EQUAL(e.block[0].seeds, 0.5, 1e-12);
	CU_ASSERT_DOUBLE_EQUAL(e.block[0].rest, 0, 1e-12);
	CU_ASSERT_DOUBLE_EQUAL(e.block[0].effect[0].level[2].mean, 3, 1e-12);
	CU_ASSERT_DOUBLE_EQUAL(e.block[0].effect[0].level[2].sd, 1, 1e-12);
	CU_ASSERT_EQUAL(e.block[0].effect[0].edge, 1);
	effects_warnings(&e, &warnings);
	CU_ASSERT_PTR_NOT_NULL(strstr(warnings.buf, "vicreg.mu = 3, the largest value"));
	effects_release(&e);
	/* if small is good the smallest is best; inside the grid there is no warning */
	CU_ASSERT_EQUAL_FATAL(effects_make(x.s, &sel, value, unknown, 1, &e, &x.err), 0);
	CU_ASSERT_EQUAL(e.block[0].effect[0].edge, -1);
	effects_release(&e);
	for (int k = 3; k < 6; k++)
		value[k] += 10;
	CU_ASSERT_EQUAL_FATAL(effects_make(x.s, &sel, value, unknown, 0, &e, &x.err), 0);
	CU_ASSERT_EQUAL(e.block[0].effect[0].edge, 0);
	effects_release(&e);
	strbuf_release(&warnings);
	selection_release(&sel);
	scratch_close(&x);
}

/* Gains over the known floors; a warning if no cell is above its floor. */
static void test_gains(void)
{
	static const double mean[] = {50, 52, 54};
	double value[6], floor[] = {40, 44, 48, NAN, NAN, NAN};
	struct strbuf warnings = STRBUF_INIT;
	struct selection sel = {0};
	struct scratch x;
	struct effects e;

	fill(&x, &sel, value, mean, 3, 2, 2); /* 49, 51, 51, 53, 53, 55 */
	CU_ASSERT_EQUAL_FATAL(effects_make(x.s, &sel, value, floor, 0, &e, &x.err), 0);
	CU_ASSERT_DOUBLE_EQUAL(e.block[0].effect[0].level[0].gain, 8, 1e-12);
	CU_ASSERT_DOUBLE_EQUAL(e.block[0].effect[0].level[1].gain, 3, 1e-12);
	CU_ASSERT(isnan(e.block[0].effect[0].level[2].gain));
	CU_ASSERT_DOUBLE_EQUAL(e.block[0].best_gain, 8, 1e-12);
	effects_warnings(&e, &warnings);
	CU_ASSERT_PTR_NULL(strstr(warnings.buf, "untrained"));
	effects_release(&e);
	for (int i = 0; i < 6; i++)
		floor[i] = 60 + i;
	CU_ASSERT_EQUAL_FATAL(effects_make(x.s, &sel, value, floor, 0, &e, &x.err), 0);
	effects_warnings(&e, &warnings);
	CU_ASSERT_PTR_NOT_NULL(strstr(
	    warnings.buf, "vicreg: no cell exceeds the untrained encoder: the best gain over "
			  "that floor is -10.50\n"));
	effects_release(&e);
	strbuf_release(&warnings);
	selection_release(&sel);
	scratch_close(&x);
}

static void test_odd(void)
{
	static const double mean[] = {1, 2, 3};
	struct selection sel = {0};
	struct strbuf warnings = STRBUF_INIT;
	double value[3];
	struct scratch x;
	struct effects e;

	fill(&x, &sel, value, mean, 3, 1, 0);
	CU_ASSERT_EQUAL_FATAL(effects_make(x.s, &sel, value, unknown, 0, &e, &x.err), 0);
	CU_ASSERT(isnan(e.block[0].seeds));
	CU_ASSERT(isnan(e.block[0].effect[0].share)); /* it would be 1 whatever the values are */
	effects_warnings(&e, &warnings);
	CU_ASSERT_PTR_NOT_NULL(strstr(warnings.buf, "each of the 3 runs has its own vicreg.mu"));
	CU_ASSERT_PTR_NULL(strstr(warnings.buf, "full grid"));
	effects_release(&e);
	value[0] = NAN;
	value[1] = INFINITY;
	CU_ASSERT_EQUAL_FATAL(effects_make(x.s, &sel, value, unknown, 0, &e, &x.err), 0);
	CU_ASSERT_EQUAL(e.block[0].left_out, 2);
	CU_ASSERT_EQUAL(e.block[0].n, 0); /* one run is left: nothing varies */
	effects_release(&e);
	strbuf_release(&warnings);
	selection_release(&sel);
	scratch_close(&x);
}

/* Eight cells of two seeds: a drawn hyperparameter has ranges; the axis of a grid and axes that
 * change in step have each value. */
static void test_drawn(void)
{
	enum { RUNS = 16 };
	static const double drawn[] = {5, 1, 7, 3, 8, 2, 6, 4};
	char name[] = "drawn";
	struct varied param[3] = {{.name = name}, {.name = name}, {.name = name}};
	struct varied_set v = {param, 3, RUNS}, out;
	int run[RUNS];
	char is_drawn[3] = {0}, none[3] = {0}, text[3][RUNS][16], *place[3][RUNS];
	double number[3][RUNS];

	for (int p = 0; p < 3; p++) {
		param[p].text = place[p];
		param[p].number = number[p];
		param[p].is_number = 1;
		for (int i = 0; i < RUNS; i++) {
			run[i] = i;
			number[p][i] = p == 0 ? i % 8 + 1 : p == 1 ? drawn[i % 8] : i % 2;
			snprintf(text[p][i], sizeof text[p][i], "%g", number[p][i]);
			place[p][i] = text[p][i];
		}
	}
	out = ranges_make(&v, run, RUNS, 8, is_drawn);
	CU_ASSERT(is_drawn[0] && is_drawn[1] && !is_drawn[2]);
	CU_ASSERT_STRING_EQUAL(out.param[0].text[0], "1 to 2");
	CU_ASSERT_STRING_EQUAL(out.param[0].text[15], "7 to 8");
	CU_ASSERT_STRING_EQUAL(out.param[1].text[0], "5 to 6");
	CU_ASSERT_EQUAL(out.param[1].number[0], 2);
	CU_ASSERT_PTR_EQUAL(out.param[2].text, place[2]);
	ranges_release(&out, is_drawn);
	for (int i = 0; i < RUNS; i++)
		number[1][i] = -number[0][i];
	v.n = 2;
	out = ranges_make(&v, run, RUNS, 8, none);
	CU_ASSERT(!none[0] && !none[1]);
	ranges_release(&out, none);
	v.n = 1;
	out = ranges_make(&v, run, RUNS, 8, none);
	CU_ASSERT(!none[0]);
	ranges_release(&out, none);
}

/* Replicates are one group, in the order of the selection, labelled by what they differ in; a
 * repeated seed counts once. */
static void test_groups(void)
{
	const struct run_end end = {.status = "done"};
	struct selection sel = {0};
	struct group_set g;
	struct run_handle h;
	struct scratch x;

	scratch_open(&x);
	for (int i = 0; i < 5; i++) {
		CU_ASSERT_EQUAL_FATAL(
		    scratch_run(x.s, "vicreg", NULL, i % 2, i < 2 ? 1 : 25, &h, &x.err), 0);
		CU_ASSERT_EQUAL(runs_finish(x.s, &h, &end, &x.err), 0);
	}
	CU_ASSERT_EQUAL_FATAL(selection_add_where(x.s, &sel, NULL, &x.err), 0);
	CU_ASSERT_EQUAL(selection_add_ref(x.s, &sel, "1", &x.err), 0);
	CU_ASSERT_EQUAL(sel.n, 5); /* each run once */
	CU_ASSERT_EQUAL_FATAL(groups_make(x.s, &sel, NULL, &g, &x.err), 0);
	CU_ASSERT_EQUAL_FATAL(g.n, 2);
	CU_ASSERT_STRING_EQUAL(g.group[0].label, "vicreg mu=1");
	CU_ASSERT_STRING_EQUAL(g.group[1].label, "vicreg mu=25");
	CU_ASSERT_EQUAL(g.group[0].n, 2);
	CU_ASSERT_EQUAL(g.group[1].n, 2); /* run 3 was done again as run 5 */
	CU_ASSERT_EQUAL(g.group[1].run[1], 4);
	groups_release(&g);
	CU_ASSERT_EQUAL_FATAL(groups_make(x.s, &sel, "vicreg.mu", &g, &x.err), 0);
	CU_ASSERT_STRING_EQUAL(g.group[1].label, "vicreg.mu=25");
	groups_release(&g);
	CU_ASSERT_EQUAL(groups_make(x.s, &sel, "vicreg.nu", &g, &x.err), -1);
	err_is(&x.err, ERR_NOT_FOUND, "did you mean vicreg.mu");
	selection_release(&sel);
	scratch_close(&x);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"shares of variance", test_shares}, {"gains over the untrained encoder", test_gains},
	    {"one seed, no value", test_odd},    {"what a search drew", test_drawn},
	    {"groups of runs", test_groups},     {0}};

	return check_run("report/effects", cases);
}
