/* Protects: spectra are read back as written; a process that lost its run writes none; resuming
 * removes those above its step. The verdicts of v_collapse. */
#include "core/store/spectrum.h"

#include <math.h>

#include "tests/unit/store/scratch.h"

static const char all_sql[] = "SELECT spectrum, step, i, value FROM v_spectrum ORDER BY 1, 2, 3";

static void test_round_trip(void)
{
	const struct spectrum_value a[] = {{"z", 0, 0.5}, {"z", 1, -12}, {"predictor.F", 0, 2}};
	const struct spectrum_value again[] = {{"z", 1, -3}};
	struct scratch x;
	struct run_handle h, next;

	scratch_open(&x);
	CU_ASSERT_EQUAL_FATAL(scratch_run(x.s, "byol", NULL, 1, 1, &h, &x.err), 0);
	CU_ASSERT_EQUAL(spectra_insert(x.s, &h, 10, a, 3, &x.err), 0);
	CU_ASSERT_EQUAL(spectra_insert(x.s, &h, 20, a, 2, &x.err), 0);
	CU_ASSERT_EQUAL(spectra_insert(x.s, &h, 20, again, 1, &x.err), 0);
	sql_is(x.s, all_sql, "predictor.F|10|0|2\nz|10|0|0.5\nz|10|1|-12\nz|20|0|0.5\nz|20|1|-3\n");
	scratch_forget_locks(&x);
	CU_ASSERT_EQUAL_FATAL(runs_reopen(x.s, h.id, 10, -1, &next, &x.err), 0);
	sql_is(x.s, all_sql, "predictor.F|10|0|2\nz|10|0|0.5\nz|10|1|-12\n");
	CU_ASSERT_EQUAL(spectra_insert(x.s, &h, 20, a, 2, &x.err), -1);
	CU_ASSERT_EQUAL(x.err.code, ERR_FAILED);
	sql_is(x.s, "SELECT count(*) FROM spectrum", "3\n");
	scratch_close(&x);
}

/* The verdict and summary of v_collapse, also of a run that neither collapses nor learns. The run
 * has 10 epochs of 10 steps. */
static void verdict_is(struct scratch *x, double flag, double std, double loss, const char *want)
{
	const struct metric_point p[] = {{"loss", 1, 4},
					 {"loss", 95, loss},
					 {"collapse.h.std", 100, 0.1},
					 {"collapse.std_ratio", 100, std},
					 {"collapse.raw_std", 100, std},
					 {"collapse.rankme", 100, 12},
					 {"collapse.flag", 100, flag}};
	struct run_handle h;

	CU_ASSERT_EQUAL_FATAL(scratch_run(x->s, "byol", NULL, 1, 1, &h, &x->err), 0);
	CU_ASSERT_EQUAL_FATAL(runs_write_points(x->s, &h, p, 7, 10, 100, NULL, &x->err), 0);
	sql_is(x->s, "SELECT verdict, summary FROM v_collapse ORDER BY run_id DESC LIMIT 1", want);
}

/* A RankMe among `most` dimensions, after `step` of 100 steps; a run that learns. */
static void rank_is(struct scratch *x, double rankme, int most, long step, const char *want)
{
	const struct metric_point p[] = {{"loss", 1, 4},
					 {"loss", step ? step : 2, 2},
					 {"collapse.h.std", step, 0.1},
					 {"collapse.std", step, 0.5 / sqrt(most)},
					 {"collapse.std_ratio", step, 0.5},
					 {"collapse.rankme", step, rankme},
					 {"collapse.flag", step, 0}};
	struct run_handle h;

	CU_ASSERT_EQUAL_FATAL(scratch_run(x->s, "byol", NULL, 1, 1, &h, &x->err), 0);
	CU_ASSERT_EQUAL_FATAL(runs_write_points(x->s, &h, p, 7, 10, 100, NULL, &x->err), 0);
	sql_is(x->s, "SELECT verdict, summary FROM v_collapse ORDER BY run_id DESC LIMIT 1", want);
	sql_is(x->s,
	       "SELECT collapse = (SELECT verdict FROM v_collapse c WHERE c.run_id = r.id) FROM "
	       "v_run r "
	       "ORDER BY id DESC LIMIT 1",
	       "1\n");
}

/* Spread embeddings that fill few of their dimensions: under 2.5 %, or under 2, once trained. */
static void test_low_rank(void)
{
	struct scratch x;

	scratch_open(&x);
	rank_is(&x, 1.9, 256, 90, "low rank|low rank: 1.9 of 256 (RankMe), std 0.5 of 1/sqrt(d)\n");
	rank_is(&x, 6.3, 256, 90, "low rank|low rank: 6.3 of 256 (RankMe), std 0.5 of 1/sqrt(d)\n");
	rank_is(&x, 6.5, 256, 90, "healthy|none: std 0.5 of 1/sqrt(d), RankMe 6.5 of 256\n");
	rank_is(&x, 20, 1024, 90, "low rank|low rank: 20 of 1024 (RankMe), std 0.5 of 1/sqrt(d)\n");
	rank_is(&x, 1.9, 16, 90, "low rank|low rank: 1.9 of 16 (RankMe), std 0.5 of 1/sqrt(d)\n");
	rank_is(&x, 2.1, 16, 90, "healthy|none: std 0.5 of 1/sqrt(d), RankMe 2.1 of 16\n");
	rank_is(&x, 1.9, 4, 90, "healthy|none: std 0.5 of 1/sqrt(d), RankMe 1.9 of 4\n");
	rank_is(&x, 1.9, 256, 0, "healthy|none: std 0.5 of 1/sqrt(d), RankMe 1.9 of 256\n");
	scratch_close(&x);
}

static void test_verdicts(void)
{
	struct scratch x;
	struct run_handle h;

	scratch_open(&x);
	sql_is(x.s, "SELECT * FROM v_collapse", "");
	verdict_is(&x, 0, 0.8, 2, "healthy|none: std 0.8 of 1/sqrt(d), RankMe 12\n");
	verdict_is(&x, 1, 0.001, 0.01, "collapsed|collapsed: std 0.001 of 1/sqrt(d)\n");
	verdict_is(&x, 2, 0.8, 2, "collapsed|collapsed: RankMe 12, std 0.8 of 1/sqrt(d)\n");
	verdict_is(&x, 3, 0.01, 2,
		   "collapsed|collapsed: std 0.01 of the 1 that the loss aims at\n");
	verdict_is(&x, 0, 0.8, 3.9,
		   "not learning|not learning: the loss stays high (3.9, at first 4), std healthy: "
		   "0.8 of 1/sqrt(d)\n");
	CU_ASSERT_EQUAL_FATAL(scratch_run(x.s, "byol", NULL, 1, 1, &h, &x.err), 0);
	sql_is(x.s, "SELECT count(*) FROM v_collapse", "5\n"); /* the last run has no measures */
	scratch_close(&x);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"spectra are written, fenced and truncated", test_round_trip},
	    {"verdicts", test_verdicts},
	    {"a low rank", test_low_rank},
	    {0}};

	return check_run("store/spectrum", cases);
}
