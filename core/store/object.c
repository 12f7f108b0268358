/* The object store's files; see object.h. */
#include "core/store/object.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/store/store_internal.h"

void object_path(const struct store *s, const char *sha256, char *out, size_t size)
{
	if (!hash_is_hex(sha256))
		BUG("not a SHA-256: %s", sha256);
	if ((size_t)snprintf(out, size, "%s/objects/%.2s/%s", s->dir, sha256, sha256 + 2) >= size)
		BUG("path of object %s is longer than %zu", sha256, size);
}

int object_exists(const struct store *s, const char *sha256)
{
	char path[4200];

	object_path(s, sha256, path, sizeof path);
	return access(path, F_OK) == 0;
}

int object_adopt(struct store *s, const char *tmp, const char *sha256, struct error *err)
{
	char path[4200], dir[4200];

	object_path(s, sha256, path, sizeof path);
	snprintf(dir, sizeof dir, "%.*s", (int)(strrchr(path, '/') - path), path);
	if (fs_mkdirs(dir, err))
		return -1;
	if (rename(tmp, path)) /* over one that is there too: that one may be damaged */
		return error_errno(err, ERR_FAILED, "%s: rename", path);
	return fs_sync_dir(dir, err);
}

int object_verify(const struct store *s, const char *sha256, struct error *err)
{
	char path[4200], hex[HASH_HEX];

	object_path(s, sha256, path, sizeof path);
	if (!object_exists(s, sha256))
		return error_set(err, ERR_CORRUPT, "object %.12s: missing: %s", sha256, path);
	if (hash_file(path, hex, err))
		return -1;
	if (strcmp(hex, sha256))
		return error_set(err, ERR_CORRUPT,
				 "object %.12s: corrupt: its content has hash %.12s", sha256, hex);
	return 0;
}

static int delete_row(struct store *s, const char *sha256, struct error *err)
{
	if (tx_begin(s, err))
		return -1;
	return tx_end(s,
		      db_run(s, err,
			     "DELETE FROM object AS o WHERE sha256 = ? "
			     "AND NOT EXISTS (SELECT 1 FROM checkpoint WHERE object_id = o.id) "
			     "AND NOT EXISTS (SELECT 1 FROM dataset WHERE object_id = o.id)",
			     "t", sha256),
		      err);
}

/* Two transactions: the row goes first, so that a crash between leaves a file that no row names,
 * never a row without its file; and the file goes under the write lock, under which object_id_of()
 * looks for it, so that it cannot vanish behind a row that another process has just made. */
int object_drop_unused(struct store *s, const char *sha256, struct error *err)
{
	char path[4200];
	int64_t id;
	int named;

	if (delete_row(s, sha256, err) || tx_begin(s, err))
		return -1;
	object_path(s, sha256, path, sizeof path);
	named = db_int(s, &id, err, "SELECT id FROM object WHERE sha256 = ?", "t", sha256);
	if (!named && unlink(path) && errno != ENOENT)
		named = error_errno(err, ERR_FAILED, "%s", path);
	return tx_end(s, named < 0 ? -1 : 0, err);
}

int object_id_of(struct store *s, const char *sha256, int64_t bytes, int64_t *id, struct error *err)
{
	int found;

	if (!object_exists(s, sha256))
		return error_set(err, ERR_CORRUPT, "object %.12s: missing", sha256);
	found = db_int(s, id, err, "SELECT id FROM object WHERE sha256 = ?", "t", sha256);
	if (found)
		return found < 0 ? -1 : 0;
	if (db_run(s, err, "INSERT INTO object (sha256, bytes, created) VALUES (?, ?, ?)", "tIt",
		   sha256, bytes, stamp_now().text))
		return -1;
	*id = sqlite3_last_insert_rowid(s->db);
	return 0;
}
