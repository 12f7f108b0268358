/* The life of a run in the store: what is recorded, who may write, what a resumed run takes back.
 */
#include <math.h>

#include "core/store/digests.h"
#include "core/store/evals.h"
#include "core/store/spectrum.h"
#include "tests/unit/store/scratch.h"

/* A new run has its recipe, parameters, name and attempt; another with the same recipe shares the
 * rows. */
static void test_insert(void)
{
	struct scratch x;
	struct run_handle a, b;

	scratch_open(&x);
	CU_ASSERT_EQUAL_FATAL(scratch_run(x.s, "vicreg", NULL, 1, 25, &a, &x.err), 0);
	CU_ASSERT_EQUAL_FATAL(scratch_run(x.s, "vicreg", "bold", 1, 25, &b, &x.err), 0);
	CU_ASSERT_EQUAL(a.id, 1);
	CU_ASSERT_PTR_NOT_NULL(strchr(a.name, '-'));
	CU_ASSERT_EQUAL(strlen(a.uuid), 36);
	CU_ASSERT_EQUAL(a.uuid[14], '4');
	CU_ASSERT_STRING_NOT_EQUAL(a.uuid, b.uuid);
	sql_is(x.s,
	       "SELECT id, name, method, status, seed, epochs, threads FROM v_run WHERE id = 2",
	       "2|bold|vicreg|running|1|10|1\n");
	sql_is(x.s, "SELECT count(*) FROM recipe", "1\n");
	sql_is(x.s, "SELECT count(*) FROM code", "1\n");
	sql_is(x.s, "SELECT count(*) FROM host", "1\n");
	sql_is(x.s, "SELECT param, value, number FROM v_param WHERE run_id = 2 ORDER BY 1",
	       "method|vicreg|NULL\noptim.nesterov|true|NULL\nseed|1|1\nvicreg.mu|25|25\n");
	CU_ASSERT_EQUAL(scratch_run(x.s, "vicreg", "bold", 1, 25, &b, &x.err), -1);
	err_is(&x.err, ERR_USAGE, "run name bold: taken by run 2");
	CU_ASSERT_EQUAL(scratch_run(x.s, "vicreg", "12", 1, 25, &b, &x.err), -1);
	err_is(&x.err, ERR_USAGE, "not a number");
	CU_ASSERT_EQUAL(scratch_run(x.s, "vicreg", "a@b", 1, 25, &b, &x.err), -1);
	sql_is(x.s, "SELECT count(*) FROM run", "2\n");
	scratch_close(&x);
}

/* NaN and infinities come back as what they were, and keep out of min and max. */
static void test_nan_round_trip(void)
{
	struct scratch x;
	struct run_handle h;
	const struct metric_point p[] = {{"loss", 1, 3},         {"loss", 2, INFINITY},
					 {"loss", 3, -INFINITY}, {"loss", 4, 2},
					 {"loss", 5, NAN},       {"lr", 1, 0.1}};

	scratch_open(&x);
	CU_ASSERT_EQUAL_FATAL(scratch_run(x.s, "byol", NULL, 1, 1, &h, &x.err), 0);
	CU_ASSERT_EQUAL(runs_write_points(x.s, &h, p, 6, 1, 5, NULL, &x.err), 0);
	sql_is(x.s, "SELECT step, epoch, value, kind FROM v_metric WHERE metric = 'loss'",
	       "1|0.1|3|number\n2|0.2|NULL|inf\n3|0.3|NULL|-inf\n4|0.4|2|number\n5|0.5|NULL|nan\n");
	sql_is(x.s,
	       "SELECT n, n_bad, last, last_kind, last_step, min, min_step, max, max_step "
	       "FROM metric_summary s JOIN metric_name m ON m.id = s.name_id WHERE m.name = 'loss'",
	       "5|3|NULL|1|5|2|4|3|1\n");
	sql_is(x.s, "SELECT metric, goal, value, step FROM v_best", "loss|min|2|4\n");
	scratch_close(&x);
}

