/* References to cells: SWEEP:POINT.SEED; see store_internal.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/strbuf.h"
#include "core/store/store_internal.h"
#include "core/store/sweeps.h"

/* POINT or POINT.SEED; seed -1 if it is left out. */
static int parse(const char *text, int64_t *point, int64_t *seed)
{
	char *end;

	*seed = -1;
	if (*text < '0' || *text > '9')
		return 0;
	*point = strtoll(text, &end, 10);
	if (!*end)
		return 1;
	if (*end != '.' || end[1] < '0' || end[1] > '9')
		return 0;
	*seed = strtoll(end + 1, &end, 10);
	return !*end;
}

struct found {
	int n;
	int64_t run;
	struct strbuf list; /* of the candidates */
};

static int find(struct store *s, const char *sweep, int64_t point, int64_t seed, struct found *f,
		struct error *err)
{
	sqlite3_stmt *st = db_prepare(s,
				      "SELECT c.run_id, c.ordinal, c.seed FROM sweep w JOIN cell c "
				      "ON c.sweep_id = w.id WHERE w.name = ? AND c.ordinal = ? "
				      "AND (?3 < 0 OR c.seed = ?3) ORDER BY c.seed",
				      err);
	int more;

	if (!st)
		return -1;
	db_bind(st, "tII", sweep, point, seed);
	while ((more = db_step(s, st, err)) > 0) {
		f->run = sqlite3_column_int64(st, 0);
		if (f->n++ < 8)
			strbuf_addf(&f->list, "%s%s:%lld.%lld", f->n > 1 ? ", " : "", sweep,
				    (long long)sqlite3_column_int64(st, 1),
				    (long long)sqlite3_column_int64(st, 2));
	}
	return more;
}

static int check_found(const char *ref, const struct found *f, struct error *err)
{
	if (!f->n)
		return error_set(err, ERR_NOT_FOUND,
				 "%s: the sweep has no such cell: see `ssl sweep status %.*s`", ref,
				 (int)strcspn(ref, ":"), ref);
	if (f->n > 1)
		return error_set(err, ERR_NOT_FOUND, "%s: ambiguous ref: it could be %s%s", ref,
				 f->list.buf, f->n > 8 ? ", ..." : "");
	if (!f->run)
		return error_set(err, ERR_NOT_FOUND, "%s: this cell has not been started", ref);
	return 0;
}

int cell_ref(struct store *s, const char *ref, int64_t *run, struct error *err)
{
	const char *colon = strchr(ref, ':');
	struct found f = {.list = STRBUF_INIT};
	char sweep[64];
	int64_t point, seed;
	int ret;

	if (colon - ref >= (long)sizeof sweep || !parse(colon + 1, &point, &seed))
		return error_set(err, ERR_USAGE, "%s: not a ref: SWEEP:POINT.SEED", ref);
	snprintf(sweep, sizeof sweep, "%.*s", (int)(colon - ref), ref);
	if (sweeps_require(s, sweep, err))
		return -1;
	ret = find(s, sweep, point, seed, &f, err) || check_found(ref, &f, err) ? -1 : 0;
	if (!ret)
		*run = f.run;
	strbuf_release(&f.list);
	return ret;
}
