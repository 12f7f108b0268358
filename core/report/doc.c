#include "core/report/doc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "core/base/mark.h"
#include "core/base/utf8.h"
#include "core/plot/svg.h"

enum { WIDE = 900, NARROW = 360, TEXT_COLUMNS = 90, TEXT_ROWS = 16 };

static const char style[] =
    ":root{color-scheme:light dark;--text:#1a1a1a;--muted:#5f6670;--line:#dfe2e6;--paper:#fff;"
    "--soft:#f5f6f8;--warn:#9a4a00}\n"
    "@media screen and (prefers-color-scheme:dark){:root{--text:#eceef0;--muted:#a3abb5;"
    "--line:#343a42;--paper:#16191d;--soft:#1e2228;--warn:#f0a060}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0;background:var(--paper);color:var(--text);font:15px/1.5 system-ui,-apple-system,"
    "'Segoe UI',Roboto,'DejaVu Sans',Arial,sans-serif}\n"
    "main{max-width:948px;margin:0 auto;padding:24px 24px 64px}\n"
    "h1{font-size:26px;line-height:1.2;margin:8px 0 4px;overflow-wrap:anywhere}\n"
    "h2{font-size:19px;margin:40px 0 8px;padding-top:12px;border-top:1px solid var(--line)}\n"
    "h3{font-size:15px;margin:24px 0 6px}\np{margin:8px 0;max-width:72ch;overflow-wrap:anywhere}\n"
    ".facts{display:flex;flex-wrap:wrap;gap:8px;margin:16px 0;padding:0;list-style:none}\n"
    ".facts li{background:var(--soft);border-radius:6px;padding:8px 14px;min-width:96px}\n"
    ".facts b{display:block;font-size:20px;line-height:1.3;font-variant-numeric:tabular-nums}\n"
    ".facts span{color:var(--muted);font-size:13px}\n"
    ".scroll{overflow-x:auto;margin:12px 0;--in:var(--paper) 20px,transparent 40px;"
    "background:linear-gradient(90deg,var(--in)) local,linear-gradient(270deg,var(--in)) local,"
    "linear-gradient(90deg,var(--line),transparent 14px),"
    "linear-gradient(270deg,var(--line),transparent 14px)}\n"
    "table{border-collapse:collapse;width:max-content;font-size:13.5px;"
    "font-variant-numeric:tabular-nums}\n"
    "th,td{padding:4px 14px 4px 0;text-align:left;vertical-align:top;border-bottom:1px solid "
    "var(--line)}\nth{color:var(--muted);font-weight:600;white-space:nowrap}\n"
    "td{max-width:44ch;overflow-wrap:anywhere}\n"
    "pre{background:var(--soft);border-radius:6px;padding:10px 12px;font:12.5px/1.45 "
    "ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;white-space:pre-wrap;"
    "overflow-wrap:anywhere;margin:8px 0}\n"
    "ul.warn{border-left:3px solid var(--warn);padding:2px 0 2px 28px;margin:12px 0}\n"
    "figure{margin:16px 0}svg{max-width:100%;height:auto;display:block}.narrow{display:none}\n"
    "@media screen and (max-width:640px){main{padding:12px 16px 48px}.wide{display:none}"
    ".narrow{display:block}}\n"
    "@media print{:root{color-scheme:light}main{max-width:none;padding:0}figure,tr,.facts{"
    "break-inside:avoid}h2,h3{break-after:avoid}.scroll{overflow:visible;background:none}td{min-"
    "width:6ch}table{"
    "font-size:8pt;"
    "width:auto}}\n";

/* Appends s as text, escaped for HTML or Markdown. */
static void add_text(struct doc *d, const char *s)
{
	static const char special[] = "\\`*_[]#|~!$";
	struct strbuf safe = STRBUF_INIT;

	if (d->html) {
		utf8_xml(s, d->out);
		return;
	}
	utf8_visible(s, &safe);
	for (const char *p = safe.buf; *p; p++) {
		if (*p == '<' || *p == '>' || *p == '&') {
			strbuf_adds(d->out, *p == '<' ? "&lt;" : *p == '>' ? "&gt;" : "&amp;");
			continue;
		}
		if (strchr(special, *p))
			strbuf_addc(d->out, '\\');
		strbuf_addc(d->out, *p);
	}
	strbuf_release(&safe);
}

static void add_tagged(struct doc *d, const char *open, const char *s, const char *close)
{
	strbuf_adds(d->out, open);
	add_text(d, s);
	strbuf_adds(d->out, close);
}

