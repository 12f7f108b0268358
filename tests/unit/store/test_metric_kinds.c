/* Protects: the registry of metrics. A metric's direction is its own, whatever its settings, split
 * and the version of its rules; and a store has it from there. */
#include "core/store/metric_kinds.h"
#include "tests/unit/store/scratch.h"

static void goal(const char *name, const char *want)
{
	if (strcmp(metric_kind_goal(name), want) != 0)
		printf("%s: %s, want %s\n", name, metric_kind_goal(name), want);
	CU_ASSERT_STRING_EQUAL(metric_kind_goal(name), want);
}

static void test_goals(void)
{
	goal("test.knn.top1", "max");
	goal("val.linear-1pct.top5", "max");
	goal("test.knn.top1/k=200", "max");
	goal("val.knn.top5/rule=1", "max");
	goal("loss", "min");
	goal("loss.invariance", "min");
	goal("loss.off_diagonal", "min");
	goal("loss.cosine", "max");
	goal("loss.top1", "max");
	goal("loss.accuracy", "max");
	goal("loss.entropy", "none");
	goal("epoch_s", "min");
	goal("images_per_s", "max");
	goal("collapse.h.rankme", "none");
	goal("lr", "none");
}

static void test_known(void)
{
	static const char *const known[] = {"loss", "val.knn.top1", "collapse.h.alignment",
					    "predictor.commutator", "images_per_s"};
	static const char *const unknown[] = {"val_loss",     "accuracy", "loss.other",
					      "tokens_per_s", "knn_top1", ""};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		CU_ASSERT(!metric_kind(known[i])->guess);
	for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
		CU_ASSERT(metric_kind(unknown[i])->guess);
	goal("val_loss", "min");
	goal("accuracy", "max");
	goal("tokens_per_s", "max");
	goal("", "none");
}

/* Each row is there for some name: no row before it has all of its names. */
static void test_rows(void)
{
	const struct metric_kind *k;

	for (int i = 0; (k = metric_kind_at(i)); i++) {
		CU_ASSERT(!strcmp(k->goal, "max") || !strcmp(k->goal, "min") ||
			  !strcmp(k->goal, "none"));
		if (!strchr(k->pattern, '*'))
			CU_ASSERT(metric_kind(k->pattern) == k);
	}
	CU_ASSERT(metric_kind_at(-1) == NULL);
}

static void test_recorded(void)
{
	struct metric_point p[] = {{"loss", 1, 2.5}, {"loss.cosine", 1, 0.5}, {"lr", 1, 0.1}};
	struct run_handle h;
	struct scratch x;

	scratch_open(&x);
	CU_ASSERT_EQUAL_FATAL(scratch_run(x.s, "byol", NULL, 0, 1, &h, &x.err), 0);
	CU_ASSERT_EQUAL_FATAL(runs_write_points(x.s, &h, p, 3, 1, 1, NULL, &x.err), 0);
	sql_is(x.s,
	       "SELECT name, goal FROM metric_name WHERE id IN (SELECT name_id FROM metric) "
	       "ORDER BY name",
	       "loss|min\nloss.cosine|max\nlr|none\n");
	scratch_close(&x);
}

int main(void)
{
	static const struct check_case cases[] = {{"which way is better", test_goals},
						  {"what is known, and what guessed", test_known},
						  {"every row counts", test_rows},
						  {"recorded with the name", test_recorded},
						  {0}};

	return check_run("store/metric_kinds", cases);
}
