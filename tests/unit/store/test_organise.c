/* Tags, notes, names and the trash: a removed run is found by no view and no ref, and is restored
 * as it was; deleting it removes all of its rows and none of others; last: and best: choose a
 * metric's value; a pivot is kept when the program's views are created again. */
#include "core/store/evals.h"
#include "core/store/organise.h"
#include "core/store/query/user_views.h"
#include "core/store/query/refs.h"
#include "core/store/query/values.h"
#include "tests/unit/store/scratch.h"

enum { STALE = 90 };

/* Three finished runs of seeds 0 to 2; the first two share nothing but the method. */
static void fill(struct scratch *x)
{
	static const char *const name[] = {"one", "two", "three"};
	const struct run_end done = {.status = "done"};
	struct run_handle h;

	scratch_open(x);
	for (int i = 0; i < 3; i++) {
		const struct metric_point p[] = {{"loss", 1, 5 - i}, {"loss", 2, 7 - i}};
		const struct metric_point v = {"top1", 0, 10 * i};
		struct eval_new e = {.run_id = i + 1,
				     .step = 2,
				     .protocol = "knn",
				     .split = "test",
				     .settings_json = "{}",
				     .value = &v,
				     .n_values = 1};
		int64_t id;

		CU_ASSERT_EQUAL_FATAL(scratch_run(x->s, "byol", name[i], i, 1, &h, &x->err), 0);
		CU_ASSERT_EQUAL(runs_write_points(x->s, &h, p, 2, 1, 2, NULL, &x->err), 0);
		CU_ASSERT_EQUAL(evals_insert(x->s, &e, &id, &x->err), 0);
		CU_ASSERT_EQUAL(runs_finish(x->s, &h, &done, &x->err), 0);
	}
}

static void test_trash(void)
{
	struct scratch x;
	int64_t id = 0;
	long epoch;

	fill(&x);
	CU_ASSERT_EQUAL(runs_trash(x.s, 2, STALE, &x.err), 0);
	CU_ASSERT_EQUAL(runs_trash(x.s, 2, STALE, &x.err), 0); /* a second time has no effect */
	sql_is(x.s, "SELECT group_concat(name) FROM v_run", "one,three\n");
	sql_is(x.s, "SELECT count(*) FROM v_param WHERE run = 'two'", "0\n");
	sql_is(x.s, "SELECT count(*) FROM v_metric WHERE run = 'two'", "0\n");
	sql_is(x.s, "SELECT count(*) FROM v_eval WHERE run = 'two'", "0\n");
	sql_is(x.s, "SELECT count(*) FROM v_best WHERE run = 'two'", "0\n");
	sql_is(x.s, "SELECT n, mean FROM v_seed WHERE metric = 'loss'", "2|6\n");
	CU_ASSERT_EQUAL(refs_resolve(x.s, "two", &id, &epoch, &x.err), -1);
	err_is(&x.err, ERR_NOT_FOUND, "in the trash");
	CU_ASSERT_EQUAL(runs_rename(x.s, 1, "two", &x.err), -1);
	err_is(&x.err, ERR_USAGE, "taken by run 2, in the trash");
	CU_ASSERT_EQUAL(refs_resolve_trash(x.s, "one", &id, &x.err), -1);
	err_is(&x.err, ERR_NOT_FOUND, "not in the trash");
	CU_ASSERT_EQUAL(refs_resolve_trash(x.s, "2", &id, &x.err), 0);
	CU_ASSERT_EQUAL(id, 2);
	CU_ASSERT_EQUAL(runs_trash(x.s, 3, STALE, &x.err), 0);
	CU_ASSERT_EQUAL(refs_resolve(x.s, "@", &id, &epoch, &x.err), 0);
	CU_ASSERT_EQUAL(id, 1);
	CU_ASSERT_EQUAL(runs_restore(x.s, 2, &x.err), 0);
	sql_is(x.s, "SELECT group_concat(name) FROM v_run", "one,two\n");
	scratch_close(&x);
}

static void test_delete(void)
{
	struct strbuf queued = STRBUF_INIT;
	struct scratch x;
	struct run_handle h;

	fill(&x);
	CU_ASSERT_EQUAL(runs_delete(x.s, 2, STALE, &queued, &x.err), 0);
	sql_is(x.s,
	       "SELECT (SELECT count(*) FROM run), (SELECT count(*) FROM recipe), "
	       "(SELECT count(DISTINCT run_id) FROM metric), (SELECT count(*) FROM eval), "
	       "(SELECT count(*) FROM eval_value), (SELECT count(*) FROM attempt), "
	       "(SELECT count(*) FROM pragma_foreign_key_list('run')) > 0",
	       "2|2|2|2|2|2|1\n");
	CU_ASSERT_EQUAL_FATAL(scratch_run(x.s, "byol", "alive", 9, 1, &h, &x.err), 0);
	CU_ASSERT_EQUAL(runs_delete(x.s, h.id, STALE, &queued, &x.err), -1);
	CU_ASSERT_EQUAL(queued.len, 0);
	err_is(&x.err, ERR_USAGE, "it is running");
	CU_ASSERT_EQUAL(runs_trash(x.s, h.id, STALE, &x.err), -1);
	err_is(&x.err, ERR_USAGE, "it is running");
	CU_ASSERT_EQUAL(runs_trash(x.s, h.id, -1, &x.err), -1); /* silent, but its lock is held */
	scratch_forget_locks(&x);
	CU_ASSERT_EQUAL(runs_trash(x.s, h.id, STALE, &x.err), -1);
	CU_ASSERT_EQUAL(runs_trash(x.s, h.id, -1, &x.err), 0); /* one that counts as dead */
	scratch_close(&x);
}

