/*
 * Versions of the schema. The files schema/NNNN_*.sql are applied in order, with user_version, in
 * one transaction, so that a store always has a complete version. If two processes open a new store
 * at once, the second one finds the work done when it gets the lock.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build_info.h"
#include "core/base/strbuf.h"
#include "core/store/identity.h"
#include "core/store/metric_names.h"
#include "core/store/schema.h"
#include "core/store/schema_check.h"
#include "core/store/store_internal.h"

/* The version that a file brings the schema to; 0 for views.sql and locks.sql. */
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

/* Reads the version; refuses a database of another program or of a newer ssl. */
static int read_version(struct store *s, int64_t *version, struct error *err)
{
	int64_t app = 0, tables = 0;

	if (db_int(s, version, err, "PRAGMA user_version", "") < 0 ||
	    db_int(s, &app, err, "PRAGMA application_id", "") < 0 ||
	    db_int(s, &tables, err, "SELECT count(*) FROM sqlite_schema", "") < 0)
		return -1;
	if (app != STORE_APPLICATION_ID && (app || *version || tables))
		return error_set(err, ERR_CORRUPT, "%s: not the database of an ssl store", s->path);
	if (*version < 0 || (!*version && app))
		return error_set(err, ERR_CORRUPT, "%s: no version of the schema is %d", s->path,
				 (int)*version);
	if (*version > newest_version())
		return error_set(err, ERR_CORRUPT,
				 "%s: database is newer (%d) than this ssl (%d): use a newer ssl",
				 s->path, (int)*version, newest_version());
	return 0;
}

static int apply(struct store *s, const struct schema_file *f, struct error *err)
{
	char mark[96];
	int edits_text = strstr(f->sql, "writable_schema = ON") != NULL, bad;

	snprintf(mark, sizeof mark, "PRAGMA application_id = %d; PRAGMA user_version = %d",
		 (int)STORE_APPLICATION_ID, file_version(f));
	if (edits_text) /* otherwise SQLite refuses to edit the text of the schema */
		sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
	bad = db_script(s, f->sql, err);
	if (edits_text)
		sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	if (!bad && !db_script(s, mark, err) &&
	    (!strstr(f->name, "_measure.sql") || !identity_migrate(s, 0, err)) &&
	    (!strstr(f->name, "_pruned.sql") || !metric_names_refresh(s, err)))
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

/* One transaction for all pending versions: a store that cannot be upgraded to the newest stays as
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

int migrate_versions(struct store *s, int *now, int *newest, struct error *err)
{
	int64_t version;

	if (read_version(s, &version, err) || schema_check(s, (int)version, err))
		return -1;
	*now = (int)version;
	*newest = newest_version();
	return 0;
}

int migrate(struct store *s, int *created, struct error *err)
{
	int version, newest;

	*created = 0;
	if (migrate_versions(s, &version, &newest, err))
		return -1;
	if (version < newest) {
		if (s->mode != STORE_WRITE)
			return error_set(err, ERR_FAILED,
					 "%s: database is older (%d) than this ssl (%d): "
					 "`ssl init` upgrades it",
					 s->path, version, newest);
		if (upgrade(s, created, err))
			return -1;
	}
	return views_update(s, err);
}
