#include "core/store/connect.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/strbuf.h"
#include "core/store/private_copy.h"
#include "core/store/schema_check.h"

enum { PATH_SIZE = 4096 };

void store_disconnect(struct store *s)
{
	for (int i = 0; i < STORE_STATEMENTS; i++) {
		sqlite3_finalize(s->cache[i].stmt);
		s->cache[i].stmt = NULL;
		s->cache[i].sql = NULL;
	}
	if (sqlite3_close(s->db) != SQLITE_OK)
		BUG("a statement outlived its store");
	s->db = NULL;
}

static int connect_with(struct store *s, const char *name, int flags, struct error *err)
{
	if (!sqlite3_open_v2(name, &s->db, flags | SQLITE_OPEN_NOMUTEX, NULL))
		return 0;
	if (s->db)
		db_error(s, err);
	else
		error_set(err, ERR_FAILED, "%s: out of memory", s->path);
	sqlite3_close(s->db);
	s->db = NULL;
	return -1;
}

/* Opens the database as a file that no process writes to, with neither log nor journal. */
static int connect_immutable(struct store *s, const char *path, struct error *err)
{
	struct strbuf uri = STRBUF_INIT;
	int ret;

	strbuf_adds(&uri, "file:");
	for (const char *p = path; *p; p++) {
		if (strchr("?#%", *p))
			strbuf_addf(&uri, "%%%02X", (unsigned)*p);
		else
			strbuf_addc(&uri, *p);
	}
	strbuf_adds(&uri, "?immutable=1");
	ret = connect_with(s, uri.buf, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, err);
	strbuf_release(&uri);
	return ret;
}

static int harden(struct store *s, struct error *err)
{
	db_harden(s->db);
	sqlite3_busy_handler(s->db, busy_wait, s);
	if (alive_functions(s, err))
		return -1;
	return db_script(s,
			 "PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY; "
			 "PRAGMA cache_size = -16384; PRAGMA synchronous = NORMAL; "
			 "PRAGMA cell_size_check = ON",
			 err);
}

/* WAL needs memory shared by all processes, which a network file system does not provide. */
static int set_journal(struct store *s, struct error *err)
{
	if (fs_is_network(s->dir))
		return db_script(s, "PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = FULL",
				 err);
	return db_script(s, "PRAGMA journal_mode = WAL", err);
}

static int probe(struct store *s, struct error *err)
{
	return db_script(s, "SELECT count(*) FROM sqlite_schema", err);
}

/* A list of runs reads a page for each run. With the file mapped, a list of ten thousand runs takes
 * a fifth less time. A writer does not map it, since there a bad block must be an error and not a
 * signal; a reader has nothing to lose. */
static int map_for_reading(struct store *s, struct error *err)
{
	return fs_is_network(s->dir) ? 0 : db_script(s, "PRAGMA mmap_size = 2147418112", err);
}

/* True if SQLite could not read without writing: it needs the index of a log and may not create or
 * use its file, or there is a journal to roll back. */
static int needs_to_write(struct store *s)
{
	int code = sqlite3_extended_errcode(s->db);

	return (code & 0xff) == SQLITE_CANTOPEN || (code & 0xff) == SQLITE_READONLY ||
	       (code & 0xff) == SQLITE_PERM || code == SQLITE_IOERR_SHMOPEN ||
	       code == SQLITE_IOERR_ACCESS || code == SQLITE_IOERR_LOCK;
}

/* If a writer left a log or a journal, reads a copy with these applied; else the file is complete.
 */
static int connect_without_writing(struct store *s, struct error *err)
{
	struct private_copy copy;
	int ret;

	if (!private_copy_needed(s->path)) {
		s->as_file = 1;
		return connect_immutable(s, s->path, err);
	}
	if (private_copy_make(&copy, s->path, err))
		return -1;
	ret = connect_immutable(s, copy.path, err);
	private_copy_remove(&copy); /* the file remains open */
	return ret;
}

/* True if a reader would create a log and its index, which a dry run must not do. */
static int creates_files(const struct store *s)
{
	char wal[PATH_SIZE + 16], shm[PATH_SIZE + 16];

	snprintf(wal, sizeof wal, "%s-wal", s->path);
	snprintf(shm, sizeof shm, "%s-shm", s->path);
	return !fs_is_network(s->dir) && (fs_exists(wal, NULL) != 1 || fs_exists(shm, NULL) != 1);
}

