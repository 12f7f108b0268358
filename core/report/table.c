/* Tables in eight formats; see table.h. Text of all cells lies in one string, each cell knows
 * where. */
#include "core/report/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/strbuf.h"
#include "core/base/utf8.h"
#include "core/plot/svg.h"
#include "core/report/latex.h"
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
		return; /* it is as important as the others, then */
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

/* |v| with this many digits behind the point, as printf rounds it, for what a list has ten thousand
 * of. 0, and nothing added, where it is left to printf: what is large, or so near the middle
 * between two neighbours that the product may be on the wrong side of it. */
static int add_fixed(struct strbuf *out, double v, int digits)
{
	static const double power[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
	double scaled, below;
	int64_t n, unit;

	if (digits < 0 || digits > 9 || !(fabs(v) * power[digits] < 1e9))
		return 0;
	unit = (int64_t)power[digits];
	scaled = fabs(v) * power[digits];
	below = floor(scaled);
	if (fabs(scaled - below - 0.5) < 1e-6)
		return 0;
	n = (int64_t)below + (scaled - below > 0.5);
	if (signbit(v))
		strbuf_addc(out, '-');
	strbuf_add_int(out, n / unit);
	if (digits)
		strbuf_addc(out, '.');
	for (unit /= 10; unit; unit /= 10)
		strbuf_addc(out, (char)('0' + n / unit % 10));
	return 1;
}

/* As %.6g prints it. */
static int add_six(struct strbuf *out, double v)
{
	double size = fabs(v), power = 1e5;
	size_t start = out->len;
	int digits = 0;

	if (!(size >= 1e-4 && size < 999999))
		return 0;
	for (; size < power && digits < 9; digits++)
		power /= 10;
	if (size < 0.999999 * power || size >= 9.99999 * power || !add_fixed(out, v, digits))
		return 0;
	if (!memchr(out->buf + start, '.', out->len - start))
		return 1;
	while (out->buf[out->len - 1] == '0')
		strbuf_shorten(out, 1);
	if (out->buf[out->len - 1] == '.')
		strbuf_shorten(out, 1);
	return 1;
}

void table_cell(const struct table *t, const struct cell *c, int rounded, struct strbuf *out)
{
	char text[400];

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
		if (c->digits == TABLE_SIX ? add_six(out, c->v.d)
					   : add_fixed(out, c->v.d, c->digits))
			return;
		if (c->digits == TABLE_SIX)
			snprintf(text, sizeof text, "%.6g", c->v.d);
		else
			snprintf(text, sizeof text, "%.*f", c->digits, c->v.d);
		strbuf_adds(out, text);
	}
}

/* Numbers stand on the right; so does the header of a column that has numbers only. */
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

/* ---- CSV (RFC 4180, but lines end in \n) and TSV (\t, \n and \ written as such) ---- */

static void csv_cell(const struct strbuf *s, enum cell_kind kind, FILE *out)
{
	/* an empty text is quoted, so that it differs from null */
	if (!strpbrk(s->buf, ",\"\r\n") && !(kind == CELL_TEXT && !s->len)) {
		fputs(s->buf, out);
		return;
	}
	fputc('"', out);
	for (const char *p = s->buf; *p; p++) {
		if (*p == '"')
			fputc('"', out);
		fputc(*p, out);
	}
	fputc('"', out);
}

/* Escapes are such that every text can be told again; a byte that is no UTF-8 is \xNN. */
static void tsv_cell(const struct strbuf *s, FILE *out)
{
	uint32_t c;
	int n;

	for (const char *p = s->buf; *p; p += n) {
		n = utf8_next(p, &c);
		if (c == '\t' || c == '\n' || c == '\r')
			fputs(c == '\t' ? "\\t" : c == '\n' ? "\\n" : "\\r", out);
		else if (c == '\\')
			fputs("\\\\", out);
		else if (c == 0xFFFD && n == 1)
			fprintf(out, "\\x%02x", (unsigned char)*p);
		else if (utf8_hides(c))
			fprintf(out, c < 0x100 ? "\\x%02x" : "\\u%04x", (unsigned)c);
		else
			fwrite(p, 1, (size_t)n, out);
	}
}

static void print_separated(const struct table *t, int csv, FILE *out)
{
	struct strbuf s = STRBUF_INIT;

	for (size_t i = 0; i < t->n; i++) {
		int last = (i + 1) % (size_t)t->columns == 0;

		table_cell(t, &t->cell[i], 0, &s);
		if (csv)
			csv_cell(&s, t->cell[i].kind, out);
		else
			tsv_cell(&s, out);
		fputc(last ? '\n' : csv ? ',' : '\t', out);
	}
	strbuf_release(&s);
}

/* ---- JSON: what is not finite, and null, is null ---- */

static void json_cell(const struct table *t, const struct cell *c, struct strbuf *raw,
		      struct strbuf *out)
{
	if (c->kind == CELL_NULL || (c->kind == CELL_REAL && !isfinite(c->v.d))) {
		strbuf_adds(out, "null");
	} else if (c->kind == CELL_TEXT) {
		utf8_json(t->text.buf + c->v.text, out);
	} else {
		table_cell(t, c, 0, raw);
		strbuf_add(out, raw->buf, raw->len);
	}
}

