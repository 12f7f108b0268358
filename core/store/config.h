/*
 * Settings: of a store in .ssl/config, and of a user in ~/.config/ssl/config. Lines `key = value` that
 * may be edited by hand. In a value \n is a new line and \\ a backslash; blank lines and lines that
 * begin with # are kept as they are. The file is read strictly: a key that is none, or stands twice, is
 * ERR_USAGE naming file and line. Setting rewrites the file whole, under a lock, so that two writers
 * lose nothing.
 */
#ifndef SSL_STORE_CONFIG_H
#define SSL_STORE_CONFIG_H

#include "core/base/strbuf.h"
#include "core/store/store.h"

/* What may be set; a table ends with {0}. A key ending in ".*" stands for any one word there. */
struct config_key {
	const char *key, *fallback, *help; /* fallback: what counts when it is not set, "" nothing */
	int is_seconds;                    /* the value is a number from 0 on */
	int is_list;                       /* it may be set more than once */
	const char *one_of;                /* the words that it may be, a blank between each two; NULL: any */
};
extern const struct config_key config_keys[]; /* of a store */

/* A file, and the keys that it may have. */
struct config {
	char path[4300];
	const struct config_key *keys;
	int dry; /* setting only checks, and changes nothing */
};
void config_of_store(const struct store *s, struct config *out);
/* $XDG_CONFIG_HOME/ssl/config, else ~/.config/ssl/config: what a store must not decide by itself.
 * ERR_USAGE when there is no home. */
int config_of_user(struct config *out, struct error *err);

/* Appends the value, the fallback when it is not set. 1 it is set, 0 it is not, -1 with *err:
 * ERR_USAGE with the nearest key when there is none of that name. Of a list: a value a line. */
int config_get(const struct config *c, const char *key, struct strbuf *out, struct error *err);

/* As config_get(), a finite number of seconds from 0 on; else ERR_USAGE. 0, or -1 with *err. */
int config_seconds(const struct config *c, const char *key, double *out, struct error *err);

/* Sets it, or adds it to a list that does not have it yet; ERR_USAGE for a value that it cannot have. */
int config_set(const struct config *c, const char *key, const char *value, struct error *err);

/* Takes it out, of a list the one value (NULL: all). Where it is not set nothing happens. */
int config_unset(const struct config *c, const char *key, const char *value, struct error *err);

/* Calls fn for each that is set, in the file's order, until it returns non-zero: passed on. */
int config_each(const struct config *c, int (*fn)(void *ctx, const char *key, const char *value),
		void *ctx, struct error *err);

#endif
