/* Checks the values of a bundle's row beyond the types, keys and constraints of the schema: a value
 * that ssl could not have written is refused. */
#include <string.h>

#include "core/base/utf8.h"
#include "core/store/bundle/bundle_internal.h"
#include "core/store/row.h"

static int is_in(const char *word, const char *const *list)
{
	for (; *list; list++)
		if (!strcmp(word, *list))
			return 1;
	return 0;
}

static int wrong(const char *table, const char *column, const char *why, struct error *err)
{
	return error_set(err, ERR_CORRUPT, "a row of %.40s: %.40s %s", table, column, why);
}

/* Is it one JSON value of the type, according to SQLite? */
static int is_json(struct store *s, const char *text, const char *type, struct error *err)
{
	int64_t is = 0;

	if (db_int(s, &is, err,
		   "SELECT CASE WHEN json_valid(?1) THEN json_type(?1) = ?2 ELSE 0 END", "tt", text,
		   type) < 0)
		return -1;
	return is != 0;
}

static int check_text(struct bundle_import *m, const char *table, const char *column,
		      const char *text, struct error *err)
{
	/* texts from a command line, a path or a library may hold any bytes */
	static const char *const raw[] = {"command", "error", "text", "source", "worker", NULL};
	static const char *const object[] = {"json", "settings", "spec", NULL};
	int is = 1;

	if (is_in(column, object))
		is = is_json(m->s, text, "object", err);
	else if (!strcmp(column, "skipped"))
		is = is_json(m->s, text, "array", err);
	if (is <= 0)
		return is < 0 ? -1 : wrong(table, column, "is not valid JSON of its kind", err);
	if (!is_in(column, raw) && !utf8_is_valid(text))
		return wrong(table, column, "is not UTF-8", err);
	return 0;
}

static int check_number(const char *table, const char *column, int64_t v, struct error *err)
{
	static const char *const counts[] = {
	    "step",    "steps",     "epoch",    "epochs",   "n",         "n_bad",   "threads",
	    "cores",   "last_step", "min_step", "max_step", "from_step", "n_train", "n_test",
	    "n_val",   "i",         "actual",   "height",   "width",     "classes", "channels",
	    "retries", "failures",  "claims",   "rules",    "defaults",  NULL};
	static const char *const bytes[] = {"bytes", "peak_rss", "arena_peak", NULL};

	if (is_in(column, counts) || !strcmp(column, "n_unlabeled") || !strcmp(column, "predicted"))
		return v >= 0 && v <= ROW_COUNT_MAX ? 0
						    : wrong(table, column, "is out of range", err);
	if (is_in(column, bytes) && v < 0)
		return wrong(table, column, "is negative", err);
	return 0;
}

static int64_t number(const struct bundle_import *m, const char *name)
{
	const struct json_field *f = jsonline_find(&m->line, name);

	return f && f->kind == JSON_INTEGER ? f->i : 0;
}

int bundle_check_values(struct bundle_import *m, const char *table, struct error *err)
{
	for (int i = 0; i < m->line.n; i++) {
		const struct json_field *f = &m->line.field[i];
		const char *column = m->line.text.buf + f->name;

		if (f->kind == JSON_TEXT &&
		    check_text(m, table, column, jsonline_text(&m->line, f), err))
			return -1;
		if (f->kind == JSON_INTEGER && check_number(table, column, f->i, err))
			return -1;
	}
	if (!strcmp(table, "run") &&
	    (number(m, "step") > number(m, "steps") || number(m, "epoch") > number(m, "epochs")))
		return wrong(table, "step", "is beyond the last", err);
	return 0;
}
