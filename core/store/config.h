/*
 * Settings: those of a store in .ssl/config, those of a user in ~/.config/ssl/config. The file has
 * lines `key = value`, which may be edited by hand. In a value \n is a new line and \\ a backslash;
 * blank lines and lines that begin with # are kept. Reading is strict: an unknown key, or one that
 * occurs twice, is ERR_USAGE with file and line. config_set() rewrites the whole file under a lock,
 * so that two writers lose nothing.
 */
#ifndef SSL_STORE_CONFIG_H
#define SSL_STORE_CONFIG_H

#include "core/base/strbuf.h"
#include "core/store/store.h"

/* A key that may be set; a table ends with {0}. A key ending in ".*" stands for any one word
 * there. */
struct config_key {
	const char *key, *fallback, *help; /* fallback: the value if it is not set; "": none */
	int is_seconds;                    /* the value is a number from 0 on */
	int is_list;                       /* it may be set more than once */
	const char *one_of;                /* the words allowed, separated by blanks; NULL: any text */
};
extern const struct config_key config_keys[]; /* of a store */

/* A file, and the keys that it may have. */
struct config {
	char path[4300];
	const struct config_key *keys;
	int dry; /* setting only checks, and changes nothing */
};
void config_of_store(const struct store *s, struct config *out);
/* $XDG_CONFIG_HOME/ssl/config, else ~/.config/ssl/config: settings that a store must not make for
 * its user. ERR_USAGE if HOME is not set. */
int config_of_user(struct config *out, struct error *err);

/* Appends the value, or the fallback if the key is not set; of a list, one value per line. 1 if the
 * key is set, 0 if it is not, -1 with *err: ERR_USAGE with a list of all keys if there is no such
 * key. */
int config_get(const struct config *c, const char *key, struct strbuf *out, struct error *err);

/* As config_get(), for a number of seconds, which must be finite and >= 0; else ERR_USAGE. 0, or -1
 * with *err. */
int config_seconds(const struct config *c, const char *key, double *out, struct error *err);

/* Sets the key; if it is a list, adds the value unless the list has it. ERR_USAGE for a value that
 * the key cannot have. */
int config_set(const struct config *c, const char *key, const char *value, struct error *err);

/* Removes the key; if it is a list, only this value (NULL: all values). Does nothing if it is not
 * set. */
int config_unset(const struct config *c, const char *key, const char *value, struct error *err);

/* Calls fn for each setting in the order of the file, until fn returns non-zero; returns that. */
int config_each(const struct config *c, int (*fn)(void *ctx, const char *key, const char *value),
		void *ctx, struct error *err);

#endif
