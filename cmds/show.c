/* `ssl show`: everything that the store knows of a run. Each section is a query over its id; people
 * see of the hyperparameters only those that are not the defaults, unless they ask for all. */
#include <stdio.h>
#include <string.h>

#include "cmds/cmd.h"
#include "core/base/strbuf.h"
#include "core/base/terminal.h"
#include "core/report/rows.h"
#include "core/run/recipe_context.h"
#include "core/run/keys.h"
#include "core/store/query/refs.h"
#include "core/store/run_rows.h"
#include "core/store/runs.h"

extern const struct cmd cmd_show;

enum { SHOW_SECONDS = 60 };

/* Every `?` is the run's id. */
struct section {
	const char *name, *sql;
};

static const char head_sql[] =
    "SELECT v.id || ' ' || v.name AS run, v.uuid, "
    "CASE WHEN v.status = 'stale' THEN 'stale: running, but without a sign of life since ' || "
    "strftime('%Y-%m-%d %H:%M:%S', a.heartbeat, 'unixepoch') ELSE v.status END AS status, "
    "nullif(v.exit_code, 0) AS 'exit code', v.error, v.tags, v.command, v.method, "
    "coalesce(v.dataset_label || ' ' || substr(v.dataset_sha256, 1, 12), 'none') AS dataset, "
    "v.seed, "
    "v.epoch || ' of ' || v.epochs AS epochs, v.step || ' of ' || v.steps AS steps, "
    "(SELECT c.summary FROM v_collapse c WHERE c.run_id = v.id) AS collapse, "
    "iif(v.loss IS NULL, NULL, printf('%.6g', v.loss)) AS loss, "
    "CASE WHEN v.knn_missing IS NOT NULL THEN 'none: ' || v.knn_missing WHEN v.knn_top1 IS NOT "
    "NULL "
    "THEN fixed(v.knn_top1, 2) || ' %' || iif(v.knn_split = 'val', ' (val)', '') || "
    "iif(v.gain IS NULL, '', ' (' || iif(v.gain >= 0, '+', '') || fixed(v.gain, 2) || "
    "' over the untrained encoder)') END AS "
    "'knn.top1', "
    "CASE WHEN v.linear_missing IS NOT NULL THEN 'none: ' || v.linear_missing WHEN v.linear_top1 "
    "IS "
    "NOT NULL THEN fixed(v.linear_top1, 2) || ' %' || iif(v.linear_split = 'val', ' (val)', '') "
    "END "
    "AS 'linear.top1', "
    "(SELECT 'none: ' || e.text FROM event e WHERE e.run_id = v.id AND e.kind = 'eval.skipped' "
    "ORDER BY e.id LIMIT 1) AS evaluation, "
    "v.created, v.finished, v.attempts, iif(v.status = 'running', NULL, v.seconds) AS seconds, "
    "iif(v.status = 'running', v.elapsed, NULL) AS elapsed, v.eta, v.images_per_s AS 'images/s', "
    "v.peak_rss, v.arena_peak, v.threads, "
    "h.name || ': ' || h.cpu || ', ' || h.cores || ' cores, ' || h.isa || ', ' || h.os AS host, "
    "'ssl ' || c.version || coalesce(' ' || nullif(c.source_commit, ''), '') || ', binary ' || "
    "substr(c.binary_sha256, 1, 12) AS code, "
    "c.compiler || ' ' || c.flags AS compiler, c.libraries, "
    "nullif(c.user_commit, '') || CASE c.user_dirty WHEN 1 THEN ' with uncommitted changes' WHEN "
    "-1 THEN ' (uncommitted changes: unknown)' ELSE '' END "
    "AS 'your commit', v.recipe_hash AS recipe "
    "FROM v_run v JOIN code c ON c.id = v.code_id JOIN host h ON h.id = v.host_id "
    "LEFT JOIN attempt a ON a.id = v.attempt_id WHERE v.id = ?";

