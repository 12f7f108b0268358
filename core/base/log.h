/*
 * Messages for people, on stderr (results go to stdout). cmds/main.c sets the level once, from -q
 * and -v, before any thread starts.
 */
#ifndef SSL_BASE_LOG_H
#define SSL_BASE_LOG_H

enum log_level { LOG_QUIET, LOG_NORMAL, LOG_VERBOSE };

void log_set_level(enum log_level level);
enum log_level log_get_level(void);

/* "ssl: ..." on stderr unless quiet. */
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* "ssl: warning: ..." on stderr always. */
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* "ssl: ..." on stderr with -v. */
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
