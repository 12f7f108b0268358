#include "core/report/rows.h"

#include <stdlib.h>

void rows_init(struct rows *r, int human, enum table_format format)
{
	*r = (struct rows){.table = table_new(), .text = STRBUF_INIT};
	r->human = human && table_is_for_people(format);
}

void rows_release(struct rows *r)
{
	table_free(r->table);
	free(r->unit);
	strbuf_release(&r->text);
}

enum unit rows_next_unit(const struct rows *r)
{
	return r->unit[r->at % r->columns];
}

static void add_column(void *ctx, const char *name)
{
	struct rows *r = ctx;

	r->unit = xrealloc(r->unit, ((size_t)r->columns + 1) * sizeof *r->unit);
	r->unit[r->columns++] = r->human ? column_unit(name) : UNIT_PLAIN;
	table_column(r->table, name);
	if (column_is_minor(name))
		table_minor(r->table);
}

static void add_text(void *ctx, const char *s)
{
	struct rows *r = ctx;

	if (rows_next_unit(r) == UNIT_TIME && s) {
		strbuf_clear(&r->text);
		human_time(s, &r->text);
		s = r->text.buf;
	}
	table_text(r->table, s);
	r->at++;
}

static void add_real(void *ctx, double v)
{
	struct rows *r = ctx;
	enum unit unit = rows_next_unit(r);

	if (!r->human) {
		table_real(r->table, v, TABLE_SHORTEST);
	} else if (unit == UNIT_DURATION) {
		strbuf_clear(&r->text);
		human_duration(v, &r->text);
		table_text(r->table, r->text.buf);
	} else {
		table_real(r->table, v,
			   unit == UNIT_PERCENT   ? 2
			   : unit == UNIT_SECONDS ? 1
						  : TABLE_SIX);
	}
	r->at++;
}

static void add_integer(void *ctx, int64_t v)
{
	struct rows *r = ctx;
	enum unit unit = rows_next_unit(r);

	strbuf_clear(&r->text);
	if (unit == UNIT_BYTES)
		human_bytes(v, &r->text);
	else if (unit == UNIT_DURATION)
		human_duration((double)v, &r->text);
	if (r->text.len)
		table_text(r->table, r->text.buf);
	else
		table_int(r->table, v);
	r->at++;
}

struct query_sink rows_sink(struct rows *r)
{
	return (struct query_sink){r, add_column, add_text, add_integer, add_real};
}
