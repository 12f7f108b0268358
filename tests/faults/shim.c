/*
 * A library to be preloaded, which lets calls fail in processes called ssl. It is told by the
 * environment:
 *
 *   FAULT_FAMILY  memory, read, write or dir (directories, stat, locks, threads, processes)
 *   FAULT_HOW     the errno to fail with; or "short": reads and writes transfer half
 *   FAULT_LASTING set: all calls from the N-th on fail, not it alone
 *   FAULT_N       which call of the family is the first to fail; 0: none, they are counted
 *   FAULT_FILE    two counters that all processes share: calls, and calls that failed
 *   FAULT_LOG     a file to which the first failed call goes with its stack; or, with FAULT_TRACE,
 *                 the number of each call that comes from a new place
 *
 * The C library is the GNU one: its streams are marked as failed by their flag.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum family { MEMORY = 1, READ = 2, WRITE = 4, DIRS = 8 };
enum { STREAM_FAILED = 0x20, SEEN = 1 << 16, OWN_SIZE = 1 << 23, FOREIGN_FRAMES = 3 };

struct counters {
	_Atomic long calls, failed;
};

static struct counters *counters;
static long first_to_fail;
static int family, lasting, how, is_short, tracing, log_fd = -1;
static char *own_code; /* near main() of the program */
static unsigned long seen[SEEN];
static __thread int busy;

#define REAL(name)                                                                                 \
	({                                                                                         \
		static __typeof__(&name) real;                                                     \
		if (!real)                                                                         \
			real = (__typeof__(&name))dlsym(RTLD_NEXT, #name);                         \
		real;                                                                              \
	})

static int raw_open(const char *path, int flags)
{
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, 0644);
}

