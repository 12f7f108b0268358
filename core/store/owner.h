/*
 * The owner of a store. Whoever created a store decides what it contains. So a command that writes
 * to a store, or computes from it, accepts only stores of its own user and those that
 * safe.directory in the user's settings (config_of_user()) allows: a folder with a store in it,
 * FOLDER/\* for all below, or * for every store. An empty value revokes those before it. Neither a
 * store nor the environment can add to that list.
 */
#ifndef SSL_STORE_OWNER_H
#define SSL_STORE_OWNER_H

#include "core/base/error.h"

/* 0 if this user may write to the store; else ERR_FAILED, with the command that allows it. `dir` is
 * the absolute path of .ssl. */
int owner_check(const char *dir, struct error *err);

/* True if a value of safe.directory includes this folder. `home` replaces ~ in "~/"; it may be
 * NULL. */
int owner_matches(const char *value, const char *folder, const char *home);

#endif
