#include "core/report/human.h"

#include <math.h>
#include <string.h>

#include "core/base/clock.h"

void human_duration(double seconds, struct strbuf *out)
{
	static const struct {
		double unit, below;
		char letter;
	} step[] = {{1, 120, 's'}, {60, 7200, 'm'}, {3600, 48 * 3600, 'h'}, {86400, INFINITY, 'd'}};
	int i = 0;

	if (!(fabs(seconds) < 1e15)) {
		strbuf_add_number(out, seconds);
		return;
	}
	while (fabs(seconds) >= step[i].below)
		i++;
	strbuf_add_int(out, (int64_t)floor(seconds / step[i].unit));
	strbuf_addc(out, step[i].letter);
}

void human_bytes(int64_t bytes, struct strbuf *out)
{
	static const char *const unit[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
	double x = (double)bytes;
	int i = 0;

	while (x >= 999.5) {
		x /= 1000;
		i++;
	}
	strbuf_addf(out, "%.*f %s", i && x < 9.95 ? 1 : 0, x, unit[i]);
}

void human_time(const char *time, struct strbuf *out)
{
	char text[CLOCK_TEXT];

	if (clock_parse(time, text))
		strbuf_adds(out, time);
	else
		strbuf_add(out, text, strlen("2026-01-31 12:00:00"));
}

void human_real(double v, enum unit unit, int digits, struct strbuf *out)
{
	if (unit == UNIT_BYTES)
		human_bytes((int64_t)v, out);
	else if (unit == UNIT_DURATION)
		human_duration(v, out);
	else if (unit == UNIT_PERCENT || unit == UNIT_SECONDS)
		strbuf_addf(out, "%.*f", unit == UNIT_PERCENT ? 2 : 1, v);
	else
		strbuf_addf(out, "%.*g", digits, v);
}

void human_metric(double v, const char *unit, int plus, struct strbuf *out)
{
	if (!strcmp(unit, "%"))
		strbuf_addf(out, plus ? "%+.2f" : "%.2f", v);
	else
		strbuf_addf(out, plus ? "%+.4g" : "%.4g", v);
}