static const struct section sections[] = {
    {"params", "SELECT param, value FROM v_param WHERE run_id = ? ORDER BY param"},
    {"metrics",
     "SELECT n.name AS metric, s.n, "
     "CASE s.last_kind WHEN 0 THEN s.last WHEN 1 THEN 'nan' WHEN 2 THEN 'inf' "
     "ELSE '-inf' END AS last, "
     "b.value AS best, b.step AS at_step, "
     "s.min, s.max, s.n_bad AS not_finite, n.unit, "
     "CASE WHEN n.name GLOB '*[/,]rule=*' THEN 'older' END AS rule FROM metric_summary s "
     "JOIN metric_name n ON n.id = s.name_id LEFT JOIN v_best b ON b.run_id = s.run_id AND "
     "b.metric = n.name WHERE s.run_id = ? ORDER BY n.name"},
    {"evals", "SELECT metric, CASE kind WHEN 'number' THEN value ELSE kind END AS value, epoch, "
	      "step, settings, seconds, created, missing, "
	      "CASE WHEN superseded THEN 'older' END AS rule FROM v_eval WHERE run_id = ? "
	      "ORDER BY step, eval_id, metric"},
    {"checkpoints", "SELECT c.epoch, c.step, o.bytes, o.sha256, c.created FROM checkpoint c "
		    "JOIN object o ON o.id = c.object_id WHERE c.run_id = ? ORDER BY c.step"},
    {"attempts", "SELECT a.n, a.from_step, a.started, a.ended, a.seconds, a.exit_code, a.pid, "
		 "h.name AS host, substr(c.binary_sha256, 1, 12) AS binary FROM attempt a "
		 "LEFT JOIN host h ON h.id = a.host_id LEFT JOIN code c ON c.id = a.code_id "
		 "WHERE a.run_id = ? ORDER BY a.n"},
    {"events", "SELECT created, step, kind, text FROM event WHERE run_id = ? ORDER BY id"},
    {"notes", "SELECT created, text FROM note WHERE run_id = ? ORDER BY id"},
};

enum { SECTIONS = sizeof sections / sizeof *sections };

static int query(struct store *s, const char *sql, int64_t id, const struct query_sink *sink,
		 struct error *err)
{
	struct strbuf text = STRBUF_INIT;
	const char *mark = strchr(sql, '?');
	int ret;

	strbuf_addf(&text, "%.*s%lld%s", (int)(mark - sql), sql, (long long)id, mark + 1);
	ret = query_user(s, text.buf, SHOW_SECONDS, sink, err);
	strbuf_release(&text);
	return ret;
}

static int load(struct store *s, const char *sql, int64_t id, enum table_format format,
		struct rows *rows, struct error *err)
{
	struct query_sink sink;

	rows_init(rows, 1, format);
	sink = rows_sink(rows);
	return query(s, sql, id, &sink, err);
}

/* The first block: one line a column, without those that are NULL. */
struct lines {
	FILE *out;
	struct strbuf names; /* each ended by NUL */
	const char *next;
	struct strbuf text;
};

static void line_column(void *ctx, const char *name)
{
	struct lines *l = ctx;

	strbuf_add(&l->names, name, strlen(name) + 1);
	l->next = NULL;
}

static const char *line_name(struct lines *l)
{
	const char *name = l->next ? l->next : l->names.buf;

	l->next = name + strlen(name) + 1;
	return name;
}

static void put(struct lines *l, const char *name, const char *text)
{
	const char *label = !strcmp(name, "peak_rss")     ? "peak memory"
			    : !strcmp(name, "arena_peak") ? "of training"
			    : !strcmp(name, "eta")        ? "time left"
							  : name;

	terminal_line(l->out, "%-12s %s", label, text);
}

static void line_text(void *ctx, const char *s)
{
	struct lines *l = ctx;
	const char *name = line_name(l);

	if (!s || !*s)
		return;
	strbuf_clear(&l->text);
	if (human_kind_of(name) == HUMAN_TIME)
		human_time(s, &l->text);
	else
		strbuf_adds(&l->text, s);
	put(l, name, l->text.buf);
}

static void line_integer(void *ctx, int64_t v)
{
	struct lines *l = ctx;
	const char *name = line_name(l);

	strbuf_clear(&l->text);
	if (human_kind_of(name) == HUMAN_BYTES)
		human_bytes(v, &l->text);
	else
		strbuf_addf(&l->text, "%lld", (long long)v);
	put(l, name, l->text.buf);
}

static void line_real(void *ctx, double v)
{
	struct lines *l = ctx;
	const char *name = line_name(l);

	strbuf_clear(&l->text);
	if (human_kind_of(name) == HUMAN_DURATION)
		human_duration(v, &l->text);
	else
		strbuf_addf(&l->text, "%.1f", v);
	put(l, name, l->text.buf);
}

static int show_head(struct cmd_ctx *ctx, int64_t id, struct error *err)
{
	struct lines l = {.out = ctx->out, .names = STRBUF_INIT, .text = STRBUF_INIT};
	const struct query_sink sink = {&l, line_column, line_text, line_integer, line_real};
	int ret = query(ctx->store, head_sql, id, &sink, err);

	strbuf_release(&l.names);
	strbuf_release(&l.text);
	return ret;
}

static struct table *departures(const struct recipe *r, const struct recipe_context *context)
{
	struct table *t = table_new();
	struct strbuf def = STRBUF_INIT;

