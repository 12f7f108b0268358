#include "core/store/object.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/strbuf.h"
#include "core/store/store_internal.h"

enum { ID_SIZE = 64 };
static const char id_name[] = "objects/store";

/* ---- the store that the folder belongs to ---- */

static int check_folder(const struct store *s, const char *name, int make, struct error *err)
{
	char path[4200];
	struct stat st;

	snprintf(path, sizeof path, "%s/%s", s->dir, name);
	if (make && mkdir(path, 0777) && errno != EEXIST)
		return error_errno(err, ERR_FAILED, "%s", path);
	if (lstat(path, &st))
		return errno == ENOENT && !make ? 0 : error_errno(err, ERR_FAILED, "%s", path);
	if (S_ISDIR(st.st_mode))
		return 0;
	return error_set(err, ERR_CORRUPT,
			 "%s: %s: a store keeps its files in a folder inside .ssl: to keep them "
			 "elsewhere, move the whole .ssl or mount a folder there",
			 path, S_ISLNK(st.st_mode) ? "a symbolic link" : "not a folder");
}

static int read_id(const struct store *s, char id[ID_SIZE], struct error *err)
{
	struct strbuf text = STRBUF_INIT;
	char path[4200];
	struct stat st;
	int ret = 0;

	id[0] = 0;
	snprintf(path, sizeof path, "%s/%s", s->dir, id_name);
	if (lstat(path, &st))
		return errno == ENOENT ? 0 : error_errno(err, ERR_FAILED, "%s", path);
	if (!S_ISREG(st.st_mode) || st.st_size > ID_SIZE)
		return error_set(err, ERR_CORRUPT, "%s: not the id of a store", path);
	ret = fs_read(path, &text, err);
	snprintf(id, ID_SIZE, "%.*s", (int)strcspn(text.buf, "\n"), text.buf);
	strbuf_release(&text);
	return ret;
}

static int store_id(struct store *s, char id[ID_SIZE], struct error *err)
{
	sqlite3_stmt *st = db_prepare(s, "SELECT value FROM meta WHERE key = 'store'", err);
	int found;

	if (!st)
		return -1;
	found = db_step(s, st, err);
	if (found > 0) {
		db_text_into(st, 0, id, ID_SIZE);
		sqlite3_reset(st);
	}
	if (found > 0 && strlen(id) == 36)
		return 0;
	return found < 0 ? -1
			 : error_set(err, ERR_CORRUPT,
				     "%s: damaged: table meta has no id of the "
				     "store",
				     s->path);
}

static int write_id(const struct store *s, const char *id, struct error *err)
{
	char path[4200], line[ID_SIZE + 1];

	snprintf(path, sizeof path, "%s/%s", s->dir, id_name);
	snprintf(line, sizeof line, "%s\n", id);
	return fs_write_atomic(path, line, strlen(line), err);
}

static int read_folder(struct store *s, int claim, char here[ID_SIZE], struct error *err)
{
	return check_folder(s, "objects", claim, err) ||
		       check_folder(s, "objects/tmp", claim, err) || read_id(s, here, err)
		   ? -1
		   : 0;
}

static int wrong_store(const struct store *s, const char *here, const char *own, struct error *err)
{
	return error_set(err, ERR_CORRUPT,
			 "%s/objects: belongs to another store (with id %.36s; this store is %s): "
			 "each store needs a folder of its own",
			 s->dir, here, own);
}

int objects_check(struct store *s, int claim, struct error *err)
{
	char here[ID_SIZE], own[ID_SIZE];

	if (read_folder(s, claim, here, err) || store_id(s, own, err))
		return -1;
	if (!here[0] && claim && (write_id(s, own, err) || read_id(s, here, err)))
		return -1;
	return !here[0] || !strcmp(here, own) ? 0 : wrong_store(s, here, own, err);
}

int objects_check_new(struct store *s, struct error *err)
{
	char here[ID_SIZE];

	if (read_folder(s, 0, here, err))
		return -1;
	return here[0] ? wrong_store(s, here, "a new one", err) : 0;
}

int objects_open(const struct store *s, const char *name)
{
	enum { HOW = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };
	char path[4200];
	int top, fd;

	snprintf(path, sizeof path, "%s/objects", s->dir);
	top = open(path, HOW);
	if (top < 0 || !name)
		return top;
	fd = openat(top, name, HOW);
	close(top);
	return fd;
}

/* ---- files ---- */

