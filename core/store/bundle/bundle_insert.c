/* Inserts a row of a bundle; see bundle_internal.h. The SQL is built from names of the schema only;
 * values are bound. */
#include <stdio.h>
#include <string.h>

#include "core/store/bundle/bundle_internal.h"

/* Appends SQL of a column's value. ?1 is the number here of the run, or of the cell's sweep; ?(i +
 * 2) is the value of the i-th column. */
static void column_sql(const struct bundle_column *c, int i, int is_cell, struct strbuf *sql)
{
	const char *key = *c->target ? bundle_key(c->target) : NULL;

	if (!strcmp(c->target, is_cell ? "sweep" : "run"))
		strbuf_adds(sql, "?1");
	else if (!strcmp(c->target, "run"))
		strbuf_addf(sql, "(SELECT k.id FROM run k WHERE k.uuid = ?%d)", i + 2);
	else if (!*c->target && c->not_null && *c->fallback)
		strbuf_addf(sql, "coalesce(?%d, %s)", i + 2, c->fallback);
	else if (!*c->target)
		strbuf_addf(sql, "?%d", i + 2);
	else if (!key)
		strbuf_adds(sql, "NULL");
	else if (!strcmp(c->target, "attempt"))
		strbuf_addf(sql, "(SELECT k.id FROM attempt k WHERE k.run_id = ?1 AND k.n = ?%d)",
			    i + 2);
	else if (!strcmp(c->target, "eval"))
		strbuf_addf(sql,
			    "(SELECT k.id FROM eval k WHERE k.run_id = ?1 ORDER BY k.id LIMIT 1 "
			    "OFFSET ?%d - 1)",
			    i + 2);
	else
		strbuf_addf(sql, "(SELECT k.id FROM \"%s\" k WHERE %s = ?%d)", c->target, key,
			    i + 2);
}

/* Existing shared rows stay as they are. */
static void insert_sql(const struct bundle_table *t, struct strbuf *sql)
{
	const char *comma = "";

	strbuf_addf(sql, "INSERT INTO \"%s\" (", t->name);
	for (int i = 0; i < t->n; i++) {
		if (t->column[i].is_own_id)
			continue;
		strbuf_addf(sql, "%s\"%s\"", comma, t->column[i].name);
		comma = ", ";
	}
	strbuf_adds(sql, ") SELECT ");
	comma = "";
	for (int i = 0; i < t->n; i++) {
		if (t->column[i].is_own_id)
			continue;
		strbuf_adds(sql, comma);
		column_sql(&t->column[i], i, !strcmp(t->name, "cell"), sql);
		comma = ", ";
	}
	if (!strcmp(t->name, "dataset")) {
		int name = 0, sha = 0;

		for (int i = 0; i < t->n; i++) {
			name = strcmp(t->column[i].name, "name") ? name : i + 2;
			sha = strcmp(t->column[i].name, "sha256") ? sha : i + 2;
		}
		strbuf_addf(
		    sql,
		    " WHERE NOT EXISTS (SELECT 1 FROM dataset WHERE name = ?%d AND sha256 = "
		    "?%d)",
		    name, sha);
	} else if (!*t->owner || !strcmp(t->owner, "recipe")) {
		strbuf_adds(sql, strcmp(t->name, "run") ? " WHERE 1 ON CONFLICT DO NOTHING" : "");
	}
}

static sqlite3_stmt *statement(struct bundle_import *m, const struct bundle_table *t,
			       struct error *err)
{
	sqlite3_stmt **st = &m->insert[t - m->schema.table];
	struct strbuf sql = STRBUF_INIT;

	if (!*st) {
		insert_sql(t, &sql);
		if (sqlite3_prepare_v2(m->s->db, sql.buf, -1, st, NULL))
			db_error(m->s, err);
		strbuf_release(&sql);
	}
	return *st;
}

static void bind(sqlite3_stmt *st, int at, const struct jsonline *line, const struct json_field *f)
{
	if (!f || f->kind == JSON_NULL)
		sqlite3_bind_null(st, at);
	else if (f->kind == JSON_INTEGER)
		sqlite3_bind_int64(st, at, f->i);
	else if (f->kind == JSON_REAL)
		sqlite3_bind_double(st, at, f->d);
	else
		sqlite3_bind_text(st, at, jsonline_text(line, f), -1, SQLITE_STATIC);
}

