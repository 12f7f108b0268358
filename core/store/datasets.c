#include "core/store/datasets.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "core/store/object.h"
#include "core/store/row.h"
#include "core/store/store_internal.h"

/* In a damaged store or a foreign bundle the text may be anything. */
#define N_SKIPPED "CASE WHEN json_valid(d.skipped) THEN json_array_length(d.skipped) ELSE 0 END"

static const char select_one[] = "SELECT d.id, d.name, d.sha256, d.created, d.source, "
				 "d.source_sha256, d.bytes, d.height, d.width, "
				 "d.channels, d.classes, d.n_train, d.n_test, d.n_unlabeled, "
				 "d.n_val, " N_SKIPPED ", "
				 "(SELECT count(*) FROM run r WHERE r.dataset_id = d.id) "
				 "FROM dataset d WHERE d.removed IS NULL AND d.name = ?";

static const char select_all[] = "SELECT d.id, d.name, d.sha256, d.created, d.source, "
				 "d.source_sha256, d.bytes, d.height, d.width, "
				 "d.channels, d.classes, d.n_train, d.n_test, d.n_unlabeled, "
				 "d.n_val, " N_SKIPPED ", "
				 "(SELECT count(*) FROM run r WHERE r.dataset_id = d.id) "
				 "FROM dataset d WHERE d.removed IS NULL ORDER BY d.name";

static int read_row(sqlite3_stmt *st, struct dataset_row *out, struct error *err)
{
	struct row r = {st, "dataset", sqlite3_column_int64(st, 0), err, 0};

	out->id = r.id;
	db_text_into(st, 1, out->name, sizeof out->name);
	row_hash(&r, 2, "sha256", out->sha256);
	db_text_into(st, 3, out->created, sizeof out->created);
	db_text_into(st, 4, out->source, sizeof out->source);
	db_text_into(st, 5, out->source_sha256, sizeof out->source_sha256);
	out->bytes = row_int(&r, 6, "bytes", 0, INT64_MAX);
	out->height = (int)row_int(&r, 7, "height", 1, SHRT_MAX);
	out->width = (int)row_int(&r, 8, "width", 1, SHRT_MAX);
	out->channels = (int)row_int(&r, 9, "channels", 1, SHRT_MAX);
	out->classes = (int)row_int(&r, 10, "classes", 0, SHRT_MAX);
	out->n_train = row_int(&r, 11, "n_train", 0, UINT32_MAX);
	out->n_test = row_int(&r, 12, "n_test", 0, UINT32_MAX);
	out->n_unlabeled = row_int(&r, 13, "n_unlabeled", 0, UINT32_MAX);
	out->n_val = row_int(&r, 14, "n_val", 0, UINT32_MAX);
	out->n_skipped = sqlite3_column_int64(st, 15);
	out->runs = sqlite3_column_int64(st, 16);
	return r.bad ? -1 : 0;
}

/* 1 found, 0 not, -1. */
static int find_one(struct store *s, const char *name, struct dataset_row *out, struct error *err)
{
	sqlite3_stmt *st = db_prepare(s, select_one, err);
	int found;

	if (!st)
		return -1;
	db_bind(st, "t", name);
	found = db_step(s, st, err);
	if (found > 0) {
		found = read_row(st, out, err) ? -1 : 1;
		sqlite3_reset(st);
	}
	return found;
}

int datasets_find(struct store *s, const char *name, struct dataset_row *out, struct error *err)
{
	int found = find_one(s, name, out, err);
	char near[64];

	if (found)
		return found < 0 ? -1 : 0;
	if (store_nearest(s, "SELECT name FROM dataset WHERE removed IS NULL ORDER BY name", name,
			  near, err))
		return -1;
	if (near[0])
		return error_set(err, ERR_NOT_FOUND,
				 "dataset %s: no such dataset: did you mean %s?", name, near);
	return error_set(err, ERR_NOT_FOUND,
			 "dataset %s: no such dataset: `ssl data add` imports one", name);
}

