/* Finding, opening and making a store. */
#include "core/store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/base/log.h"
#include "core/store/object.h"
#include "core/store/owner.h"
#include "core/store/private_copy.h"
#include "core/store/schema_check.h"
#include "core/store/store_internal.h"

enum { PATH_SIZE = 4096 };

static void disconnect(struct store *s)
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

/* As a file that nobody writes to, and that needs nothing beside it. */
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

/* WAL needs shared memory, which a network file system does not share. */
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

/* A list of runs touches a page for each: mapped, a list of ten thousand takes a fifth less time. A
 * writer does not map: to it a bad block must be an error, not a signal; a reader has nothing to
 * lose. */
static int map_for_reading(struct store *s, struct error *err)
{
	return fs_is_network(s->dir) ? 0 : db_script(s, "PRAGMA mmap_size = 2147418112", err);
}

/* SQLite wants to write where it only reads: the index of a log, which has no file or one that it
 * may not use; a journal to be rolled back. */
static int wants_to_write(struct store *s)
{
	int code = sqlite3_extended_errcode(s->db);

	return (code & 0xff) == SQLITE_CANTOPEN || (code & 0xff) == SQLITE_READONLY ||
	       (code & 0xff) == SQLITE_PERM || code == SQLITE_IOERR_SHMOPEN ||
	       code == SQLITE_IOERR_ACCESS || code == SQLITE_IOERR_LOCK;
}

/* What a writer left is read from a copy; where nothing was left, the file itself is whole. */
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
	private_copy_remove(&copy); /* the open file stays */
	return ret;
}

/* A reader makes a log and its index where they are not there: a dry run must not. */
static int makes_files(const struct store *s)
{
	char wal[PATH_SIZE + 16], shm[PATH_SIZE + 16];

	snprintf(wal, sizeof wal, "%s-wal", s->path);
	snprintf(shm, sizeof shm, "%s-shm", s->path);
	return !fs_is_network(s->dir) && (fs_exists(wal, NULL) != 1 || fs_exists(shm, NULL) != 1);
}

static int connect_reader(struct store *s, struct error *err)
{
	if (s->mode == STORE_DRY && makes_files(s))
		return connect_without_writing(s, err) || harden(s, err) || probe(s, err) ? -1 : 0;
	if (connect_with(s, s->path, SQLITE_OPEN_READONLY, err))
		return -1;
	if (!harden(s, err) && !map_for_reading(s, err) && !probe(s, err))
		return 0;
	if (!wants_to_write(s))
		return -1;
	disconnect(s);
	return connect_without_writing(s, err) || harden(s, err) || probe(s, err) ? -1 : 0;
}

/* SQLite itself would only say that it cannot open some file. */
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

/* What is no file, a pipe say, would be waited for; and a link beside the database leads out of the
 * store. */
static int check_files(const struct store *s, struct error *err)
{
	static const char *const behind[] = {"", "-wal", "-shm", "-journal"};
	char path[PATH_SIZE + 16];
	struct stat st;

	for (size_t i = 0; i < sizeof behind / sizeof *behind; i++) {
		snprintf(path, sizeof path, "%s%s", s->path, behind[i]);
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

static struct store *store_new(const char *dir, enum store_mode mode)
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
	disconnect(s);
	for (int i = 0; i < ALIVE_KINDS; i++)
		if (s->alive[i] >= 0)
			close(s->alive[i]);
	free(s->dir);
	free(s->tmp);
	free(s->path);
	free(s);
}

/* Git must not take the store in. */
static int write_gitignore(const char *dir, struct error *err)
{
	char path[PATH_SIZE];
	int there;

	snprintf(path, sizeof path, "%s/.gitignore", dir);
	there = fs_exists(path, err);
	return there ? (there < 0 ? -1 : 0) : fs_write_atomic(path, "*\n", 2, err);
}

/* Takes back a store that could not be made: there was no database before. */
static void unmake(const struct store *s, int had_objects)
{
	static const char *const made[] = {"ssl.db-wal", "ssl.db-shm", "ssl.db-journal", "ssl.db"};
	static const char *const in_objects[] = {"objects/store", "objects/tmp", "objects"};
	char path[PATH_SIZE];

	for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
		snprintf(path, sizeof path, "%s/%s", s->dir, made[i]);
		unlink(path);
	}
	for (size_t i = 0; had_objects ? 0 : i < sizeof in_objects / sizeof *in_objects; i++) {
		snprintf(path, sizeof path, "%s/%s", s->dir, in_objects[i]);
		remove(path);
	}
	rmdir(s->dir);
}

