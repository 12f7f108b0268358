#include "core/plot/axis.h"

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

int axis_digits(const double *v, int n)
{
	double most = 0, least = INFINITY;
	int whole = 1, digits;

	for (int i = 0; i < n; i++) {
		double size = fabs(v[i]);

		if (!isfinite(size) || size == 0)
			continue;
		most = fmax(most, size);
		least = fmin(least, size);
		whole &= size == floor(size);
	}
	if (most < 1e-3 || most >= 1e4)
		return AXIS_EACH;
	digits = 3 - (int)floor(log10(most));
	if (least < pow(10, 1 - digits)) /* the smallest would lose nearly all of its digits */
		return AXIS_EACH;
	return whole ? 0 : digits;
}

void axis_number_in(double v, int digits, char out[AXIS_LABEL])
{
	if (digits < 0 || !isfinite(v) || fabs(v) >= 1e7) {
		axis_number(v, out);
		return;
	}
	snprintf(out, AXIS_LABEL, "%.*f", digits, v);
	group_thousands(out);
}

/* The smallest step, 1, 2 or 5 times a power of ten, that needs at most `most` ticks. */
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
	int significant = (int)fmin(fmax(ceil(log10(most / step)) + 1, 4), 15);

	for (int i = 0; i < a->n; i++) {
		if (digits > 6 || most >= 1e7) {
			snprintf(a->label[i], AXIS_LABEL, "%.*g", significant, a->tick[i]);
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

static int is_within(const struct axis *a, double v)
{
	return v >= a->lo * (1 - 1e-9) && v <= a->hi * (1 + 1e-9);
}

static void add_log_tick(struct axis *a, double v)
{
	if (!is_within(a, v) || a->n == AXIS_TICKS)
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
	if (a->n < 2) { /* less than one step of 1, 2, 5: label the ends */
		a->n = 0;
		add_log_tick(a, a->lo);
		add_log_tick(a, a->hi);
	}
}

/* Values are limited to this range, so that differences and the steps between ticks fit a double.
 */
static const double LARGEST = 1e300, LEAST_SPAN = 1e-280, LEAST_LOG = 1e-250;

static void limit(struct axis *a, double lo, double hi)
{
	double least = a->log ? LEAST_LOG : -LARGEST;

	a->lo = fmin(fmax(lo, least), LARGEST);
	a->hi = fmin(fmax(hi, least), LARGEST);
}

/* True if the ends differ by no more than rounding. */
static int is_flat(const struct axis *a)
{
	double span = a->hi - a->lo;

	return span <= 1e-9 * fmax(fabs(a->lo), fabs(a->hi)) || (!a->log && span < LEAST_SPAN);
}

void axis_set(struct axis *a, double lo, double hi, int log, int most, int widen)
{
	int any = isfinite(lo) && isfinite(hi) && lo <= hi;

	*a = (struct axis){.log = any && log && lo > 0};
	limit(a, any ? lo : 0, any ? hi : 1);
	if (is_flat(a)) {
		double room = fabs(a->lo) * 0.1 > LEAST_SPAN ? fabs(a->lo) * 0.1 : 1;

		a->lo -= room;
		a->hi += room;
	}
	if (a->log)
		set_log(a, most, widen);
	else
		set_linear(a, most, widen);
}

double axis_at(const struct axis *a, double v)
{
	double t = a->log ? (log(v) - log(a->lo)) / (log(a->hi) - log(a->lo))
			  : (v - a->lo) / (a->hi - a->lo);

	if (!isfinite(v) || isnan(t) || (a->log && v <= 0))
		return NAN;
	return fmin(fmax(t, -AXIS_BEYOND), AXIS_BEYOND);
}
