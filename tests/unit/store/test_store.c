/* Creating and opening a store, and the ways in which that can fail. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/unit/store/scratch.h"

static void raw(const struct scratch *x, const char *sql)
{
	char path[400];
	sqlite3 *db;

	snprintf(path, sizeof path, "%s/.ssl/ssl.db", x->dir);
	CU_ASSERT_EQUAL(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, NULL))
		fprintf(stderr, "\n  %s: %s\n", sql, sqlite3_errmsg(db));
	CU_ASSERT_EQUAL(sqlite3_errcode(db), SQLITE_OK);
	sqlite3_close(db);
}

static void open_fails(struct scratch *x, enum store_mode mode, int code, const char *why)
{
	struct store *s = NULL;

	CU_ASSERT_EQUAL(store_open(&s, x->dir, mode, &x->err), -1);
	CU_ASSERT_PTR_NULL(s);
	err_is(&x->err, code, why);
}

/* A second init keeps the store. */
static void test_init_twice(void)
{
	struct scratch x;
	struct run_handle h;
	int created = 7;

	scratch_open(&x);
	CU_ASSERT_EQUAL(scratch_run(x.s, "byol", NULL, 1, 1, &h, &x.err), 0);
	CU_ASSERT_EQUAL(store_init(x.dir, &created, &x.err), 0);
	CU_ASSERT_EQUAL(created, 0);
	sql_is(x.s, "SELECT count(*) FROM run", "1\n");
	CU_ASSERT_PTR_NOT_NULL(strstr(store_dir(x.s), "/.ssl"));
	CU_ASSERT(fs_is_dir(store_tmp_dir(x.s)));
	scratch_close(&x);
}

/* The store is found from any folder below, as with git; a .ssl without a database is not one. */
static void test_found_upwards(void)
{
	struct scratch x;
	struct store *s = NULL;
	char sub[400];

	scratch_open(&x);
	snprintf(sub, sizeof sub, "%s/a/b/.ssl", x.dir);
	CU_ASSERT_EQUAL(fs_mkdirs(sub, &x.err), 0);
	snprintf(sub, sizeof sub, "%s/a/b", x.dir);
	CU_ASSERT_EQUAL(store_open(&s, sub, STORE_READ, &x.err), 0);
	CU_ASSERT_STRING_EQUAL(store_dir(s), store_dir(x.s));
	store_close(s);
	scratch_close(&x);
	scratch_dir(&x);
	open_fails(&x, STORE_READ, ERR_NOT_FOUND, "`ssl init` creates one");
	scratch_close(&x);
}

static void test_newer_schema(void)
{
	struct scratch x;

	scratch_open(&x);
	store_close(x.s);
	x.s = NULL;
	raw(&x, "PRAGMA user_version = 999");
	open_fails(&x, STORE_READ, ERR_CORRUPT, "database is newer (999) than this ssl (");
	open_fails(&x, STORE_WRITE, ERR_CORRUPT, "database is newer (999)");
	scratch_close(&x);
}

/* The database of another program is not changed. */
static void test_not_ours(void)
{
	struct scratch x;
	char path[400];

	scratch_open(&x);
	store_close(x.s);
	x.s = NULL;
	raw(&x, "PRAGMA application_id = 17");
	open_fails(&x, STORE_WRITE, ERR_CORRUPT, "not the database of an ssl store");
	snprintf(path, sizeof path, "%s/.ssl/ssl.db", x.dir);
	CU_ASSERT_EQUAL(
	    fs_write_atomic(path,
			    "this is not a database at all, only some text that is long "
			    "enough to be looked at: 100 bytes is what it takes",
			    109, &x.err),
	    0);
	open_fails(&x, STORE_READ, ERR_CORRUPT, "corrupt");
	open_fails(&x, STORE_WRITE, ERR_CORRUPT, "corrupt");
	scratch_close(&x);
}