/* SQLite would give the database 0644 whatever the umask; and its log and journal have the mode of
 * the database. */
static int create_database(const struct store *s, struct error *err)
{
	int fd = open(s->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

	if (fd < 0 && errno != EEXIST)
		return error_errno(err, ERR_FAILED, "%s", s->path);
	if (fd >= 0)
		close(fd);
	return 0;
}

/* What lies in a store has the permissions of its folder: one that a group may write to is shared
 * by it, whatever the umask of each. An older store, or one whose folder was changed, follows. */
static void share(const struct store *s)
{
	static const char *const name[] = {
	    "ssl.db", "ssl.db-wal", "ssl.db-shm", "ssl.db-journal", ".gitignore",   "config",
	    "alive",  "claims",     "objects",    "objects/tmp",    "objects/store"};
	char path[PATH_SIZE];

	for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
		snprintf(path, sizeof path, "%s/%s", s->dir, name[i]);
		fs_share(path, s->dir);
	}
}

/* Connecting, switching to WAL and migrating, one process at a time: SQLite does not wait for a
 * journal mode that another process is about to change. A folder whose making failed goes again,
 * unless a database was there before. */
static int make(struct store *s, int *created, struct error *err)
{
	char objects[PATH_SIZE];
	int lock, was_there, had_objects, ret;

	if (fs_mkdirs(s->dir, err) || owner_check(s->dir, err) || fs_lock_dir(s->dir, &lock, err))
		return -1;
	was_there = fs_exists(s->path, err);
	snprintf(objects, sizeof objects, "%s/objects", s->dir);
	had_objects = was_there < 0 ? -1 : fs_exists(objects, err);
	if (had_objects < 0) {
		fs_unlock(lock);
		return -1;
	}
	ret = create_database(s, err) || store_connect(s, 1, err) || migrate(s, created, err) ||
		      objects_check(s, 1, err) || write_gitignore(s->dir, err)
		  ? -1
		  : 0;
	if (ret)
		disconnect(s);
	else
		share(s);
	if (ret && !was_there)
		unmake(s, had_objects);
	fs_unlock(lock);
	return ret;
}

/* The store of a folder that is there, not yet open. */
static struct store *store_of(const char *dir, enum store_mode mode, struct error *err)
{
	struct strbuf path = STRBUF_INIT;
	struct store *s = NULL;
	char *real = realpath(dir, NULL);

	if (!real) {
		error_errno(err, ERR_FAILED, "%s", dir);
		return NULL;
	}
	strbuf_addf(&path, "%s/.ssl", strcmp(real, "/") ? real : "");
	free(real);
	if (path.len > PATH_SIZE - 128)
		error_set(err, ERR_FAILED, "%s: path too long", dir);
	else
		s = store_new(path.buf, mode);
	strbuf_release(&path);
	return s;
}

int store_init(const char *dir, int *created, struct error *err)
{
	struct store *s;
	int ret, fresh;

	if (fs_mkdirs(dir, err))
		return -1;
	s = store_of(dir, STORE_WRITE, err);
	ret = s ? make(s, &fresh, err) : -1;
	if (!ret)
		*created = fresh;
	store_close(s);
	return ret;
}

/* 1 there is a folder .ssl, *s; 0 none; -1. */
static int find_made(const char *dir, struct store **s, struct error *err)
{
	struct stat st;
	int there = fs_exists(dir, err);

	if (there <= 0)
		return there;
	if (stat(dir, &st) || !S_ISDIR(st.st_mode))
		return error_set(err, ERR_FAILED, "%s: not a folder", dir);
	*s = store_of(dir, STORE_DRY, err);
	there = *s ? fs_exists((*s)->dir, err) : -1;
	if (there <= 0)
		return there;
	if (stat((*s)->dir, &st) || !S_ISDIR(st.st_mode))
		return error_set(err, ERR_FAILED, "%s: not a folder", (*s)->dir);
	return 1;
}

int store_init_plan(const char *dir, enum store_plan *out, struct error *err)
{
	struct store *s = NULL;
	int found = find_made(dir, &s, err), now = 0, newest = 1;

	if (found > 0)
		found = fs_exists(s->path, err);
	if (found > 0 && (store_connect(s, 0, err) || migrate_versions(s, &now, &newest, err)))
		found = -1;
	if (found >= 0 && s && (now ? objects_check(s, 0, err) : objects_check_new(s, err)))
		found = -1;
	if (found >= 0)
		*out = !now ? STORE_MAKE : now < newest ? STORE_UPGRADE : STORE_KEEP;
	store_close(s);
	return found < 0 ? -1 : 0;
}

