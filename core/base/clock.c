#include "core/base/clock.h"

#include <stdint.h>
#include <string.h>
#include <time.h>

static double read_clock(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double clock_now(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

double clock_unix(void)
{
	return read_clock(CLOCK_REALTIME);
}

void clock_text(double t, char out[CLOCK_TEXT])
{
	const double last = 253402300799.999; /* the end of the year 9999 */
	double inside = t > 0 ? (t < last ? t : last) : 0;
	int64_t ms = (int64_t)(1000 * inside);
	time_t s = (time_t)(ms / 1000);
	struct tm tm;

	gmtime_r(&s, &tm);
	strftime(out, CLOCK_TEXT, "%Y-%m-%d %H:%M:%S", &tm);
	out[19] = '.';
	for (int i = 22; i > 19; i--, ms /= 10)
		out[i] = (char)('0' + ms % 10);
	out[23] = 0;
}

/* The n digits at p as a number, -1 if they are not digits. */
static int digits(const char *p, int n)
{
	int value = 0;

	for (int i = 0; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return -1;
		value = 10 * value + (p[i] - '0');
	}
	return value;
}

static int days_of(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap);
}

/* "2026-01-31" and "12:00:00" at p and at p + 11. */
static int is_moment(const char *p)
{
	int year = digits(p, 4), month = digits(p + 5, 2), day = digits(p + 8, 2);
	int hour = digits(p + 11, 2), minute = digits(p + 14, 2), second = digits(p + 17, 2);

	return year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= days_of(year, month) &&
	       hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60 &&
	       p[4] == '-' && p[7] == '-' && p[13] == ':' && p[16] == ':';
}

int clock_parse(const char *text, char out[CLOCK_TEXT])
{
	size_t n = strlen(text);
	int is_new =
	    n == CLOCK_TEXT - 1 && text[10] == ' ' && text[19] == '.' && digits(text + 20, 3) >= 0;
	int is_old = n == 20 && text[10] == 'T' && text[19] == 'Z';

	if ((!is_new && !is_old) || !is_moment(text))
		return -1;
	memmove(out, text, 19);
	memmove(out + 19, is_new ? text + 19 : ".000", 5);
	out[10] = ' ';
	return 0;
}
