/*
 * The schema as it explains itself: every CREATE statement holds a sentence for its table or view and
 * one for each column, and here they are read again. Also the views that a user makes: a pivot has a
 * row per run and a column for every hyperparameter. Views named v_* are ssl's and made anew when
 * they change; any other name is the user's, and kept.
 */
#ifndef SSL_STORE_CATALOG_H
#define SSL_STORE_CATALOG_H

#include "core/store/query.h"

/* Views and tables: name, kind, columns, about. */
int query_catalog(struct store *s, const struct query_sink *sink, struct error *err);

/* The columns of one: column, type, about. ERR_NOT_FOUND with the nearest name. */
int query_columns(struct store *s, const char *table, const struct query_sink *sink,
		  struct error *err);

/* Makes the view: v_run's columns, then one for each hyperparameter that any run has, and one for the
 * last value of each metric with a goal. `replace` takes the place of an older pivot. ERR_USAGE for
 * a name that is not plain, is ssl's, or is taken. */
int catalog_pivot(struct store *s, const char *view, int replace, struct error *err);

/* Removes a view that is the user's. */
int catalog_drop(struct store *s, const char *view, struct error *err);

#endif
