#include "core/report/mean_cell.h"

#include <stdlib.h>
#include <string.h>

enum { MEAN_DIGITS = 6, SD_DIGITS = 2 }; /* significant, of values without a unit */

void mean_cells_init(struct mean_cells *m, struct rows *rows)
{
	*m = (struct mean_cells){.rows = rows, .name = STRBUF_INIT, .text = STRBUF_INIT};
}

void mean_cells_release(struct mean_cells *m)
{
	strbuf_release(&m->name);
	strbuf_release(&m->text);
	free(m->part);
}

/* The part of the newest mean that a column of this name holds: 's', 'n' or 0. */
static char part_of(const struct mean_cells *m, const char *name)
{
	size_t n = m->name.len;

	if (!m->rows->human || !n || strncmp(name, m->name.buf, n) != 0)
		return 0;
	return !strcmp(name + n, ".sd") ? 's' : !strcmp(name + n, ".n") ? 'n' : 0;
}

static void column(void *ctx, const char *name)
{
	struct mean_cells *m = ctx;
	struct query_sink rows = rows_sink(m->rows);
	char part = part_of(m, name);

	m->part = xrealloc(m->part, (size_t)m->columns + 1);
	m->part[m->columns++] = part;
	if (part)
		return;
	strbuf_clear(&m->name);
	strbuf_adds(&m->name, name);
	rows.column(rows.ctx, name);
}

/* True if the next cell is followed by a part of the same mean. */
static int is_followed(const struct mean_cells *m)
{
	int next = m->at % m->columns + 1;

	return next < m->columns && m->part[next];
}

/* Ends the cell that was received. With the last part of a mean the whole is passed on. */
static void end_cell(struct mean_cells *m)
{
	struct query_sink rows = rows_sink(m->rows);

	if (!is_followed(m)) {
		rows.text(rows.ctx, m->text.len ? m->text.buf : NULL);
		strbuf_clear(&m->text);
	}
	m->at++;
}

/* A NULL deviation leaves the mean alone. */
static void text(void *ctx, const char *t)
{
	struct mean_cells *m = ctx;
	struct query_sink rows = rows_sink(m->rows);

	if (!m->part[m->at % m->columns]) {
		if (!is_followed(m)) {
			rows.text(rows.ctx, t);
			m->at++;
			return;
		}
		strbuf_clear(&m->text);
		if (t)
			strbuf_adds(&m->text, t);
	}
	end_cell(m);
}

static void real(void *ctx, double v)
{
	struct mean_cells *m = ctx;
	struct query_sink rows = rows_sink(m->rows);
	char part = m->part[m->at % m->columns];

	if (!part && !is_followed(m)) {
		rows.real(rows.ctx, v);
		m->at++;
		return;
	}
	if (!part) {
		strbuf_clear(&m->text);
		human_real(v, rows_next_unit(m->rows), MEAN_DIGITS, &m->text);
	} else if (part == 's') {
		strbuf_adds(&m->text, " ± ");
		human_real(v, rows_next_unit(m->rows), SD_DIGITS, &m->text);
	} else if (m->text.len) {
		strbuf_addf(&m->text, " (n=%.0f)", v);
	}
	end_cell(m);
}

static void integer(void *ctx, int64_t v)
{
	struct mean_cells *m = ctx;
	struct query_sink rows = rows_sink(m->rows);

	if (m->part[m->at % m->columns] || is_followed(m)) {
		real(ctx, (double)v);
		return;
	}
	rows.integer(rows.ctx, v);
	m->at++;
}

struct query_sink mean_cells_sink(struct mean_cells *m)
{
	return (struct query_sink){m, column, text, integer, real};
}
