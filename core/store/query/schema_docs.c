#include "core/store/query/schema_docs.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>

#include "core/base/strbuf.h"
#include "core/store/query/user_sql.h"
#include "core/store/schema_check.h"

static int is_name_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.' || (unsigned char)c >= 0x80;
}

/* A line: its code, and the comment behind "--". */
struct line {
	const char *code, *comment, *end;
	size_t n; /* length of the code, without blanks and commas at its end */
};

/* Cuts the line at p; NULL at the end of the text. */
static const char *next_line(const char *p, struct line *l)
{
	if (!*p)
		return NULL;
	p += strspn(p, " \t");
	l->code = p;
	l->end = p + strcspn(p, "\n");
	l->comment = strstr(p, "--");
	if (l->comment && l->comment >= l->end)
		l->comment = NULL;
	l->n = (size_t)((l->comment ? l->comment : l->end) - p);
	while (l->n && strchr(" \t,", p[l->n - 1]))
		l->n--;
	if (l->comment)
		l->comment += 2 + strspn(l->comment + 2, " ");
	return l->end + (*l->end == '\n');
}

static void add_comment(const struct line *l, struct strbuf *out)
{
	if (out->len)
		strbuf_addc(out, ' ');
	strbuf_add(out, l->comment, (size_t)(l->end - l->comment));
}

/* Appends the comment lines that follow the first line, CREATE. */
static void describe_table(const char *sql, struct strbuf *out)
{
	struct line l;
	const char *p = next_line(sql, &l);

	while (p && (p = next_line(p, &l)) && !l.n && l.comment)
		add_comment(&l, out);
}

/* The length of the name at the end of the line, of a column that ALTER TABLE added behind another
 * one; 0 if the line does not end in such a name. */
static size_t added_len(const struct line *l)
{
	size_t at = l->n;

	while (at && is_name_char(l->code[at - 1]))
		at--;
	return at >= 2 && !strncmp(l->code + at - 2, ", ", 2) ? l->n - at : 0;
}

static int begins_with(const struct line *l, const char *name, size_t n)
{
	return l->n > n && !strncmp(l->code, name, n) && l->code[n] == ' ';
}

/* Appends the comment of the line, or of the line below if that has nothing but a comment. */
static void copy_comment(const struct line *l, const char *next, struct strbuf *out)
{
	struct line below;

	if (!l->comment && (!next_line(next, &below) || below.n || !below.comment))
		return;
	strbuf_clear(out);
	add_comment(l->comment ? l : &below, out);
}

/* A table's column begins a line. ALTER TABLE writes a column that it adds, with the sentence
 * between its name and its type, in front of the comment of the column before it. */
static void describe_table_column(const char *sql, const char *name, struct strbuf *out)
{
	const size_t n = strlen(name);
	struct line l;

	for (const char *p = sql; !out->len && (p = next_line(p, &l));) {
		size_t added = added_len(&l);

		if (added == n && !strncmp(l.code + l.n - n, name, n)) {
			copy_comment(&l, p, out);
		} else if (begins_with(&l, name, n)) {
			const char *next = p;

			while (added_len(&l) && (next = next_line(next, &l)))
				;
			if (next)
				copy_comment(&l, next, out);
		}
	}
}

/* A column of a view stands at the end of its line. */
static int ends_with(const struct line *l, const char *name)
{
	size_t n = strlen(name);
	const char *code = l->code;

	if (l->n > n + 1 && code[l->n - 1] == '"')
		return !strncmp(code + l->n - 1 - n, name, n) && code[l->n - 2 - n] == '"';
	if (l->n < n || strncmp(code + l->n - n, name, n))
		return 0;
	/* r.name names the column `name`; a name that contains a dot itself is in quotes */
	return l->n == n || !is_name_char(code[l->n - n - 1]) || code[l->n - n - 1] == '.';
}

/* If several lines match, the last is that of the outermost SELECT. */
static void describe_view_column(const char *sql, const char *name, struct strbuf *out)
{
	struct line l;

	for (const char *p = sql; (p = next_line(p, &l));)
		if (l.n && ends_with(&l, name))
			copy_comment(&l, p, out);
}

static void describe_column(const char *sql, const char *name, int view, struct strbuf *out)
{
	if (view)
		describe_view_column(sql, name, out);
	else
		describe_table_column(sql, name, out);
}