/* Does the line lack a value that is required and has no default? */
static int lacks(const struct bundle_import *m, const struct bundle_column *c)
{
	return c->not_null && !*c->fallback && !c->is_own_id && strcmp(c->target, "run") &&
	       strcmp(c->target, "sweep") && !jsonline_find(&m->line, c->name);
}

int bundle_from_newer(const struct bundle_import *m, const char *what, const char *name,
		      struct error *err)
{
	int ours = 0;
	char theirs[40] = "";

	if (bundle_schema_version(m->s, &ours, err))
		return -1;
	if (m->theirs)
		snprintf(theirs, sizeof theirs, " with schema %d", m->theirs);
	return error_set(err, ERR_USAGE,
			 "there is no %s%.60s: the bundle was made by a newer ssl%s, here it is %d",
			 what, name, theirs, ours);
}

static int from_older(const struct bundle_import *m, const struct bundle_table *t, const char *name,
		      struct error *err)
{
	int ours = 0;
	char theirs[40] = "an older schema";

	if (bundle_schema_version(m->s, &ours, err))
		return -1;
	if (m->theirs >= ours)
		return error_set(err, ERR_CORRUPT, "a row of %s has no %s", t->name, name);
	if (m->theirs)
		snprintf(theirs, sizeof theirs, "schema %d", m->theirs);
	return error_set(err, ERR_USAGE,
			 "a row of %s has no %s: the bundle was made with %s, here it is %d: `ssl "
			 "init` with this ssl upgrades the store that it came from, then export "
			 "again",
			 t->name, name, theirs, ours);
}

/* ERR_USAGE for a field without a column, which comes from a newer schema, and for a missing value.
 * A sha256, which names a file, must be a hash. */
static int check_fields(const struct bundle_import *m, const struct bundle_table *t,
			struct error *err)
{
	for (int i = 0; i < m->line.n; i++) {
		const char *name = m->line.text.buf + m->line.field[i].name;
		int known = !strcmp(name, "table");

		for (int k = 0; k < t->n && !known; k++)
			known = !strcmp(name, t->column[k].name);
		if (!known) {
			char what[80];

			snprintf(what, sizeof what, "column %.60s.", t->name);
			return bundle_from_newer(m, what, name, err);
		}
		if (!strcmp(name, "sha256") && !hash_is_hex(bundle_field(m, name)))
			return error_set(err, ERR_CORRUPT, "a row of %s: '%.12s' is not a SHA-256",
					 t->name, bundle_field(m, name));
	}
	for (int k = 0; k < t->n; k++)
		if (lacks(m, &t->column[k]))
			return from_older(m, t, t->column[k].name, err);
	return 0;
}

/* A row that violates a constraint is an error of the bundle; other errors keep their meaning. */
static int insert_failed(struct bundle_import *m, const struct bundle_table *t, struct error *err)
{
	int code = sqlite3_errcode(m->s->db);

	if (code == SQLITE_CONSTRAINT && !strcmp(t->name, "dataset"))
		return error_set(err, ERR_USAGE,
				 "another dataset has the name %s here: ssl data rm it, or import "
				 "into another store",
				 jsonline_text(&m->line, jsonline_find(&m->line, "name")));
	if (code == SQLITE_CONSTRAINT || code == SQLITE_MISMATCH)
		return error_set(err, ERR_CORRUPT, "a row of %s does not fit: %s", t->name,
				 sqlite3_errmsg(m->s->db));
	return db_error(m->s, err);
}

int bundle_insert(struct bundle_import *m, const struct bundle_table *t, int64_t owner,
		  const char *without, const char *name, struct error *err)
{
	sqlite3_stmt *st = statement(m, t, err);
	int ret;

	if (!st || check_fields(m, t, err) || bundle_check_values(m, t->name, err))
		return -1;
	sqlite3_bind_int64(st, 1, owner);
	for (int i = 0; i < t->n; i++) {
		const char *column = t->column[i].name;

		if (without && !strcmp(column, without))
			sqlite3_bind_null(st, i + 2);
		else if (name && !strcmp(column, "name"))
			sqlite3_bind_text(st, i + 2, name, -1, SQLITE_STATIC);
		else
			bind(st, i + 2, &m->line, jsonline_find(&m->line, column));
	}
	ret = sqlite3_step(st) == SQLITE_DONE ? 0 : insert_failed(m, t, err);
	sqlite3_reset(st);
	return ret;
}
