#include "core/store/query/report_query.h"

#include <stdlib.h>
#include <string.h>

#include "core/store/query/user_sql.h"

/* Fewer runs than FEW are listed one by one, and so are runs in more than STRETCHES ranges. */
enum { FEW = 20, STRETCHES = 10 };

/* ?1: the runs, a JSON list; ?2: the metric. */
#define CHOSEN "r.id IN (SELECT value FROM json_each(?1))"
/* As in v_last. */
#define LAST                                                                                       \
	"coalesce((SELECT CASE WHEN s.last_step > e.step THEN s.last ELSE v.value END FROM eval "  \
	"e CROSS JOIN eval_value v LEFT JOIN metric_summary s ON s.run_id = e.run_id AND "         \
	"s.name_id = v.name_id WHERE e.run_id = r.id AND v.eval_id = e.id AND v.name_id = "        \
	"(SELECT "                                                                                 \
	"id FROM metric_name WHERE name = ?2) ORDER BY e.step DESC, e.id DESC LIMIT 1), (SELECT "  \
	"s.last FROM metric_summary s WHERE s.run_id = r.id AND s.name_id = (SELECT id FROM "      \
	"metric_name WHERE name = ?2) AND NOT EXISTS (SELECT 1 FROM eval e CROSS JOIN eval_value " \
	"v WHERE e.run_id = r.id AND e.step >= s.last_step AND v.eval_id = e.id AND v.name_id = "  \
	"s.name_id)))"

static const char *const sql[REPORT_QUERIES] = {
    [REPORT_STATUS] =
	"SELECT r.method, count(*) AS runs, sum(r.status = 'done') AS done, "
	"sum(r.status = 'collapsed') AS collapsed, sum(r.status = 'pruned') AS pruned, "
	"sum(r.status = 'failed') AS failed, "
	"sum(r.status NOT IN ('done', 'collapsed', 'pruned', 'failed')) AS open, "
	"count(DISTINCT r.group_hash) AS recipes, count(DISTINCT r.seed) AS seeds, "
	"round(sum(r.seconds) / 3600, 2) AS hours FROM v_run r WHERE " CHOSEN
	" GROUP BY r.method ORDER BY r.method",
    [REPORT_GROUPS] =
	"WITH one AS (SELECT r.group_hash, r.dataset_id, r.method, r.dataset_label AS dataset, "
	"r.seed, r.status, r.id, CASE r.status WHEN 'done' THEN " LAST
	" END AS value FROM v_run r WHERE " CHOSEN ") "
	"SELECT substr(group_hash, 1, 12) AS recipe, method, dataset, count(value) "
	"AS n, avg(value) AS mean, stddev(value) AS sd, min(value) AS min, max(value) "
	"AS max, avg(value - (SELECT f.floor FROM v_floor f WHERE f.run_id = a.id AND f.metric = "
	"?2)) AS gain, sum(status = 'collapsed') AS collapsed, sum(status = 'pruned') AS pruned "
	"FROM one a WHERE NOT EXISTS (SELECT 1 FROM one b WHERE b.group_hash = "
	"a.group_hash AND b.dataset_id IS a.dataset_id AND b.seed = a.seed AND b.id > "
	"a.id AND b.status = 'done') GROUP BY group_hash, dataset_id ORDER BY mean DESC",
    [REPORT_RUNS] =
	"SELECT r.id, r.name, r.method, r.dataset_label AS dataset, r.seed, r.status, "
	"r.epoch, " LAST " AS value, r.seconds, r.images_per_s, substr(r.created, 1, 10) "
	"AS created FROM v_run r WHERE " CHOSEN " ORDER BY r.id",
    [REPORT_COLLAPSE] =
	"SELECT r.name AS run, r.method, r.seed, c.summary AS collapse FROM v_run r JOIN "
	"v_collapse c ON c.run_id = r.id WHERE " CHOSEN
	" AND c.verdict NOT IN ('healthy', 'unknown') ORDER BY r.id",
    [REPORT_EVENTS] =
	"SELECT r.name AS run, r.method, r.seed, e.step, e.kind, e.text FROM v_run r JOIN event e "
	"ON e.run_id = r.id WHERE " CHOSEN " AND e.kind NOT IN ('resume', 'start') UNION ALL "
	"SELECT r.name, r.method, r.seed, r.step, r.status, r.error FROM v_run r WHERE " CHOSEN
	" AND r.error IS NOT NULL ORDER BY 1, 4",
    [REPORT_NOTES] = "SELECT r.name AS run, 'note' AS kind, n.text, n.created FROM v_run r JOIN "
		     "note n ON n.run_id = r.id WHERE " CHOSEN " UNION ALL SELECT r.name, 'tag', "
		     "t.name, t.created FROM v_run r JOIN tag t ON t.run_id = r.id WHERE " CHOSEN
		     " ORDER BY 1, 4",
    [REPORT_DATA] = "SELECT l.label AS name, d.n_train, d.n_test, d.height, d.width, d.channels, "
		    "d.classes, d.source, "
		    "d.sha256 FROM dataset d JOIN v_dataset l ON l.id = d.id WHERE d.id IN (SELECT "
		    "r.dataset_id FROM v_run r WHERE " CHOSEN ") ORDER BY d.name, d.id",
    [REPORT_CODE] =
	"SELECT count(*) AS runs, c.version, substr(c.binary_sha256, 1, 12) AS binary, c.compiler, "
	"c.flags, c.libraries, substr(c.source_commit, 1, 12) AS source, substr(c.user_commit, 1, "
	"12) AS your_commit, nullif(c.user_dirty, -1) AS dirty FROM v_run r JOIN code c ON c.id = "
	"r.code_id "
	"WHERE " CHOSEN " GROUP BY c.id ORDER BY c.id",
    [REPORT_HOSTS] = "SELECT count(*) AS runs, h.name, h.cpu, h.cores, h.isa, h.os, "
		     "replace(group_concat(DISTINCT r.device), ',', ' ') AS device, min(r.threads) "
		     "AS threads_min, "
		     "max(r.threads) AS threads_max FROM v_run r JOIN host h ON h.id "
		     "= r.host_id WHERE " CHOSEN " GROUP BY h.id ORDER BY h.id",
    [REPORT_COMMANDS] = "SELECT count(*) AS runs, r.command FROM v_run r WHERE " CHOSEN
			" GROUP BY r.command ORDER BY min(r.id)",
};

