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
	free(s->is_sd);
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

static void column(void *ctx, const char *name)
{
	struct spread *s = ctx;
	struct query_sink rows = rows_sink(s->rows);
	size_t n = s->name.len, length = strlen(name);
	int sd = s->rows->human && n && length == n + 3 && !strncmp(name, s->name.buf, n) &&
		 !strcmp(name + n, ".sd");

	s->is_sd = xrealloc(s->is_sd, (size_t)s->columns + 1);
	s->is_sd[s->columns++] = (char)sd;
	if (sd)
		return;
	strbuf_clear(&s->name);
	strbuf_adds(&s->name, name);
	rows.column(rows.ctx, name);
}

/* Is the cell that comes next a mean whose deviation follows? */
static int is_mean(const struct spread *s)
{
	int next = s->at % s->columns + 1;

	return next < s->columns && s->is_sd[next];
}

static void text(void *ctx, const char *t)
{
	struct spread *s = ctx;
	struct query_sink rows = rows_sink(s->rows);
	int at = s->at % s->columns;

	if (s->is_sd[at]) {
		/* no deviation: the mean alone */
		rows.text(rows.ctx, s->mean.len ? s->mean.buf : NULL);
		strbuf_clear(&s->mean);
	} else if (is_mean(s)) {
		strbuf_clear(&s->mean);
		if (t)
			strbuf_adds(&s->mean, t);
	} else {
		rows.text(rows.ctx, t);
	}
	s->at++;
}

static void real(void *ctx, double v)
{
	struct spread *s = ctx;
	struct query_sink rows = rows_sink(s->rows);
	int at = s->at % s->columns;
	enum human_kind kind;

	if (!s->is_sd[at] && !is_mean(s)) {
		rows.real(rows.ctx, v);
		s->at++;
		return;
	}
	kind = s->rows->kind[s->rows->at % s->rows->columns];
	if (!s->is_sd[at]) {
		strbuf_clear(&s->mean);
		spread_text(v, NAN, kind, &s->mean);
	} else {
		strbuf_adds(&s->mean, " ± ");
		add(v, kind, 2, &s->mean);
		rows.text(rows.ctx, s->mean.buf);
		strbuf_clear(&s->mean);
	}
	s->at++;
}

static void integer(void *ctx, int64_t v)
{
	struct spread *s = ctx;
	struct query_sink rows = rows_sink(s->rows);

	if (s->is_sd[s->at % s->columns] || is_mean(s)) {
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
