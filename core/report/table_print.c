/* A table in each of its formats; see table.h. Aligned text is table_text.c. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/strbuf.h"
#include "core/base/utf8.h"
#include "core/report/latex.h"
#include "core/report/table_internal.h"

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

/* The escapes are reversible; a byte that is not UTF-8 is written \xNN. */
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

/* ---- JSON: numbers that are not finite are null ---- */

static void json_cell(const struct table *t, const struct cell *c, struct strbuf *raw,
		      struct strbuf *out)
{
	if (c->kind == CELL_NULL || (c->kind == CELL_REAL && !isfinite(c->v.d))) {
		strbuf_adds(out, "null");
	} else if (c->kind == CELL_TEXT) {
		json_add_visible(out, t->text.buf + c->v.text);
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

static void print_escaped(const char *raw, const struct escape *table, FILE *out)
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
		print_escaped(s.buf, md_escapes, out);
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
