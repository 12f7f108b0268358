/*
 * The file `.ssl/alive` has a byte for each attempt, `.ssl/claims` one for each cell of a sweep.
 * The byte is 1 once the attempt or claim has begun, and its process holds a lock on the byte while
 * it lives. Where locks cannot be trusted (a network file system, a full disk) nothing is known,
 * and the age of the heartbeat or the end of the lease decides.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/store/store_internal.h"

static const char *const file_name[ALIVE_KINDS] = {
    [ALIVE_ATTEMPT] = "alive",
    [ALIVE_CELL] = "claims",
};

/* Locks belong to the open file where the system supports that. A lock that belongs to the process
 * would end when the process closes any descriptor of the file, and the process itself could not
 * see it (OWN_SEEN). */
#ifdef F_OFD_SETLK
enum { SET_LOCK = F_OFD_SETLK, GET_LOCK = F_OFD_GETLK, OWN_SEEN = 1 };
#else
enum { SET_LOCK = F_SETLK, GET_LOCK = F_GETLK, OWN_SEEN = 0 };
#endif

static int alive_open(const struct store *s, enum alive_kind kind, int flags)
{
	char path[4200];
	struct stat st;
	int fd;

	snprintf(path, sizeof path, "%s/%s", s->dir, file_name[kind]);
	fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
	if (fd >= 0 && (fstat(fd, &st) || !S_ISREG(st.st_mode))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static int alive_create(const struct store *s, enum alive_kind kind)
{
	char path[4200];
	int fd = alive_open(s, kind, O_RDWR | O_CREAT);

	snprintf(path, sizeof path, "%s/%s", s->dir, file_name[kind]);
	if (fd >= 0)
		fs_share(path, s->dir);
	return fd;
}

static int lock_byte(int fd, int command, short type, int64_t at, struct flock *out)
{
	*out = (struct flock){.l_type = type, .l_whence = SEEK_SET, .l_start = at, .l_len = 1};
	return fcntl(fd, command, out);
}

void alive_begin(struct store *s, enum alive_kind kind, int64_t id)
{
	int *fd = &s->alive[kind];
	struct flock lock;
	int held;

	if (*fd < 0 && s->mode == STORE_WRITE && !fs_is_network(s->dir))
		*fd = alive_create(s, kind);
	if (*fd < 0)
		return;
	held = !lock_byte(*fd, SET_LOCK, F_WRLCK, id, &lock);
	/* without a lock the byte must not be 1 */
	if (pwrite(*fd, held ? "\1" : "\0", 1, id) != 1 && held)
		lock_byte(*fd, SET_LOCK, F_UNLCK, id, &lock);
}

void alive_end(struct store *s, enum alive_kind kind, int64_t id)
{
	struct flock lock;

	if (s->alive[kind] >= 0)
		lock_byte(s->alive[kind], SET_LOCK, F_UNLCK, id, &lock);
}

enum alive alive_of(const struct store *s, enum alive_kind kind, int64_t id)
{
	enum alive found = ALIVE_UNKNOWN;
	struct flock lock;
	char begun = 0;
	int fd;

	if (id < 0 || fs_is_network(s->dir) || (!OWN_SEEN && s->alive[kind] >= 0))
		return ALIVE_UNKNOWN;
	fd = alive_open(s, kind, O_RDONLY);
	if (fd < 0)
		return ALIVE_UNKNOWN;
	if (pread(fd, &begun, 1, id) == 1 && begun == 1 &&
	    !lock_byte(fd, GET_LOCK, F_WRLCK, id, &lock))
		found = lock.l_type == F_UNLCK ? ALIVE_NO : ALIVE_YES;
	close(fd);
	return found;
}

/* attempt_lives(id), cell_lives(id): 1, 0, or NULL where it is not known */
static void lives(sqlite3_context *c, const struct store *s, enum alive_kind kind,
		  sqlite3_value *id)
{
	enum alive found = ALIVE_UNKNOWN;

	if (sqlite3_value_type(id) == SQLITE_INTEGER)
		found = alive_of(s, kind, sqlite3_value_int64(id));
	if (found != ALIVE_UNKNOWN)
		sqlite3_result_int(c, found == ALIVE_YES);
}

static void attempt_lives(sqlite3_context *c, int n, sqlite3_value **arg)
{
	(void)n;
	lives(c, sqlite3_user_data(c), ALIVE_ATTEMPT, arg[0]);
}

static void cell_lives(sqlite3_context *c, int n, sqlite3_value **arg)
{
	(void)n;
	lives(c, sqlite3_user_data(c), ALIVE_CELL, arg[0]);
}

int alive_functions(struct store *s, struct error *err)
{
	const int flags = SQLITE_UTF8 | SQLITE_INNOCUOUS;

	if (sqlite3_create_function_v2(s->db, "attempt_lives", 1, flags, s, attempt_lives, NULL,
				       NULL, NULL) ||
	    sqlite3_create_function_v2(s->db, "cell_lives", 1, flags, s, cell_lives, NULL, NULL,
				       NULL))
		return db_error(s, err);
	return 0;
}
