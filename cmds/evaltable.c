#include "cmds/evaltable.h"

#include <stdlib.h>

#include "core/base/error.h"

static void add_columns(struct table *t, const char *const *column)
{
	for (; *column; column++)
		table_column(t, *column);
}

void eval_table_init(struct eval_table *t, const struct dataset *d)
{
	static const char *const summary[] = {"run",     "epoch",    "protocol", "split",
					      "trained", "images",   "top1",     "top5",
					      "seconds", "settings", "missing",  NULL};
	static const char *const classes[] = {"run",    "epoch",   "protocol", "split", "class",
					      "images", "correct", "accuracy", NULL};
	static const char *const confusion[] = {"run",   "epoch",  "protocol",
						"split", "actual", NULL};
	static const char *const *const of_view[] = {summary, classes, confusion};

	t->table = table_new();
	add_columns(t->table, of_view[t->view]);
	for (int c = 0; t->view == VIEW_CONFUSION && c < d->classes; c++)
		table_column(t->table, d->class_name[c]);
}

static void add_head(struct eval_table *t, const struct evaluator *e, const struct eval_result *r)
{
	table_text(t->table, t->run);
	table_int(t->table, t->epoch);
	table_text(t->table, r->name);
	table_text(t->table, eval_split_name(e->split));
}

static void add_summary(struct eval_table *t, const struct evaluator *e,
			const struct eval_result *r)
{
	add_head(t, e, r);
	table_int(t->table, r->trained);
	table_int(t->table, r->evaluated);
	if (r->missing[0]) {
		table_null(t->table);
		table_null(t->table);
	} else {
		table_real(t->table, r->score.top1, 2);
		table_real(t->table, r->score.top5, 2);
	}
	table_real(t->table, r->seconds, 1);
	table_text(t->table, r->differs.len ? r->differs.buf : NULL);
	table_text(t->table, r->missing[0] ? r->missing : NULL);
}

/* A class without an image in the split has no accuracy. */
static void add_class(struct table *t, const uint32_t *row, int class, int classes)
{
	uint32_t images = 0;

	for (int c = 0; c < classes; c++)
		images += row[c];
	table_int(t, images);
	table_int(t, row[class]);
	if (images)
		table_real(t, 100.0 * row[class] / images, 2);
	else
		table_null(t);
}

void eval_table_add(struct eval_table *t, const struct evaluator *e, const struct eval_result *r)
{
	const struct dataset *d = &e->run->data;
	uint32_t *n;

	if (t->view == VIEW_SUMMARY) {
		add_summary(t, e, r);
		return;
	}
	if (r->missing[0]) /* no class was predicted */
		return;
	n = xmalloc((size_t)d->classes * (size_t)d->classes * sizeof *n);
	eval_confusion(r, &e->evaluated, d->classes, n);
	for (int a = 0; a < d->classes; a++) {
		const uint32_t *row = n + (size_t)a * (size_t)d->classes;

		add_head(t, e, r);
		table_text(t->table, d->class_name[a]);
		if (t->view == VIEW_CLASS)
			add_class(t->table, row, a, d->classes);
		for (int c = 0; t->view == VIEW_CONFUSION && c < d->classes; c++)
			table_int(t->table, row[c]);
	}
	free(n);
}