void doc_begin(struct doc *d, struct strbuf *out, int html, const char *title)
{
	*d = (struct doc){out, html, 0, 0};
	if (!html) {
		mark_markdown(out);
		add_tagged(d, "# ", title, "\n\n");
		return;
	}
	strbuf_adds(out,
		    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n");
	mark_html(out);
	strbuf_adds(out,
		    "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"/>\n"
		    "<link rel=\"icon\" href=\"data:,\"/>\n");
	add_tagged(d, "<title>", title, "</title>\n<style>\n");
	strbuf_adds(out, style);
	svg_style("", out);
	strbuf_adds(out, "</style>\n</head>\n<body>\n<main>\n");
	add_tagged(d, "<h1>", title, "</h1>\n");
}

void doc_end(struct doc *d)
{
	if (d->html)
		strbuf_adds(d->out, "</main>\n</body>\n</html>\n");
}

void doc_section(struct doc *d, const char *title)
{
	d->sections++;
	if (d->html) {
		strbuf_addf(d->out, "<h2 id=\"s%d\">", d->sections);
		add_tagged(d, "", title, "</h2>\n");
	} else {
		add_tagged(d, "## ", title, "\n\n");
	}
}

void doc_heading(struct doc *d, const char *title)
{
	add_tagged(d, d->html ? "<h3>" : "### ", title, d->html ? "</h3>\n" : "\n\n");
}

void doc_paragraph(struct doc *d, const char *s)
{
	add_tagged(d, d->html ? "<p>" : "", s, d->html ? "</p>\n" : "\n\n");
}

static void add_list(struct doc *d, const char *lines, const char *class)
{
	if (!*lines)
		return;
	if (d->html)
		strbuf_addf(d->out, "<ul%s>\n", class);
	while (*lines) {
		size_t n = strcspn(lines, "\n");
		struct strbuf line = STRBUF_INIT;

		strbuf_add(&line, lines, n);
		add_tagged(d, d->html ? "<li>" : "- ", line.buf, d->html ? "</li>\n" : "\n");
		strbuf_release(&line);
		lines += n + (lines[n] == '\n');
	}
	strbuf_adds(d->out, d->html ? "</ul>\n" : "\n");
}

void doc_list(struct doc *d, const char *lines)
{
	add_list(d, lines, "");
}

void doc_warnings(struct doc *d, const char *lines)
{
	add_list(d, lines, " class=\"warn\"");
}

void doc_table(struct doc *d, const struct table *t)
{
	char *rows = NULL;
	size_t size = 0;
	FILE *f;
	int bad;

	if (!table_rows(t))
		return;
	f = open_memstream(&rows, &size);
	if (!f)
		out_of_memory();
	table_print(t, d->html ? TABLE_HTML : TABLE_MD, f);
	bad = ferror(f);
	if (fclose(f) || bad || !rows) /* where fclose() cannot allocate, it leaves rows NULL */
		out_of_memory();
	/* a wide table scrolls by itself, with a shade where it continues, also by keyboard */
	strbuf_adds(d->out, d->html ? "<div class=\"scroll\" tabindex=\"0\">\n" : "");
	strbuf_add(d->out, rows, size);
	strbuf_adds(d->out, d->html ? "</div>\n" : "\n");
	free(rows);
}

static void add_svg(struct doc *d, const struct chart *c, double width, const char *class)
{
	struct canvas canvas =
	    svg_begin(d->out, width, chart_height(c, width), SVG_INLINE, class, c->title);

	chart_draw(c, &canvas);
	svg_end(&canvas, SVG_INLINE);
}

void doc_chart(struct doc *d, const struct chart *c)
{
	if (chart_is_empty(c))
		return;
	d->figures++;
	if (d->html) {
		strbuf_adds(d->out, "<figure>\n");
		add_svg(d, c, WIDE, "wide");
		add_svg(d, c, NARROW, "narrow");
		strbuf_adds(d->out, "</figure>\n");
		return;
	}
	strbuf_adds(d->out, "```text\n");
	chart_term(c, &(struct term_look){TEXT_COLUMNS, TEXT_ROWS, 0, 0}, d->out);
	strbuf_adds(d->out, "```\n\n");
}

/* Appends a fence that is longer than any run of backticks in s. */
static void add_fence(struct doc *d, const char *s)
{
	size_t most = 2;

	for (const char *p = s; *p; p++) {
		size_t n = strspn(p, "`");

		most = n > most ? n : most;
		p += n ? n - 1 : 0;
	}
	for (size_t i = 0; i <= most; i++)
		strbuf_addc(d->out, '`');
}

void doc_code(struct doc *d, const char *language, const char *s)
{
	struct strbuf valid = STRBUF_INIT;
	int ended = *s && s[strlen(s) - 1] == '\n';

	if (d->html) {
		add_tagged(d, "<pre>", s, "</pre>\n");
		return;
	}
	utf8_visible_lines(s, &valid);
	add_fence(d, s);
	strbuf_addf(d->out, "%s\n", language);
	strbuf_add(d->out, valid.buf, valid.len);
	strbuf_adds(d->out, ended ? "" : "\n");
	add_fence(d, s);
	strbuf_adds(d->out, "\n\n");
	strbuf_release(&valid);
}

void doc_facts(struct doc *d, const struct doc_fact *fact, int n)
{
	if (d->html)
		strbuf_adds(d->out, "<ul class=\"facts\">\n");
	for (int i = 0; i < n; i++) {
		add_tagged(d, d->html ? "<li><b>" : "- ", fact[i].value,
			   d->html ? "</b> <span>" : " ");
		add_tagged(d, "", fact[i].name, d->html ? "</span></li>\n" : "\n");
	}
	strbuf_adds(d->out, d->html ? "</ul>\n" : "\n");
}
