#include "core/base/terminal.h"

#include <stdarg.h>

#include "core/base/strbuf.h"
#include "core/base/utf8.h"

static void put(FILE *out, const char *text)
{
	struct strbuf safe = STRBUF_INIT;

	utf8_visible(text, &safe);
	strbuf_addc(&safe, '\n');
	fwrite(safe.buf, 1, safe.len, out);
	strbuf_release(&safe);
}

void terminal_line(FILE *out, const char *fmt, ...)
{
	struct strbuf text = STRBUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	strbuf_vaddf(&text, fmt, ap);
	va_end(ap);
	put(out, text.buf);
	strbuf_release(&text);
}

void terminal_text(FILE *out, const char *text)
{
	struct strbuf safe = STRBUF_INIT;

	utf8_visible_lines(text, &safe);
	fwrite(safe.buf, 1, safe.len, out);
	strbuf_release(&safe);
}
