/* Rows as text, a line each; see bundle_internal.h. The SQL is built from names of the schema only;
 * values are bound.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/store/bundle/bundle_internal.h"

/* Columns of a cell that are exported otherwise than they are stored, as if no worker were running.
 * ?1: the runs of the bundle. */
#define IS_DONE "(t.status = 'done' AND t.run_id IN (SELECT value FROM json_each(?1)))"
static const struct {
	const char *name, *sql;
} of_cell[] = {
    {"run_id", "(SELECT k.uuid FROM run k WHERE k.id = t.run_id AND k.id IN (SELECT value FROM "
	       "json_each(?1)))"},
    {"status", "CASE WHEN t.status IN ('failed', 'pruned') OR " IS_DONE " THEN t.status ELSE "
	       "'queued' END"},
    {"finished", "CASE WHEN t.status IN ('failed', 'pruned') OR " IS_DONE " THEN t.finished END"},
    {"lease_until", "0.0"},
};
#undef IS_DONE

static const char *cell_column(const char *column)
{
	for (size_t i = 0; i < sizeof of_cell / sizeof *of_cell; i++)
		if (!strcmp(of_cell[i].name, column))
			return of_cell[i].sql;
	return NULL;
}

/* "SELECT t.a, (SELECT key FROM code k WHERE k.id = t.code_id) AS code_id, ... FROM name t" */
void bundle_select_sql(const struct bundle_table *t, struct strbuf *sql)
{
	const char *comma = "SELECT ";

	for (int i = 0; i < t->n; i++) {
		const struct bundle_column *c = &t->column[i];
		const char *key = *c->target ? bundle_key(c->target) : NULL;
		const char *cell = strcmp(t->name, "cell") ? NULL : cell_column(c->name);

		if (c->is_own_id || (!cell && !strcmp(c->target, "run")) ||
		    !strcmp(c->target, "sweep"))
			continue;
		if (cell)
			strbuf_addf(sql, "%s%s AS \"%s\"", comma, cell, c->name);
		else if (!*c->target)
			strbuf_addf(sql, "%st.\"%s\"", comma, c->name);
		else if (key)
			strbuf_addf(sql,
				    "%s(SELECT %s FROM \"%s\" k WHERE k.id = t.\"%s\") AS \"%s\"",
				    comma, key, c->target, c->name, c->name);
		else
			strbuf_addf(sql, "%sNULL AS \"%s\"", comma, c->name);
		comma = ", ";
	}
	strbuf_addf(sql, " FROM \"%s\" t", t->name);
}

static void add_value(sqlite3_stmt *st, int i, struct strbuf *out)
{
	size_t from = out->len;

	switch (sqlite3_column_type(st, i)) {
	case SQLITE_INTEGER:
		strbuf_addf(out, "%lld", (long long)sqlite3_column_int64(st, i));
		break;
	case SQLITE_FLOAT:
		strbuf_add_number(out, sqlite3_column_double(st, i));
		if (!strpbrk(out->buf + from, ".e")) /* so that it is read back as a real number */
			strbuf_adds(out, ".0");
		break;
	case SQLITE_NULL:
		strbuf_adds(out, "null");
		break;
	default:
		json_add_string(out, db_text(st, i));
	}
}

static void add_row(sqlite3_stmt *st, const char *table, const char *name, struct strbuf *out)
{
	strbuf_addc(out, '{');
	json_add_name(out, "table");
	json_add_string(out, table);
	for (int i = 0; i < sqlite3_column_count(st); i++) {
		const char *column = sqlite3_column_name(st, i);

		json_add_name(out, column);
		if (name && !strcmp(column, "name"))
			json_add_string(out, name);
		else
			add_value(st, i, out);
	}
	strbuf_adds(out, "}\n");
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int bundle_add_rows(struct store *s, sqlite3_stmt *st, const struct bundle_table *t, int sort,
		    const char *name, struct strbuf *out, struct error *err)
{
	char **line = NULL;
	size_t n = 0;
	int rc;

	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		struct strbuf row = STRBUF_INIT;

		add_row(st, t->name, name, &row);
		if (!(n & (n - 1)))
			line = xrealloc(line, (n ? 2 * n : 1) * sizeof *line);
		line[n++] = strbuf_detach(&row);
	}
	if (rc != SQLITE_DONE)
		db_error(s, err);
	if (sort && n)
		qsort(line, n, sizeof *line, by_text);
	for (size_t i = 0; i < n; i++) {
		strbuf_adds(out, line[i]);
		free(line[i]);
	}
	free(line);
	return rc == SQLITE_DONE ? 0 : -1;
}

int bundle_prepare(struct store *s, const char *sql, const struct selection *sel, sqlite3_stmt **st,
		   struct error *err)
{
	struct strbuf runs = STRBUF_INIT, sweeps = STRBUF_INIT;
	int ret = sqlite3_prepare_v2(s->db, sql, -1, st, NULL) ? db_error(s, err) : 0;

	selection_ids(sel, &runs);
	for (int i = 0; i < sel->sweeps; i++)
		strbuf_addf(&sweeps, "%c%lld", i ? ',' : '[', (long long)sel->sweep[i]);
	strbuf_adds(&sweeps, sel->sweeps ? "]" : "[]");
	if (!ret) {
		sqlite3_bind_text(*st, 1, runs.buf, -1, SQLITE_TRANSIENT);
		sqlite3_bind_text(*st, 2, sweeps.buf, -1,
				  SQLITE_TRANSIENT); /* if the statement has it */
	}
	strbuf_release(&runs);
	strbuf_release(&sweeps);
	return ret;
}