/* The summary follows the series over several flushes and when a step is written again. */
static void test_summary(void)
{
	struct scratch x;
	struct run_handle h;
	const struct metric_point a[] = {{"loss", 1, 5}, {"acc.top1", 1, 10}, {"loss", 2, 4}};
	const struct metric_point b[] = {{"acc.top1", 3, 30}, {"loss", 3, 6}, {"acc.top1", 2, 30}};
	const struct metric_point again[] = {{"loss", 2, 9}};

	scratch_open(&x);
	CU_ASSERT_EQUAL_FATAL(scratch_run(x.s, "byol", NULL, 1, 1, &h, &x.err), 0);
	CU_ASSERT_EQUAL(runs_write_points(x.s, &h, a, 3, 0, 2, NULL, &x.err), 0);
	CU_ASSERT_EQUAL(runs_write_points(x.s, &h, b, 3, 0, 3, NULL, &x.err), 0);
	sql_is(x.s,
	       "SELECT m.name, n, last, min, min_step, max, max_step FROM metric_summary s "
	       "JOIN metric_name m ON m.id = s.name_id ORDER BY 1",
	       "acc.top1|3|30|10|1|30|2\nloss|3|6|4|2|6|3\n");
	CU_ASSERT_EQUAL(runs_write_points(x.s, &h, again, 1, 0, 3, NULL, &x.err), 0);
	sql_is(x.s,
	       "SELECT n, last, min, min_step, max, max_step FROM metric_summary s "
	       "JOIN metric_name m ON m.id = s.name_id WHERE name = 'loss'",
	       "3|6|5|1|9|2\n");
	scratch_close(&x);
}

/* A writer whose run was taken over, or is settled, changes nothing. */
static void test_fencing(void)
{
	struct scratch x;
	struct run_handle old, now;
	const struct metric_point p = {"loss", 1, 5};
	const struct run_end end = {.status = "done", .seconds = 2};

	scratch_open(&x);
	CU_ASSERT_EQUAL_FATAL(scratch_run(x.s, "byol", "calm", 1, 1, &old, &x.err), 0);
	CU_ASSERT_EQUAL(runs_reopen(x.s, old.id, -1, -1, &now, &x.err), -1);
	err_is(&x.err, ERR_USAGE, "run calm: it is running: its process is alive");
	scratch_forget_locks(&x);
	CU_ASSERT_EQUAL(runs_reopen(x.s, old.id, -1, 90, &now, &x.err), -1);
	err_is(&x.err, ERR_USAGE, "run calm: it is running: its last heartbeat");
	CU_ASSERT_EQUAL_FATAL(runs_reopen(x.s, old.id, -1, 0, &now, &x.err), 0);
	CU_ASSERT(now.attempt > old.attempt);
	CU_ASSERT_EQUAL(runs_write_points(x.s, &old, &p, 1, 0, 1, NULL, &x.err), -1);
	err_is(&x.err, ERR_FAILED, "run calm: another process has taken it over");
	CU_ASSERT_EQUAL(runs_heartbeat(x.s, &old, &x.err), -1);
	CU_ASSERT_EQUAL(runs_event(x.s, &old, "warning", "late", &x.err), -1);
	CU_ASSERT_EQUAL(runs_finish(x.s, &old, &end, &x.err), -1);
	CU_ASSERT_EQUAL(checkpoints_prune(x.s, &old, 1, -1, &x.err), -1);
	sql_is(x.s, "SELECT count(*) FROM metric", "0\n");
	CU_ASSERT_EQUAL(runs_heartbeat(x.s, &now, &x.err), 0);
	CU_ASSERT_EQUAL(runs_finish(x.s, &now, &end, &x.err), 0);
	CU_ASSERT_EQUAL(runs_write_points(x.s, &now, &p, 1, 0, 1, NULL, &x.err), -1);
	err_is(&x.err, ERR_FAILED, "settled");
	CU_ASSERT_EQUAL(runs_reopen(x.s, old.id, -1, 0, &now, &x.err), -1);
	err_is(&x.err, ERR_USAGE, "run calm: it is done");
	sql_is(x.s, "SELECT status, attempts, seconds >= 2 FROM v_run", "done|2|1\n");
	scratch_close(&x);
}

/* Every table that has rows of a run at a step, but for the log of events, has some above the step,
 * or none. A table that a migration adds is among them: this test fails until it records a row of
 * that table. */
