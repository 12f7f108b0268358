/*
 * The schema's versions. schema/NNNN_*.sql is applied in order, each with its user_version in one
 * transaction (user_version rolls back with it), so that a store is always at a whole version. Two
 * processes that open a new store at once: the second finds the work done when it gets the lock.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build_info.h"
#include "core/base/strbuf.h"
#include "core/store/identity.h"
#include "core/store/schema.h"
#include "core/store/store_internal.h"

/* The version that a file brings the schema to; 0 for views.sql. */
static int file_version(const struct schema_file *f)
{
	return (int)strtol(f->name, NULL, 10);
}

static int newest_version(void)
{
	int newest = 0;

	for (const struct schema_file *f = schema_files; f->name; f++)
		if (file_version(f) > newest)
			newest = file_version(f);
	return newest;
}

static const char *views_sql(void)
{
	for (const struct schema_file *f = schema_files; f->name; f++)
		if (!strcmp(f->name, "views.sql"))
			return f->sql;
	BUG("schema/views.sql is not embedded");
}

/* Reads the version; refuses what is not ours or from the future. */
static int read_version(struct store *s, int64_t *version, struct error *err)
{
	int64_t app = 0, tables = 0;

	if (db_int(s, version, err, "PRAGMA user_version", "") < 0 ||
	    db_int(s, &app, err, "PRAGMA application_id", "") < 0 ||
	    db_int(s, &tables, err, "SELECT count(*) FROM sqlite_schema", "") < 0)
		return -1;
	if (app != STORE_APPLICATION_ID && (app || *version || tables))
		return error_set(err, ERR_CORRUPT, "%s: not the database of an ssl store", s->path);
	if (*version > newest_version())
		return error_set(err, ERR_CORRUPT,
				 "%s: database is newer (%d) than this ssl (%d): use a newer ssl",
				 s->path, (int)*version, newest_version());
	return 0;
}

static int apply(struct store *s, const struct schema_file *f, struct error *err)
{
	char mark[96];
	int edits_text = strstr(f->name, "_code.sql") != NULL, bad;

	snprintf(mark, sizeof mark, "PRAGMA application_id = %d; PRAGMA user_version = %d",
		 (int)STORE_APPLICATION_ID, file_version(f));
	if (edits_text) /* else SQLite lets nobody edit the schema's text */
		sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
	bad = db_script(s, f->sql, err);
	if (edits_text)
		sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	if (!bad && !db_script(s, mark, err) &&
	    (!strstr(f->name, "_measure.sql") || !identity_migrate(s, 0, err)))
		return 0;
	return error_prefix(err, "schema %s", f->name);
}

static int set_meta(struct store *s, const char *key, const char *value, struct error *err)
{
	return db_run(s, err, "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", "tt", key,
		      value);
}

static int describe(struct store *s, struct error *err)
{
	struct stamp now = stamp_now();
	char uuid[37];

	return uuid_make(uuid, err) || set_meta(s, "store", uuid, err) ||
		       set_meta(s, "created", now.text, err) ||
		       set_meta(s, "created_by", SSL_VERSION, err)
		   ? -1
		   : 0;
}

/* One transaction for all pending versions: a store that cannot be brought to the newest stays as
 * it was. */
static int upgrade(struct store *s, int *created, struct error *err)
{
	int64_t version = 0;
	int ret;

	if (tx_begin(s, err))
		return -1;
	ret = read_version(s, &version, err);
	*created = version == 0;
	for (const struct schema_file *f = schema_files; !ret && f->name; f++)
		if (file_version(f) > version)
			ret = apply(s, f, err);
	if (!ret && *created)
		ret = describe(s, err);
	return tx_end(s, ret, err);
}

static int views_are_current(struct store *s, const char *hash, struct error *err)
{
	int64_t same = 0;

	return db_int(s, &same, err, "SELECT 1 FROM meta WHERE key = 'views' AND value = ?", "t",
		      hash);
}

/* Views with other names are the user's (see catalog.h). */
static int drop_views(struct store *s, struct error *err)
{
	struct strbuf sql = STRBUF_INIT;
	sqlite3_stmt *st = db_prepare(s,
				      "SELECT name FROM sqlite_schema "
				      "WHERE type = 'view' AND name GLOB 'v_*'",
				      err);
	int more, ret = st ? 0 : -1;

	while (!ret && (more = db_step(s, st, err)) != 0) {
		if (more < 0)
			ret = -1;
		else
			strbuf_addf(&sql, "DROP VIEW \"%s\";", db_text(st, 0));
	}
	if (!ret)
		ret = db_script(s, sql.buf, err);
	strbuf_release(&sql);
	return ret;
}

static int remake_views(struct store *s, const char *hash, struct error *err)
{
	int ret;

	if (tx_begin(s, err))
		return -1;
	ret =
	    drop_views(s, err) || db_script(s, views_sql(), err) || set_meta(s, "views", hash, err);
	return tx_end(s, ret, err);
}

/* A reader never writes: where the stored views are another ssl's, it makes its own for itself. */
static int temporary_views(struct store *s, struct error *err)
{
	static const char word[] = "CREATE VIEW ";
	struct strbuf sql = STRBUF_INIT;
	const char *p = views_sql(), *next;
	int ret;

	while ((next = strstr(p, word))) {
		strbuf_add(&sql, p, (size_t)(next - p));
		strbuf_adds(&sql, "CREATE TEMP VIEW ");
		p = next + strlen(word);
	}
	strbuf_adds(&sql, p);
	ret = db_script(s, sql.buf, err);
	strbuf_release(&sql);
	return ret;
}

int migrate(struct store *s, int *created, struct error *err)
{
	char hash[HASH_HEX];
	int64_t version;
	int current;

	*created = 0;
	if (read_version(s, &version, err))
		return -1;
	if (version < newest_version()) {
		if (s->mode == STORE_READ)
			return error_set(err, ERR_FAILED,
					 "%s: database is older (%d) than this ssl (%d): "
					 "`ssl init` upgrades it",
					 s->path, (int)version, newest_version());
		if (upgrade(s, created, err))
			return -1;
	}
	hash_buffer(views_sql(), strlen(views_sql()), hash);
	current = views_are_current(s, hash, err);
	if (current)
		return current < 0 ? -1 : 0;
	return s->mode == STORE_READ ? temporary_views(s, err) : remake_views(s, hash, err);
}