/* A page that was overwritten is ERR_CORRUPT, neither a crash nor a wrong result. */
static void test_corrupt_page(void)
{
	struct scratch x;
	struct run_handle h;
	struct store *s = NULL;
	char path[400], noise[4096];
	struct text_sink t;
	struct query_sink sink = text_sink_of(&t);
	int fd;

	scratch_open(&x);
	for (int i = 0; i < 50; i++)
		CU_ASSERT_EQUAL(scratch_run(x.s, "byol", NULL, i, 1, &h, &x.err), 0);
	store_close(x.s);
	x.s = NULL;
	snprintf(path, sizeof path, "%s/.ssl/ssl.db", x.dir);
	memset(noise, 0xA5, sizeof noise);
	fd = open(path, O_WRONLY);
	for (off_t at = 4096; at < 400 * 4096 && at < lseek(fd, 0, SEEK_END); at += 4096)
		CU_ASSERT_EQUAL(pwrite(fd, noise, sizeof noise, at), (ssize_t)sizeof noise);
	close(fd);
	if (store_open(&s, x.dir, STORE_READ, &x.err) == 0) {
		CU_ASSERT_EQUAL(
		    query_user(s, "SELECT count(*), max(name) FROM run", 5, &sink, &x.err), -1);
		store_close(s);
	}
	err_is(&x.err, ERR_CORRUPT, "corrupt");
	strbuf_release(&t.text);
	scratch_close(&x);
}

/* A reader uses temporary views if the stored ones are of another version; a writer replaces these.
 */
static void test_other_views(void)
{
	struct scratch x;
	struct store *s = NULL;

	scratch_open(&x);
	store_close(x.s);
	x.s = NULL;
	raw(&x,
	    "DROP VIEW v_run; CREATE VIEW v_run AS SELECT 1 AS one; CREATE VIEW v_old AS SELECT 2; "
	    "UPDATE meta SET value = 'other' WHERE key = 'views'");
	CU_ASSERT_EQUAL_FATAL(store_open(&s, x.dir, STORE_READ, &x.err), 0);
	sql_is(s, "SELECT count(name) FROM v_run", "0\n");
	sql_is(s, "SELECT one FROM main.v_run", "1\n");
	store_close(s);
	CU_ASSERT_EQUAL_FATAL(store_open(&s, x.dir, STORE_WRITE, &x.err), 0);
	sql_is(s, "SELECT count(name) FROM main.v_run", "0\n");
	sql_is(s, "SELECT count(*) FROM sqlite_schema WHERE name = 'v_old'", "0\n");
	store_close(s);
	scratch_close(&x);
}

/* Makes the folder read-only, in a child process: by a mount if it is root's, which ignores
 * permissions, else by chmod. Exits with 77 if neither is possible. */
static void make_read_only(const char *dir)
{
	char sub[400];

	if (geteuid()) {
		snprintf(sub, sizeof sub, "%s/.ssl", dir);
		if (chmod(sub, 0555))
			_exit(77);
		snprintf(sub, sizeof sub, "%s/.ssl/ssl.db", dir);
		if (chmod(sub, 0444))
			_exit(77);
		return;
	}
	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount(dir, dir, NULL, MS_BIND, NULL) ||
	    mount("none", dir, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL))
		_exit(77);
}

/* The child's test: 0, or the number of the step that failed. */
static int use_read_only(const char *dir)
{
	struct store *s = NULL;
	struct error err = {0};
	struct text_sink t;
	struct query_sink sink = text_sink_of(&t);
	int created;

	make_read_only(dir);
	if (store_open(&s, dir, STORE_READ, &err)) {
		fprintf(stderr, "\n  %s\n", err.msg);
		return 1;
	}
	if (query_user(s, "SELECT name FROM v_run", 5, &sink, &err))
		return 2;
	store_close(s);
	if (strcmp(t.text.buf, "name\ncalm\n"))
		return 3;
	strbuf_release(&t.text);
	if (!store_open(&s, dir, STORE_WRITE, &err) || err.code != ERR_FAILED ||
	    !strstr(err.msg, "read-only")) {
		fprintf(stderr, "\n  %d %s\n", (int)err.code, err.msg);
		return 4;
	}
	if (!store_init(dir, &created, &err) || err.code != ERR_FAILED)
		return 5;
	return 0;
}