static void test_marks(void)
{
	struct scratch x;
	int changed = 0;

	fill(&x);
	CU_ASSERT_EQUAL(runs_tag(x.s, 1, "paper", 1, &changed, &x.err), 0);
	CU_ASSERT_EQUAL(changed, 1);
	CU_ASSERT_EQUAL(runs_tag(x.s, 1, "paper", 1, &changed, &x.err), 0);
	CU_ASSERT_EQUAL(changed, 0);
	sql_is(x.s, "SELECT tags FROM v_run WHERE id = 1", "paper\n");
	CU_ASSERT_EQUAL(runs_tag(x.s, 1, "paper", 0, &changed, &x.err), 0);
	CU_ASSERT_EQUAL(changed, 1);
	CU_ASSERT_EQUAL(runs_tag(x.s, 1, "a b", 1, &changed, &x.err), -1);
	err_is(&x.err, ERR_USAGE, "one word");
	CU_ASSERT_EQUAL(runs_note(x.s, 1, "it's \"fine\"; --", &x.err), 0);
	sql_is(x.s, "SELECT text FROM note", "it's \"fine\"; --\n");
	CU_ASSERT_EQUAL(runs_rename(x.s, 1, "better", &x.err), 0);
	CU_ASSERT_EQUAL(runs_rename(x.s, 1, "three", &x.err), -1);
	err_is(&x.err, ERR_USAGE, "taken by run 3");
	scratch_close(&x);
}

/* Rows of a log query without the header. */
static void log_is(struct store *s, struct log_query q, const char *want)
{
	struct text_sink t;
	struct query_sink sink = text_sink_of(&t);
	struct error err = {0};
	const char *rows;
	int ret = query_log(s, &q, &sink, &err);

	rows = strchr(t.text.buf, '\n');
	if (ret || !rows || strcmp(rows + 1, want))
		fprintf(stderr, "\n  wanted %s  got %s %s\n", want, rows ? rows : "", err.msg);
	CU_ASSERT_EQUAL(ret, 0);
	CU_ASSERT(rows && !strcmp(rows + 1, want));
	strbuf_release(&t.text);
}

static void test_last_and_best(void)
{
	struct scratch x;

	fill(&x);
	log_is(x.s, (struct log_query){.columns = "name,last:loss,best:loss,last:knn.top1"},
	       "three|5|3|20\ntwo|6|4|10\none|7|5|0\n");
	log_is(x.s,
	       (struct log_query){.columns = "name", .where = "last:loss - best:loss = 2 and id<3"},
	       "two\none\n");
	log_is(x.s, (struct log_query){.columns = "name", .where = "[last:loss] < 6"}, "three\n");
	log_is(x.s, (struct log_query){.columns = "name", .sort = "last:loss"},
	       "three\ntwo\none\n");
	log_is(x.s,
	       (struct log_query){.columns = "method,vicreg.mu,n,last:loss,best:loss", .group = 1},
	       "byol|1|3|6|1|3|4|1|3\n");
	log_is(x.s, (struct log_query){.columns = "n,loss", .group = 1, .where = "id > 1"},
	       "2|5.5|0.707107|2\n");
	scratch_close(&x);
}

/* One value of knn.top1 before training and two of it, in the series or as evaluations. */
static void untrained_first(struct scratch *x, const char *name, int series, double last)
{
	const struct metric_point p[] = {
	    {"test.knn.top1", 0, 90}, {"test.knn.top1", 5, 50}, {"test.knn.top1", 10, last}};
	const struct run_end done = {.status = "done"};
	struct run_handle h;
	int64_t id;

	CU_ASSERT_EQUAL_FATAL(scratch_run(x->s, "byol", name, (int64_t)last, 1, &h, &x->err), 0);
	if (series)
		CU_ASSERT_EQUAL(runs_write_points(x->s, &h, p, 3, 1, 10, NULL, &x->err), 0);
	for (int i = 0; i < 3 && !series; i++) {
		struct eval_new e = {.run_id = h.id,
				     .step = p[i].step,
				     .protocol = "knn",
				     .split = "test",
				     .settings_json = "{}",
				     .n_values = 1};
		struct metric_point v = {"top1", 0, p[i].value};

		e.value = &v;
		CU_ASSERT_EQUAL(evals_insert(x->s, &e, &id, &x->err), 0);
	}
	CU_ASSERT_EQUAL(runs_finish(x->s, &h, &done, &x->err), 0);
}

