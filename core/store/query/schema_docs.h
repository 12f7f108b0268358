/*
 * The schema with its documentation, as `ssl schema` prints it. The comments of every CREATE
 * statement describe its table or view and each of its columns. They are read from the files of
 * schema/, so that a store of any age shows the present descriptions, and from the store itself for
 * tables, views and columns that the user added.
 */
#ifndef SSL_STORE_QUERY_SCHEMA_DOCS_H
#define SSL_STORE_QUERY_SCHEMA_DOCS_H

#include "core/store/query/query.h"

/* All views and tables, one per row: name, kind, columns, about. */
int query_tables(struct store *s, const struct query_sink *sink, struct error *err);

/* The columns of one table or view, one per row: column, type, about. ERR_NOT_FOUND with the
 * nearest name. */
int query_columns(struct store *s, const char *table, const struct query_sink *sink,
		  struct error *err);

#endif