static void print_json(const struct table *t, int lines, FILE *out)
{
	struct strbuf raw = STRBUF_INIT, o = STRBUF_INIT;
	size_t columns = (size_t)t->columns, rows = (size_t)table_rows(t);

	for (size_t r = 0; r < rows; r++) {
		strbuf_clear(&o);
		strbuf_adds(&o, lines ? "{" : r ? ",\n {" : "[{");
		for (size_t c = 0; c < columns; c++) {
			if (c)
				strbuf_adds(&o, ", ");
			json_cell(t, &t->cell[c], &raw, &o);
			strbuf_adds(&o, ": ");
			json_cell(t, &t->cell[(r + 1) * columns + c], &raw, &o);
		}
		strbuf_adds(&o, lines ? "}\n" : "}");
		fwrite(o.buf, 1, o.len, out);
	}
	if (!lines)
		fputs(rows ? "]\n" : "[]\n", out);
	strbuf_release(&raw);
	strbuf_release(&o);
}

/* ---- Markdown, LaTeX, HTML ---- */

struct escape {
	char c;
	const char *to;
};

static void escaped(const char *raw, const struct escape *table, FILE *out)
{
	struct strbuf safe = STRBUF_INIT;
	const char *s;

	utf8_visible_lines(raw, &safe);
	s = safe.buf;
	for (; *s; s++) {
		const struct escape *e = table;

		while (e->c && e->c != *s)
			e++;
		if (e->c)
			fputs(e->to, out);
		else
			fputc(*s, out);
	}
	strbuf_release(&safe);
}

static const struct escape md_escapes[] = {
    {'|', "\\|"},  {'\\', "\\\\"}, {'`', "\\`"}, {'*', "\\*"}, {'_', "\\_"},   {'<', "&lt;"},
    {'>', "&gt;"}, {'&', "&amp;"}, {'[', "\\["}, {']', "\\]"}, {'\n', "<br>"}, {0, NULL},
};
static void print_md(const struct table *t, FILE *out)
{
	struct strbuf s = STRBUF_INIT;
	size_t columns = (size_t)t->columns;
	char *number = table_number_columns(t);

	for (size_t i = 0; i < t->n; i++) {
		fputs(i % columns ? " | " : "| ", out);
		table_cell(t, &t->cell[i], 1, &s);
		escaped(s.buf, md_escapes, out);
		if ((i + 1) % columns == 0)
			fputs(" |\n", out);
		if (i + 1 == columns) {
			for (size_t c = 0; c < columns; c++)
				fputs(number[c] ? "| ---: " : "| --- ", out);
			fputs("|\n", out);
		}
	}
	strbuf_release(&s);
	free(number);
}

static void print_latex(const struct table *t, FILE *out)
{
	struct strbuf s = STRBUF_INIT, text = STRBUF_INIT, needs = STRBUF_INIT;
	size_t columns = (size_t)t->columns;
	char *number = table_number_columns(t);

	strbuf_adds(&text, "\\begin{tabular}{");
	for (size_t c = 0; c < columns; c++)
		strbuf_addc(&text, number[c] ? 'r' : 'l');
	strbuf_adds(&text, "}\n\\toprule\n");
	for (size_t i = 0; i < t->n; i++) {
		if (i % columns)
			strbuf_adds(&text, " & ");
		table_cell(t, &t->cell[i], 1, &s);
		latex_escape(s.buf, &text);
		if ((i + 1) % columns == 0)
			strbuf_adds(&text, " \\\\\n");
		if (i + 1 == columns)
			strbuf_adds(&text, "\\midrule\n");
	}
	strbuf_adds(&text, "\\bottomrule\n\\end{tabular}\n");
	latex_needs(text.buf, &needs);
	fputs(needs.buf, out);
	fputs(text.buf, out);
	strbuf_release(&s);
	strbuf_release(&text);
	strbuf_release(&needs);
	free(number);
}

static void print_html(const struct table *t, FILE *out)
{
	struct strbuf s = STRBUF_INIT, safe = STRBUF_INIT;
	size_t columns = (size_t)t->columns;
	char *number = table_number_columns(t);

	fputs("<table>\n<thead>\n", out);
	for (size_t i = 0; i < t->n; i++) {
		const char *tag = i < columns ? "th" : "td";

		if (i % columns == 0)
			fputs("<tr>", out);
		fprintf(out, "<%s%s>", tag,
			number[i % columns] ? " style=\"text-align:right\"" : "");
		table_cell(t, &t->cell[i], 1, &s);
		strbuf_clear(&safe);
		utf8_xml(s.buf, &safe);
		fprintf(out, "%s</%s>", safe.buf, tag);
		if ((i + 1) % columns == 0)
			fputs("</tr>\n", out);
		if (i + 1 == columns)
			fputs("</thead>\n<tbody>\n", out);
	}
	fputs("</tbody>\n</table>\n", out);
	strbuf_release(&s);
	strbuf_release(&safe);
	free(number);
}

void table_print(const struct table *t, enum table_format format, FILE *out)
{
	if (t->columns && t->n % (size_t)t->columns)
		BUG("the last row of a table has %zu cells of %d", t->n % (size_t)t->columns,
		    t->columns);
	if (!t->columns)
		return;
	switch (format) {
	case TABLE_TEXT:
		table_print_text(t, out);
		break;
	case TABLE_CSV:
	case TABLE_TSV:
		print_separated(t, format == TABLE_CSV, out);
		break;
	case TABLE_JSON:
	case TABLE_JSONL:
		print_json(t, format == TABLE_JSONL, out);
		break;
	case TABLE_MD:
		print_md(t, out);
		break;
	case TABLE_LATEX:
		print_latex(t, out);
		break;
	case TABLE_HTML:
		print_html(t, out);
		break;
	}
}
