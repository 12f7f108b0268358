/* Queries of users: their SQL cannot write, run forever or read files; expressions of `ssl log`
 * cannot leave their parentheses, and may use the names of hyperparameters and metrics. */
#include <math.h>

#include "core/store/evals.h"
#include "tests/unit/store/scratch.h"

/* Three runs: mu 1, 10, 25; knn.top1 30, 50, none. */
static void fill(struct scratch *x)
{
	static const double mu[] = {1, 10, 25}, top1[] = {30, 50};
	struct run_handle h;
	int64_t id;

	scratch_open(x);
	for (int i = 0; i < 3; i++) {
		const struct metric_point p[] = {
		    {"loss", 1, 9 - i}, {"lr", 1, 0.5}, {"loss.cov", 1, i}};
		struct metric_point v = {"top1", 0, i < 2 ? top1[i] : 0};
		struct eval_new e = {.run_id = i + 1,
				     .step = 1,
				     .epoch = 1,
				     .protocol = "knn",
				     .split = "test",
				     .settings_json = "{}",
				     .value = &v,
				     .n_values = 1};
		const char *name[] = {"one", "two", "three"};

		CU_ASSERT_EQUAL_FATAL(
		    scratch_run(x->s, i ? "vicreg" : "byol", name[i], i, mu[i], &h, &x->err), 0);
		CU_ASSERT_EQUAL(runs_write_points(x->s, &h, p, 3, 1, 1, NULL, &x->err), 0);
		if (i < 2)
			CU_ASSERT_EQUAL(evals_insert(x->s, &e, &id, &x->err), 0);
	}
}

static void test_user_sql(void)
{
	struct scratch x;

	fill(&x);
	sql_is(x.s, "SELECT count(*) FROM run; -- and no more", "3\n");
	sql_is(x.s,
	       "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) "
	       "SELECT sum(i), NULL FROM n",
	       "15|NULL\n");
	sql_is(x.s, "SELECT name FROM pragma_table_info('note')", "id\nrun_id\ntext\ncreated\n");
	sql_is(x.s, "VALUES (1), (2)", "1\n2\n");
	sql_is(x.s,
	       "SELECT j.value FROM recipe r, json_each(r.json) j WHERE j.key = 'method' LIMIT 1",
	       "byol\n");
	scratch_close(&x);
}

static void refused(struct store *s, const char *sql, int code, const char *why)
{
	struct text_sink t;
	struct query_sink sink = text_sink_of(&t);
	struct error err = {0};

	CU_ASSERT_EQUAL(query_user(s, sql, 0.2, &sink, &err), -1);
	err_is(&err, code, why);
	strbuf_release(&t.text);
}

static void test_user_sql_refused(void)
{
	struct scratch x;
	static const char *const writes[] = {
	    "DELETE FROM run",
	    "INSERT INTO tag VALUES (1, 'a', 'b')",
	    "UPDATE run SET name = 'x'",
	    "DROP TABLE run",
	    "CREATE TABLE t (a)",
	    "CREATE TEMP TABLE t (a)",
	    "ATTACH '/tmp/x' AS x",
	    "PRAGMA user_version = 9",
	    "PRAGMA journal_mode = DELETE",
	    "VACUUM",
	    "BEGIN",
	    "ROLLBACK",
	    "PRAGMA writable_schema = 1",
	    "REINDEX",
	    "ANALYZE",
	    "WITH a AS (SELECT 1) DELETE FROM run",
	    "EXPLAIN DELETE FROM run",
	};

	fill(&x);
	for (size_t i = 0; i < sizeof writes / sizeof *writes; i++)
		refused(x.s, writes[i], ERR_USAGE, "may only read");
	refused(x.s, "SELECT load_extension('x')", ERR_USAGE, "not authorized");
	refused(x.s, "UPDATE sqlite_master SET sql = ''", ERR_USAGE, "may not be modified");
	refused(x.s, "SELEC 1", ERR_USAGE, "sql: near \"SELEC\": syntax error");
	refused(x.s, "SELECT 1; SELECT 2", ERR_USAGE, "only one statement");
	refused(x.s, "SELECT 1; nonsense", ERR_USAGE, "only one statement");
	refused(x.s, "  -- nothing", ERR_USAGE, "empty");
	refused(x.s, "SELECT \"nowhere\" FROM run", ERR_USAGE, "no such column: nowhere");
	refused(x.s, "SELECT ?", ERR_USAGE, "parameter");
	refused(x.s, "SELECT quantile(id, 2) FROM run", ERR_USAGE, "between 0 and 1");
	refused(
	    x.s,
	    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n",
	    ERR_FAILED, "too long");
	sql_is(x.s, "SELECT count(*) FROM run", "3\n"); /* and the connection still works */
	scratch_close(&x);
}

