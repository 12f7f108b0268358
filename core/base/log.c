#include "core/base/log.h"

#include <stdarg.h>
#include <stdio.h>

#include "core/base/strbuf.h"
#include "core/base/terminal.h"

static enum log_level current = LOG_NORMAL;

void log_set_level(enum log_level level)
{
	current = level;
}

enum log_level log_get_level(void)
{
	return current;
}

static void print_line(const char *prefix, const char *fmt, va_list ap)
{
	struct strbuf line = STRBUF_INIT;

	strbuf_vaddf(&line, fmt, ap);
	terminal_line(stderr, "ssl: %s%s", prefix, line.buf);
	strbuf_release(&line);
}

void log_info(const char *fmt, ...)
{
	va_list ap;

	if (current < LOG_NORMAL)
		return;
	va_start(ap, fmt);
	print_line("", fmt, ap);
	va_end(ap);
}

void log_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_line("warning: ", fmt, ap);
	va_end(ap);
}

void log_debug(const char *fmt, ...)
{
	va_list ap;

	if (current < LOG_VERBOSE)
		return;
	va_start(ap, fmt);
	print_line("", fmt, ap);
	va_end(ap);
}
