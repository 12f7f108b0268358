#include "core/store/engine_tables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/strbuf.h"
#include "core/store/row.h"
#include "core/store/store_internal.h"

/* The columns of read_row(). */
#define COLUMNS                                                                                    \
	"t.id, t.name, t.sha256, t.device, t.device_about, t.created, (SELECT count(*) FROM "      \
	"engine e WHERE e.engine_table_id = t.id), (SELECT count(*) FROM attempt b WHERE "         \
	"b.engine_table_id = t.id)"

static int read_row(sqlite3_stmt *st, struct engine_table_row *out, struct error *err)
{
	struct row r = {st, "engine_table", sqlite3_column_int64(st, 0), err, 0};

	*out = (struct engine_table_row){.id = r.id};
	row_text_into(&r, 1, "name", out->name, sizeof out->name);
	row_hash(&r, 2, "sha256", out->sha256);
	row_text_into(&r, 3, "device", out->device, sizeof out->device);
	row_text_into(&r, 4, "device_about", out->about, sizeof out->about);
	row_text_into(&r, 5, "created", out->created, sizeof out->created);
	out->engines = sqlite3_column_int64(st, 6);
	out->attempts = sqlite3_column_int64(st, 7);
	return r.bad ? -1 : 0;
}

int engine_tables_check_name(struct store *s, const char *name, struct error *err)
{
	int64_t other;
	int taken;

	if (!strcmp(name, "none") || run_name_check(name, NULL))
		return error_set(err, ERR_USAGE,
				 "table of engines '%.80s': a name has 1 to 63 letters, digits, "
				 "'.', '_' and '-', is no number and not `none`",
				 name);
	taken = db_int(s, &other, err, "SELECT id FROM engine_table WHERE name = ?", "t", name);
	if (taken > 0)
		return error_set(err, ERR_USAGE,
				 "table of engines %s: exists: --name gives the new one another "
				 "name",
				 name);
	return taken;
}

/* ---- writing ---- */

static int by_operation(const void *a, const void *b)
{
	return strcmp(((const struct engine_row *)a)->operation,
		      ((const struct engine_row *)b)->operation);
}

/* Of rows by operation. The times are left out: two tables with the same choices give the same
 * bits. */
static void hash_table(const char *device, const char *about, const struct engine_row *row, int n,
		       char hex[HASH_HEX])
{
	struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text, "%s\n%s\n", device, about);
	for (int i = 0; i < n; i++)
		strbuf_addf(&text, "%s\t%d\t%lld\n", row[i].operation, row[i].place,
			    (long long)row[i].engine);
	hash_buffer(text.buf, text.len, hex);
	strbuf_release(&text);
}

static int insert_rows(struct store *s, int64_t table, const struct engine_row *row, int n,
		       struct error *err)
{
	for (int i = 0; i < n; i++)
		if (db_run(s, err,
			   "INSERT INTO engine (engine_table_id, operation, place, engine, "
			   "seconds, first_seconds) VALUES (?, ?, ?, ?, ?, ?)",
			   "ItiIff", table, row[i].operation, row[i].place, row[i].engine,
			   row[i].seconds, row[i].first_seconds))
			return -1;
	return 0;
}

/* 1 with *out, 0, -1. */
static int find_by(struct store *s, sqlite3_stmt *st, struct engine_table_row *out,
		   struct error *err)
{
	int found = db_step(s, st, err);

	if (found > 0 && read_row(st, out, err))
		found = -1;
	sqlite3_reset(st);
	return found;
}

static int find_hash(struct store *s, const char *sha256, struct engine_table_row *out,
		     struct error *err)
{
	sqlite3_stmt *st =
	    db_prepare(s, "SELECT " COLUMNS " FROM engine_table t WHERE t.sha256 = ?", err);

	if (!st)
		return -1;
	db_bind(st, "t", sha256);
	return find_by(s, st, out, err);
}