/* A name without a prefix means the last value; that of the untrained encoder is never the best one
 * of a run that trained. */
static void test_last_unless_best(void)
{
	struct scratch x;

	scratch_open(&x);
	untrained_first(&x, "series", 1, 40);
	untrained_first(&x, "evals", 0, 30);
	log_is(x.s, (struct log_query){.columns = "name,test.knn.top1,best:test.knn.top1"},
	       "evals|30|50\nseries|40|50\n");
	log_is(x.s, (struct log_query){.columns = "name", .where = "test.knn.top1 > 35"},
	       "series\n");
	log_is(x.s, (struct log_query){.columns = "name", .sort = "test.knn.top1"},
	       "evals\nseries\n");
	sql_is(x.s, "SELECT run, value, step FROM v_best ORDER BY run",
	       "evals|50|5\nseries|50|5\n");
	scratch_close(&x);
}

/* "NAME.n" counts the values of a mean, not the runs of the group. */
static void test_counts(void)
{
	struct scratch x;
	const struct run_end done = {.status = "done"};
	struct run_handle h;

	fill(&x);
	CU_ASSERT_EQUAL_FATAL(scratch_run(x.s, "byol", "unmeasured", 7, 1, &h, &x.err), 0);
	CU_ASSERT_EQUAL(runs_finish(x.s, &h, &done, &x.err), 0);
	log_is(x.s, (struct log_query){.columns = "n,loss", .group = 1}, "4|6|1|3\n");
	scratch_close(&x);
}

static void test_pivot(void)
{
	struct scratch x;

	fill(&x);
	CU_ASSERT_EQUAL(user_view_create_pivot(x.s, "runs", 0, &x.err), 0);
	sql_is(x.s, "SELECT name, \"vicreg.mu\", \"test.knn.top1\" FROM runs ORDER BY id",
	       "one|1|0\ntwo|1|10\nthree|1|20\n");
	CU_ASSERT_EQUAL(user_view_create_pivot(x.s, "runs", 0, &x.err), -1);
	err_is(&x.err, ERR_USAGE, "it exists");
	CU_ASSERT_EQUAL(user_view_create_pivot(x.s, "runs", 1, &x.err), 0);
	CU_ASSERT_EQUAL(
	    user_view_create_pivot(x.s, "x\" AS SELECT 1; DROP TABLE run; --", 0, &x.err), -1);
	err_is(&x.err, ERR_USAGE, "letters, digits");
	CU_ASSERT_EQUAL(user_view_drop(x.s, "v_run", &x.err), -1);
	CU_ASSERT_EQUAL(user_view_drop(x.s, "runs", &x.err), 0);
	CU_ASSERT_EQUAL(user_view_drop(x.s, "runs", &x.err), -1);
	err_is(&x.err, ERR_NOT_FOUND, "no such view");
	scratch_close(&x);
}

static void test_values(void)
{
	struct scratch x;
	struct values v;
	const int64_t ids[] = {3, 1};
	struct value_query q = {
	    .id = ids, .n_ids = 2, .by = "vicreg.mu", .metric = "knn.top1", .select = "best:loss"};

	fill(&x);
	CU_ASSERT_EQUAL_FATAL(query_values(x.s, &q, &v, &x.err), 0);
	CU_ASSERT_EQUAL_FATAL(v.n, 2);
	CU_ASSERT_STRING_EQUAL(v.row[0].name, "one");
	CU_ASSERT_STRING_EQUAL(v.row[1].group, "1");
	CU_ASSERT(v.row[1].value == 20 && v.row[1].select == 3);
	CU_ASSERT_STRING_EQUAL(v.goal, "max");
	CU_ASSERT_STRING_EQUAL(v.select_goal, "min");
	values_release(&v);
	q.metric = "nothing";
	CU_ASSERT_EQUAL(query_values(x.s, &q, &v, &x.err), -1);
	err_is(&x.err, ERR_NOT_FOUND, "no run has this metric");
	scratch_close(&x);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"the trash hides and gives back", test_trash},
	    {"deleted for good", test_delete},
	    {"tags, notes, names", test_marks},
	    {"last: and best:, and groups", test_last_and_best},
	    {"the last value unless best: is said", test_last_unless_best},
	    {"a count of what was averaged", test_counts},
	    {"pivots", test_pivot},
	    {"values for statistics", test_values},
	    {0},
	};

	return check_run("store/organise", cases);
}