/* Writes DIR/.ssl of the nearest folder upwards that has a database in it: ~/.ssl may be someone
 * else's. */
static int find_upwards(const char *start, char out[PATH_SIZE], struct error *err)
{
	char db[PATH_SIZE], *real = realpath(start, NULL), *slash;
	int there;

	if (!real)
		return error_errno(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_FAILED, "%s", start);
	for (;;) {
		const char *base = strcmp(real, "/") ? real : "";

		if ((size_t)snprintf(out, PATH_SIZE, "%s/.ssl", base) < PATH_SIZE &&
		    (size_t)snprintf(db, sizeof db, "%s/.ssl/ssl.db", base) < sizeof db &&
		    (there = fs_exists(db, err))) /* where it cannot be known, no other is taken */
			break;
		if (!*base) {
			free(real);
			return error_set(err, ERR_NOT_FOUND,
					 "%s: not in an ssl store: `ssl init` makes one", start);
		}
		slash = strrchr(real, '/');
		slash[slash == real] = 0;
	}
	free(real);
	return there < 0 ? -1 : 0;
}

/* An empty file is no store that has yet to be made, but one that was lost, or whose making was cut
 * short: it is not filled in silence. */
static int check_made(struct store *s, struct error *err)
{
	int64_t made = 0;
	int found = db_int(s, &made, err, "SELECT 1 FROM sqlite_schema LIMIT 1", "");

	if (found)
		return found < 0 ? -1 : 0;
	return error_set(err, ERR_CORRUPT, "%s: empty: `ssl init` makes a new store of it",
			 s->path);
}

/* A writer waits for one that is making or upgrading the store; a reader never writes, so it only
 * looks. */
static int open_existing(struct store *s, struct error *err)
{
	int created, lock = -1, ret;

	if (s->mode == STORE_WRITE && (owner_check(s->dir, err) || fs_lock_dir(s->dir, &lock, err)))
		return -1;
	ret = store_connect(s, 0, err) || check_made(s, err) || migrate(s, &created, err) ||
		      (s->mode == STORE_WRITE && objects_check(s, 1, err))
		  ? -1
		  : 0;
	if (!ret && s->mode == STORE_WRITE)
		share(s);
	fs_unlock(lock);
	return ret;
}

int store_open(struct store **out, const char *start, enum store_mode mode, struct error *err)
{
	char dir[PATH_SIZE];
	struct store *s;

	if (find_upwards(start, dir, err))
		return -1;
	s = store_new(dir, mode);
	if (open_existing(s, err)) {
		store_close(s);
		return -1;
	}
	*out = s;
	return 0;
}

int store_is_writable(const struct store *s)
{
	return s->mode == STORE_WRITE;
}

static int copy_pages(struct store *from, struct store *to, struct error *err)
{
	sqlite3_backup *b = sqlite3_backup_init(to->db, "main", from->db, "main");
	int rc = SQLITE_ERROR;

	while (b && ((rc = sqlite3_backup_step(b, -1)) == SQLITE_BUSY || rc == SQLITE_LOCKED))
		sqlite3_sleep(20);
	if (sqlite3_backup_finish(b) || rc != SQLITE_DONE)
		return error_set(err, ERR_FAILED, "%s: a copy of it to try on: %s", from->path,
				 sqlite3_errmsg(to->db));
	return 0;
}

/* A database without a name is SQLite's own temporary file. */
int store_rehearse(struct store *s, struct store **out, struct error *err)
{
	struct store *copy = store_new(s->dir, STORE_WRITE);

	if (connect_with(copy, "", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, err) ||
	    copy_pages(s, copy, err) || harden(copy, err) || views_update(copy, err)) {
		store_close(copy);
		return -1;
	}
	*out = copy;
	return 0;
}

int store_check_there(struct store *s, struct error *err)
{
	int moved = 0;

	if (sqlite3_file_control(s->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved) || !moved)
		return 0;
	return error_set(err, ERR_FAILED, "%s: the store is gone: moved away, or deleted", s->dir);
}

const char *store_dir(const struct store *s)
{
	return s->dir;
}

const char *store_tmp_dir(const struct store *s)
{
	return s->tmp;
}
