/* A store of 10,000 runs: the list is whole and in order. The times are printed, not judged: the
 * bar (`ssl log` of 10,000 runs in under 50 ms) holds on a quiet machine. */
#include <time.h>

#include "core/report/rows.h"
#include "core/store/evals.h"
#include "tests/unit/store/scratch.h"

enum { RUNS = 10000 };

/* Written past the store's own functions, which take a transaction for each. */
static const char fill_sql[] =
    "BEGIN;"
    "CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n "
    "  WHERE i < 10000) SELECT i FROM n;"
    "INSERT INTO recipe (id, hash, group_hash, json) SELECT i, printf('%064d', i), "
    "  printf('%064d', i / 5), '{\"method\":\"byol\",\"padding\":\"' || hex(zeroblob(600)) || "
    "'\"}' FROM n;"
    "INSERT INTO param (recipe_id, name_id, value, number) SELECT i, p.id, CASE p.name WHEN "
    "'vicreg.mu' THEN i ELSE 'x' END, "
    "  CASE p.name WHEN 'vicreg.mu' THEN i END FROM n, param_name p;"
    "INSERT INTO run (id, uuid, name, method, recipe_id, code_id, host_id, seed, threads, epochs, "
    "  steps, epoch, step, status, command, seconds, created, finished) SELECT i, printf('%036d', "
    "i), "
    "  'some-name-' || i, 'byol', i, 1, 1, i % 5, 2, 100, 10000, 100, 10000, 'done', 'ssl run', i "
    "/ 10.0, "
    "  '2026-01-01 00:00:00.000', '2026-01-01 01:00:00.000' FROM n;"
    "INSERT INTO attempt (id, run_id, n, pid, from_step, started, heartbeat) "
    "  SELECT i, i, 1, 1, 0, '2026-01-01 00:00:00.000', 0 FROM n;"
    "UPDATE run SET attempt_id = id WHERE id > 1;"
    "INSERT INTO metric_name (name, goal, unit, about) SELECT 'm' || i, 'none', '', '' FROM n "
    "WHERE i < 14;"
    "INSERT INTO metric_summary SELECT i, m.id, 100, 0, i / 7.0, 0, 100, 0.5, 1, i, 2 FROM n, "
    "metric_name m;"
    "INSERT INTO eval (id, run_id, step, epoch, protocol, split, settings, seconds, created) "
    "  SELECT i, i, 10000, 100, 'knn', 'test', '{}', 1, '2026-01-01 01:00:00.000' FROM n;"
    "INSERT INTO eval_value SELECT i, m.id, i % 997 / 10.0, 0 FROM n, metric_name m "
    "  WHERE m.name LIKE 'test.%';"
    "DROP TABLE n; COMMIT;";

static void fill(struct scratch *x)
{
	const struct metric_point p = {"loss", 1, 1}, v = {"top1", 0, 1};
	const struct eval_new e = {.run_id = 1,
				   .protocol = "knn",
				   .split = "test",
				   .settings_json = "{}",
				   .value = &v,
				   .n_values = 1};
	struct run_handle h;
	char path[400], *msg = NULL;
	int64_t id;
	sqlite3 *db;

	scratch_open(x);
	CU_ASSERT_EQUAL_FATAL(scratch_run(x->s, "byol", "first", 1, 1, &h, &x->err), 0);
	CU_ASSERT_EQUAL(runs_write_points(x->s, &h, &p, 1, 1, 1, NULL, &x->err), 0);
	CU_ASSERT_EQUAL(evals_insert(x->s, &e, &id, &x->err), 0);
	snprintf(path, sizeof path, "%s/ssl.db", store_dir(x->s));
	CU_ASSERT_EQUAL(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, fill_sql, NULL, NULL, &msg))
		fprintf(stderr, "\n  %s\n", msg);
	CU_ASSERT_PTR_NULL_FATAL(msg);
	sqlite3_close(db);
}

static double cpu_seconds(void)
{
	return (double)clock() / CLOCKS_PER_SEC;
}

/* What the command does: open, ask, print. Processor time, since others use the machine too. */
static void timed(struct scratch *x, const char *what, struct log_query q, int rows)
{
	FILE *null = fopen("/dev/null", "w");
	double start, best = 1e9;

	for (int i = 0; i < 3; i++) {
		struct store *s = NULL;
		struct rows r;
		struct query_sink sink;

		start = cpu_seconds();
		CU_ASSERT_EQUAL_FATAL(store_open(&s, x->dir, STORE_READ, &x->err), 0);
		rows_init(&r, 1, TABLE_TEXT);
		sink = rows_sink(&r);
		CU_ASSERT_EQUAL(query_log(s, &q, &sink, &x->err), 0);
		CU_ASSERT_EQUAL(table_rows(r.table), rows);
		table_print(r.table, TABLE_TEXT, null);
		rows_release(&r);
		store_close(s);
		if (cpu_seconds() - start < best)
			best = cpu_seconds() - start;
	}
	fclose(null);
	printf("\n    %-32s %6.1f ms", what, 1e3 * best);
}

static void test_many(void)
{
	struct scratch x;

	fill(&x);
	timed(&x, "all of 10,000 runs", (struct log_query){0}, RUNS);
	timed(&x, "the newest 20", (struct log_query){.limit = 20}, 20);
	timed(&x, "-w [vicreg.mu]>5000 -s -knn.top1",
	      (struct log_query){.where = "[vicreg.mu]>5000", .sort = "-knn.top1", .limit = 20},
	      20);
	printf("\n  ");
	scratch_close(&x);
}

int main(void)
{
	static const struct check_case cases[] = {{"10,000 runs", test_many}, {0}};

	return check_run("store/many", cases);
}
