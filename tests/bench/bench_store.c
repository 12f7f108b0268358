/*
 * A large store, and how long each question takes there:
 *
 *     b-store DIR [RUNS METRICS STEPS]      default 10000 50 100
 *
 * makes DIR/.ssl if there is none (every run done: 5 methods, 40 recipes of each, the rest seeds;
 * an evaluation every fifth of the way), and then asks. Times are of the query alone, the best of
 * three; of a report the cells are bytes.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/fs.h"
#include "core/report/report.h"
#include "core/stats/compare.h"
#include "core/store/query/metric_choice.h"
#include "core/store/query/query.h"
#include "core/store/query/selection_add.h"
#include "core/store/query/selection_varied.h"
#include "core/store/store.h"

/* Seconds that the processor spent: other work on the machine counts less. */
static double bench_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void die(const char *what, const char *why)
{
	fprintf(stderr, "b-store: %s: %s\n", what, why);
	exit(1);
}

/* Each statement may use ?1 runs, ?2 metrics, ?3 steps. Numbers look random, and never change. */
static const char *const fill[] = {
    "INSERT INTO code VALUES (1, '1', 'b', 'cc', '-O', '', 'libs', '', 0)",
    "INSERT INTO host VALUES (1, 'box', 'cpu', 'avx2', 'os', 2)",
    "INSERT INTO dataset (id, name, sha256, object_id, bytes, source, source_sha256, height, "
    "width, "
    "channels, classes, n_train, n_test, n_unlabeled, created, removed) VALUES (1, 'cifar10', "
    "printf('%064d', 1), NULL, 1, 'x', '', 32, 32, 3, "
    "10, 1, 1, 0, "
    "'2026-01-01 00:00:00.000', '2026-01-01 00:00:00.000')",
    "INSERT INTO param_name WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i "
    "< 60) "
    "SELECT i, CASE i WHEN 1 THEN 'method' WHEN 2 THEN 'seed' WHEN 3 THEN 'vicreg.mu' WHEN 4 THEN "
    "'optim.lr' "
    "ELSE printf('group.param%d', i) END FROM n",
    "INSERT INTO metric_name WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE "
    "i < ?2) "
    "SELECT i, CASE i WHEN 1 THEN 'loss' WHEN 2 THEN 'images_per_s' WHEN 3 THEN 'lr' "
    "ELSE printf('loss.part%d', i) END, CASE WHEN i = 3 THEN 'none' WHEN i = 2 THEN 'max' ELSE "
    "'min' END, "
    "'', '' FROM n",
    "INSERT INTO metric_name VALUES (1001, 'test.knn.top1', 'max', '%', ''), (1002, "
    "'val.knn.top1', 'max', '%', '')",
    "INSERT INTO recipe WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
    "?1) "
    "SELECT i, printf('%064d', i), printf('%064d', i % 200), printf('{\"seed\":%d}', i / 200) FROM "
    "n",
    "INSERT INTO param (recipe_id, name_id, value, number) SELECT r.id, n.id, CASE n.id WHEN 2 "
    "THEN r.id / 200 WHEN 3 THEN r.id % 40 "
    "ELSE n.id END, "
    "CASE n.id WHEN 2 THEN r.id / 200 WHEN 3 THEN r.id % 40 ELSE n.id END FROM recipe r, "
    "param_name n",
    "INSERT INTO run (id, uuid, name, method, recipe_id, dataset_id, code_id, host_id, seed, "
    "threads, epochs, steps, "
    "epoch, step, status, exit_code, command, seconds, created, finished) "
    "SELECT id, printf('%036d', id), printf('run-%d', id), "
    "CASE id % 5 WHEN 0 THEN 'vicreg' WHEN 1 THEN 'barlow' WHEN 2 THEN 'byol' WHEN 3 THEN 'simclr' "
    "ELSE 'simsiam' END, id, 1, 1, 1, id / 200, 2, 100, ?3, 100, ?3, 'done', 0, 'ssl run', 100 + "
    "id % 7, "
    "'2026-01-01 00:00:00.000', '2026-01-01 01:00:00.000' FROM recipe",
    "INSERT INTO attempt SELECT id, id, 1, 1, 1, 1, 0, created, 0, finished, seconds, 0, 'cpu', '' "
    "FROM run",
    "UPDATE run SET attempt_id = id",
    "INSERT INTO metric WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
    "?3) "
    "SELECT r.id, m.id, n.i, (r.id * 7919 + m.id * 104729 + n.i * 1299709) % 100003 / 1000.0 / "
    "n.i, 0 "
    "FROM run r CROSS JOIN metric_name m CROSS JOIN n WHERE m.id < 1000",
    "INSERT INTO metric_summary SELECT r.id, m.id, ?3, 0, (r.id * 7919 + m.id * 104729) % 100003 / "
    "1000.0, 0, ?3, "
    "(r.id * 7919 + m.id) % 1009 / 100.0, 7, 99 + (r.id * 31 + m.id) % 1009 / 100.0, 1 "
    "FROM run r CROSS JOIN metric_name m WHERE m.id < 1000",
    "INSERT INTO eval (run_id, step, epoch, protocol, split, settings, seconds, created) "
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) "
    "SELECT r.id, n.i * ?3 / 5, n.i * 20, 'knn', 'test', '{}', 1.0, r.created FROM run r CROSS "
    "JOIN n",
    "INSERT INTO eval_value SELECT e.id, m.id, 30 + e.epoch / 4.0 + (e.run_id * 7919 + m.id) % "
    "1009 / 100.0, 0 "
    "FROM eval e CROSS JOIN metric_name m WHERE m.id > 1000",
    "INSERT INTO tag SELECT id, 'tenth', created FROM run WHERE id % 10 = 0",
};

