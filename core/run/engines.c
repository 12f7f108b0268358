#include "core/run/engines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/run/provenance.h"

void engines_release(struct engines *e)
{
	engine_table_release(&e->table);
	*e = (struct engines){0};
}

/* "made on cuda: a card, its driver, and this is cuda: another" */
static int other_device(const struct engine_table_row *row, const struct device *d,
			const char *what, const char *instead, struct error *err)
{
	return error_set(err, ERR_FAILED,
			 "%s of engines %s was made on %s%s%s, and this is %s%s%s: %s", what,
			 row->name, row->device, *row->about ? ": " : "", row->about, d->name,
			 *d->about ? ": " : "", d->about, instead);
}

static int fits(const struct engine_table_row *row, const struct device *d)
{
	return !strcmp(row->device, d->name) && !strcmp(row->about, d->about);
}

static int load(struct store *s, const struct engine_table_row *row, struct engines *out,
		struct error *err)
{
	struct engine_row *list;
	int n;

	if (engine_tables_load(s, row, &list, &n, err))
		return -1;
	*out = (struct engines){.used = 1, .row = *row};
	for (int i = 0; i < n; i++) {
		struct engine_choice c = {.place = list[i].place,
					  .engine = list[i].engine,
					  .seconds = list[i].seconds,
					  .first_seconds = list[i].first_seconds};

		snprintf(c.what, sizeof c.what, "%s", list[i].operation);
		engine_table_add(&out->table, &c);
	}
	free(list);
	return 0;
}

int engines_find(struct store *s, const char *name, const struct device *d, struct engines *out,
		 struct error *err)
{
	struct engine_table_row row;

	if (engine_tables_find(s, name, &row, err))
		return -1;
	if (!fits(&row, d))
		return other_device(&row, d, "the table",
				    "`ssl device tune` makes one for this device", err);
	return load(s, &row, out, err);
}

int engines_of_run(struct store *s, int64_t run, const char *name, const struct device *d,
		   struct engines *out, struct error *err)
{
	struct engine_table_row row;
	char device[64];
	const int used = engine_tables_of_run(s, run, device, &row, err);

	*out = (struct engines){0};
	if (used < 0)
		return -1;
	if (!used || strcmp(device, d->name) != 0)
		return 0;
	if (fits(&row, d))
		return load(s, &row, out, err);
	other_device(&row, d, "its table",
		     "only there its bits can be repeated (`ssl resume --engines none` continues "
		     "with others)",
		     err);
	return error_prefix(err, "%s", name);
}

/* What the first cells used must be what the others use. */
static int check_same(const struct engine_table_row *then, const struct engines *now,
		      const char *sweep, struct error *err)
{
	if (!strcmp(then ? then->sha256 : "", now->used ? now->row.sha256 : ""))
		return 0;
	return error_set(err, ERR_FAILED,
			 "sweep %s: its cells use %s%s so far, and now %s%s: without --engines the "
			 "others use the same",
			 sweep, then ? "the engines of table " : "the first engines",
			 then ? then->name : "", now->used ? "those of table " : "the first ones",
			 now->used ? now->row.name : "");
}

int engines_of_sweep(struct store *s, int64_t sweep, const char *sweep_name, const char *name,
		     const struct device *d, struct engines *out, struct error *err)
{
	struct engine_table_row row;
	const int used = engine_tables_of_sweep(s, sweep, d->name, &row, err);
	struct engines found = {0};

	if (used == -1)
		return -1;
	if (name && strcmp(name, ENGINES_NONE) != 0 && engines_find(s, name, d, &found, err))
		return -1;
	if (!name && used == 1) {
		if (!fits(&row, d)) {
			other_device(&row, d, "its table",
				     "the other cells are to be computed there", err);
			return error_prefix(err, "sweep %s", sweep_name);
		}
		if (load(s, &row, &found, err))
			return -1;
	}
	if (used >= 0 && check_same(used ? &row : NULL, &found, sweep_name, err)) {
		engines_release(&found);
		return -1;
	}
	*out = found;
	return 0;
}

void engines_use(const struct engines *e, const struct device *d)
{
	if (d->use_engines)
		d->use_engines(d, e && e->used ? &e->table : NULL);
}

int engines_record(struct store *s, const char *name, const struct device *d,
		   const char *recipe_hash, const struct engine_table *t,
		   struct engine_table_row *out, struct error *err)
{
	const struct device_info device = provenance_device(d, NULL);
	struct engine_row *list = xcalloc((size_t)t->n + 1, sizeof *list);
	int ret;

	for (int i = 0; i < t->n; i++) {
		const struct engine_choice *c = t->choice + i;

		list[i].place = c->place;
		list[i].engine = c->engine;
		list[i].seconds = c->seconds;
		list[i].first_seconds = c->first_seconds;
		snprintf(list[i].operation, sizeof list[i].operation, "%s", c->what);
	}
	ret = engine_tables_insert(s, name, &device, recipe_hash, list, t->n, out, err);
	free(list);
	return ret;
}
