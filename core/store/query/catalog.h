/*
 * The schema with its documentation: the comments of every CREATE statement describe its table or view
 * and each of its columns. They are read from the files of schema/, so that a store of any age shows the
 * present descriptions, and from the store itself for tables, views and columns that the user added.
 * Also the views that a user creates: a pivot has a row per run and a column for every hyperparameter.
 * Views named v_* belong to ssl, which creates them again when they change; views of any other name
 * belong to the user and are kept.
 */
#ifndef SSL_STORE_QUERY_CATALOG_H
#define SSL_STORE_QUERY_CATALOG_H

#include "core/store/query/query.h"

/* All views and tables, one per row: name, kind, columns, about. */
int query_catalog(struct store *s, const struct query_sink *sink, struct error *err);

/* The columns of one table or view, one per row: column, type, about. ERR_NOT_FOUND with the nearest
 * name. */
int query_columns(struct store *s, const char *table, const struct query_sink *sink,
		  struct error *err);

/* Makes the view: v_run's columns, then one for each hyperparameter that any run has, and one for the
 * last value of each metric with a goal. `replace` takes the place of an older pivot. ERR_USAGE for
 * a name that is not plain, is ssl's, or is taken. */
int catalog_pivot(struct store *s, const char *view, int replace, struct error *err);

/* Removes a view that is the user's. */
int catalog_drop(struct store *s, const char *view, struct error *err);

#endif
