/*
 * A store may come from anywhere, and SQLite runs what its schema contains: a trigger with every
 * write, the code of a virtual table, the expression of a computed column. ssl creates none of
 * these, except computed columns that copy a column under its old name, so a store that has any is
 * refused before anything is read. Views that ssl did not create
 * belong to the user (see query/user_views.h); the program does not read them.
 */
#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/store/schema.h"
#include "core/store/schema_check.h"

enum { TABLES = 64 };

void db_harden(sqlite3 *db)
{
	static const int on[] = {SQLITE_DBCONFIG_DEFENSIVE, SQLITE_DBCONFIG_ENABLE_FKEY};
	static const int off[] = {SQLITE_DBCONFIG_TRUSTED_SCHEMA, SQLITE_DBCONFIG_ENABLE_TRIGGER,
				  SQLITE_DBCONFIG_DQS_DML, SQLITE_DBCONFIG_DQS_DDL,
				  SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION};

	for (size_t i = 0; i < sizeof on / sizeof *on; i++)
		sqlite3_db_config(db, on[i], 1, NULL);
	for (size_t i = 0; i < sizeof off / sizeof *off; i++)
		sqlite3_db_config(db, off[i], 0, NULL);
	sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
}

struct tables {
	char name[TABLES][64];
	unsigned char seen[TABLES];
	int n;
};

/* Copies the identifier at p. */
static void copy_name(const char *p, char out[64])
{
	size_t n = strspn(p, "abcdefghijklmnopqrstuvwxyz_0123456789");

	snprintf(out, 64, "%.*s", (int)n, p);
}

/* Lists the tables of a version of the schema, which it finds in the schema's statements. */
static void list_tables(int version, struct tables *t)
{
	static const char create[] = "CREATE TABLE ", drop[] = "DROP TABLE ";
	char name[64];

	t->n = 0;
	for (const struct schema_file *f = schema_files; f->name; f++) {
		long of = strtol(f->name, NULL, 10);

		for (const char *p = of && of <= version ? f->sql : ""; *p;) {
			if (!strncmp(p, create, strlen(create)) && t->n < TABLES) {
				copy_name(p + strlen(create), t->name[t->n]);
				t->seen[t->n++] = 0;
			} else if (!strncmp(p, drop, strlen(drop))) {
				copy_name(p + strlen(drop), name);
				if (t->n && !strcmp(t->name[t->n - 1], name))
					t->n--;
			}
			p += strcspn(p, "\n");
			p += *p == '\n';
		}
	}
}

int schema_has_table(const char *name)
{
	struct tables t;

	list_tables(INT_MAX, &t);
	for (int i = 0; i < t.n; i++)
		if (!strcmp(t.name[i], name))
			return 1;
	return 0;
}

static int refuse(const struct store *s, const char *what, const char *name, const char *why,
		  struct error *err)
{
	return error_set(err, ERR_CORRUPT, "%s: %s %.80s: %s", s->path, what, name, why);
}

/* The end of the comment or quoted text at p; NULL if there is neither. */
static const char *skip_quoted(const char *p)
{
	char end = *p == '[' ? ']' : *p;

	if (!strncmp(p, "--", 2))
		return p + strcspn(p, "\n");
	if (!strncmp(p, "/*", 2)) {
		p = strstr(p + 2, "*/");
		return p ? p + 2 : "";
	}
	if (!strchr("'\"`[", *p))
		return NULL;
	p++;
	p += strcspn(p, (char[]){end, 0});
	return p + (*p != 0);
}

/* Is the text after AS that of an old name of a column, "(seed_index) VIRTUAL"? Such a column
 * copies another one and runs no code. */
static int is_old_name(const char *p)
{
	size_t n;

	if (strncmp(p, " (", 2) != 0)
		return 0;
	n = strspn(p + 2, "abcdefghijklmnopqrstuvwxyz_");
	return n && !strncmp(p + 2 + n, ") VIRTUAL", 9);
}

/* A computed column is declared with AS (...). Comments and quoted text aside, a CREATE TABLE of
 * ours has this word only for old names of columns. */
static int has_computed(const char *sql)
{
	for (const char *p = sql, *next; *p;) {
		size_t n = 0;

		next = skip_quoted(p);
		if (next) {
			p = next;
			continue;
		}
		while (isalnum((unsigned char)p[n]) || p[n] == '_' || (unsigned char)p[n] >= 0x80)
			n++;
		if (n == 2 && !sqlite3_strnicmp(p, "as", 2) && !is_old_name(p + 2))
			return 1;
		p += n ? n : 1;
	}
	return 0;
}

