/* The sentences of `ssl compare`: the best first, one sentence for all pairs that have too few
 * seeds, and what many seeds show. */
#include <math.h>

#include "core/report/compare_print.h"
#include "tests/unit/store/scratch.h"

/* `groups` values of vicreg.mu over `seeds` seeds. knn.top1 rises by `step` from each mu to the
 * next; the seed adds a value that is common to all of them, and `noise` one of its own. */
static void fill(struct scratch *x, int groups, int seeds, double step, double noise)
{
	for (int g = 1; g <= groups; g++)
		for (int seed = 1; seed <= seeds; seed++) {
			struct metric_point p = {"knn.top1", 1, 50 + step * g + 0.01 * seed * seed};
			struct run_handle h;

			p.value += (g * seed) % 2 ? noise : 0;
			CU_ASSERT_EQUAL_FATAL(
			    scratch_run(x->s, "vicreg", NULL, seed, g, &h, &x->err), 0);
			CU_ASSERT_EQUAL_FATAL(
			    runs_write_points(x->s, &h, &p, 1, 1, 1, NULL, &x->err), 0);
			CU_ASSERT_EQUAL(
			    runs_finish(x->s, &h, &(struct run_end){.status = "done"}, &x->err), 0);
		}
}

/* The sentences about all runs from `first` on, whatever their status is. */
static char *sentences(struct scratch *x, int first, int last, int unpaired)
{
	struct compare_query q = {.values = {.by = "vicreg.mu", .metric = "knn.top1"}};
	struct strbuf said = STRBUF_INIT;
	struct compare *c;
	int64_t id[256];

	for (int i = 0; i <= last - first; i++)
		id[i] = first + i;
	q.values.id = id;
	q.values.n_ids = last - first + 1;
	q.named = 1;
	q.unpaired = unpaired;
	CU_ASSERT_EQUAL_FATAL(compare_make(x->s, &q, &c, &x->err), 0);
	compare_sentences(c, &said);
	compare_free(c);
	return strbuf_detach(&said);
}

static int lines(const char *text)
{
	int n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static void says(const char *text, const char *part)
{
	if (!strstr(text, part))
		fprintf(stderr, "\n  wanted: %s\n  got: %s\n", part, text);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, part));
}

/* 28 pairs, none of which can be significant: the best is in the first sentence. */
static void test_too_few(void)
{
	struct scratch x;
	char *said;

	scratch_open(&x);
	fill(&x, 8, 3, 1, 0.5);
	said = sentences(&x, 1, 24, 0);
	CU_ASSERT_EQUAL(lines(said), 4);
	says(said, "8 has the best mean of knn.top1, 58.05.\n");
	says(said,
	     "\nAll 28 pairs: too few seeds for a significant difference: with 3 common seeds p is "
	     "at "
	     "least 0.25, and 1 after Holm's correction for 28 comparisons; with 11 common seeds a "
	     "difference can be significant at 0.05 (with 6, if only two groups are compared).\n");
	free(said);
	/* of two groups both are named, and nothing is corrected */
	said = sentences(&x, 1, 6, 0);
	says(said,
	     "1 and 2: too few seeds for a significant difference: with 3 common seeds p is at "
	     "least 0.25; with 6 common seeds a difference can be significant at 0.05.\n");
	CU_ASSERT_PTR_NULL(strstr(said, "best mean"));
	free(said);
	said = sentences(&x, 1, 6, 1);
	says(said, "1 and 2: too few runs for a significant difference: with 3 and 3 runs p is at "
		   "least 0.1; "
		   "with 4 runs of each a difference can be significant at 0.05.\n");
	free(said);
	scratch_close(&x);
}

/* One group has two seeds, the others have ten: the differences that can be tested are reported,
 * and the pairs that cannot are named. */
static void test_some_too_few(void)
{
	struct scratch x;
	char *said;

	scratch_open(&x);
	fill(&x, 5, 10, 1, 0.5);
	said = sentences(&x, 1, 42, 0); /* 4 groups of ten, two runs of the fifth */
	says(said, "5 has the best mean of knn.top1, ");
	says(said, "4 is better in knn.top1 than 1 by 2.75 (p_holm = 0.02), 2 by 2.00 (p_holm = ");
	says(said, "3 is better in knn.top1 than ");
	says(
	    said,
	    "4 of 10 pairs (all with 5): too few seeds for a significant difference: with 2 common "
	    "seeds p is at least 0.5");
	CU_ASSERT_PTR_NULL(strstr(strstr(said, "too few") + 1, "too few"));
	free(said);
	scratch_close(&x);
}

/* Enough seeds, and no difference. */
static void test_unclear(void)
{
	struct scratch x;
	char *said;

	scratch_open(&x);
	fill(&x, 2, 8, 0, 0.5);
	said = sentences(&x, 1, 16, 0);
	says(said,
	     "1 and 2: no significant difference at 0.05.\nci_low to ci_high: 95 % interval of the "
	     "mean (Student's t).\n");
	CU_ASSERT_EQUAL(lines(said), 2);
	free(said);
	scratch_close(&x);
}

static void near(double got, double want)
{
	if (!(fabs(got - want) < 1e-9))
		fprintf(stderr, "\n  wanted %.12g, got %.12g\n", want, got);
	CU_ASSERT(fabs(got - want) < 1e-9);
}

/* scipy.stats.t.interval(.95, n - 1, mean, sem) of the values and of the paired differences: every
 * interval is Student's t, whatever the number of values. */
static void test_intervals(void)
{
	static const double value[2][3] = {{50, 52, 57}, {49, 53.5, 51}};
	struct compare_query q = {.values = {.by = "vicreg.mu", .metric = "knn.top1"}};
	const int64_t id[] = {1, 2, 3, 4, 5, 6};
	struct scratch x;
	struct compare *c;

	scratch_open(&x);
	for (int g = 0; g < 2; g++)
		for (int seed = 0; seed < 3; seed++) {
			struct metric_point p = {"knn.top1", 1, value[g][seed]};
			struct run_handle h;

			CU_ASSERT_EQUAL_FATAL(scratch_run(x.s, "vicreg", NULL, seed, g, &h, &x.err),
					      0);
			CU_ASSERT_EQUAL_FATAL(runs_write_points(x.s, &h, &p, 1, 1, 1, NULL, &x.err),
					      0);
		}
	q.values.id = id;
	q.values.n_ids = 6;
	q.named = 1;
	CU_ASSERT_EQUAL_FATAL(compare_make(x.s, &q, &c, &x.err), 0);
	near(c->group[0].ci.low, 44.043314105);
	near(c->group[0].ci.high, 61.956685895);
	near(c->group[1].ci.low, 45.5658679853);
	near(c->group[1].ci.high, 56.767465348);
	near(c->pair[0].ci.low, -7.65312425066);
	near(c->pair[0].ci.high, 11.3197909173);
	compare_free(c);
	scratch_close(&x);
}

int main(void)
{
	static const struct check_case cases[] = {{"too few seeds", test_too_few},
						  {"too few of some", test_some_too_few},
						  {"no difference", test_unclear},
						  {"intervals", test_intervals},
						  {0}};

	return check_run("report/compare", cases);
}