static int insert(struct store *s, const char *name, const struct device_info *device,
		  const char *recipe_hash, struct engine_row *row, int n,
		  struct engine_table_row *out, struct error *err)
{
	const char *about = device->about ? device->about : "";
	char sha256[HASH_HEX];
	int found;

	qsort(row, (size_t)n, sizeof *row, by_operation);
	hash_table(device->name, about, row, n, sha256);
	found = find_hash(s, sha256, out, err);
	if (found)
		return found < 0 ? -1 : 0;
	if (engine_tables_check_name(s, name, err) ||
	    db_run(s, err,
		   "INSERT INTO engine_table (name, sha256, device, device_about, recipe, "
		   "created) VALUES (?, ?, ?, ?, ?, ?)",
		   "tttttt", name, sha256, device->name, about, recipe_hash, stamp_now().text))
		return -1;
	if (s->mode == STORE_DRY) {
		*out = (struct engine_table_row){.engines = n};
		snprintf(out->name, sizeof out->name, "%s", name);
		return 0;
	}
	return insert_rows(s, sqlite3_last_insert_rowid(s->db), row, n, err) ||
		       find_hash(s, sha256, out, err) < 0
		   ? -1
		   : 0;
}

int engine_tables_insert(struct store *s, const char *name, const struct device_info *device,
			 const char *recipe_hash, struct engine_row *row, int n,
			 struct engine_table_row *out, struct error *err)
{
	if (tx_begin(s, err))
		return -1;
	return tx_end(s, insert(s, name, device, recipe_hash, row, n, out, err), err);
}

int engine_tables_remove(struct store *s, const struct engine_table_row *row, struct error *err)
{
	int64_t used = 0;
	int ret;

	if (tx_begin(s, err))
		return -1;
	ret = db_int(s, &used, err,
		     "SELECT count(DISTINCT run_id) FROM attempt WHERE engine_table_id = ?", "I",
		     row->id) < 0
		  ? -1
		  : 0;
	if (used)
		ret = error_set(err, ERR_USAGE,
				"table of engines %s: %lld run%s used it and could not be resumed "
				"or repeated without it",
				row->name, (long long)used, used == 1 ? "" : "s");
	if (!ret)
		ret = db_run(s, err, "DELETE FROM engine_table WHERE id = ?", "I", row->id);
	return tx_end(s, ret, err);
}

/* ---- reading ---- */

int engine_tables_find(struct store *s, const char *name, struct engine_table_row *out,
		       struct error *err)
{
	sqlite3_stmt *st = db_prepare(
	    s,
	    "SELECT " COLUMNS " FROM engine_table t WHERE t.name = ?1 OR (length(?1) >= 6 AND "
	    "substr(t.sha256, 1, length(?1)) = ?1) ORDER BY t.id",
	    err);
	struct engine_table_row other;
	int found, more = 0;

	if (!st)
		return -1;
	db_bind(st, "t", name);
	found = db_step(s, st, err);
	if (found > 0 && read_row(st, out, err))
		found = -1;
	if (found > 0)
		more = db_step(s, st, err);
	if (more > 0 && !read_row(st, &other, err))
		error_set(err, ERR_NOT_FOUND,
			  "table of engines %s: there are several: say %.8s or %.8s", name,
			  out->sha256, other.sha256);
	sqlite3_reset(st);
	if (!found)
		return error_set(
		    err, ERR_NOT_FOUND,
		    "table of engines %.80s: there is none: `ssl device ls` lists them", name);
	return found < 0 || more ? -1 : 0;
}

int engine_tables_of_run(struct store *s, int64_t run, char device[64],
			 struct engine_table_row *out, struct error *err)
{
	sqlite3_stmt *st = db_prepare(
	    s,
	    "SELECT " COLUMNS ", a.device FROM attempt a LEFT JOIN engine_table t ON t.id = "
	    "a.engine_table_id WHERE a.run_id = ? ORDER BY a.n DESC LIMIT 1",
	    err);
	int found;