/* A table or view with the name of one of SQLite's table functions would be read in its place. */
static int is_function_name(const char *name)
{
	return !sqlite3_strnicmp(name, "pragma_", 7) || !sqlite3_strnicmp(name, "json_", 5) ||
	       !sqlite3_strnicmp(name, "sqlite_master", 13) ||
	       !sqlite3_strnicmp(name, "sqlite_schema", 13);
}

static int check_row(const struct store *s, struct tables *t, sqlite3_stmt *st, struct error *err)
{
	const char *type = db_text(st, 0), *name = db_text(st, 1);

	if (!strcmp(type, "trigger"))
		return refuse(s, "trigger", name,
			      "a store must not have triggers, since ssl would run them: if it is "
			      "yours, drop it with sqlite3",
			      err);
	if (strcmp(type, "table") && strcmp(type, "view"))
		return 0;
	if (is_function_name(name))
		return refuse(s, type, name, "it has the name of a function of SQLite", err);
	if (strcmp(type, "table"))
		return 0;
	if (sqlite3_column_int64(st, 2) == 0)
		return refuse(s, "table", name, "a store must not have a virtual table", err);
	for (int i = 0; i < t->n; i++) {
		if (sqlite3_stricmp(name, t->name[i]))
			continue;
		t->seen[i] = 1;
		if (has_computed(db_text(st, 3)))
			return refuse(s, "table", name,
				      "it has a computed column, which a store must not have", err);
	}
	return 0;
}

int schema_check(struct store *s, int version, struct error *err)
{
	sqlite3_stmt *st =
	    db_prepare(s, "SELECT type, name, rootpage, sql FROM sqlite_schema", err);
	struct tables t;
	int more;

	if (!st)
		return -1;
	list_tables(version, &t);
	while ((more = db_step(s, st, err)) > 0)
		if (check_row(s, &t, st, err)) {
			sqlite3_reset(st);
			return -1;
		}
	for (int i = 0; !more && version && i < t.n; i++)
		if (!t.seen[i])
			return refuse(s, "table", t.name[i],
				      "missing: the store is damaged: restore it from a backup",
				      err);
	return more;
}

/* ---- the complete comparison ---- */

sqlite3 *schema_model(int version, int views)
{
	sqlite3 *db = NULL;
	int bad =
	    sqlite3_open_v2(":memory:", &db,
			    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);

	for (const struct schema_file *f = schema_files; !bad && f->name; f++) {
		long of = strtol(f->name, NULL, 10);

		if ((of && of <= version) || (views && !strcmp(f->name, "views.sql")))
			bad = sqlite3_exec(db, f->sql, NULL, NULL, NULL);
	}
	if (!bad)
		return db;
	sqlite3_close(db);
	return NULL;
}

#define COLUMNS                                                                                    \
	"SELECT m.name, c.name, c.type FROM sqlite_schema m, pragma_table_info(m.name) c WHERE "   \
	"m.type = 'table' AND m.name NOT LIKE 'sqlite_%'"

static int has_column(sqlite3_stmt *find, sqlite3_stmt *row)
{
	int found;

	for (int i = 0; i < 3; i++)
		sqlite3_bind_value(find, i + 1, sqlite3_column_value(row, i));
	found = sqlite3_step(find) == SQLITE_ROW;
	sqlite3_reset(find);
	return found;
}

int schema_damage(struct store *s, char out[200])
{
	int64_t version = 0;
	sqlite3 *model;
	sqlite3_stmt *all = NULL, *find = NULL;
	int damaged = 0;

	if (db_int(s, &version, NULL, "PRAGMA user_version", "") < 0)
		return 0;
	model = schema_model((int)version, 0);
	if (model && !sqlite3_prepare_v2(model, COLUMNS, -1, &all, NULL) &&
	    !sqlite3_prepare_v2(s->db, COLUMNS " AND m.name = ? AND c.name = ? AND c.type = ?", -1,
				&find, NULL))
		while (!damaged && sqlite3_step(all) == SQLITE_ROW)
			if (!has_column(find, all)) {
				snprintf(out, 200, "table %.60s has no column %.60s of type %.20s",
					 (const char *)sqlite3_column_text(all, 0),
					 (const char *)sqlite3_column_text(all, 1),
					 (const char *)sqlite3_column_text(all, 2));
				damaged = 1;
			}
	sqlite3_finalize(all);
	sqlite3_finalize(find);
	sqlite3_close(model);
	return damaged;
}
