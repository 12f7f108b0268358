/* The tables of bundles, and runs as text; see bundle.h. SQL is put together from names in the
 * schema only; values are bound. */
#include "core/store/bundle/bundle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/store/bundle/bundle_internal.h"
#include "core/store/schema_check.h"

/* In the order in which they have to be taken in. ?2: the sweeps, whose cells need recipes and data
 * that no run has yet. */
#define RECIPES                                                                                    \
	"SELECT recipe_id FROM run WHERE id IN (SELECT value FROM json_each(?1)) UNION SELECT "    \
	"recipe_id FROM cell WHERE sweep_id IN (SELECT value FROM json_each(?2))"
static const struct {
	const char *table, *key, *needed; /* needed: the rows that the runs ?1 and sweeps ?2 need */
} shared[] = {
    {"code",
     "json_array(k.version, k.binary_sha256, k.compiler, k.flags, k.source_commit, k.libraries, "
     "k.user_commit, k.user_dirty)",
     "SELECT code_id FROM run WHERE id IN (SELECT value FROM json_each(?1)) UNION SELECT code_id "
     "FROM attempt WHERE run_id IN (SELECT value FROM json_each(?1))"},
    {"host", "json_array(k.name, k.cpu, k.isa, k.os, k.cores)",
     "SELECT host_id FROM run WHERE id IN (SELECT value FROM json_each(?1)) UNION SELECT host_id "
     "FROM attempt WHERE run_id IN (SELECT value FROM json_each(?1))"},
    {"object", "k.sha256",
     "SELECT object_id FROM checkpoint WHERE run_id IN (SELECT value FROM json_each(?1)) UNION "
     "SELECT d.object_id FROM dataset d JOIN run r ON r.dataset_id = d.id WHERE r.id IN (SELECT "
     "value FROM json_each(?1)) UNION SELECT d.object_id FROM dataset d JOIN cell c ON "
     "c.dataset_id = d.id WHERE c.sweep_id IN (SELECT value FROM json_each(?2))"},
    {"dataset", "json_array(k.name, k.sha256)",
     "SELECT dataset_id FROM run WHERE id IN (SELECT value FROM json_each(?1)) UNION SELECT "
     "dataset_id FROM cell WHERE sweep_id IN (SELECT value FROM json_each(?2))"},
    {"recipe", "k.hash", RECIPES},
    {"param_name", "k.name", "SELECT name_id FROM param WHERE recipe_id IN (" RECIPES ")"},
    {"metric_name", "k.name",
     "SELECT name_id FROM metric_summary WHERE run_id IN (SELECT value FROM json_each(?1)) UNION "
     "SELECT v.name_id FROM eval_value v JOIN eval e ON e.id = v.eval_id WHERE e.run_id IN (SELECT "
     "value FROM json_each(?1))"},
    {"param", NULL, NULL},
};
#undef RECIPES

enum { SHARED = sizeof shared / sizeof *shared };

const char *bundle_shared(int i)
{
	return i >= 0 && i < SHARED ? shared[i].table : NULL;
}

const char *bundle_key(const char *table)
{
	if (!strcmp(table, "attempt"))
		return "k.n";
	if (!strcmp(table, "eval"))
		return "(SELECT count(*) FROM eval b WHERE b.run_id = k.run_id AND b.id <= k.id)";
	for (int i = 0; i < SHARED; i++)
		if (!strcmp(table, shared[i].table))
			return shared[i].key;
	return NULL;
}

const struct bundle_table *bundle_table_find(const struct bundle_schema *b, const char *name)
{
	for (int i = 0; i < b->n; i++)
		if (!strcmp(b->table[i].name, name))
			return &b->table[i];
	return NULL;
}

/* ---- the schema ---- */

/* These become parts of statements: only what a migration of ours could have written. */
static int is_plain_name(const char *name)
{
	size_t n = strlen(name);

	return n < 64 && n == strspn(name, "abcdefghijklmnopqrstuvwxyz_0123456789");
}

static int is_literal(const char *sql)
{
	size_t n = strlen(sql);

	if (n >= 96)
		return 0;
	if (n >= 2 && sql[0] == '\'' && sql[n - 1] == '\'')
		return !memchr(sql + 1, '\'', n - 2);
	return n == strspn(sql, "-.0123456789") || !strcmp(sql, "NULL");
}

static int add_table(struct store *s, struct bundle_schema *b, const char *name, const char *owner,
		     struct error *err)
{
	struct bundle_table *t = &b->table[b->n];
	sqlite3_stmt *st = db_prepare(
	    s,
	    "SELECT c.name, coalesce(f.\"table\", ''), c.name = 'id' AND c.pk = 1, "
	    "c.\"notnull\", coalesce(c.dflt_value, '') FROM "
	    "pragma_table_info(?1) c LEFT JOIN pragma_foreign_key_list(?1) f ON f.\"from\" = "
	    "c.name ORDER BY c.cid",
	    err);
	int more;

