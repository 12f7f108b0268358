/* Inside core/store/config*.c only: the lines of a file of settings. */
#ifndef SSL_STORE_CONFIG_INTERNAL_H
#define SSL_STORE_CONFIG_INTERNAL_H

#include "core/store/config.h"

/* The row of the key; ERR_USAGE with the keys that there are if it is none. */
int config_check_key(const struct config *c, const char *key, const struct config_key **out,
		     struct error *err);
/* The text as a number of seconds; `key` is for the message. */
int config_parse_seconds(const char *key, const char *text, double *out, struct error *err);

/* The text of the file; nothing if there is no file. */
int config_read_file(const struct config *c, struct strbuf *out, struct error *err);
/* Appends a value as it stands in the file, with \n for a new line and \\ for a backslash. */
void config_add_escaped(struct strbuf *out, const char *value);

/* A position in the text of the file, and the setting that it was moved to. */
struct config_walk {
	const struct config *c;
	const char *at;
	int line;
	struct strbuf key, value;
	const char *from; /* where the line of the setting begins */
};
struct config_walk config_walk_of(const struct config *c, const char *text);
/* Moves to the next setting: 1; 0 at the end; -1 with *err. */
int config_walk_next(struct config_walk *w, struct error *err);
void config_walk_release(struct config_walk *w);

#endif