	if (!st)
		return -1;
	db_bind(st, "I", run);
	device[0] = 0;
	found = db_step(s, st, err);
	if (found > 0) {
		db_text_into(st, 8, device, 64);
		found = sqlite3_column_type(st, 0) != SQLITE_NULL;
	}
	if (found > 0 && read_row(st, out, err))
		found = -1;
	sqlite3_reset(st);
	return found;
}

/* A run that the sweep adopted was begun before it. */
int engine_tables_of_sweep(struct store *s, int64_t sweep, const char *device,
			   struct engine_table_row *out, struct error *err)
{
	sqlite3_stmt *st = db_prepare(
	    s,
	    "SELECT " COLUMNS " FROM sweep w JOIN cell c ON c.sweep_id = w.id JOIN attempt a ON "
	    "a.run_id = c.run_id LEFT JOIN engine_table t ON t.id = a.engine_table_id WHERE "
	    "w.id = ?1 AND a.device = ?2 AND a.started >= w.created ORDER BY a.id LIMIT 1",
	    err);
	int found;

	if (!st)
		return -1;
	db_bind(st, "It", sweep, device);
	found = db_step(s, st, err);
	if (!found)
		found = -2;
	else if (found > 0)
		found = sqlite3_column_type(st, 0) != SQLITE_NULL;
	if (found > 0 && read_row(st, out, err))
		found = -1;
	sqlite3_reset(st);
	return found;
}

int engine_tables_each(struct store *s, int (*fn)(void *ctx, const struct engine_table_row *row),
		       void *ctx, struct error *err)
{
	sqlite3_stmt *st =
	    db_prepare(s, "SELECT " COLUMNS " FROM engine_table t ORDER BY t.name, t.id", err);
	struct engine_table_row row;
	int more, ret = 0;

	if (!st)
		return -1;
	while (!ret && (more = db_step(s, st, err)) != 0)
		ret = more < 0 || read_row(st, &row, err) ? -1 : fn(ctx, &row);
	sqlite3_reset(st);
	return ret;
}

static int read_choices(struct store *s, sqlite3_stmt *st, struct engine_row **list, int *n,
			struct error *err)
{
	int more;

	while ((more = db_step(s, st, err)) > 0) {
		struct row r = {st, "engine", sqlite3_column_int64(st, 0), err, 0};
		struct engine_row e;

		row_text_into(&r, 1, "operation", e.operation, sizeof e.operation);
		e.place = (int)row_int(&r, 2, "place", 0, 1000);
		e.engine = row_int(&r, 3, "engine", 0, INT64_MAX);
		e.seconds = row_real(&r, 4, "seconds");
		e.first_seconds = row_real(&r, 5, "first_seconds");
		if (r.bad)
			return -1;
		if (!(*n & (*n - 1)))
			*list = xrealloc(*list, (size_t)(*n ? 2 * *n : 1) * sizeof **list);
		(*list)[(*n)++] = e;
	}
	return more;
}

int engine_tables_load(struct store *s, const struct engine_table_row *row, struct engine_row **out,
		       int *n, struct error *err)
{
	sqlite3_stmt *st = db_prepare(s,
				      "SELECT id, operation, place, engine, seconds, first_seconds "
				      "FROM engine WHERE engine_table_id = ? ORDER BY operation",
				      err);
	struct engine_row *list = NULL;
	char sha256[HASH_HEX];
	int ret;

	if (!st)
		return -1;
	*n = 0;
	db_bind(st, "I", row->id);
	ret = read_choices(s, st, &list, n, err);
	sqlite3_reset(st);
	hash_table(row->device, row->about, list, *n, sha256);
	if (!ret && strcmp(sha256, row->sha256))
		ret = error_set(err, ERR_CORRUPT,
				"table of engines %s: its choices are not those of its hash",
				row->name);
	if (ret)
		free(list);
	else
		*out = list;
	return ret;
}