	if (!st)
		return -1;
	if (b->n == BUNDLE_TABLES) {
		sqlite3_reset(st);
		return error_set(err, ERR_CORRUPT, "%s: more than %d tables belong to runs",
				 s->path, BUNDLE_TABLES);
	}
	*t = (struct bundle_table){0};
	snprintf(t->name, sizeof t->name, "%s", name);
	snprintf(t->owner, sizeof t->owner, "%s", owner);
	db_bind(st, "t", name);
	while ((more = db_step(s, st, err)) > 0) {
		struct bundle_column *c = &t->column[t->n++];

		if (t->n == BUNDLE_COLUMNS || !is_plain_name(db_text(st, 0)) ||
		    !is_plain_name(db_text(st, 1)) || !is_literal(db_text(st, 4))) {
			sqlite3_reset(st);
			return error_set(err, ERR_CORRUPT,
					 "%s: column %.40s.%.40s is not as any ssl makes them",
					 s->path, name, db_text(st, 0));
		}
		db_text_into(st, 0, c->name, sizeof c->name);
		db_text_into(st, 1, c->target, sizeof c->target);
		c->is_own_id = sqlite3_column_int(st, 2);
		c->not_null = sqlite3_column_int(st, 3);
		db_text_into(st, 4, c->fallback, sizeof c->fallback);
		t->has_id |= c->is_own_id;
	}
	b->n++;
	return more;
}

/* Tables that go when a row of `owner` goes; attempt before what refers to it. */
static int add_owned(struct store *s, struct bundle_schema *b, const char *owner, struct error *err)
{
	sqlite3_stmt *st = db_prepare(
	    s,
	    "SELECT m.name FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE "
	    "m.type = "
	    "'table' AND f.\"table\" = ?1 AND f.on_delete = 'CASCADE' AND m.name NOT IN ('trash', "
	    "'cell') GROUP BY m.name ORDER BY m.name <> 'attempt', m.name",
	    err);
	char name[BUNDLE_TABLES][64];
	int n = 0, more;

	if (!st)
		return -1;
	db_bind(st, "t", owner);
	while ((more = db_step(s, st, err)) > 0) /* a table that the user added stays at home */
		if (n < BUNDLE_TABLES && schema_has_table(db_text(st, 0)))
			db_text_into(st, 0, name[n++], sizeof *name);
	for (int i = 0; !more && i < n; i++)
		if (!bundle_table_find(b, name[i]))
			more = add_table(s, b, name[i], owner, err);
	return more;
}

int bundle_schema_read(struct store *s, struct bundle_schema *out, struct error *err)
{
	out->n = 0;
	for (int i = 0; i < SHARED; i++)
		if (add_table(s, out, shared[i].table,
			      strcmp(shared[i].table, "param") ? "" : "recipe", err))
			return -1;
	return add_table(s, out, "sweep", "sweep", err) ||
		       add_table(s, out, "cell", "sweep", err) ||
		       add_table(s, out, "run", "", err) || add_owned(s, out, "run", err) ||
		       add_owned(s, out, "eval", err)
		   ? -1
		   : 0;
}

int bundle_schema_version(struct store *s, int *out, struct error *err)
{
	int64_t version = 0;

	if (db_int(s, &version, err, "PRAGMA user_version", "") < 0)
		return -1;
	*out = (int)version;
	return 0;
}

/* ---- rows as text ---- */

/* "SELECT t.a, (SELECT key FROM code k WHERE k.id = t.code_id) AS code_id, ... FROM name t" */
void bundle_select_sql(const struct bundle_table *t, struct strbuf *sql)
{
	const char *comma = "SELECT ";

	for (int i = 0; i < t->n; i++) {
		const struct bundle_column *c = &t->column[i];
		const char *key = *c->target ? bundle_key(c->target) : NULL;
		const char *cell = strcmp(t->name, "cell") ? NULL : bundle_cell_column(c->name);

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
		if (!strpbrk(out->buf + from, ".e")) /* so that it is read back as one */
			strbuf_adds(out, ".0");
		break;
	case SQLITE_NULL:
		strbuf_adds(out, "null");
		break;
	default:
		strbuf_add_json(out, db_text(st, i));
	}
}

