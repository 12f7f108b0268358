#include "core/report/spread.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void spread_init(struct spread *s, struct rows *rows)
{
	*s = (struct spread){.rows = rows, .name = STRBUF_INIT, .mean = STRBUF_INIT};
}

void spread_release(struct spread *s)
{
	strbuf_release(&s->name);
	strbuf_release(&s->mean);
	free(s->part);
}

static int places(enum human_kind kind)
{
	return kind == HUMAN_PERCENT ? 2 : kind == HUMAN_SECONDS ? 1 : -1;
}

static void add(double v, enum human_kind kind, int digits, struct strbuf *out)
{
	if (kind == HUMAN_BYTES)
		human_bytes((int64_t)v, out);
	else if (kind == HUMAN_DURATION)
		human_duration(v, out);
	else if (places(kind) >= 0)
		strbuf_addf(out, "%.*f", places(kind), v);
	else
		strbuf_addf(out, "%.*g", digits, v);
}

void spread_text(double mean, double sd, enum human_kind kind, struct strbuf *out)
{
	add(mean, kind, 6, out);
	if (isnan(sd))
		return;
	strbuf_adds(out, " ± ");
	add(sd, kind, 2, out);
}

/* Which part of the column before it is this one? */
static char part_of(const struct spread *s, const char *name)
{
	size_t n = s->name.len;

	if (!s->rows->human || !n || strncmp(name, s->name.buf, n) != 0)
		return 0;
	return !strcmp(name + n, ".sd") ? 's' : !strcmp(name + n, ".n") ? 'n' : 0;
}

static void column(void *ctx, const char *name)
{
	struct spread *s = ctx;
	struct query_sink rows = rows_sink(s->rows);
	char part = part_of(s, name);

	s->part = xrealloc(s->part, (size_t)s->columns + 1);
	s->part[s->columns++] = part;
	if (part)
		return;
	strbuf_clear(&s->name);
	strbuf_adds(&s->name, name);
	rows.column(rows.ctx, name);
}

/* Is the cell that comes next followed by a part of the same mean? */
static int goes_on(const struct spread *s)
{
	int next = s->at % s->columns + 1;

	return next < s->columns && s->part[next];
}

/* The cell that comes next is written; with the last part the whole is passed on. */
static void end_cell(struct spread *s)
{
	struct query_sink rows = rows_sink(s->rows);

	if (!goes_on(s)) {
		/* NULL: there is no mean */
		rows.text(rows.ctx, s->mean.len ? s->mean.buf : NULL);
		strbuf_clear(&s->mean);
	}
	s->at++;
}

static void text(void *ctx, const char *t)
{
	struct spread *s = ctx;
	struct query_sink rows = rows_sink(s->rows);

	if (!s->part[s->at % s->columns]) {
		if (!goes_on(s)) {
			rows.text(rows.ctx, t);
			s->at++;
			return;
		}
		strbuf_clear(&s->mean);
		if (t)
			strbuf_adds(&s->mean, t);
	}
	end_cell(s); /* no deviation: the mean alone */
}

static void real(void *ctx, double v)
{
	struct spread *s = ctx;
	struct query_sink rows = rows_sink(s->rows);
	char part = s->part[s->at % s->columns];
	enum human_kind kind;

	if (!part && !goes_on(s)) {
		rows.real(rows.ctx, v);
		s->at++;
		return;
	}
	kind = s->rows->kind[s->rows->at % s->rows->columns];
	if (!part) {
		strbuf_clear(&s->mean);
		spread_text(v, NAN, kind, &s->mean);
	} else if (part == 's') {
		strbuf_adds(&s->mean, " ± ");
		add(v, kind, 2, &s->mean);
	} else if (s->mean.len) {
		strbuf_addf(&s->mean, " (n=%.0f)", v);
	}
	end_cell(s);
}

static void integer(void *ctx, int64_t v)
{
	struct spread *s = ctx;
	struct query_sink rows = rows_sink(s->rows);

	if (s->part[s->at % s->columns] || goes_on(s)) {
		real(ctx, (double)v);
		return;
	}
	rows.integer(rows.ctx, v);
	s->at++;
}

struct query_sink spread_sink(struct spread *s)
{
	return (struct query_sink){s, column, text, integer, real};
}
