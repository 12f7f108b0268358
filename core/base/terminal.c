#include "core/base/terminal.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/base/strbuf.h"
#include "core/base/utf8.h"

int terminal_columns(FILE *out)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	int fd = fileno(out), n = columns ? (int)strtol(columns, NULL, 10) : 0;

	if (fd < 0)
		return 0;
	if (!isatty(fd))
		return fd == STDOUT_FILENO && getenv("SSL_PAGER_IN_USE") && n > 0 ? n : 0;
	if (!ioctl(fd, TIOCGWINSZ, &size) && size.ws_col)
		return size.ws_col;
	return n > 0 ? n : 80;
}

int terminal_is_dumb(void)
{
	const char *term = getenv("TERM");

	return !term || !*term || !strcmp(term, "dumb");
}

int terminal_moves(void)
{
	return isatty(STDERR_FILENO) && !terminal_is_dumb();
}

int terminal_is_ascii(FILE *out)
{
	static const char *const variable[] = {"LC_ALL", "LC_CTYPE", "LANG"};
	const char *term = getenv("TERM"), *value;
	int fd = fileno(out);

	if (fd != STDOUT_FILENO && fd != STDERR_FILENO)
		return 0;
	if (term && !strcmp(term, "dumb"))
		return 1;
	for (int i = 0; i < 3; i++)
		if ((value = getenv(variable[i])) && *value)
			return !strcasestr(value, "utf-8") && !strcasestr(value, "utf8");
	return 1;
}

/* Prints a line of at most `columns` columns; 0: of any length. */
static void print_visible(FILE *out, const char *text, int columns)
{
	struct strbuf safe = STRBUF_INIT, shown = STRBUF_INIT;

	utf8_visible(text, &safe);
	if (terminal_is_ascii(out))
		utf8_ascii(safe.buf, &shown);
	else
		strbuf_add(&shown, safe.buf, safe.len);
	if (columns && utf8_width(shown.buf) > columns) {
		strbuf_clear(&safe);
		utf8_cut(shown.buf, columns, &safe);
		strbuf_clear(&shown);
		strbuf_add(&shown, safe.buf, safe.len);
	}
	strbuf_addc(&shown, '\n');
	fwrite(shown.buf, 1, shown.len, out);
	strbuf_release(&safe);
	strbuf_release(&shown);
}

static void print_formatted(FILE *out, int width, const char *fmt, va_list ap)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_vaddf(&text, fmt, ap);
	print_visible(out, text.buf, width);
	strbuf_release(&text);
}

void terminal_line(FILE *out, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_formatted(out, 0, fmt, ap);
	va_end(ap);
}

void terminal_row(FILE *out, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_formatted(out, terminal_columns(out), fmt, ap);
	va_end(ap);
}

void terminal_text(FILE *out, const char *text)
{
	struct strbuf safe = STRBUF_INIT;

	utf8_visible_lines(text, &safe);
	fwrite(safe.buf, 1, safe.len, out);
	strbuf_release(&safe);
}
