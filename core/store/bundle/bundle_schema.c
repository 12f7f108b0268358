/* The tables of bundles, read from the schema; see bundle_internal.h. */
#include <stdio.h>
#include <string.h>

#include "core/store/bundle/bundle_internal.h"
#include "core/store/schema_check.h"

/* The shared tables in the order of import: the key of a row k, and the rows that runs ?1 and
 * sweeps ?2 need. Cells need recipes and datasets that no run has yet. */
#define RECIPES                                                                                    \
	"SELECT recipe_id FROM run WHERE id IN (SELECT value FROM json_each(?1)) UNION SELECT "    \
	"recipe_id FROM cell WHERE sweep_id IN (SELECT value FROM json_each(?2))"
static const struct {
	const char *table, *key, *needed; /* needed: numbers of rows */
} shared[] = {
    {"code",
     "json_array(k.version, k.binary_sha256, k.compiler, k.flags, k.source_commit, k.libraries, "
     "k.user_commit, k.user_dirty)",
     "SELECT code_id FROM run WHERE id IN (SELECT value FROM json_each(?1)) UNION SELECT code_id "
     "FROM attempt WHERE run_id IN (SELECT value FROM json_each(?1))"},
    {"host", "json_array(k.name, k.cpu, k.isa, k.os, k.cores)",
     "SELECT host_id FROM run WHERE id IN (SELECT value FROM json_each(?1)) UNION SELECT host_id "
     "FROM attempt WHERE run_id IN (SELECT value FROM json_each(?1))"},
    {"engine_table", "k.sha256",
     "SELECT engine_table_id FROM attempt WHERE run_id IN (SELECT value FROM json_each(?1))"},
    {"engine", "json_array(k.engine_table_id, k.operation)",
     "SELECT e.id FROM engine e JOIN attempt a ON a.engine_table_id = e.engine_table_id WHERE "
     "a.run_id IN (SELECT value FROM json_each(?1))"},
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

const char *bundle_needed(const char *table)
{
	for (int i = 0; i < SHARED; i++)
		if (!strcmp(shared[i].table, table))
			return shared[i].needed;
	BUG("%s: not a shared table", table);
}

/* ---- the schema ---- */

/* Names and defaults become parts of statements, so only those that a migration could have written
 * are accepted. */
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
					 "%s: column %.40s.%.40s is not one that ssl creates",
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

/* Adds the tables whose rows are deleted with a row of `owner`; attempt comes before the tables
 * that refer to it. */
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
	while ((more = db_step(s, st, err)) > 0) /* tables that the user added are not exported */
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