	table_column(t, "param");
	table_column(t, "value");
	table_column(t, "default");
	for (int i = 0; i < r->n; i++) {
		const struct recipe_value *v = &r->value[i];
		int unknown;

		strbuf_clear(&def);
		unknown = recipe_default_of(r, i, context, &def, NULL);
		if (!unknown && !strcmp(def.buf, v->text))
			continue;
		table_text(t, v->hp->name);
		table_text(t, v->text);
		table_text(t, unknown ? NULL : def.buf);
	}
	strbuf_release(&def);
	return t;
}

/* The hyperparameters that are not as they would be by default. 1: it is not known which these are,
 * as with a recipe that this version cannot read. */
static int show_departures(struct cmd_ctx *ctx, int64_t id, struct error *err)
{
	struct recipe_context context;
	struct run_row row;
	struct recipe r;
	struct table *t;
	int left;

	if (runs_get(ctx->store, id, &row, err))
		return -1;
	left = recipe_from_json(&r, keys_schema(), row.recipe_json, row.defaults, NULL);
	run_row_release(&row);
	if (left)
		return 1;
	recipe_context_of_store(&context, ctx->store);
	t = departures(&r, &context);
	left = r.n - table_rows(t);
	fputs("\nparams that are not the defaults\n", ctx->out);
	if (table_rows(t))
		table_print(t, TABLE_TEXT, ctx->out);
	table_free(t);
	recipe_release(&r);
	fprintf(ctx->out, "(%d others are; -v shows them)\n", left);
	return 0;
}

static int show_section(struct cmd_ctx *ctx, const struct section *s, int64_t id, struct error *err)
{
	struct rows rows;
	int ret = load(ctx->store, s->sql, id, TABLE_TEXT, &rows, err);

	if (!ret && table_rows(rows.table)) {
		fprintf(ctx->out, "\n%s\n", s->name);
		table_print(rows.table, TABLE_TEXT, ctx->out);
	}
	rows_release(&rows);
	return ret;
}

static int show_text(struct cmd_ctx *ctx, int64_t id, struct error *err)
{
	int ret = show_head(ctx, id, err), done = 0;

	if (!ret && !ctx->verbose) {
		ret = show_departures(ctx, id, err);
		done = !ret; /* the first section, that of all of them */
		ret = ret < 0 ? -1 : 0;
	}
	for (int i = done; !ret && i < SECTIONS; i++)
		ret = show_section(ctx, &sections[i], id, err);
	return ret;
}

/* One object: the row of v_run, and an array for each section. */
static int show_json(struct cmd_ctx *ctx, int64_t id, struct error *err)
{
	struct rows rows;
	int ret = load(ctx->store, "SELECT * FROM v_run WHERE id = ?", id, TABLE_JSON, &rows, err);

	if (!ret) {
		fputs("{\"run\": ", ctx->out);
		table_print(rows.table, TABLE_JSONL, ctx->out);
	}
	rows_release(&rows);
	for (int i = 0; !ret && i < SECTIONS; i++) {
		ret = load(ctx->store, sections[i].sql, id, TABLE_JSON, &rows, err);
		if (!ret) {
			fprintf(ctx->out, ", \"%s\": ", sections[i].name);
			table_print(rows.table, TABLE_JSON, ctx->out);
		}
		rows_release(&rows);
	}
	if (!ret)
		fputs("}\n", ctx->out);
	return ret;
}

/* Any other format: the row of v_run. */
static int show_row(struct cmd_ctx *ctx, int64_t id, struct error *err)
{
	struct rows rows;
	int ret = load(ctx->store, "SELECT * FROM v_run WHERE id = ?", id, ctx->format, &rows, err);

	if (!ret)
		table_print(rows.table, ctx->format, ctx->out);
	rows_release(&rows);
	return ret;
}

static int run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	int64_t id;
	long epoch;
	int n, ret = opt_parse(ctx, &cmd_show, NULL, argc, argv, 0, 1, &n, err);

	if (ret)
		return ret < 0 ? -1 : 0;
	if (refs_resolve(ctx->store, n ? argv[1] : "@", &id, &epoch, err))
		return -1;
	if (epoch >= 0)
		return error_set(err, ERR_USAGE, "show: %s: a run is shown whole, without @epoch",
				 argv[1]);
	if (run_rows_check(ctx->store, id, err))
		return -1;
	if (ctx->format == TABLE_TEXT)
		return show_text(ctx, id, err);
	return ctx->format == TABLE_JSON ? show_json(ctx, id, err) : show_row(ctx, id, err);
}

const struct cmd cmd_show = {
    .name = "show",
    .summary = "everything about a run",
    .usage = "show [REF]",
    .needs = NEED_STORE_READ,
    .pages = 1,
    .run = run,
};
