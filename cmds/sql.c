/* `ssl sql`: queries of the user, read-only. */
#include <stdio.h>
#include <string.h>

#include "cmds/cmd.h"
#include "cmds/usage.h"
#include "core/base/log.h"
#include "core/base/strbuf.h"
#include "core/report/rows.h"
#include "core/store/config.h"

extern const struct cmd cmd_sql;

static int read_stdin(struct strbuf *out, struct error *err)
{
	char buf[4096];
	size_t n;

	while (out->len <= QUERY_SQL_MAX && (n = fread(buf, 1, sizeof buf, stdin)) > 0)
		strbuf_add(out, buf, n);
	return ferror(stdin) ? error_errno(err, ERR_FAILED, "standard input") : 0;
}

static int query(struct cmd_ctx *ctx, const char *sql, double seconds, struct error *err)
{
	struct rows rows;
	struct query_sink sink;
	int ret;

	rows_init(&rows, 0, ctx->format);
	sink = rows_sink(&rows);
	ret = query_user(ctx->store, sql, seconds, &sink, err);
	if (!ret)
		table_print(rows.table, ctx->format, ctx->out);
	rows_release(&rows);
	return ret;
}

/* ---- saved queries: the keys query.NAME of .ssl/config ---- */

static int key_of(const char *name, struct strbuf *key, struct error *err)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

	if (!n || name[n] || n > 60)
		return error_set(err, ERR_USAGE,
				 "sql: '%.40s': the name of a query consists of letters, digits, - "
				 "and _",
				 name);
	strbuf_addf(key, "query.%s", name);
	return 0;
}

static int load(struct cmd_ctx *ctx, const char *name, struct strbuf *sql, struct error *err)
{
	struct strbuf key = STRBUF_INIT;
	struct config c;
	int found;

	config_of_store(ctx->store, &c);
	found = key_of(name, &key, err) ? -1 : config_get(&c, key.buf, sql, err);

	strbuf_release(&key);
	if (found)
		return found < 0 ? -1 : 0;
	return error_set(err, ERR_NOT_FOUND, "sql: @%s: no such query: `ssl sql --list` lists them",
			 name);
}

/* Saves the query, without blanks around it, after checking it. */
static int save(struct cmd_ctx *ctx, const char *name, const char *sql, struct error *err)
{
	struct strbuf key = STRBUF_INIT, text = STRBUF_INIT;
	struct config c;
	size_t n;
	int ret = key_of(name, &key, err);

	config_of_store(ctx->store, &c);
	sql += strspn(sql, " \t\r\n");
	for (n = strlen(sql); n && strchr(" \t\r\n", sql[n - 1]);)
		n--;
	strbuf_add(&text, sql, n);
	if (!ret)
		ret = query_check(ctx->store, text.buf, err);
	if (!ret && !ctx->dry_run)
		ret = config_set(&c, key.buf, text.buf, err);
	if (!ret)
		log_info("@%s: %ssaved: `ssl sql @%s` runs it", name,
			 ctx->dry_run ? "would be " : "", name);
	strbuf_release(&key);
	strbuf_release(&text);
	return ret;
}

static int delete_query(struct cmd_ctx *ctx, const char *name, struct error *err)
{
	struct strbuf key = STRBUF_INIT, old = STRBUF_INIT;
	struct config c;
	int ret = load(ctx, name, &old, err);

	config_of_store(ctx->store, &c);
	if (!ret)
		ret = key_of(name, &key, err);
	if (!ret && !ctx->dry_run)
		ret = config_unset(&c, key.buf, NULL, err);
	if (!ret)
		log_info("@%s: %sdeleted", name, ctx->dry_run ? "would be " : "");
	strbuf_release(&key);
	strbuf_release(&old);
	return ret;
}

static int list_one(void *ctx, const char *key, const char *value)
{
	struct table *t = ctx;

	if (strncmp(key, "query.", 6))
		return 0;
	table_text(t, key + 6);
	table_text(t, value);
	return 0;
}

static int list(struct cmd_ctx *ctx, struct error *err)
{
	struct table *t = table_new();
	struct config c;
	int ret;

	table_column(t, "name");
	table_column(t, "sql");
	config_of_store(ctx->store, &c);
	ret = config_each(&c, list_one, t, err);
	if (!ret)
		cmd_print(ctx, t, "no saved queries");
	table_free(t);
	return ret;
}

/* Runs or saves the query `word`: its text, @NAME for a saved one, or - for standard input. */
static int run_query(struct cmd_ctx *ctx, const char *word, const char *name, double seconds,
		     struct error *err)
{
	struct strbuf sql = STRBUF_INIT;
	int ret = 0;

	if (!strcmp(word, "-"))
		ret = read_stdin(&sql, err);
	else if (*word == '@')
		ret = load(ctx, word + 1, &sql, err);
	else
		strbuf_adds(&sql, word);
	if (!ret)
		ret = name ? save(ctx, name, sql.buf, err) : query(ctx, sql.buf, seconds, err);
	strbuf_release(&sql);
	return ret;
}

static int run(struct cmd_ctx *ctx, int argc, char **argv, struct error *err)
{
	const char *name = NULL, *old = NULL;
	double seconds = 60;
	int show = 0, n;
	const struct opt table[] = {
	    {0, "time-limit", OPT_REAL, &seconds, "SECONDS",
	     "stop a query after this time (default: 60); 0: never", 0, 1e9},
	    {0, "save", OPT_TEXT, &name, "NAME", "save the query under this name", 0, 0},
	    {0, "delete", OPT_TEXT, &old, "NAME", "delete the saved query of this name", 0, 0},
	    {0, "list", OPT_FLAG, &show, NULL, "list the saved queries", 0, 0},
	    {0},
	};
	int ret = opt_parse(ctx, &cmd_sql, table, argc, argv, 0, 1, &n, err);

	if (ret)
		return ret < 0 ? -1 : 0;
	if ((name != NULL) + (old != NULL) + show > 1)
		return error_set(err, ERR_USAGE,
				 "sql: --save, --delete and --list exclude each other");
	if (usage_check(&cmd_sql,
			show   ? "--list"
			: old  ? "--delete NAME"
			: name ? "--save NAME"
			       : NULL,
			argv + 1, n, !(old || show), !(old || show), err))
		return -1;
	if (show)
		return list(ctx, err);
	return old ? delete_query(ctx, old, err) : run_query(ctx, argv[1], name, seconds, err);
}

const struct cmd cmd_sql = {
    .name = "sql",
    .summary = "query the store in SQL, read-only",
    .usage = "sql [--time-limit SECONDS] SQL\nsql [--time-limit SECONDS] @NAME\n"
	     "sql [--time-limit SECONDS] -\nsql --save NAME SQL\nsql --delete NAME\nsql --list",
    .needs = NEED_STORE_READ,
    .pages = 1,
    .run = run,
};
