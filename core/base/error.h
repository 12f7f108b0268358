/*
 * Errors as values. A function that can fail returns 0, or -1 with a filled `struct error`. The
 * message is made where the error is detected; cmds/main.c prints it once, as `ssl: WHAT: WHY`.
 * The code becomes the exit status of the process (ssl(1), EXIT STATUS), so that an error
 * keeps its meaning on the way up. A violated invariant of the program itself is a BUG(), which
 * prints the place and aborts.
 */
#ifndef SSL_BASE_ERROR_H
#define SSL_BASE_ERROR_H

enum error_code {
	ERR_NO = 1,         /* the answer is "no": a diff finds differences, a check fails */
	ERR_USAGE = 2,      /* command line or recipe */
	ERR_NOT_FOUND = 3,  /* no such ref, or an ambiguous ref */
	ERR_BUSY = 4,       /* the database stayed locked */
	ERR_CORRUPT = 5,    /* database or object corrupt, or schema newer than the binary */
	ERR_FAILED = 6,     /* the operation failed: training, import, disk full, read-only store */
	ERR_GUARD = 7,      /* stopped by a guard (NaN, collapse) */
	ERR_CELLS = 8,      /* a sweep finished with failed cells */
	ERR_PREEMPTED = 75, /* stopped by a signal with a checkpoint; can be resumed */
};

struct error {
	enum error_code code;
	char msg[600]; /* one line, "WHAT: WHY", without a newline */
};

/* Fills *err (which may be NULL) and returns -1, so that a caller can `return error_set(...)`. */
int error_set(struct error *err, enum error_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* As error_set(), with ": strerror(errno)" appended to the message. */
int error_errno(struct error *err, enum error_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Inserts "PREFIX: " before the message in *err (which may be NULL); returns -1. */
int error_prefix(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Prints the place and the message, and aborts. Called through BUG(). */
void bug_at(const char *file, int line, const char *fmt, ...)
    __attribute__((noreturn, format(printf, 3, 4))); /* not _Noreturn, so that C++ can read it */
#define BUG(...) bug_at(__FILE__, __LINE__, __VA_ARGS__)

/* Prints "out of memory" and exits 6. */
void out_of_memory(void) __attribute__((noreturn));

/* Allocation that cannot fail: prints "out of memory" and exits 6 instead. xcalloc() clears the
 * memory. */
void *xmalloc(unsigned long n);
void *xcalloc(unsigned long count, unsigned long size);
void *xrealloc(void *p, unsigned long n);
char *xstrdup(const char *s);

#endif