static void statement(sqlite3 *db, const char *sql, const long *size)
{
	sqlite3_stmt *st;

	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL))
		die(sql, sqlite3_errmsg(db));
	for (int i = 1; i <= 3; i++)
		sqlite3_bind_int64(st, i, size[i - 1]); /* one that is not there is refused: fine */
	if (sqlite3_step(st) != SQLITE_DONE)
		die(sql, sqlite3_errmsg(db));
	sqlite3_finalize(st);
}

/* Without a journal: what is made here is thrown away if it fails. */
static void generate(const char *dir, const long *size)
{
	char path[4200];
	struct error err;
	sqlite3 *db;
	int created;

	if (store_init(dir, &created, &err))
		die(dir, err.msg);
	snprintf(path, sizeof path, "%s/.ssl/ssl.db", dir);
	if (sqlite3_open(path, &db) ||
	    sqlite3_exec(db, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN", NULL,
			 NULL, NULL))
		die(path, sqlite3_errmsg(db));
	for (size_t i = 0; i < sizeof fill / sizeof *fill; i++)
		statement(db, fill[i], size);
	if (sqlite3_exec(db, "COMMIT; PRAGMA journal_mode = WAL", NULL, NULL, NULL))
		die(path, sqlite3_errmsg(db));
	sqlite3_close(db);
}

/* ---- asking ---- */

static long cells; /* that the sink was given */

static void count_column(void *ctx, const char *name)
{
	(void)ctx;
	(void)name;
}

static void count_text(void *ctx, const char *s)
{
	(void)ctx;
	(void)s;
	cells++;
}

static void count_integer(void *ctx, int64_t v)
{
	(void)ctx;
	(void)v;
	cells++;
}

static void count_real(void *ctx, double v)
{
	(void)ctx;
	(void)v;
	cells++;
}

static const struct query_sink count = {NULL, count_column, count_text, count_integer, count_real};

struct question {
	const char *name;
	const char *sql; /* or: */
	struct log_query log;
	struct best_query best;
	const char *compare, *select;
	const char *report; /* by this metric, of all runs */
};

