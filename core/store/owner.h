/*
 * Whose store is it? Whoever made a store decides what stands in it, so commands that write to one, or
 * compute from one, work in their user's own stores, and in those that safe.directory names in the
 * user's settings (config_of_user()): a folder with a store in it, FOLDER/\* for all below, or * for
 * every one. An empty value forgets those before it. Nothing in a store, and nothing in the environment,
 * can name it.
 */
#ifndef SSL_STORE_OWNER_H
#define SSL_STORE_OWNER_H

#include "core/base/error.h"

/* 0 when the store may be written to by this user; ERR_FAILED with the command that allows it. `dir`
 * is .ssl, an absolute path. */
int owner_check(const char *dir, struct error *err);

/* Does a value of safe.directory stand for this folder? home: for ~/, or NULL. */
int owner_matches(const char *value, const char *folder, const char *home);

#endif
