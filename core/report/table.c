/* What a table holds, and its cells as text; see table.h. The text of all cells lies in one string;
 * each cell knows where its own begins. */
#include "core/report/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/strbuf.h"
#include "core/report/table_internal.h"

static const struct {
	const char *name;
	enum table_format format;
} formats[] = {
    {"table", TABLE_TEXT},  {"csv", TABLE_CSV}, {"tsv", TABLE_TSV},     {"json", TABLE_JSON},
    {"jsonl", TABLE_JSONL}, {"md", TABLE_MD},   {"latex", TABLE_LATEX}, {"html", TABLE_HTML},
};

int table_format_parse(const char *name, enum table_format *out, struct error *err)
{
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
		if (!strcmp(name, formats[i].name)) {
			*out = formats[i].format;
			return 0;
		}
	}
	return error_set(err, ERR_USAGE,
			 "--format: '%s' is none of table, csv, tsv, json, jsonl, md, latex, html",
			 name);
}

int table_is_for_people(enum table_format format)
{
	return format == TABLE_TEXT || format == TABLE_MD || format == TABLE_LATEX ||
	       format == TABLE_HTML;
}

struct table *table_new(void)
{
	struct table *t = xcalloc(1, sizeof *t);

	t->text = (struct strbuf)STRBUF_INIT;
	return t;
}

void table_free(struct table *t)
{
	if (!t)
		return;
	strbuf_release(&t->text);
	free(t->cell);
	free(t);
}

static struct cell *add(struct table *t, enum cell_kind kind)
{
	if (t->n == t->cap) {
		t->cap = t->cap ? 2 * t->cap : 64;
		t->cell = xrealloc(t->cell, t->cap * sizeof *t->cell);
	}
	t->cell[t->n] = (struct cell){.kind = kind};
	return &t->cell[t->n++];
}

static struct cell *add_cell(struct table *t, enum cell_kind kind)
{
	if (!t->columns)
		BUG("a cell before any column");
	return add(t, kind);
}

static void set_text(struct table *t, struct cell *c, const char *s)
{
	c->v.text = t->text.len;
	strbuf_add(&t->text, s, strlen(s) + 1);
}

void table_column(struct table *t, const char *name)
{
	if (t->n != (size_t)t->columns)
		BUG("column %s after cells", name);
	set_text(t, add(t, CELL_TEXT), name);
	t->columns++;
}

void table_minor(struct table *t)
{
	if (!t->columns || t->columns > TABLE_MINOR)
		return; /* it is dropped as late as the important ones */
	t->minor |= 1ull << (t->columns - 1);
}

void table_text(struct table *t, const char *s)
{
	if (s)
		set_text(t, add_cell(t, CELL_TEXT), s);
	else
		table_null(t);
}

void table_int(struct table *t, int64_t v)
{
	add_cell(t, CELL_INT)->v.i = v;
}

void table_real(struct table *t, double v, int digits)
{
	struct cell *c = add_cell(t, CELL_REAL);

	c->v.d = v;
	c->digits = digits;
}

void table_null(struct table *t)
{
	add_cell(t, CELL_NULL);
}

int table_rows(const struct table *t)
{
	return t->columns ? (int)(t->n / (size_t)t->columns) - 1 : 0;
}

void table_cell(const struct table *t, const struct cell *c, int rounded, struct strbuf *out)
{
	strbuf_clear(out);
	switch (c->kind) {
	case CELL_NULL:
		return;
	case CELL_TEXT:
		strbuf_adds(out, t->text.buf + c->v.text);
		return;
	case CELL_INT:
		strbuf_add_int(out, c->v.i);
		return;
	case CELL_REAL:
		if (!rounded || c->digits == TABLE_SHORTEST || !isfinite(c->v.d)) {
			strbuf_add_number(out, c->v.d);
			return;
		}
		if (c->digits == TABLE_SIX)
			strbuf_addf(out, "%.6g", c->v.d);
		else
			strbuf_addf(out, "%.*f", c->digits, c->v.d);
	}
}

/* Numbers are aligned right, as is the header of a column that has numbers only. */
static int is_number(const struct cell *c)
{
	return c->kind == CELL_INT || c->kind == CELL_REAL;
}

char *table_number_columns(const struct table *t)
{
	size_t columns = (size_t)t->columns;
	char *flag = xcalloc(columns, 1);

	memset(flag, table_rows(t) > 0, columns);
	for (size_t i = columns; i < t->n; i++)
		if (!is_number(&t->cell[i]) && t->cell[i].kind != CELL_NULL)
			flag[i % columns] = 0;
	return flag;
}
