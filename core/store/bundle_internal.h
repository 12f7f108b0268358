/* Inside core/store/ only: the tables of bundles, as the schema has them. */
#ifndef SSL_STORE_BUNDLE_INTERNAL_H
#define SSL_STORE_BUNDLE_INTERNAL_H

#include "core/store/bundle.h"
#include "core/store/store_internal.h"

enum { BUNDLE_COLUMNS = 64, BUNDLE_TABLES = 48 };

struct bundle_column {
	char name[64], target[64]; /* target: the table that it refers to, "" none */
	int is_own_id;             /* the table's own number: made anew in each store */
};
struct bundle_table {
	char name[64], owner[64]; /* owner: run, eval, recipe; "" shared */
	struct bundle_column column[BUNDLE_COLUMNS];
	int n, has_id;
};
struct bundle_schema {
	struct bundle_table table[BUNDLE_TABLES];
	int n;
};

/* Shared tables, "run", then what belongs to runs, each behind what it refers to. */
int bundle_schema_read(struct store *s, struct bundle_schema *out, struct error *err);
const struct bundle_table *bundle_table_find(const struct bundle_schema *b, const char *name);

/* SQL of what names a row of `table` in every store, its columns prefixed by "ALIAS."; NULL when it
 * has no such name. */
const char *bundle_key(const char *table);

#endif
