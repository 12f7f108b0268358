/*
 * A deadline for work that cannot be interrupted, such as one long call of a library. When the
 * deadline passes, the process prints a line and exits with ERR_FAILED. So it is only for work
 * that can be abandoned at any point, such as reading.
 */
#ifndef SSL_BASE_WATCH_H
#define SSL_BASE_WATCH_H

struct watch;

/* Starts the deadline. `line` is the error without "ssl: "; it is copied. NULL if no thread can be
 * started; then there is no deadline. */
struct watch *watch_begin(double seconds, const char *line);
/* Cancels the deadline and frees w, which may be NULL. */
void watch_end(struct watch *w);

#endif
