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
	free(r->kind);
	strbuf_release(&r->text);
}

static void take_column(void *ctx, const char *name)
{
	struct rows *r = ctx;

	r->kind = xrealloc(r->kind, ((size_t)r->columns + 1) * sizeof *r->kind);
	r->kind[r->columns++] = r->human ? human_kind_of(name) : HUMAN_PLAIN;
	table_column(r->table, name);
	if (human_is_minor(name))
		table_minor(r->table);
}

static enum human_kind next_kind(struct rows *r)
{
	return r->kind[r->at++ % r->columns];
}

static void take_text(void *ctx, const char *s)
{
	struct rows *r = ctx;

	if (next_kind(r) == HUMAN_TIME && s) {
		strbuf_clear(&r->text);
		human_time(s, &r->text);
		s = r->text.buf;
	}
	table_text(r->table, s);
}

static void take_real(void *ctx, double v)
{
	struct rows *r = ctx;
	enum human_kind kind = next_kind(r);

	if (!r->human) {
		table_real(r->table, v, TABLE_SHORTEST);
	} else if (kind == HUMAN_DURATION) {
		strbuf_clear(&r->text);
		human_duration(v, &r->text);
		table_text(r->table, r->text.buf);
	} else {
		table_real(r->table, v,
			   kind == HUMAN_PERCENT   ? 2
			   : kind == HUMAN_SECONDS ? 1
						   : TABLE_SIX);
	}
}

static void take_integer(void *ctx, int64_t v)
{
	struct rows *r = ctx;
	enum human_kind kind = next_kind(r);

	strbuf_clear(&r->text);
	if (kind == HUMAN_BYTES)
		human_bytes(v, &r->text);
	else if (kind == HUMAN_DURATION)
		human_duration((double)v, &r->text);
	if (r->text.len)
		table_text(r->table, r->text.buf);
	else
		table_int(r->table, v);
}

struct query_sink rows_sink(struct rows *r)
{
	return (struct query_sink){r, take_column, take_text, take_integer, take_real};
}