/* Frees the name, and deletes the row unless a run or a cell of a sweep refers to it. Inside a
 * transaction. */
static int retire(struct store *s, const struct dataset_row *row, struct error *err)
{
	int64_t one;
	int used = row->runs
		       ? 1
		       : db_int(s, &one, err, "SELECT 1 FROM cell WHERE dataset_id = ? LIMIT 1",
				"I", row->id);

	if (used < 0)
		return -1;
	if (used)
		return db_run(s, err,
			      "UPDATE dataset SET removed = ?, object_id = NULL WHERE id = ?", "tI",
			      stamp_now().text, row->id);
	return db_run(s, err, "DELETE FROM dataset WHERE id = ?", "I", row->id);
}

static int insert_row(struct store *s, const struct dataset_row *row, struct error *err)
{
	int64_t object;

	if (object_id_of(s, row->sha256, row->bytes, &object, err))
		return -1;
	/* a removed dataset that is added again is the same dataset, to which its runs belong */
	if (db_run(s, err,
		   "UPDATE dataset SET removed = NULL, object_id = ?1 WHERE id = (SELECT max(id) "
		   "FROM dataset WHERE name = ?2 AND sha256 = ?3 AND removed IS NOT NULL)",
		   "Itt", object, row->name, row->sha256))
		return -1;
	if (sqlite3_changes(s->db))
		return 0;
	return db_run(s, err,
		      "INSERT INTO dataset (name, sha256, object_id, bytes, source, source_sha256, "
		      "height, width, channels, classes, n_train, n_test, n_unlabeled, n_val, "
		      "skipped, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		      "ttIIttiiiiIIIItt", row->name, row->sha256, object, row->bytes, row->source,
		      row->source_sha256, row->height, row->width, row->channels, row->classes,
		      row->n_train, row->n_test, row->n_unlabeled, row->n_val,
		      row->skipped && *row->skipped ? row->skipped : "[]",
		      row->created[0] ? row->created : stamp_now().text);
}

/* 0 if the old dataset has the same content or may be replaced. */
static int check_taken(const struct dataset_row *old, const struct dataset_row *row, int replace,
		       struct error *err)
{
	if (replace || !strcmp(old->sha256, row->sha256))
		return 0;
	return error_set(
	    err, ERR_USAGE,
	    "dataset %s: the name is taken by other content (%.12s): choose another, or "
	    "-f to replace it",
	    row->name, old->sha256);
}

int datasets_check(struct store *s, const struct dataset_row *row, int replace, struct error *err)
{
	struct dataset_row *old = xmalloc(sizeof *old);
	int found = find_one(s, row->name, old, err);
	int ret = found < 0 || (found && check_taken(old, row, replace, err)) ? -1 : 0;

	free(old);
	return ret;
}

int datasets_check_object(struct store *s, int64_t id, struct error *err)
{
	struct row r = {
	    db_prepare(s,
		       "SELECT o.id, o.sha256, o.bytes, d.sha256 FROM dataset d LEFT JOIN "
		       "object o ON o.id = d.object_id WHERE d.id = ?",
		       err),
	    "object", 0, err, 0};
	char hash[HASH_HEX];
	int found;

	if (!r.st)
		return -1;
	db_bind(r.st, "I", id);
	found = db_step(s, r.st, err);
	if (found <= 0)
		return found;
	r.id = sqlite3_column_int64(r.st, 0);
	if (!r.id) {
		r.bad = error_set(err, ERR_CORRUPT,
				  "dataset %lld: column object_id names no object: the store is "
				  "damaged: run `ssl fsck`",
				  (long long)id);
	} else {
		row_hash(&r, 1, "sha256", hash);
		row_int(&r, 2, "bytes", 0, INT64_MAX);
		if (!r.bad && strcmp(hash, db_text(r.st, 3)))
			r.bad = error_set(err, ERR_CORRUPT,
					  "object %lld: column sha256 differs from that of its "
					  "dataset: the store is damaged: run `ssl fsck`",
					  (long long)r.id);
	}
	sqlite3_reset(r.st);
	return r.bad ? -1 : 0;
}