static void test_read_only(void)
{
	struct scratch x;
	struct run_handle h;
	int status = 0;
	pid_t pid;

	scratch_open(&x);
	CU_ASSERT_EQUAL(scratch_run(x.s, "byol", "calm", 1, 1, &h, &x.err), 0);
	store_close(x.s);
	x.s = NULL;
	fflush(NULL);
	pid = fork();
	if (!pid)
		_exit(use_read_only(x.dir));
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		fprintf(stderr, "(skipped: no read-only mount can be made here) ");
	else
		CU_ASSERT_EQUAL(status, 0);
	if (geteuid()) {
		char sub[400];

		snprintf(sub, sizeof sub, "%s/.ssl", x.dir);
		chmod(sub, 0755);
	}
	scratch_close(&x);
}

/* A full disk: in a child process no file may grow beyond a limit. What was recorded before is
 * there, what failed is not, and the store goes on when there is room again. */
static int fill_disk(const char *dir)
{
	struct rlimit limit = {1 << 20, 1 << 20};
	struct metric_point p[2000];
	struct store *s;
	struct run_handle h;
	struct error err = {0};
	int n = 0;

	signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &limit))
		return 77;
	if (store_open(&s, dir, STORE_WRITE, &err) ||
	    scratch_run(s, "byol", "full", 1, 1, &h, &err))
		return 1;
	for (int i = 0; i < 2000; i++)
		p[i].name = "loss";
	for (; n < 200; n++) {
		for (int i = 0; i < 2000; i++) {
			p[i].step = 2000 * n + i;
			p[i].value = i;
		}
		if (runs_write_points(s, &h, p, 2000, 1, 2000 * (n + 1), NULL, &err))
			break;
	}
	if (n == 0 || n == 200 || err.code != ERR_FAILED) {
		fprintf(stderr, "\n  after %d: %d %s\n", n, (int)err.code, err.msg);
		return 2;
	}
	if (!strstr(err.msg, "File too large") && !strstr(err.msg, "disk full")) {
		fprintf(stderr, "\n  %s\n", err.msg);
		return 3;
	}
	store_close(s);
	return 0;
}

static void test_disk_full(void)
{
	struct scratch x;
	int status = 0;
	pid_t pid;

	scratch_open(&x);
	fflush(NULL);
	pid = fork();
	if (!pid) {
		x.s = NULL; /* the connection belongs to the parent */
		_exit(fill_disk(x.dir));
	}
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	CU_ASSERT_EQUAL(status, 0);
	sql_is(x.s,
	       "SELECT count(*) > 0, count(*) = max(r.step), count(*) = max(s.n), "
	       "count(*) % 2000 FROM run r JOIN metric m ON m.run_id = r.id "
	       "JOIN metric_summary s ON s.run_id = r.id",
	       "1|1|1|0\n");
	sql_is(x.s, "SELECT * FROM pragma_table_list WHERE name = 'nothing'", "");
	raw(&x, "PRAGMA integrity_check");
	scratch_close(&x);
}

static int init_on_full_disk(const char *dir)
{
	struct rlimit limit = {20000, 20000};
	struct error err = {0};
	char sub[400];
	int created = 7;

	signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &limit))
		return 77;
	if (!store_init(dir, &created, &err) || err.code != ERR_FAILED || created != 7)
		return 1;
	snprintf(sub, sizeof sub, "%s/.ssl", dir);
	return fs_exists(sub, NULL) > 0 ? 2 : 0;
}