static void add_row(sqlite3_stmt *st, const char *table, const char *name, struct strbuf *out)
{
	strbuf_adds(out, "{\"table\":");
	strbuf_add_json(out, table);
	for (int i = 0; i < sqlite3_column_count(st); i++) {
		const char *column = sqlite3_column_name(st, i);

		strbuf_addc(out, ',');
		strbuf_add_json(out, column);
		strbuf_addc(out, ':');
		if (name && !strcmp(column, "name"))
			strbuf_add_json(out, name);
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

static int prepare(struct store *s, const char *sql, sqlite3_stmt **st, struct error *err)
{
	return sqlite3_prepare_v2(s->db, sql, -1, st, NULL) ? db_error(s, err) : 0;
}

int bundle_prepare(struct store *s, const char *sql, const struct selection *sel, sqlite3_stmt **st,
		   struct error *err)
{
	struct strbuf runs = STRBUF_INIT, sweeps = STRBUF_INIT;
	int ret = prepare(s, sql, st, err);

	selection_ids(sel, &runs);
	for (int i = 0; i < sel->sweeps; i++)
		strbuf_addf(&sweeps, "%c%lld", i ? ',' : '[', (long long)sel->sweep[i]);
	strbuf_adds(&sweeps, sel->sweeps ? "]" : "[]");
	if (!ret) {
		sqlite3_bind_text(*st, 1, runs.buf, -1, SQLITE_TRANSIENT);
		sqlite3_bind_text(*st, 2, sweeps.buf, -1,
				  SQLITE_TRANSIENT); /* where it is asked for */
	}
	strbuf_release(&runs);
	strbuf_release(&sweeps);
	return ret;
}

static const char *shared_needs(const char *table)
{
	for (int i = 0; i < SHARED; i++)
		if (!strcmp(shared[i].table, table))
			return shared[i].needed;
	BUG("%s: not a shared table", table);
}

int bundle_export_shared(struct store *s, const struct selection *sel, const char *table,
			 struct strbuf *out, struct error *err)
{
	struct bundle_schema *b = xmalloc(sizeof *b);
	const char *needs = shared_needs(table);
	struct strbuf sql = STRBUF_INIT;
	sqlite3_stmt *st = NULL;
	int ret = bundle_schema_read(s, b, err);

	if (ret)
		goto done;
	bundle_select_sql(bundle_table_find(b, table), &sql);
	if (needs)
		strbuf_addf(&sql, " WHERE t.id IN (%s)", needs);
	else
		strbuf_addf(&sql, " WHERE t.recipe_id IN (%s)", shared_needs("recipe"));
	ret = bundle_prepare(s, sql.buf, sel, &st, err);
	if (ret)
		goto done;
	ret = bundle_add_rows(s, st, bundle_table_find(b, table), 1, NULL, out, err);
done:
	sqlite3_finalize(st);
	strbuf_release(&sql);
	free(b);
	return ret;
}

static int export_table(struct store *s, const struct bundle_table *t, int64_t run,
			const char *name, struct strbuf *out, struct error *err)
{
	struct strbuf sql = STRBUF_INIT;
	sqlite3_stmt *st = NULL;
	int ret;

	bundle_select_sql(t, &sql);
	if (!strcmp(t->name, "run"))
		strbuf_adds(&sql, " WHERE t.id = ?1");
	else if (!strcmp(t->owner, "run"))
		strbuf_adds(&sql, " WHERE t.run_id = ?1");
	else
		strbuf_adds(&sql, " WHERE t.eval_id IN (SELECT id FROM eval WHERE run_id = ?1)");
	strbuf_adds(&sql, t->has_id ? " ORDER BY t.id" : "");
	ret = prepare(s, sql.buf, &st, err);
	if (!ret) {
		sqlite3_bind_int64(st, 1, run);
		ret = bundle_add_rows(s, st, t, !t->has_id, name, out, err);
	}
	sqlite3_finalize(st);
	strbuf_release(&sql);
	return ret;
}

int bundle_export_run(struct store *s, int64_t run, const char *name, struct strbuf *out,
		      char uuid[37], struct error *err)
{
	sqlite3_stmt *st = db_prepare(s, "SELECT uuid FROM run WHERE id = ?", err);
	struct bundle_schema *b;
	int ret, owned = 0;

	if (!st)
		return -1;
	db_bind(st, "I", run);
	while ((ret = db_step(s, st, err)) > 0)
		db_text_into(st, 0, uuid, 37);
	b = xmalloc(sizeof *b);
	if (!ret)
		ret = bundle_schema_read(s, b, err);
	for (int i = 0; !ret && i < b->n; i++) {
		int is_run = !strcmp(b->table[i].name, "run");

		owned |= is_run;
		if (owned)
			ret = export_table(s, &b->table[i], run, is_run ? name : NULL, out, err);
	}
	free(b);
	return ret;
}

int bundle_objects(struct store *s, const struct selection *sel,
		   int (*fn)(void *ctx, const char *sha256, int64_t bytes, struct error *err),
		   void *ctx, struct error *err)
{
	struct strbuf sql = STRBUF_INIT;
	sqlite3_stmt *st = NULL;
	int ret, rc = SQLITE_DONE;

	strbuf_addf(&sql, "SELECT sha256, bytes FROM object WHERE id IN (%s) ORDER BY sha256",
		    shared_needs("object"));
	ret = bundle_prepare(s, sql.buf, sel, &st, err);
	if (!ret) {
		while (!ret && (rc = sqlite3_step(st)) == SQLITE_ROW)
			ret = fn(ctx, db_text(st, 0), sqlite3_column_int64(st, 1), err);
		if (!ret && rc != SQLITE_DONE)
			ret = db_error(s, err);
	}
	sqlite3_finalize(st);
	strbuf_release(&sql);
	return ret;
}