static const struct question questions[] = {
    {.name = "log: all runs"},
    {.name = "log -l 20", .log = {.limit = 20}},
    {.name = "log -w \"method='vicreg' and [vicreg.mu]>=10\" -s -knn.top1 -l 20",
     .log = {.where = "method='vicreg' and [vicreg.mu]>=10", .sort = "-knn.top1", .limit = 20}},
    {.name = "log -s best:test.knn.top1 -l 20",
     .log = {.sort = "-best:test.knn.top1", .limit = 20}},
    {.name = "log --tag tenth", .log = {.tag = "tenth"}},
    {.name = "log --group", .log = {.group = 1}},
    {.name = "best knn.top1", .best = {.heading = "knn.top1", .limit = 1}},
    {.name = "best loss --by method", .best = {.heading = "loss", .limit = 1, .by = "method"}},
    {.name = "compare --metric loss --by method", .compare = "loss"},
    {.name = "compare --select val.knn.top1 --report test.knn.top1",
     .compare = "test.knn.top1",
     .select = "val.knn.top1"},
    {.name = "v_run LIMIT 100", .sql = "SELECT * FROM v_run LIMIT 100"},
    {.name = "v_run of one name", .sql = "SELECT * FROM v_run WHERE name = 'run-777'"},
    {.name = "v_run: count by method", .sql = "SELECT method, count(*) FROM v_run GROUP BY 1"},
    {.name = "v_param of one run", .sql = "SELECT * FROM v_param WHERE run = 'run-777'"},
    {.name = "v_param of one name", .sql = "SELECT * FROM v_param WHERE param = 'vicreg.mu'"},
    {.name = "v_param LIMIT 100", .sql = "SELECT * FROM v_param LIMIT 100"},
    {.name = "v_metric of a run and name",
     .sql = "SELECT * FROM v_metric WHERE run = 'run-777' AND metric = 'loss'"},
    {.name = "v_metric of a run", .sql = "SELECT * FROM v_metric WHERE run_id = 777"},
    {.name = "v_metric LIMIT 100", .sql = "SELECT * FROM v_metric LIMIT 100"},
    {.name = "v_eval of a run", .sql = "SELECT * FROM v_eval WHERE run = 'run-777'"},
    {.name = "v_eval LIMIT 100", .sql = "SELECT * FROM v_eval LIMIT 100"},
    {.name = "v_best of a run", .sql = "SELECT * FROM v_best WHERE run = 'run-777'"},
    {.name = "v_best of a metric, by method",
     .sql = "SELECT method, max(value) FROM v_best WHERE metric = 'test.knn.top1' GROUP BY 1"},
    {.name = "v_best LIMIT 100", .sql = "SELECT * FROM v_best LIMIT 100"},
    {.name = "v_seed of a metric", .sql = "SELECT * FROM v_seed WHERE metric = 'test.knn.top1'"},
    {.name = "v_seed of a metric and method",
     .sql = "SELECT * FROM v_seed WHERE metric = 'loss' AND method = 'byol' ORDER BY mean LIMIT 5"},
    {.name = "v_seed, whole", .sql = "SELECT * FROM v_seed"},
    {.name = "report of all runs", .report = "knn.top1"},
};

static int compare(struct store *s, const struct question *q, struct error *err)
{
	struct compare_query c = {
	    .values = {.by = "method", .metric = q->compare, .select = q->select}};
	struct compare *made;
	int ret = compare_make(s, &c, &made, err);

	if (!ret) {
		cells += made->n_groups;
		compare_free(made);
	}
	return ret;
}

static int report(struct store *s, const char *metric, struct error *err)
{
	const struct report r = {"bench", metric, "all runs of the store", "ssl report", 1, NULL};
	struct strbuf html = STRBUF_INIT;
	struct selection sel = {0};
	int ret = store_snapshot_begin(s, err) || selection_add_where(s, &sel, NULL, err) ||
		  selection_prepare(s, &sel, err) || report_make(s, &sel, &r, &html, err);

	store_snapshot_end(s);
	cells = (long)html.len;
	selection_release(&sel);
	strbuf_release(&html);
	return ret;
}

static int best(struct store *s, struct best_query q, struct error *err)
{
	struct selection sel = {0};
	struct metric_choice choice;
	int ret = selection_add_where(s, &sel, NULL, err) ||
		  metric_choose(s, &sel, q.heading, &choice, err);

	q.of = &sel;
	q.metric = choice.metric.name;
	ret = ret || query_best(s, &q, &count, err);
	selection_release(&sel);
	return ret;
}

static int ask(struct store *s, const struct question *q, struct error *err)
{
	if (q->sql)
		return query_user(s, q->sql, 0, &count, err);
	if (q->compare)
		return compare(s, q, err);
	if (q->report)
		return report(s, q->report, err);
	return q->best.heading ? best(s, q->best, err) : query_log(s, &q->log, &count, err);
}

int main(int argc, char **argv)
{
	long size[3] = {10000, 50, 100};
	struct error err;
	struct store *s;
	char path[4200];
	double start = bench_now();

	if (argc != 2 && argc != 5)
		die("usage", "b-store DIR [RUNS METRICS STEPS]");
	for (int i = 2; i < argc; i++)
		size[i - 2] = strtol(argv[i], NULL, 10);
	snprintf(path, sizeof path, "%s/.ssl/ssl.db", argv[1]);
	if (fs_exists(path, NULL) <= 0) {
		generate(argv[1], size);
		printf("%9.1f s   %ld runs x %ld metrics x %ld steps made\n", bench_now() - start,
		       size[0], size[1], size[2]);
	}
	for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
		double best = 1e9;

		for (int k = 0; k < 3; k++) {
			cells = 0;
			start = bench_now();
			if (store_open(&s, argv[1], STORE_READ, &err) ||
			    ask(s, &questions[i], &err))
				die(questions[i].name, err.msg);
			store_close(s);
			best = bench_now() - start < best ? bench_now() - start : best;
		}
		printf("%9.2f ms  %8ld cells  %s\n", 1e3 * best, cells, questions[i].name);
	}
	return 0;
}
