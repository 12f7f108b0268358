/* Inside core/store/ only: settings of evaluations as pairs of key and value. */
#ifndef SSL_STORE_IDENTITY_INTERNAL_H
#define SSL_STORE_IDENTITY_INTERNAL_H

#include <stddef.h>

enum { SETTINGS_MAX = 48 };

struct settings {
	char *key[SETTINGS_MAX], *value[SETTINGS_MAX]; /* sorted by key */
	int n;
};
void settings_release(struct settings *s);
/* The members of a flat JSON object, up to the first that is not one. */
void settings_read(struct settings *s, const char *text);
/* At its place; what is beyond SETTINGS_MAX is dropped. */
void settings_add(struct settings *s, const char *key, size_t n_key, const char *value,
		  size_t n_value);
/* NULL if there is none. */
const char *settings_find(const struct settings *s, const char *key);
/* Is the whole text a number? */
int settings_number(const char *text, double *out);
/* Does an evaluation with these settings use random numbers, so that its seed matters? */
int settings_draw(const char *protocol, const struct settings *s);

#endif