static void bind(sqlite3_stmt *st, const char *ids, const char *metric)
{
	sqlite3_bind_text(st, 1, ids, -1, SQLITE_STATIC);
	if (sqlite3_bind_parameter_count(st) > 1)
		sqlite3_bind_text(st, 2, metric, -1, SQLITE_STATIC);
}

int report_query(struct store *s, enum report_query which, const struct selection *sel,
		 const char *metric, long limit, const struct query_sink *sink, struct error *err)
{
	struct strbuf ids = STRBUF_INIT, text = STRBUF_INIT;
	sqlite3_stmt *st;
	int ret = -1;

	selection_ids(sel, &ids);
	strbuf_adds(&text, sql[which]);
	if (limit)
		strbuf_addf(&text, " LIMIT %ld", limit);
	st = user_sql_prepare(s, "report", text.buf, 0, err);
	if (st) {
		bind(st, ids.buf, metric);
		ret = user_sql_run(s, "report", st, sink, err);
	}
	sqlite3_finalize(st);
	strbuf_release(&ids);
	strbuf_release(&text);
	return ret;
}

static void quoted(const char *value, struct strbuf *out)
{
	strbuf_addc(out, '\'');
	for (; *value; value++) {
		if (*value == '\'')
			strbuf_addc(out, '\'');
		strbuf_addc(out, *value);
	}
	strbuf_addc(out, '\'');
}

static int ascending(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Appends the condition on the runs. Many runs mostly form a few ranges of numbers, which are
 * shorter to read than a list. */
static void chosen(const struct selection *sel, struct strbuf *out)
{
	int64_t *id = xmalloc((size_t)(sel->n + 1) * sizeof *id);
	struct strbuf text = STRBUF_INIT;
	int stretches = 0;

	for (int i = 0; i < sel->n; i++)
		id[i] = sel->run[i].id;
	qsort(id, (size_t)sel->n, sizeof *id, ascending);
	for (int i = 0, k; i < sel->n; i = k) {
		for (k = i + 1; k < sel->n && id[k] == id[k - 1] + 1; k++)
			;
		strbuf_addf(&text, "%sr.id BETWEEN %lld AND %lld", stretches++ ? " OR " : "",
			    (long long)id[i], (long long)id[k - 1]);
	}
	if (sel->n < FEW || stretches > STRETCHES) {
		strbuf_clear(&text);
		selection_ids(sel, &text);
		strbuf_adds(out, "r.id IN (SELECT value FROM json_each(");
		quoted(text.buf, out);
		strbuf_adds(out, "))");
	} else {
		strbuf_addf(out, "(%s)", text.buf);
	}
	strbuf_release(&text);
	free(id);
}

void report_query_sql(enum report_query which, const struct selection *sel, const char *metric,
		      struct strbuf *out)
{
	for (const char *p = sql[which]; *p; p++) {
		if (!strncmp(p, CHOSEN, strlen(CHOSEN))) {
			chosen(sel, out);
			p += strlen(CHOSEN) - 1;
		} else if (!strncmp(p, "?2", 2)) {
			quoted(metric, out);
			p++;
		} else {
			strbuf_addc(out, *p);
		}
	}
}

int report_recipe(struct store *s, int64_t run, char **json, struct error *err)
{
	sqlite3_stmt *st = db_prepare(
	    s, "SELECT p.json FROM run r JOIN recipe p ON p.id = r.recipe_id WHERE r.id = ?", err);
	char *found = NULL;
	int more;

	if (!st)
		return -1;
	db_bind(st, "I", run);
	while ((more = db_step(s, st, err)) > 0) {
		free(found);
		found = db_text_dup(st, 0);
	}
	if (!more)
		*json = found;
	return more;
}
