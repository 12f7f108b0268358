#include "core/report/human.h"

#include <math.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/store/times.h"

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

static int ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && !strcmp(s + n - m, end);
}

enum human_kind human_kind_of(const char *column)
{
	if (ends_with(column, "top1") || ends_with(column, "top5") || !strcmp(column, "gain"))
		return HUMAN_PERCENT;
	if (!strcmp(column, "seconds"))
		return HUMAN_SECONDS;
	if (!strcmp(column, "age") || !strcmp(column, "silent") || !strcmp(column, "elapsed") ||
	    !strcmp(column, "eta"))
		return HUMAN_DURATION;
	if (!strcmp(column, "bytes") || !strcmp(column, "peak_rss") ||
	    !strcmp(column, "arena_peak"))
		return HUMAN_BYTES;
	if (times_is_column(column))
		return HUMAN_TIME;
	return HUMAN_PLAIN;
}

int human_is_minor(const char *column)
{
	static const char *const minor[] = {
	    "dataset",     "epochs",   "seconds", "age",       "group_hash", "recipe_hash",
	    "hash",        "sha256",   "uuid",    "at_step",   "at_epoch",   "created",
	    "claims",      "best_run", "floor",   "chosen_of", "recipes",    "effect",
	    "effect_size", "test",     "by",      "settings",
	};

	for (size_t i = 0; i < sizeof minor / sizeof *minor; i++)
		if (!strcmp(column, minor[i]))
			return 1;
	return 0;
}