static void test_aggregates(void)
{
	struct scratch x;

	scratch_open(&x);
	sql_is(x.s,
	       "SELECT median(column1), stddev(column1), quantile(column1, 0.25) "
	       "FROM (VALUES (4), (1), (NULL), (3), (2))",
	       "2.5|1.29099|1.75\n");
	sql_is(x.s, "SELECT median(1), stddev(1), quantile(7, 1)", "1|NULL|7\n");
	sql_is(x.s, "SELECT median(NULL), median(1) FROM run", "NULL|NULL\n");
	sql_is(x.s, "SELECT fixed(15.625, 2), fixed(9.375, 2), fixed(NULL, 2), fixed(-1, 1)",
	       "15.62|9.38|NULL|-1.0\n");
	sql_is(x.s,
	       "SELECT column1, median(column2) FROM (VALUES (1, 2), (1, 4), (2, 9)) GROUP BY 1",
	       "1|3\n2|9\n");
	scratch_close(&x);
}

/* The names that the query returns, or the error's message. */
static void log_is(struct store *s, struct log_query q, const char *want)
{
	struct text_sink t;
	struct query_sink sink = text_sink_of(&t);
	struct error err = {0};
	const char *rows, *got;
	int found;

	if (!q.columns)
		q.columns = "name";
	if (query_log(s, &q, &sink, &err)) {
		got = err.msg;
		CU_ASSERT_EQUAL(err.code, ERR_USAGE);
	} else {
		rows = strchr(t.text.buf, '\n');
		got = rows ? rows + 1 : "";
	}
	found = *want ? strstr(got, want) != NULL : !*got;
	if (!found)
		fprintf(stderr, "\n  %s | %s\n  wanted: %s\n  got:    %s\n", q.where ? q.where : "",
			q.sort ? q.sort : "", want, got);
	CU_ASSERT(found);
	strbuf_release(&t.text);
}

#define WHERE(text) ((struct log_query){.where = (text)})
#define SORT(text) ((struct log_query){.sort = (text)})
#define COLUMNS(text) ((struct log_query){.columns = (text)})

static void test_log_where(void)
{
	struct scratch x;

	fill(&x);
	log_is(x.s, WHERE(NULL), "three\ntwo\none\n");
	log_is(x.s, WHERE("method='vicreg' and [vicreg.mu] >= 10"), "three\ntwo\n");
	log_is(x.s, WHERE("vicreg.mu < 1.5e1 or id = 3"), "three\ntwo\none\n");
	log_is(x.s, WHERE("knn.top1 > 40"), "two\n");
	log_is(x.s, WHERE("test.knn.top1 > 40"), "two\n");
	log_is(x.s, WHERE("[loss.cov] = 2"), "three\n");
	log_is(x.s, WHERE("[lr] = 0.5 and loss between 8 and 8.5"), "two\n");
	log_is(x.s, WHERE("knn_top1 IS NULL"), "three\n");
	log_is(x.s, WHERE("[optim.nesterov] and name in ('one', 'it''s')"), "one\n");
	log_is(x.s, WHERE("abs(loss - 9) < 1e-6"), "one\n");
	log_is(x.s, WHERE("name like 't%' and not (id = 2)"), "three\n");
	log_is(x.s, WHERE("0"), "");
	log_is(x.s, (struct log_query){.limit = 1}, "three\n");
	log_is(x.s, (struct log_query){.tag = "none"}, "");
	scratch_close(&x);
}