/* A store that could not be created completely is removed. */
static void test_init_disk_full(void)
{
	struct scratch x;
	int status = 0;
	pid_t pid;

	scratch_dir(&x);
	fflush(NULL);
	pid = fork();
	if (!pid)
		_exit(init_on_full_disk(x.dir));
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	CU_ASSERT_EQUAL(status, 0);
	scratch_close(&x);
}

/* The busy error comes after SSL_BUSY_MS and is exit code 4. */
static void test_busy(void)
{
	struct scratch x;
	struct run_handle h;
	struct store *s = NULL;
	char path[400];
	sqlite3 *db;

	scratch_open(&x);
	setenv("SSL_BUSY_MS", "30", 1);
	CU_ASSERT_EQUAL_FATAL(store_open(&s, x.dir, STORE_WRITE, &x.err), 0);
	unsetenv("SSL_BUSY_MS");
	snprintf(path, sizeof path, "%s/ssl.db", store_dir(x.s));
	CU_ASSERT_EQUAL(sqlite3_open(path, &db), SQLITE_OK);
	CU_ASSERT_EQUAL(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	CU_ASSERT_EQUAL(scratch_run(s, "byol", NULL, 1, 1, &h, &x.err), -1);
	err_is(&x.err, ERR_BUSY, "database is busy");
	sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
	sqlite3_close(db);
	CU_ASSERT_EQUAL(scratch_run(s, "byol", NULL, 1, 1, &h, &x.err), 0);
	store_close(s);
	scratch_close(&x);
}

enum { WRITERS = 4, INSERTS = 200 };

static int write_many(const char *dir, int who)
{
	struct store *s;
	struct run_handle h;
	struct error err = {0};
	struct metric_point p = {"loss", 0, who};

	if (store_open(&s, dir, STORE_WRITE, &err) ||
	    scratch_run(s, "byol", NULL, who, 1, &h, &err))
		goto bad;
	for (int i = 1; i < INSERTS; i++) {
		p.step = i;
		if (i % 20 ? runs_write_points(s, &h, &p, 1, 1, i, NULL, &err)
			   : scratch_run(s, "byol", NULL, who, i, &h, &err))
			goto bad;
	}
	store_close(s);
	return 0;
bad:
	fprintf(stderr, "\n  writer %d: %s\n", who, err.msg);
	return 1;
}

/* Four processes at once, on a store that is made at the same moment: nobody is told "locked",
 * nothing is lost. */
static void test_writers_at_once(void)
{
	struct scratch x;
	pid_t pid[WRITERS];
	int status, created;

	scratch_dir(&x);
	fflush(NULL);
	for (int i = 0; i < WRITERS; i++) {
		pid[i] = fork();
		if (!pid[i])
			_exit(store_init(x.dir, &created, &x.err) || write_many(x.dir, i));
	}
	for (int i = 0; i < WRITERS; i++) {
		CU_ASSERT_EQUAL(waitpid(pid[i], &status, 0), pid[i]);
		CU_ASSERT_EQUAL(status, 0);
	}
	CU_ASSERT_EQUAL_FATAL(store_open(&x.s, x.dir, STORE_READ, &x.err), 0);
	sql_is(x.s, "SELECT (SELECT count(*) FROM run), (SELECT count(*) FROM metric)", "40|760\n");
	sql_is(x.s, "SELECT count(DISTINCT name), count(DISTINCT uuid) FROM run", "40|40\n");
	scratch_close(&x);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"init twice", test_init_twice},
	    {"found from below", test_found_upwards},
	    {"a newer schema is refused", test_newer_schema},
	    {"another program's database is refused", test_not_ours},
	    {"a corrupt page is reported", test_corrupt_page},
	    {"views of another ssl", test_other_views},
	    {"a read-only store can be read", test_read_only},
	    {"a full disk loses nothing recorded", test_disk_full},
	    {"a store that cannot be made leaves nothing", test_init_disk_full},
	    {"a held lock is reported", test_busy},
	    {"four writers at once", test_writers_at_once},
	    {0},
	};

	return check_run("store/store", cases);
}