static const char *setting(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

static void open_log(void)
{
	int fd = raw_open(setting("FAULT_LOG"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC);

	if (fd < 0)
		return;
	log_fd = (int)syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 700); /* out of the way */
	syscall(SYS_close, fd);
}

static void set_up(void)
{
	static const char *const names[] = {"memory", "read", "write", "dir"};
	void *frames[4];
	int fd;

	if (strcmp(program_invocation_short_name, "ssl") || !*setting("FAULT_FILE"))
		return;
	fd = raw_open(setting("FAULT_FILE"), O_RDWR | O_CREAT | O_CLOEXEC);
	if (fd < 0)
		return;
	syscall(SYS_ftruncate, fd, 4096);
	counters = (void *)syscall(SYS_mmap, NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	syscall(SYS_close, fd);
	if (counters == MAP_FAILED)
		counters = NULL;
	for (int i = 0; i < 4; i++)
		if (!strcmp(setting("FAULT_FAMILY"), names[i]))
			family = 1 << i;
	first_to_fail = strtol(setting("FAULT_N"), NULL, 10);
	lasting = *setting("FAULT_LASTING") != 0;
	is_short = !strcmp(setting("FAULT_HOW"), "short");
	how = (int)strtol(setting("FAULT_HOW"), NULL, 10);
	tracing = *setting("FAULT_TRACE") != 0;
	open_log();
	backtrace(frames, 4); /* loads what it needs */
}

static int (*program)(int, char **, char **);

static int start(int argc, char **argv, char **env)
{
	own_code = (char *)program;
	set_up();
	return program(argc, argv, env);
}

int __libc_start_main(int (*main)(int, char **, char **), int argc, char **argv, void (*init)(void),
		      void (*fini)(void), void (*rtld_fini)(void), void *end);
int __libc_start_main(int (*main)(int, char **, char **), int argc, char **argv, void (*init)(void),
		      void (*fini)(void), void (*rtld_fini)(void), void *end)
{
	program = main;
	return REAL(__libc_start_main)(start, argc, argv, init, fini, rtld_fini, end);
}

static void write_log(const char *text, int n)
{
	if (log_fd >= 0 && n > 0)
		syscall(SYS_write, log_fd, text, (size_t)n);
}

static void log_failed(const char *name, const char *arg)
{
	void *frames[40];
	char line[600];
	Dl_info at;
	int n;

	busy = 1;
	write_log(line, snprintf(line, sizeof line, "%s %.300s\n", name, arg ? arg : ""));
	n = backtrace(frames, 40);
	for (int i = 2; i < n; i++) {
		const char *slash;

		if (!dladdr(frames[i], &at) || !at.dli_fname)
			continue;
		slash = strrchr(at.dli_fname, '/');
		write_log(line, snprintf(line, sizeof line, "  %.80s+0x%lx %.80s\n",
					 slash ? slash + 1 : at.dli_fname,
					 (long)((char *)frames[i] - (char *)at.dli_fbase),
					 at.dli_sname ? at.dli_sname : ""));
	}
	busy = 0;
}

/* Logs the number of the call if none came from here before: the stack of our own functions, and a
 * few of the libraries'. */
static void trace(long call)
{
	unsigned long h = 1469598103934665603ul;
	void *frames[60];
	char line[40];
	int n, foreign = 0;

	busy = 1;
	n = backtrace(frames, 60);
	for (int i = 2; i < n; i++) {
		char *at = frames[i];
		int own = at >= own_code - OWN_SIZE && at < own_code + OWN_SIZE;

		if (own || foreign++ < FOREIGN_FRAMES)
			h = (h ^ (unsigned long)at) * 1099511628211ul;
	}
	for (unsigned k = h % SEEN; seen[k] != h; k = (k + 1) % SEEN)
		if (!seen[k]) {
			seen[k] = h;
			write_log(line, snprintf(line, sizeof line, "%ld\n", call));
			break;
		}
	busy = 0;
}

static int is_in(const char *name, const char *const *list)
{
	for (; *list; list++)
		if (!strcmp(name, *list))
			return 1;
	return 0;
}

/* Not every call can fail in every way. */
static int can_fail(enum family kind, const char *name)
{
	static const char *const partly[] = {"read", "pread", "write", "pwrite", NULL};
	static const char *const waits[] = {"open",      "read", "pread",   "write", "pwrite",
					    "ftruncate", "poll", "waitpid", "flock", NULL};
	static const char *const no_space[] = {"create", "write",     "pwrite", "writev",
					       "mkdir",  "ftruncate", "link",   "rename",
					       "fsync",  "fflush",    "fclose", NULL};

	if (kind == MEMORY)
		return 1;
	if (is_short)
		return is_in(name, partly);
	if (how == EINTR)
		return is_in(name, waits);
	if (how == ENOSPC)
		return is_in(name, no_space);
	return 1;
}

static int fails(enum family kind, const char *name, const char *arg)
{
	int before = errno, yes = 0;
	long call;

	if (busy || !counters || !(family & kind) || !can_fail(kind, name))
		return 0;
	call = atomic_fetch_add(&counters->calls, 1) + 1;
	if (tracing)
		trace(call);
	else if (first_to_fail)
		yes = call == first_to_fail || (lasting && call > first_to_fail);
	if (yes && atomic_fetch_add(&counters->failed, 1) == 0)
		log_failed(name, arg);
	errno = before;
	return yes;
}

/* As the first statements of a function that returns `value` when it fails. */
#define FAIL(kind, name, arg, value)                                                               \
	do {                                                                                       \
		if (!is_short && fails(kind, name, arg)) {                                         \
			errno = (kind) == MEMORY ? ENOMEM : how;                                   \
			return value;                                                              \
		}                                                                                  \
	} while (0)

/* ---- memory ---- */

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

void *malloc(size_t n)
{
	FAIL(MEMORY, "malloc", NULL, NULL);
	return __libc_malloc(n);
}

void *calloc(size_t count, size_t size)
{
	FAIL(MEMORY, "calloc", NULL, NULL);
	return __libc_calloc(count, size);
}

void *realloc(void *p, size_t n)
{
	if (n)
		FAIL(MEMORY, "realloc", NULL, NULL);
	return __libc_realloc(p, n);
}

void *reallocarray(void *p, size_t count, size_t size)
{
	FAIL(MEMORY, "reallocarray", NULL, NULL);
	return __libc_realloc(p, count * size);
}

char *strdup(const char *s)
{
	size_t n = strlen(s) + 1;
	char *copy;

	FAIL(MEMORY, "strdup", NULL, NULL);
	copy = __libc_malloc(n);
	return copy ? memcpy(copy, s, n) : NULL;
}

char *__strdup(const char *s);
char *__strdup(const char *s)
{
	return strdup(s);
}

int posix_memalign(void **out, size_t align, size_t n)
{
	FAIL(MEMORY, "posix_memalign", NULL, ENOMEM);
	*out = __libc_memalign(align, n);
	return *out ? 0 : ENOMEM;
}

void *aligned_alloc(size_t align, size_t n)
{
	FAIL(MEMORY, "aligned_alloc", NULL, NULL);
	return __libc_memalign(align, n);
}

FILE *open_memstream(char **text, size_t *n)
{
	FAIL(MEMORY, "open_memstream", NULL, NULL);
	return REAL(open_memstream)(text, n);
}

/* ---- opening ---- */

static enum family open_family(int flags)
{
	return flags & (O_WRONLY | O_RDWR | O_CREAT) ? WRITE : READ;
}

#define OPEN_BODY(folder)                                                                          \
	va_list ap;                                                                                \
	int mode;                                                                                  \
                                                                                                   \
	va_start(ap, flags);                                                                       \
	mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, int) : 0;                                \
	va_end(ap);                                                                                \
	FAIL(open_family(flags), flags &O_CREAT ? "create" : "open", path, -1);                    \
	return (int)syscall(SYS_openat, folder, path, flags, mode)

int open(const char *path, int flags, ...)
{
	OPEN_BODY(AT_FDCWD);
}

int open64(const char *path, int flags, ...)
{
	OPEN_BODY(AT_FDCWD);
}

int openat(int folder, const char *path, int flags, ...)
{
	OPEN_BODY(folder);
}

int openat64(int folder, const char *path, int flags, ...)
{
	OPEN_BODY(folder);
}

int mkostemp(char *path, int flags)
{
	FAIL(WRITE, "create", path, -1);
	return REAL(mkostemp)(path, flags);
}

int mkostemp64(char *path, int flags)
{
	FAIL(WRITE, "create", path, -1);
	return REAL(mkostemp)(path, flags);
}

FILE *fopen(const char *path, const char *mode)
{
	FAIL(*mode == 'r' ? READ : WRITE, "open", path, NULL);
	return REAL(fopen)(path, mode);
}

FILE *fopen64(const char *path, const char *mode)
{
	FAIL(*mode == 'r' ? READ : WRITE, "open", path, NULL);
	return REAL(fopen)(path, mode);
}

DIR *opendir(const char *path)
{
	FAIL(DIRS, "opendir", path, NULL);
	return REAL(opendir)(path);
}

DIR *fdopendir(int fd)
{
	FAIL(DIRS, "fdopendir", NULL, NULL);
	return REAL(fdopendir)(fd);
}

/* ---- reading and writing: a short one is no fault, but less than was asked for ---- */

static size_t shorten(enum family kind, const char *name, size_t n)
{
	return is_short && n > 1 && fails(kind, name, NULL) ? n / 2 : n;
}

ssize_t read(int fd, void *out, size_t n)
{
	FAIL(READ, "read", NULL, -1);
	return syscall(SYS_read, fd, out, shorten(READ, "read", n));
}

ssize_t pread(int fd, void *out, size_t n, off_t at)
{
	FAIL(READ, "pread", NULL, -1);
	return syscall(SYS_pread64, fd, out, shorten(READ, "pread", n), at);
}

ssize_t pread64(int fd, void *out, size_t n, off64_t at)
{
	return pread(fd, out, n, at);
}

ssize_t __read_chk(int fd, void *out, size_t n, size_t size);
ssize_t __read_chk(int fd, void *out, size_t n, size_t size)
{
	(void)size;
	return read(fd, out, n);
}

ssize_t __pread64_chk(int fd, void *out, size_t n, off64_t at, size_t size);
ssize_t __pread64_chk(int fd, void *out, size_t n, off64_t at, size_t size)
{
	(void)size;
	return pread(fd, out, n, at);
}

void *mmap(void *at, size_t n, int prot, int flags, int fd, off_t offset)
{
	if (fd >= 0)
		FAIL(READ, "mmap", NULL, MAP_FAILED);
	return (void *)syscall(SYS_mmap, at, n, prot, flags, fd, offset);
}

void *mmap64(void *at, size_t n, int prot, int flags, int fd, off64_t offset)
{
	return mmap(at, n, prot, flags, fd, offset);
}

size_t fread(void *out, size_t size, size_t n, FILE *f)
{
	if (!is_short && fails(READ, "fread", NULL)) {
		f->_flags |= STREAM_FAILED;
		errno = how;
		return 0;
	}
	return REAL(fread)(out, size, n, f);
}

ssize_t write(int fd, const void *data, size_t n)
{
	if (fd != STDERR_FILENO) {
		FAIL(WRITE, "write", NULL, -1);
		n = shorten(WRITE, "write", n);
	}
	return syscall(SYS_write, fd, data, n);
}

ssize_t pwrite(int fd, const void *data, size_t n, off_t at)
{
	FAIL(WRITE, "pwrite", NULL, -1);
	return syscall(SYS_pwrite64, fd, data, shorten(WRITE, "pwrite", n), at);
}

ssize_t pwrite64(int fd, const void *data, size_t n, off64_t at)
{
	return pwrite(fd, data, n, at);
}

int fflush(FILE *f)
{
	if (f && f != stderr && !is_short && fails(WRITE, "fflush", NULL)) {
		f->_flags |= STREAM_FAILED;
		errno = how;
		return EOF;
	}
	return REAL(fflush)(f);
}

int fclose(FILE *f)
{
	if (!is_short && fails(WRITE, "fclose", NULL)) {
		REAL(fclose)(f);
		errno = how;
		return EOF;
	}
	return REAL(fclose)(f);
}

int close(int fd)
{
	int failed;

	if (fd == log_fd)
		return 0;
	failed = !is_short && fails(WRITE, "close", NULL);
	if (syscall(SYS_close, fd))
		return -1;
	errno = failed ? how : errno;
	return failed ? -1 : 0;
}

/* ---- the rest: functions that only fail ---- */

#define WRAP(kind, type, name, params, args, arg, value)                                           \
	type name params                                                                           \
	{                                                                                          \
		FAIL(kind, #name, arg, value);                                                     \
		return REAL(name) args;                                                            \
	}

WRAP(WRITE, ssize_t, writev, (int fd, const struct iovec *v, int n), (fd, v, n), NULL, -1)
WRAP(WRITE, int, fdatasync, (int fd), (fd), NULL, -1)
WRAP(WRITE, int, ftruncate, (int fd, off_t n), (fd, n), NULL, -1)
WRAP(WRITE, int, ftruncate64, (int fd, off64_t n), (fd, n), NULL, -1)
WRAP(WRITE, int, rename, (const char *a, const char *b), (a, b), b, -1)
WRAP(WRITE, int, link, (const char *a, const char *b), (a, b), b, -1)
WRAP(WRITE, int, symlink, (const char *a, const char *b), (a, b), b, -1)
WRAP(WRITE, int, unlink, (const char *a), (a), a, -1)
WRAP(WRITE, int, unlinkat, (int d, const char *a, int f), (d, a, f), a, -1)
WRAP(WRITE, int, remove, (const char *a), (a), a, -1)
WRAP(WRITE, int, rmdir, (const char *a), (a), a, -1)
WRAP(WRITE, int, mkdir, (const char *a, mode_t m), (a, m), a, -1)
WRAP(WRITE, int, chmod, (const char *a, mode_t m), (a, m), a, -1)
WRAP(WRITE, int, fchmod, (int fd, mode_t m), (fd, m), NULL, -1)

/* The real one takes long, and proves nothing here. */
int fsync(int fd)
{
	(void)fd;
	FAIL(WRITE, "fsync", NULL, -1);
	return 0;
}

WRAP(DIRS, int, flock, (int fd, int op), (fd, op), NULL, -1)
WRAP(DIRS, int, stat, (const char *p, struct stat *s), (p, s), p, -1)
WRAP(DIRS, int, lstat, (const char *p, struct stat *s), (p, s), p, -1)
WRAP(DIRS, int, fstat, (int fd, struct stat *s), (fd, s), NULL, -1)
WRAP(DIRS, int, stat64, (const char *p, struct stat64 *s), (p, s), p, -1)
WRAP(DIRS, int, lstat64, (const char *p, struct stat64 *s), (p, s), p, -1)
WRAP(DIRS, int, fstat64, (int fd, struct stat64 *s), (fd, s), NULL, -1)
WRAP(DIRS, int, fstatat, (int d, const char *p, struct stat *s, int f), (d, p, s, f), p, -1)
WRAP(DIRS, int, fstatat64, (int d, const char *p, struct stat64 *s, int f), (d, p, s, f), p, -1)
WRAP(DIRS, int, access, (const char *p, int m), (p, m), p, -1)
WRAP(DIRS, char *, getcwd, (char *out, size_t n), (out, n), NULL, NULL)
WRAP(DIRS, char *, realpath, (const char *p, char *out), (p, out), p, NULL)
WRAP(DIRS, ssize_t, readlink, (const char *p, char *out, size_t n), (p, out, n), p, -1)
WRAP(DIRS, struct dirent *, readdir, (DIR * d), (d), NULL, NULL)
WRAP(DIRS, struct dirent64 *, readdir64, (DIR * d), (d), NULL, NULL)
WRAP(DIRS, int, pipe, (int fd[2]), (fd), NULL, -1)
WRAP(DIRS, int, pipe2, (int fd[2], int f), (fd, f), NULL, -1)
WRAP(DIRS, pid_t, fork, (void), (), NULL, -1)
WRAP(DIRS, pid_t, waitpid, (pid_t p, int *s, int o), (p, s, o), NULL, -1)
WRAP(DIRS, int, poll, (struct pollfd * f, nfds_t n, int t), (f, n, t), NULL, -1)
WRAP(DIRS, ssize_t, getrandom, (void *out, size_t n, unsigned f), (out, n, f), NULL, -1)

int pthread_create(pthread_t *t, const pthread_attr_t *a, void *(*f)(void *), void *ctx)
{
	FAIL(DIRS, "pthread_create", NULL, EAGAIN);
	return REAL(pthread_create)(t, a, f, ctx);
}

/* Letting a lock go does not fail. */
static int control(int fd, int cmd, long arg)
{
	int locks = cmd == F_SETLK || cmd == F_SETLKW || cmd == F_OFD_SETLK;
	struct flock *l = (struct flock *)arg;

	if (!locks || l->l_type != F_UNLCK)
		FAIL(DIRS, "fcntl", NULL, -1);
	return (int)syscall(SYS_fcntl, fd, cmd, arg);
}

#define CONTROL_BODY                                                                               \
	va_list ap;                                                                                \
	long arg;                                                                                  \
                                                                                                   \
	va_start(ap, cmd);                                                                         \
	arg = va_arg(ap, long);                                                                    \
	va_end(ap);                                                                                \
	return control(fd, cmd, arg)

int fcntl(int fd, int cmd, ...)
{
	CONTROL_BODY;
}

int fcntl64(int fd, int cmd, ...)
{
	CONTROL_BODY;
}
