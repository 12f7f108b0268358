/* Tables as aligned text. Control characters are made visible, so that a cell is one line. */
#include <stdlib.h>
#include <string.h>

#include "core/base/terminal.h"
#include "core/base/utf8.h"
#include "core/report/table_internal.h"

enum {
	GAP = 2,       /* blanks between columns */
	SHORTEST = 24, /* text is never cut to less */
};

/* Every cell as it is printed. */
struct rendered {
	struct strbuf text;
	struct {
		size_t at;
		int bytes, width;
	} * cell;
	int *width;  /* of each column; -1: it is not shown */
	char *right; /* aligned right */
	char *empty; /* no row has a value */
};

static void render_cell(const struct table *t, const struct cell *c, int ascii, struct strbuf *raw,
			struct strbuf *out)
{
	struct strbuf safe = STRBUF_INIT;

	table_cell(t, c, 1, raw);
	if (c->kind == CELL_NULL) {
		strbuf_addc(out, '-');
	} else if (c->kind != CELL_TEXT) {
		strbuf_add(out, raw->buf, raw->len);
	} else if (!ascii) {
		utf8_visible(raw->buf, out);
	} else {
		utf8_visible(raw->buf, &safe);
		utf8_ascii(safe.buf, out);
		strbuf_release(&safe);
	}
}

static void render(const struct table *t, int ascii, struct rendered *r)
{
	struct strbuf raw = STRBUF_INIT;
	size_t columns = (size_t)t->columns;

	r->text = (struct strbuf)STRBUF_INIT;
	r->cell = xcalloc(t->n, sizeof *r->cell);
	r->width = xcalloc(columns, sizeof *r->width);
	r->right = table_number_columns(t);
	r->empty = xcalloc(columns, 1);
	memset(r->empty, table_rows(t) > 0, columns);
	for (size_t i = 0; i < t->n; i++) {
		const struct cell *c = &t->cell[i];

		r->cell[i].at = r->text.len;
		render_cell(t, c, ascii, &raw, &r->text);
		r->cell[i].bytes = (int)(r->text.len - r->cell[i].at);
		r->cell[i].width = c->kind == CELL_TEXT ? utf8_width(r->text.buf + r->cell[i].at)
							: r->cell[i].bytes;
		if (r->cell[i].width > r->width[i % columns])
			r->width[i % columns] = r->cell[i].width;
		if (i >= columns && c->kind != CELL_NULL &&
		    !(c->kind == CELL_TEXT && !r->cell[i].bytes))
			r->empty[i % columns] = 0;
	}
	strbuf_release(&raw);
}

static void rendered_release(struct rendered *r)
{
	strbuf_release(&r->text);
	free(r->cell);
	free(r->width);
	free(r->right);
	free(r->empty);
}

/* The least width to which a column can be cut. */
static int least_width(const struct rendered *r, int col)
{
	return r->right[col] || r->width[col] < SHORTEST ? r->width[col] : SHORTEST;
}

/* The width of the table; cut: with all texts cut. */
static int whole_width(const struct table *t, const struct rendered *r, int cut)
{
	int width = -GAP;

	for (int c = 0; c < t->columns; c++)
		if (r->width[c] >= 0)
			width += GAP + (cut && c ? least_width(r, c) : r->width[c]);
	return width;
}

static int is_minor(const struct table *t, int col)
{
	return col < TABLE_MINOR && t->minor >> col & 1;
}

/* The column to drop next, or -1 if only the first is left. */
static int next_to_drop(const struct table *t, const struct rendered *r)
{
	for (int pass = 0; pass < 3; pass++)
		for (int c = t->columns - 1; c > 0; c--)
			if (r->width[c] >= 0 &&
			    (pass == 2 || (pass ? is_minor(t, c) : r->empty[c])))
				return c;
	return -1;
}

/* Drops columns and narrows others until the table is no wider than `columns`. */
static void fit(const struct table *t, struct rendered *r, int columns)
{
	int drop, excess;

	while (whole_width(t, r, 1) > columns && (drop = next_to_drop(t, r)) > 0)
		r->width[drop] = -1;
	excess = whole_width(t, r, 0) - columns;
	for (int c = t->columns - 1; c > 0 && excess > 0; c--) {
		int spare = r->width[c] < 0 ? 0 : r->width[c] - least_width(r, c);

		spare = spare < excess ? spare : excess;
		r->width[c] -= spare;
		excess -= spare;
	}
	if (excess > 0 && r->width[0] > excess)
		r->width[0] -= excess;
}

static void add_spaces(struct strbuf *out, int n)
{
	while (n-- > 0)
		strbuf_addc(out, ' ');
}

/* Appends the beginning of the text and two dots, `width` columns or one less; returns their
 * number. */
static int add_cut(struct strbuf *out, const char *s, int width)
{
	int dots = width < 2 ? width : 2, used = utf8_cut(s, width - dots, out);

	for (int i = 0; i < dots; i++)
		strbuf_addc(out, '.');
	return used + dots;
}

static void add_cell(const struct rendered *r, size_t i, int col, struct strbuf *line)
{
	int width = r->cell[i].width, space;

	add_spaces(line, col ? GAP : 0);
	if (width > r->width[col]) {
		struct strbuf text = STRBUF_INIT;

		strbuf_add(&text, r->text.buf + r->cell[i].at, (size_t)r->cell[i].bytes);
		width = add_cut(line, text.buf, r->width[col]);
		strbuf_release(&text);
		add_spaces(line, r->width[col] - width);
		return;
	}
	space = r->width[col] - width;
	add_spaces(line, r->right[col] ? space : 0);
	strbuf_add(line, r->text.buf + r->cell[i].at, (size_t)r->cell[i].bytes);
	add_spaces(line, r->right[col] ? 0 : space);
}

/* Prints a line about the dropped columns, no wider than the terminal. */
static void name_dropped(const struct table *t, const struct rendered *r, int columns, FILE *out)
{
	struct strbuf names = STRBUF_INIT;
	int n = 0;

	for (int c = 0; c < t->columns; c++)
		if (r->width[c] < 0)
			strbuf_addf(&names, "%s%.*s", n++ ? ", " : "", r->cell[c].bytes,
				    r->text.buf + r->cell[c].at);
	if (n && (int)strlen("(not shown: )") + utf8_width(names.buf) <= columns)
		fprintf(out, "(not shown: %s)\n", names.buf);
	else if (n)
		fprintf(out, "(%d columns not shown)\n", n);
	strbuf_release(&names);
}

void table_print_text(const struct table *t, FILE *out)
{
	struct strbuf line = STRBUF_INIT;
	int columns = terminal_columns(out);
	struct rendered r;

	render(t, terminal_is_ascii(out), &r);
	if (columns)
		fit(t, &r, columns);
	for (size_t i = 0; i < t->n; i++) {
		int col = (int)(i % (size_t)t->columns);

		if (r.width[col] >= 0)
			add_cell(&r, i, col, &line);
		if (col + 1 < t->columns)
			continue;
		while (line.len && line.buf[line.len - 1] == ' ')
			strbuf_shorten(&line, 1);
		strbuf_addc(&line, '\n');
		fwrite(line.buf, 1, line.len, out);
		strbuf_clear(&line);
	}
	name_dropped(t, &r, columns, out);
	strbuf_release(&line);
	rendered_release(&r);
}