static void each_above(struct store *s, long step, int some)
{
	struct text_sink t;
	struct query_sink sink = text_sink_of(&t);
	struct error err = {0};
	char *table;

	CU_ASSERT_EQUAL(query_user(s,
				   "SELECT m.name FROM sqlite_schema m WHERE m.type = 'table' AND "
				   "m.name <> 'event' AND 2 = (SELECT count(*) FROM "
				   "pragma_table_info(m.name) WHERE name IN ('run_id', 'step'))",
				   10, &sink, &err),
			0);
	strtok(t.text.buf, "\n"); /* the heading */
	for (int n = 0; (table = strtok(NULL, "\n")) || n < 5; n++) {
		char sql[200];

		CU_ASSERT_PTR_NOT_NULL_FATAL(table);
		snprintf(sql, sizeof sql, "SELECT '%s', count(*) > 0 FROM \"%s\" WHERE step > %ld",
			 table, table, step);
		snprintf(sql + 150, 50, "%s|%d\n", table, some);
		sql_is(s, sql, sql + 150);
	}
	strbuf_release(&t.text);
}

/* Reopened at a step: series, summaries, checkpoints, evaluations above it are gone, the rest
 * stays. */
static void test_reopen_truncates(void)
{
	struct scratch x;
	struct run_handle h, again;
	struct metric_point p[20];
	struct checkpoint_new ck[2] = {{.step = 5, .epoch = 1, .bytes = 1},
				       {.step = 10, .epoch = 2, .bytes = 1}};
	const struct run_end end = {
	    .status = "stopped", .exit_code = 75, .error = "signal", .seconds = 3};
	const struct metric_point top = {"top1", 0, 40};
	struct eval_new e = {.run_id = 1,
			     .step = 10,
			     .epoch = 2,
			     .protocol = "knn",
			     .split = "test",
			     .settings_json = "{}",
			     .value = &top,
			     .n_values = 1};
	const struct spectrum_value spectrum = {"z", 0, 1};
	struct digest_row link = {.step = 10, .epoch = 2};
	int64_t id;

	memset(link.metrics, 'a', 64);
	memset(link.state, 'b', 64);
	memset(link.chain, 'c', 64);
	scratch_open(&x);
	CU_ASSERT_EQUAL_FATAL(scratch_run(x.s, "byol", NULL, 1, 1, &h, &x.err), 0);
	scratch_object(x.s, "first", ck[0].sha256);
	scratch_object(x.s, "second", ck[1].sha256);
	for (int i = 0; i < 10; i++) {
		p[2 * i] = (struct metric_point){"loss", i + 1, 20 - i};
		p[2 * i + 1] = (struct metric_point){"late", i + 6, i};
	}
	CU_ASSERT_EQUAL(runs_write_points(x.s, &h, p, 10, 1, 5, &ck[0], &x.err), 0);
	CU_ASSERT_EQUAL(runs_write_points_digest(x.s, &h, p + 10, 10, 2, 10, &ck[1], &link, &x.err),
			0);
	CU_ASSERT_EQUAL(evals_insert(x.s, &e, &id, &x.err), 0);
	e.step = 5;
	CU_ASSERT_EQUAL(evals_insert(x.s, &e, &id, &x.err), 0);
	CU_ASSERT_EQUAL(spectra_insert(x.s, &h, 10, &spectrum, 1, &x.err), 0);
	CU_ASSERT_EQUAL(runs_finish(x.s, &h, &end, &x.err), 0);
	each_above(x.s, 5, 1);
	sql_is(x.s, "SELECT status, exit_code, error, step FROM v_run", "stopped|75|signal|10\n");
	CU_ASSERT_EQUAL(runs_reopen(x.s, 1, 5, 90, &again, &x.err), 0);
	sql_is(x.s, "SELECT status, exit_code, error, step, attempts, finished FROM v_run",
	       "running|NULL|NULL|5|2|NULL\n");
	sql_is(x.s,
	       "SELECT m.name, n, last, last_step FROM metric_summary s "
	       "JOIN metric_name m ON m.id = s.name_id ORDER BY 1",
	       "loss|5|16|5\n");
	sql_is(x.s, "SELECT max(step), count(*) FROM metric", "5|5\n");
	sql_is(x.s, "SELECT step FROM checkpoint", "5\n");
	sql_is(x.s, "SELECT step FROM eval", "5\n");
	each_above(x.s, 5, 0);
	CU_ASSERT(object_exists(x.s, ck[0].sha256, NULL));
	CU_ASSERT_FALSE(object_exists(x.s, ck[1].sha256, NULL));
	CU_ASSERT_STRING_EQUAL(again.name, h.name);
	CU_ASSERT_STRING_EQUAL(again.uuid, h.uuid);
	sql_is(x.s, "SELECT kind, step FROM event", "resume|5\n");
	scratch_close(&x);
}

/* Pruning keeps the newest and the best, and drops the objects of the others once nobody names
 * them. */