int object_check_name(const char *sha256, struct error *err)
{
	if (sha256 && hash_is_hex(sha256))
		return 0;
	return error_set(err, ERR_CORRUPT,
			 "object '%.20s': not a SHA-256: the store is damaged: run `ssl fsck`",
			 sha256 ? sha256 : "");
}

void object_path(const struct store *s, const char *sha256, char *out, size_t size)
{
	int n;

	if (sha256 && hash_is_hex(sha256))
		n = snprintf(out, size, "%s/objects/%.2s/%s", s->dir, sha256, sha256 + 2);
	else
		n = snprintf(out, size, "%s/objects/store/none", s->dir);
	if ((size_t)n >= size)
		BUG("a path longer than %zu", size);
}

int object_exists(const struct store *s, const char *sha256, struct error *err)
{
	char path[4200];

	object_path(s, sha256, path, sizeof path);
	return fs_exists(path, err);
}

int object_adopt(struct store *s, const char *tmp, const char *sha256, struct error *err)
{
	char path[4200], dir[4200], name[20];

	if (object_check_name(sha256, err))
		return -1;
	object_path(s, sha256, path, sizeof path);
	snprintf(name, sizeof name, "objects/%.2s", sha256);
	if (check_folder(s, name, 1, err))
		return -1;
	snprintf(dir, sizeof dir, "%s/%s", s->dir, name);
	fs_share(dir, s->dir);
	fs_share(tmp, s->dir);
	if (rename(tmp, path)) /* even if there is one, which may be damaged */
		return error_errno(err, ERR_FAILED, "%s: cannot be put in place", path);
	return fs_sync_dir(dir, err);
}

int object_verify(const struct store *s, const char *sha256, struct error *err)
{
	char path[4200], hex[HASH_HEX];
	int there;

	if (object_check_name(sha256, err))
		return -1;
	object_path(s, sha256, path, sizeof path);
	there = object_exists(s, sha256, err);
	if (there <= 0)
		return there
			   ? -1
			   : error_set(err, ERR_CORRUPT, "object %.12s: missing: %s", sha256, path);
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

/* Follows no link on the way, so that it removes only files of the store's own folder. */
static int unlink_object(const struct store *s, const char *sha256, struct error *err)
{
	char folder[3] = {sha256[0], sha256[1], 0};
	int fd = objects_open(s, folder), ret = 0;

	if (fd < 0 ? errno != ENOENT : unlinkat(fd, sha256 + 2, 0) && errno != ENOENT)
		ret = error_errno(err, ERR_FAILED, "%s/objects/%s/%s: cannot be removed", s->dir,
				  folder, sha256 + 2);
	if (fd >= 0)
		close(fd);
	return ret;
}

/* The error for a command that did its work but could not remove the file. */
static int leftover(const char *sha256, struct error *err)
{
	return error_prefix(err,
			    "done, but the file of object %.12s, which is no longer needed, could "
			    "not be removed (`ssl gc` removes it)",
			    sha256);
}

/* Two transactions. The first deletes the row, so that a crash between them leaves a file without a
 * row but never a row without a file. The second holds the write lock while it deletes the file, as
 * object_id_of() does while it looks for it, so that the file of a row that another process has
 * just inserted is not deleted. */
int object_drop_unused(struct store *s, const char *sha256, struct error *err)
{
	int64_t id;
	int named;

	if (s->mode == STORE_DRY)
		return object_check_name(sha256, err);
	if (object_check_name(sha256, err) || delete_row(s, sha256, err) || tx_begin(s, err))
		return leftover(sha256, err);
	named = db_int(s, &id, err, "SELECT id FROM object WHERE sha256 = ?", "t", sha256);
	if (!named)
		named = unlink_object(s, sha256, err);
	return tx_end(s, named < 0 ? -1 : 0, err) ? leftover(sha256, err) : 0;
}

int object_id_of(struct store *s, const char *sha256, int64_t bytes, int64_t *id, struct error *err)
{
	int found;

	found = object_exists(s, sha256, err);
	if (found <= 0)
		return found ? -1 : error_set(err, ERR_CORRUPT, "object %.12s: missing", sha256);
	found = db_int(s, id, err, "SELECT id FROM object WHERE sha256 = ?", "t", sha256);
	if (found)
		return found < 0 ? -1 : 0;
	if (db_run(s, err, "INSERT INTO object (sha256, bytes, created) VALUES (?, ?, ?)", "tIt",
		   sha256, bytes, stamp_now().text))
		return -1;
	*id = sqlite3_last_insert_rowid(s->db);
	return 0;
}
