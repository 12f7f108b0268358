/*
 * Views that a user creates in the store. Views named v_* belong to ssl, which creates them again
 * when they change; views of any other name belong to the user and are kept.
 */
#ifndef SSL_STORE_QUERY_USER_VIEWS_H
#define SSL_STORE_QUERY_USER_VIEWS_H

#include "core/store/store.h"

/* Creates a pivot, a view with a row per run: the columns of v_run, then one for each
 * hyperparameter that any run has, and one for the last value of each metric with a goal. With
 * `replace` it takes the place of an older view of this name. ERR_USAGE for a name that is not
 * plain, belongs to ssl, or is taken. */
int user_view_create_pivot(struct store *s, const char *view, int replace, struct error *err);

/* Removes a view of the user's; ERR_NOT_FOUND if there is none. */
int user_view_drop(struct store *s, const char *view, struct error *err);

#endif