static void test_prune(void)
{
	struct scratch x;
	struct run_handle h;
	struct checkpoint_new ck = {.bytes = 1};
	struct checkpoint_row row;
	char hash[5][HASH_HEX], text[24];

	scratch_open(&x);
	CU_ASSERT_EQUAL_FATAL(scratch_run(x.s, "byol", NULL, 1, 1, &h, &x.err), 0);
	CU_ASSERT_EQUAL(checkpoints_find(x.s, 1, -1, &row, &x.err), -1);
	err_is(&x.err, ERR_NOT_FOUND, "no checkpoint");
	for (int i = 0; i < 5; i++) {
		snprintf(text, sizeof text, "state %d", i == 2 ? 0 : i); /* 0 and 2 are the same */
		scratch_object(x.s, text, hash[i]);
		ck.step = 10 * (i + 1);
		ck.epoch = i + 1;
		strcpy(ck.sha256, hash[i]);
		CU_ASSERT_EQUAL(runs_write_points(x.s, &h, NULL, 0, i + 1, ck.step, &ck, &x.err),
				0);
	}
	CU_ASSERT_EQUAL(checkpoints_prune(x.s, &h, 0, -1, &x.err), 0);
	sql_is(x.s, "SELECT count(*) FROM checkpoint", "5\n");
	CU_ASSERT_EQUAL(checkpoints_prune(x.s, &h, 2, 30, &x.err), 0);
	sql_is(x.s, "SELECT group_concat(step) FROM (SELECT step FROM checkpoint ORDER BY 1)",
	       "30,40,50\n");
	CU_ASSERT(object_exists(x.s, hash[0], NULL)); /* still named by step 30 */
	CU_ASSERT_FALSE(object_exists(x.s, hash[1], NULL));
	sql_is(x.s, "SELECT count(*) FROM object", "3\n");
	CU_ASSERT_EQUAL(checkpoints_find(x.s, 1, -1, &row, &x.err), 0);
	CU_ASSERT_EQUAL(row.step, 50);
	CU_ASSERT_EQUAL(checkpoints_find(x.s, 1, 4, &row, &x.err), 0);
	CU_ASSERT_EQUAL(row.step, 40);
	CU_ASSERT_STRING_EQUAL(row.sha256, hash[3]);
	CU_ASSERT_EQUAL(checkpoints_find(x.s, 1, 1, &row, &x.err), -1);
	ck.step = 60;
	memset(ck.sha256, 'a', HASH_HEX - 1); /* a checkpoint without its file is not recorded */
	CU_ASSERT_EQUAL(runs_write_points(x.s, &h, NULL, 0, 6, 60, &ck, &x.err), -1);
	err_is(&x.err, ERR_CORRUPT, "missing");
	sql_is(x.s, "SELECT epoch, step FROM v_run", "5|50\n");
	scratch_close(&x);
}

/* What `show` and `eval` read. */
static void test_get(void)
{
	struct scratch x;
	struct run_handle h;
	struct run_row row;

	scratch_open(&x);
	CU_ASSERT_EQUAL_FATAL(scratch_run(x.s, "byol", "calm", 7, 1, &h, &x.err), 0);
	CU_ASSERT_EQUAL(runs_get(x.s, 9, &row, &x.err), -1);
	err_is(&x.err, ERR_NOT_FOUND, "run 9");
	CU_ASSERT_EQUAL_FATAL(runs_get(x.s, h.id, &row, &x.err), 0);
	CU_ASSERT_STRING_EQUAL(row.name, "calm");
	CU_ASSERT_STRING_EQUAL(row.status, "running");
	CU_ASSERT_STRING_EQUAL(row.method, "byol");
	CU_ASSERT_PTR_NULL(row.finished);
	CU_ASSERT_PTR_NULL(row.dataset);
	CU_ASSERT_EQUAL(row.seed, 7);
	CU_ASSERT_EQUAL(row.steps, 100);
	run_row_release(&row);
	scratch_close(&x);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"a run is recorded whole", test_insert},
	    {"NaN and infinities survive", test_nan_round_trip},
	    {"summaries follow their series", test_summary},
	    {"a writer that lost its run writes nothing", test_fencing},
	    {"a reopened run forgets what is above its step", test_reopen_truncates},
	    {"pruning keeps the newest and the best", test_prune},
	    {"a run can be read", test_get},
	    {0},
	};

	return check_run("store/runs", cases);
}
