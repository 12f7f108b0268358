#include "core/report/axis.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* 20000 -> 20,000 */
static void group_thousands(char out[AXIS_LABEL])
{
	char digits[AXIS_LABEL];
	const char *at = digits;
	size_t n = 0, whole;

	memcpy(digits, out, AXIS_LABEL);
	if (*at == '-')
		out[n++] = *at++;
	whole = strspn(at, "0123456789");
	if (whole < 5 || strlen(digits) + whole / 3 >= AXIS_LABEL)
		return;
	for (size_t i = 0; at[i]; i++) {
		if (i && i < whole && (whole - i) % 3 == 0)
			out[n++] = ',';
		out[n++] = at[i];
	}
	out[n] = 0;
}

void axis_number(double v, char out[AXIS_LABEL])
{
	snprintf(out, AXIS_LABEL, fabs(v) >= 1e4 && fabs(v) < 1e7 ? "%.0f" : "%.4g", v);
	if (!strpbrk(out, "en"))
		group_thousands(out);
}

/* 1, 2 or 5 times a power of ten: the smallest such step that needs at most `most` ticks. */
static double nice_step(double span, int most)
{
	static const double factor[] = {1, 2, 5, 10};
	double least = span / (most - 1), power = pow(10, floor(log10(least)));

	for (int i = 0; i < 3; i++)
		if (factor[i] * power >= least * (1 - 1e-9))
			return factor[i] * power;
	return factor[3] * power;
}

static void label_linear(struct axis *a, double step)
{
	int digits = (int)fmax(0, -floor(log10(step) + 1e-9));
	double most = fmax(fabs(a->lo), fabs(a->hi));

	for (int i = 0; i < a->n; i++) {
		if (digits > 6 || most >= 1e7) {
			snprintf(a->label[i], AXIS_LABEL, "%.4g", a->tick[i]);
			continue;
		}
		snprintf(a->label[i], AXIS_LABEL, "%.*f", digits, a->tick[i]);
		group_thousands(a->label[i]);
	}
}

static void set_linear(struct axis *a, int most, int widen)
{
	double step = nice_step(a->hi - a->lo, most), first, last;

	first = widen ? floor(a->lo / step + 1e-9) : ceil(a->lo / step - 1e-9);
	last = widen ? ceil(a->hi / step - 1e-9) : floor(a->hi / step + 1e-9);
	for (double k = first; k <= last && a->n < AXIS_TICKS; k++)
		a->tick[a->n++] = k == 0 ? 0 : k * step;
	if (widen) {
		a->lo = first * step;
		a->hi = last * step;
	}
	label_linear(a, step);
}

static int between(const struct axis *a, double v)
{
	return v >= a->lo * (1 - 1e-9) && v <= a->hi * (1 + 1e-9);
}

static void add_log_tick(struct axis *a, double v)
{
	if (!between(a, v) || a->n == AXIS_TICKS)
		return;
	a->tick[a->n] = v;
	if (v >= 1e-3 && v < 1e7)
		axis_number(v, a->label[a->n]);
	else
		snprintf(a->label[a->n], AXIS_LABEL, "%.0e", v);
	a->n++;
}

static void set_log(struct axis *a, int most, int widen)
{
	static const int fine[] = {1, 2, 5};
	int first, last, every;

	if (widen && log10(a->hi) - log10(a->lo) > 1) {
		a->lo = pow(10, floor(log10(a->lo) + 1e-9));
		a->hi = pow(10, ceil(log10(a->hi) - 1e-9));
	}
	first = (int)floor(log10(a->lo) + 1e-9);
	last = (int)ceil(log10(a->hi) - 1e-9);
	every = (last - first) / most + 1;
	for (int d = first; d <= last; d++) {
		if ((d - first) % every)
			continue;
		for (int k = 0; k < (last - first <= 2 ? 3 : 1); k++)
			add_log_tick(a, fine[k] * pow(10, d));
	}
	if (a->n < 2) { /* less than a step of 1, 2, 5: its ends are what can be said */
		a->n = 0;
		add_log_tick(a, a->lo);
		add_log_tick(a, a->hi);
	}
}

void axis_set(struct axis *a, double lo, double hi, int log, int most, int widen)
{
	*a = (struct axis){.lo = lo, .hi = hi, .log = log && lo > 0};
	if (!isfinite(lo) || !isfinite(hi) || lo > hi) {
		a->log = 0;
		a->lo = 0;
		a->hi = 1;
	} else if (hi - lo <= 1e-9 * fmax(fabs(lo), fabs(hi)) || hi == lo) {
		double room = lo == 0 ? 1 : fabs(lo) * 0.1;

		a->lo = lo - room;
		a->hi = hi + room;
	}
	if (a->log)
		set_log(a, most, widen);
	else
		set_linear(a, most, widen);
}

double axis_at(const struct axis *a, double v)
{
	if (!a->log)
		return (v - a->lo) / (a->hi - a->lo);
	return v > 0 ? (log(v) - log(a->lo)) / (log(a->hi) - log(a->lo)) : NAN;
}