int datasets_skipped(struct store *s, int64_t id,
		     int (*fn)(void *ctx, const char *file, const char *why), void *ctx,
		     struct error *err)
{
	sqlite3_stmt *st =
	    db_prepare(s,
		       "SELECT json_extract(f, '$.file'), json_extract(f, '$.why') FROM (SELECT "
		       "CASE j.type WHEN 'object' THEN j.value ELSE '{}' END AS f FROM dataset d, "
		       "json_each(CASE WHEN json_valid(d.skipped) THEN d.skipped ELSE '[]' END) j "
		       "WHERE d.id = ?)",
		       err);
	int more = -1;

	if (!st)
		return -1;
	db_bind(st, "I", id);
	while ((more = db_step(s, st, err)) > 0)
		if (fn(ctx, db_text(st, 0), db_text(st, 1))) {
			sqlite3_reset(st);
			return -1;
		}
	return more;
}

int datasets_insert(struct store *s, const struct dataset_row *row, int replace, struct error *err)
{
	struct dataset_row *old = xmalloc(sizeof *old);
	int found, ret = -1, dropped = 0;

	if (tx_begin(s, err)) {
		free(old);
		return -1;
	}
	found = find_one(s, row->name, old, err);
	if (found > 0 && !strcmp(old->sha256, row->sha256)) {
		ret = 0;
	} else if (found > 0 && check_taken(old, row, replace, err)) {
		ret = -1;
	} else if (found >= 0) {
		dropped = found;
		ret = (found && retire(s, old, err)) || insert_row(s, row, err) ? -1 : 0;
	}
	ret = tx_end(s, ret, err);
	if (!ret && dropped)
		ret = object_drop_unused(s, old->sha256, err);
	free(old);
	return ret;
}

/* All rows are read before fn is called, so that fn may use the store. */
int datasets_each(struct store *s, int (*fn)(void *ctx, const struct dataset_row *row), void *ctx,
		  struct error *err)
{
	sqlite3_stmt *st = db_prepare(s, select_all, err);
	struct dataset_row *rows = NULL;
	int n = 0, more, ret = 0;

	if (!st)
		return -1;
	while (!ret && (more = db_step(s, st, err)) != 0) {
		rows = xrealloc(rows, ((size_t)n + 1) * sizeof *rows);
		ret = more < 0 ? -1 : read_row(st, &rows[n++], err);
	}
	sqlite3_reset(st);
	for (int i = 0; !ret && i < n; i++)
		ret = fn(ctx, &rows[i]);
	free(rows);
	return ret;
}

int datasets_gone(struct store *s, int (*fn)(void *ctx, const char *label, int64_t runs), void *ctx,
		  struct error *err)
{
	sqlite3_stmt *st = db_prepare(
	    s,
	    "SELECT d.label, count(*) FROM v_dataset d JOIN run r ON r.dataset_id = d.id "
	    "WHERE d.removed IS NOT NULL AND r.id NOT IN (SELECT run_id FROM trash) "
	    "GROUP BY d.id ORDER BY d.label",
	    err);
	int more, ret = 0;

	if (!st)
		return -1;
	while (!ret && (more = db_step(s, st, err)) > 0)
		ret = fn(ctx, db_text(st, 0), sqlite3_column_int64(st, 1));
	if (ret)
		sqlite3_reset(st);
	return ret ? -1 : more;
}

int datasets_remove(struct store *s, const char *name, struct error *err)
{
	struct dataset_row *row = xmalloc(sizeof *row);
	int ret = datasets_find(s, name, row, err);

	if (!ret)
		ret = tx_begin(s, err);
	if (!ret)
		ret = tx_end(s, retire(s, row, err), err);
	if (!ret)
		ret = object_drop_unused(s, row->sha256, err);
	free(row);
	return ret;
}
