/* Taking bundles in; see bundle.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/store/bundle/bundle_internal.h"
#include "core/store/identity.h"
#include "core/store/object.h"
#include "core/store/params.h"
#include "core/store/times.h"

/* ?1 is the number here of the run, or of a cell's sweep; the i-th column is ?(i + 2). */
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

/* Shared rows that are there already stay as they are. */
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

const char *bundle_field(const struct bundle_import *m, const char *name)
{
	const struct json_field *f = jsonline_find(&m->line, name);

	return f && f->kind == JSON_TEXT ? jsonline_text(&m->line, f) : "";
}

/* What an older schema lacks is made up by the column's default, or is NULL. */
static int lacks(const struct bundle_import *m, const struct bundle_column *c)
{
	return c->not_null && !*c->fallback && !c->is_own_id && strcmp(c->target, "run") &&
	       strcmp(c->target, "sweep") && !jsonline_find(&m->line, c->name);
}

static int from_newer(const struct bundle_import *m, const char *what, const char *name,
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

/* A field that no column is for comes from a newer schema. What names a file is a hash, and no
 * path. */
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
			return from_newer(m, what, name, err);
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

/* A row that does not fit is the bundle's fault, other faults keep their meaning. */
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

/* Times of older versions are read in their format; a text that is no time is refused. */
static int read_times(struct bundle_import *m, const char *part, struct error *err)
{
	struct jsonline *line = &m->line;

	for (int i = 0; i < line->n; i++) {
		struct json_field *f = &line->field[i];
		const char *name = line->text.buf + f->name;
		char text[CLOCK_TEXT];

		if (f->kind == JSON_NULL || !times_is_column(name))
			continue;
		if (f->kind != JSON_TEXT || clock_parse(jsonline_text(line, f), text))
			return error_set(err, ERR_CORRUPT,
					 "%.40s, line %ld, a row of %.40s: %s: '%.40s' is not a "
					 "time as in 2026-01-31 12:00:00.000",
					 part, m->lines, bundle_field(m, "table"), name,
					 f->kind == JSON_TEXT ? jsonline_text(line, f)
							      : "a number");
		f->text = line->text.len;
		strbuf_add(&line->text, text, sizeof text);
	}
	return 0;
}

int bundle_next_line(struct bundle_import *m, const struct bundle_text *in, size_t *at,
		     struct error *err)
{
	const struct strbuf *text = &in->text;
	const char *line = text->buf + *at, *end;

	m->lines = *at ? m->lines + 1 : 1;
	if (*at >= text->len)
		return 0;
	end = memchr(line, '\n', text->len - *at);
	if (!end)
		return error_set(err, ERR_CORRUPT, "a line without an end");
	*at += (size_t)(end - line) + 1;
	if (jsonline_read(&m->line, line, end, err) || read_times(m, in->name, err))
		return -1;
	bundle_read_words(m);
	return 1;
}

/* The size of an object that the bundle brings, or that is here: 1, 0 it is in neither, -1. */
static int find_object(const struct bundle_import *m, const char *sha256, int64_t *bytes,
		       struct error *err)
{
	char path[4200];
	struct stat st;
	int there;

	for (int i = 0; i < m->in->n_objects; i++)
		if (!strcmp(m->in->object[i].sha256, sha256)) {
			*bytes = m->in->object[i].bytes;
			return 1;
		}
	there = hash_is_hex(sha256) ? object_exists(m->s, sha256, err) : 0;
	if (there <= 0)
		return there;
	object_path(m->s, sha256, path, sizeof path);
	*bytes = stat(path, &st) ? -1 : (int64_t)st.st_size;
	return 1;
}

/* Rows that are named by a hash are what it says: else one of them would stand here for another
 * that comes later. */
static int check_hashed(struct bundle_import *m, const char *table, struct error *err)
{
	const char *sha256 = bundle_field(m, "sha256"), *json = bundle_field(m, "json");
	const struct json_field *bytes = jsonline_find(&m->line, "bytes");
	char hash[HASH_HEX];
	int64_t size;
	int there;

	if (!strcmp(table, "recipe")) {
		hash_buffer(json, strlen(json), hash);
		if (strcmp(hash, bundle_field(m, "hash")) != 0)
			return error_set(err, ERR_CORRUPT, "recipe %.12s: its hash is %.12s",
					 bundle_field(m, "hash"), hash);
	}
	if (strcmp(table, "object") != 0)
		return 0;
	there = find_object(m, sha256, &size, err);
	if (there <= 0)
		return there ? -1 : error_set(err, ERR_CORRUPT, "object %.12s: missing", sha256);
	if (!bytes || bytes->kind != JSON_INTEGER || size != bytes->i)
		return error_set(err, ERR_CORRUPT, "object %.12s: not as many bytes as it is said",
				 sha256);
	return 0;
}

static int take_shared(struct bundle_import *m, const struct bundle_text *in, struct error *err)
{
	const struct bundle_table *t = bundle_table_find(&m->schema, in->name);
	size_t at = 0;
	int more;

	while ((more = bundle_next_line(m, in, &at, err)) > 0) {
		if (strcmp(bundle_field(m, "table"), in->name) != 0)
			return error_set(err, ERR_CORRUPT, "%s: a row of another table", in->name);
		if (check_hashed(m, in->name, err) || bundle_insert(m, t, 0, NULL, NULL, err))
			return -1;
	}
	return more;
}

/* The name that the run gets here: its own or, where another run has it, that with a number; `why`
 * is NULL for its own. */
static int choose_name(struct bundle_import *m, const char *own, const char *uuid, char name[64],
		       const char **why, struct error *err)
{
	int64_t id;
	int taken = db_int(m->s, &id, err, "SELECT id FROM run WHERE name = ?", "t", own);

	*why = NULL;
	snprintf(name, 64, "%s", own);
	if (taken < 0)
		return -1;
	if (run_name_check(own, NULL)) {
		*why = "no name that a ref can be";
		return run_name_make(m->s, uuid, name, 64, err);
	}
	if (!taken)
		return 0;
	*why = "another run has this name here";
	return name_like(m->s, "SELECT id FROM run WHERE name = ?", own, name, err);
}

/* Which name it had is a note of the run. */
static int note_name(struct bundle_import *m, int64_t run, const char *own, const char *name,
		     const char *why, struct error *err)
{
	struct strbuf text = STRBUF_INIT;
	int ret;

	strbuf_addf(&m->result->report, "%.64s: %s: it is %s now\n", own, why, name);
	strbuf_addf(&text, "named %s when it was imported; its name was %.64s", name, own);
	ret = db_run(m->s, err, "INSERT INTO note (run_id, text, created) VALUES (?, ?, ?)", "Itt",
		     run, text.buf, stamp_now().text);
	strbuf_release(&text);
	return ret;
}

/* The row of the run itself. own: its name in the bundle. */
static int take_run_row(struct bundle_import *m, const char *uuid, const char *own, int64_t *run,
			int64_t *attempt, struct error *err)
{
	const struct json_field *f = jsonline_find(&m->line, "attempt_id");
	const char *why;
	char name[64];

	if (strcmp(bundle_field(m, "table"), "run") || strcmp(bundle_field(m, "uuid"), uuid))
		return error_set(err, ERR_CORRUPT, "run %.13s: it does not begin with its row",
				 uuid);
	*attempt = f && f->kind == JSON_INTEGER ? f->i : 0;
	if (choose_name(m, own, uuid, name, &why, err) ||
	    bundle_insert(m, bundle_table_find(&m->schema, "run"), 0, "attempt_id",
			  why ? name : NULL, err))
		return -1;
	*run = sqlite3_last_insert_rowid(m->s->db);
	return why ? note_name(m, *run, own, name, why, err) : 0;
}

static int take_run(struct bundle_import *m, const struct bundle_text *in, struct error *err)
{
	struct strbuf own = STRBUF_INIT;
	int64_t run = 0, attempt = 0;
	size_t at = 0;
	int more = bundle_next_line(m, in, &at, err), ret = -1;

	if (!more)
		return error_set(err, ERR_CORRUPT, "run %.13s: empty", in->name);
	if (more > 0) {
		strbuf_adds(&own, bundle_field(m, "name"));
		ret = take_run_row(m, in->name, own.buf, &run, &attempt, err);
	}
	strbuf_release(&own);
	if (ret)
		return -1;
	while ((more = bundle_next_line(m, in, &at, err)) > 0) {
		const struct bundle_table *t =
		    bundle_table_find(&m->schema, bundle_field(m, "table"));

		if (!t)
			return from_newer(m, "table ", bundle_field(m, "table"), err);
		if (strcmp(t->owner, "run") != 0 && strcmp(t->owner, "eval") != 0)
			return error_set(err, ERR_CORRUPT, "run %.13s: a row of %s", in->name,
					 t->name);
		if (bundle_insert(m, t, run, NULL, NULL, err))
			return -1;
	}
	if (more)
		return -1;
	m->result->added++;
	if (identity_import(m->s, run, err))
		return -1;
	if (db_run(m->s, err,
		   "UPDATE run SET attempt_id = (SELECT id FROM attempt WHERE run_id = ?1 AND n = "
		   "?2) WHERE id = ?1",
		   "II", run, attempt))
		return -1;
	return bundle_check_run(m, run, in->name, err);
}

static int take_all(struct bundle_import *m, const struct bundle_in *in, struct error *err)
{
	if (params_mark(m->s, err))
		return -1;
	for (int i = 0; i < in->n_shared; i++)
		if (take_shared(m, &in->shared[i], err))
			return -1;
	for (int i = 0; i < in->n_runs; i++) {
		int64_t run;
		int found = db_int(m->s, &run, err, "SELECT id FROM run WHERE uuid = ?", "t",
				   in->run[i].name);

		if (found < 0 || (found ? bundle_compare_run(m, &in->run[i], run, err)
					: take_run(m, &in->run[i], err)))
			return -1;
	}
	for (int i = 0; i < in->n_sweeps; i++)
		if (bundle_take_sweep(m, &in->sweep[i], err))
			return -1;
	return 0;
}

int bundle_import(struct store *s, const struct bundle_in *in, struct bundle_result *out,
		  struct error *err)
{
	struct bundle_import *m = xcalloc(1, sizeof *m);
	int ret;

	m->s = s;
	m->result = out;
	m->in = in;
	m->sweep_name = in->sweep_name;
	m->theirs = in->schema;
	m->line.text = (struct strbuf)STRBUF_INIT;
	*out = (struct bundle_result){.report = STRBUF_INIT};
	ret = bundle_schema_read(s, &m->schema, err) || tx_begin(s, err);
	if (!ret)
		ret = tx_end(s, take_all(m, in, err), err);
	for (int i = 0; i < BUNDLE_TABLES; i++)
		sqlite3_finalize(m->insert[i]);
	if (ret) {
		strbuf_release(&out->report);
		*out = (struct bundle_result){.report = STRBUF_INIT};
	}
	strbuf_release(&m->line.text);
	free(m);
	return ret ? -1 : 0;
}
