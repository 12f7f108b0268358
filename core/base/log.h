/*
 * Messages for the user, on stderr (results go to stdout). cmds/main.c sets the level once, from -q
 * and -v, before any thread starts.
 */
#ifndef SSL_BASE_LOG_H
#define SSL_BASE_LOG_H

enum log_level { LOG_QUIET, LOG_NORMAL, LOG_VERBOSE };

void log_set_level(enum log_level level);
enum log_level log_get_level(void);

/* Prints "ssl: ..." unless quiet. */
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Prints "ssl: warning: ..." always. */
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Prints "ssl: ..." if verbose. */
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