/* What a user writes cannot leave its parentheses. */
static void test_log_injection(void)
{
	struct scratch x;

	fill(&x);
	log_is(x.s, WHERE("1) union select name from tag --"), "')' without '('");
	log_is(x.s, WHERE("1 union select 1"), "'select' is not allowed");
	log_is(x.s, WHERE("id in (SELECT 1)"), "'SELECT' is not allowed");
	log_is(x.s, WHERE("id in (with a as (values (1)) table a)"), "'with' is not allowed");
	log_is(x.s, WHERE("1; drop table run"), "';' is not allowed");
	log_is(x.s, WHERE("1 -- comment"), "'--' is not allowed");
	log_is(x.s, WHERE("1 /* comment"), "'/*' is not allowed");
	log_is(x.s, WHERE("(1"), "missing closing )");
	log_is(x.s, WHERE("name = 'x"), "missing closing '");
	log_is(x.s, WHERE("[x"), "missing closing ]");
	log_is(x.s, WHERE("id = ?"), "'?' is not allowed");
	log_is(x.s, WHERE("id = :a"), "':' is not allowed");
	log_is(x.s, WHERE("id = $a"), "'$' is not allowed");
	log_is(x.s, WHERE("load_extension('x')"), "not authorized");
	log_is(x.s, WHERE("max(id) > 1"), "misuse of aggregate");
	log_is(x.s, WHERE(""), "empty");
	log_is(x.s, WHERE("id ="), "-w: ");
	log_is(x.s, WHERE("nme = 'a'"), "no such column: nme");
	log_is(x.s, WHERE("[vicreg.nu] = 1"), "did you mean vicreg.mu?");
	log_is(x.s, WHERE("\"1) union select\" = 1"), "no such column");
	log_is(x.s, SORT("id; drop table run"), "no such column");
	log_is(x.s, SORT("id desc, (select 1)"), "no such column");
	log_is(x.s, COLUMNS("name\" from tag --"), "no such column");
	log_is(x.s, COLUMNS("name,,id"), "missing name");
	log_is(x.s, SORT("-"), "missing name");
	scratch_close(&x);
}

static void test_log_sort_and_columns(void)
{
	struct scratch x;

	fill(&x);
	log_is(x.s, SORT("-knn.top1"), "two\none\nthree\n");
	log_is(x.s, SORT("knn.top1"), "one\ntwo\nthree\n");
	log_is(x.s, SORT("vicreg.mu"), "one\ntwo\nthree\n");
	log_is(x.s, SORT("[loss]"), "three\ntwo\none\n");
	log_is(x.s, SORT("-method"), "three\ntwo\none\n");
	log_is(x.s, COLUMNS("id, [vicreg.mu], knn.top1,lr,optim.nesterov"),
	       "3|25|NULL|0.5|true\n2|10|50|0.5|true\n1|1|30|0.5|true\n");
	scratch_close(&x);
}

/* The interval over seeds: mean 2, sd 1, n 3: 2 +- 4.302653 / sqrt(3). Runs not done do not count,
 * a seed that was run twice counts once. */
static void test_seeds(void)
{
	struct scratch x;
	struct run_handle h;
	const struct run_end done = {.status = "done"};

	scratch_open(&x);
	for (int i = 0; i < 5; i++) {
		struct metric_point p[2] = {{"loss", 1, 100}, {"loss", 2, i < 3 ? i + 1 : 77}};

		if (i == 3)
			p[1].value = 3; /* seed 2 again, the same */
		CU_ASSERT_EQUAL_FATAL(scratch_run(x.s, "byol", NULL, i == 3 ? 2 : i, 1, &h, &x.err),
				      0);
		CU_ASSERT_EQUAL(runs_write_points(x.s, &h, p, 2, 1, 1, NULL, &x.err), 0);
		if (i < 4)
			CU_ASSERT_EQUAL(runs_finish(x.s, &h, &done, &x.err), 0);
	}
	CU_ASSERT_EQUAL_FATAL(scratch_run(x.s, "byol", NULL, 1, 2, &h, &x.err), 0);
	CU_ASSERT_EQUAL(
	    runs_write_points(x.s, &h, &(struct metric_point){"loss", 1, 5}, 1, 1, 1, NULL, &x.err),
	    0);
	CU_ASSERT_EQUAL(runs_finish(x.s, &h, &done, &x.err), 0);
	sql_is(x.s,
	       "SELECT method, metric, n, mean, round(sd, 9), round(ci_low, 4), round(ci_high, 4), "
	       "min, max, seeds FROM v_seed ORDER BY n DESC",
	       "byol|loss|3|2|1|-0.4841|4.4841|1|3|0 1 2\nbyol|loss|1|5|NULL|NULL|NULL|5|5|1\n");
	scratch_close(&x);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"SQL of the user reads", test_user_sql},
	    {"SQL of the user does nothing else", test_user_sql_refused},
	    {"median, stddev, quantile", test_aggregates},
	    {"-w takes columns, parameters, metrics", test_log_where},
	    {"-w, -s and --columns cannot be left", test_log_injection},
	    {"-s and --columns", test_log_sort_and_columns},
	    {"means and intervals over seeds", test_seeds},
	    {0},
	};

	return check_run("store/query", cases);
}
