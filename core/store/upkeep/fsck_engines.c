/* The check of the tables of engines. */
#include "core/store/engine_tables.h"
#include "core/store/upkeep/fsck_internal.h"

#include <stdlib.h>

struct engines_check {
	struct store *store;
	struct fsck *f;
	struct error *err;
};

/* A table whose choices were changed is a finding; another error is passed on. */
static int check_table(void *ctx, const struct engine_table_row *row)
{
	const struct engines_check *c = ctx;
	struct engine_row *list;
	struct error why;
	int n;

	if (!engine_tables_load(c->store, row, &list, &n, &why)) {
		free(list);
		return 0;
	}
	if (why.code == ERR_CORRUPT) {
		fsck_report(c->f, "engines", row->name, why.msg, 0, 0);
		return 0;
	}
	*c->err = why;
	return -1;
}

int fsck_check_engines(struct store *s, struct fsck *f, struct error *err)
{
	struct error why = {0};
	struct engines_check c = {s, f, &why};

	if (!engine_tables_each(s, check_table, &c, &why))
		return 0;
	if (why.code == ERR_CORRUPT) {
		fsck_report(f, "engines", "engine_table", why.msg, 0, 0);
		return 0;
	}
	*err = why;
	return -1;
}