/* The CREATE statements of this program's schema, by name. */
struct statements {
	sqlite3 *model;
	sqlite3_stmt *find;
};

static int statements_open(struct statements *t, struct error *err)
{
	static const char sql[] = "SELECT sql FROM sqlite_schema WHERE name = ?";

	t->find = NULL;
	t->model = schema_model(INT_MAX, 1);
	if (t->model && !sqlite3_prepare_v2(t->model, sql, -1, &t->find, NULL))
		return 0;
	sqlite3_close(t->model);
	return error_set(err, ERR_FAILED, "the schema in memory could not be created");
}

static void statements_close(struct statements *t)
{
	sqlite3_finalize(t->find);
	sqlite3_close(t->model);
}

/* The CREATE statement of a table or view, valid until the next call; "" if the schema has none. */
static const char *statement_of(const struct statements *t, const char *name)
{
	sqlite3_reset(t->find);
	sqlite3_bind_text(t->find, 1, name, -1, SQLITE_TRANSIENT);
	return sqlite3_step(t->find) == SQLITE_ROW ? db_text(t->find, 0) : "";
}

int query_tables(struct store *s, const struct query_sink *sink, struct error *err)
{
	static const char *const column[] = {"name", "kind", "columns", "about"};
	sqlite3_stmt *st = db_prepare(
	    s,
	    "SELECT name, type, (SELECT count(*) FROM pragma_table_xinfo(m.name)), sql "
	    "FROM sqlite_schema m WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' "
	    "ORDER BY type DESC, rowid",
	    err);
	struct strbuf text = STRBUF_INIT;
	struct statements ours;
	int more;

	if (!st || statements_open(&ours, err))
		return -1;
	for (size_t i = 0; i < sizeof column / sizeof *column; i++)
		sink->column(sink->ctx, column[i]);
	while ((more = db_step(s, st, err)) > 0) {
		sink->text(sink->ctx, db_text(st, 0));
		sink->text(sink->ctx, db_text(st, 1));
		sink->integer(sink->ctx, sqlite3_column_int64(st, 2));
		strbuf_clear(&text);
		describe_table(statement_of(&ours, db_text(st, 0)), &text);
		if (!text.len)
			describe_table(db_text(st, 3), &text);
		sink->text(sink->ctx, text.buf);
	}
	statements_close(&ours);
	strbuf_release(&text);
	return more;
}

static int no_table(struct store *s, const char *name, struct error *err)
{
	char near[64];

	if (store_nearest(s, "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')", name,
			  near, err))
		return -1;
	if (near[0])
		return error_set(err, ERR_NOT_FOUND, "%s: no such table or view: did you mean %s?",
				 name, near);
	return error_set(err, ERR_NOT_FOUND, "%s: no such table or view: `ssl schema` lists them",
			 name);
}

int query_columns(struct store *s, const char *table, const struct query_sink *sink,
		  struct error *err)
{
	sqlite3_stmt *st =
	    db_prepare(s,
		       "SELECT c.name, c.type, m.sql, m.type = 'view' FROM sqlite_schema m "
		       "JOIN pragma_table_xinfo(m.name) c WHERE m.name = ? "
		       "AND m.type IN ('table', 'view') ORDER BY c.cid",
		       err);
	struct strbuf text = STRBUF_INIT;
	struct statements ours;
	int more, n = 0;

	if (!st || statements_open(&ours, err))
		return -1;
	db_bind(st, "t", table);
	while ((more = db_step(s, st, err)) > 0) {
		if (!n++) {
			sink->column(sink->ctx, "column");
			sink->column(sink->ctx, "type");
			sink->column(sink->ctx, "about");
		}
		strbuf_clear(&text);
		describe_column(statement_of(&ours, table), db_text(st, 0),
				sqlite3_column_int(st, 3), &text);
		if (!text.len)
			describe_column(db_text(st, 2), db_text(st, 0), sqlite3_column_int(st, 3),
					&text);
		sink->text(sink->ctx, db_text(st, 0));
		sink->text(sink->ctx, *db_text(st, 1) ? db_text(st, 1) : NULL);
		sink->text(sink->ctx, text.len ? text.buf : NULL);
	}
	statements_close(&ours);
	strbuf_release(&text);
	return more || n ? more : no_table(s, table, err);
}
