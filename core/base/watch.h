/*
 * A deadline for work that cannot be asked to stop: a library that is deep in one call looks at no
 * flag. When it is over, the process prints a line and exits with ERR_FAILED, so it is only for work
 * that leaves nothing half done: reading.
 */
#ifndef SSL_BASE_WATCH_H
#define SSL_BASE_WATCH_H

struct watch;

/* `line` is copied: the error without "ssl: ". NULL where no thread can be started: nothing is
 * watched. */
struct watch *watch_begin(double seconds, const char *line);
/* In time. NULL is fine. */
void watch_end(struct watch *w);

#endif