static int connect_reader(struct store *s, struct error *err)
{
	if (s->mode == STORE_DRY && creates_files(s))
		return connect_without_writing(s, err) || harden(s, err) || probe(s, err) ? -1 : 0;
	if (connect_with(s, s->path, SQLITE_OPEN_READONLY, err))
		return -1;
	if (!harden(s, err) && !map_for_reading(s, err) && !probe(s, err))
		return 0;
	if (!needs_to_write(s))
		return -1;
	store_disconnect(s);
	return connect_without_writing(s, err) || harden(s, err) || probe(s, err) ? -1 : 0;
}

/* SQLite's own message would only be that it cannot open some file. */
static int check_writable(const struct store *s, struct error *err)
{
	int there = fs_exists(s->path, err);

	if (there < 0)
		return -1;
	if (!access(s->dir, W_OK) && (!there || !access(s->path, W_OK)))
		return 0;
	if (errno == EROFS || errno == EACCES || errno == EPERM)
		return error_set(err, ERR_FAILED, "%s: the store is read-only", s->path);
	return error_errno(err, ERR_FAILED, "%s", s->path);
}

/* Opening something else than a file, such as a pipe, could block; and a link beside the database
 * leads out of the store. */
static int check_files(const struct store *s, struct error *err)
{
	static const char *const suffix[] = {"", "-wal", "-shm", "-journal"};
	char path[PATH_SIZE + 16];
	struct stat st;

	for (size_t i = 0; i < sizeof suffix / sizeof *suffix; i++) {
		snprintf(path, sizeof path, "%s%s", s->path, suffix[i]);
		if (i ? lstat(path, &st) : stat(path, &st)) {
			if (errno != ENOENT)
				return error_errno(err, ERR_FAILED, "%s", path);
		} else if (!S_ISREG(st.st_mode)) {
			return error_set(err, ERR_CORRUPT, "%s: not a regular file", path);
		}
	}
	return 0;
}

int store_connect(struct store *s, int create, struct error *err)
{
	int flags = SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0);

	if (check_files(s, err))
		return -1;
	if (s->mode != STORE_WRITE)
		return connect_reader(s, err);
	if (check_writable(s, err) || connect_with(s, s->path, flags, err) || harden(s, err))
		return -1;
	if (sqlite3_db_readonly(s->db, "main") == 1)
		return error_set(err, ERR_FAILED, "%s: the store is read-only", s->path);
	return set_journal(s, err);
}

struct store *store_new(const char *dir, enum store_mode mode)
{
	struct store *s = xcalloc(1, sizeof *s);
	struct strbuf text = STRBUF_INIT;

	s->mode = mode;
	s->dir = xstrdup(dir);
	strbuf_addf(&text, "%s/objects/tmp", dir);
	s->tmp = strbuf_detach(&text);
	strbuf_addf(&text, "%s/ssl.db", dir);
	s->path = strbuf_detach(&text);
	for (int i = 0; i < ALIVE_KINDS; i++)
		s->alive[i] = -1;
	busy_init(&s->busy);
	return s;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	store_disconnect(s);
	for (int i = 0; i < ALIVE_KINDS; i++)
		if (s->alive[i] >= 0)
			close(s->alive[i]);
	free(s->dir);
	free(s->tmp);
	free(s->path);
	free(s);
}

static int copy_pages(struct store *from, struct store *to, struct error *err)
{
	sqlite3_backup *b = sqlite3_backup_init(to->db, "main", from->db, "main");
	int rc = SQLITE_ERROR;

	while (b && ((rc = sqlite3_backup_step(b, -1)) == SQLITE_BUSY || rc == SQLITE_LOCKED))
		sqlite3_sleep(20);
	if (sqlite3_backup_finish(b) || rc != SQLITE_DONE)
		return error_set(err, ERR_FAILED, "%s: cannot make a temporary copy: %s",
				 from->path, sqlite3_errmsg(to->db));
	return 0;
}

/* A database without a name is SQLite's own temporary file. */
int store_connect_copy(struct store *copy, struct store *from, struct error *err)
{
	return connect_with(copy, "", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, err) ||
		       copy_pages(from, copy, err) || harden(copy, err)
		   ? -1
		   : 0;
}

/* ---- properties of an open store (store.h) ---- */

int store_is_writable(const struct store *s)
{
	return s->mode == STORE_WRITE;
}

int store_check_exists(struct store *s, struct error *err)
{
	int moved = 0;

	if (sqlite3_file_control(s->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved) || !moved)
		return 0;
	return error_set(err, ERR_FAILED, "%s: the store was moved or deleted", s->dir);
}

const char *store_dir(const struct store *s)
{
	return s->dir;
}

const char *store_tmp_dir(const struct store *s)
{
	return s->tmp;
}
