/* A scale from values to 0 .. 1, linear or logarithmic, with ticks at round numbers. */
#ifndef SSL_PLOT_AXIS_H
#define SSL_PLOT_AXIS_H

enum { AXIS_TICKS = 24, AXIS_LABEL = 24, AXIS_BEYOND = 1000 };

struct axis {
	double lo, hi; /* lo < hi; both > 0 when log */
	int log;
	int n; /* ticks, rising */
	double tick[AXIS_TICKS];
	char label[AXIS_TICKS][AXIS_LABEL];
};

/* Covers lo .. hi with at most `most` ticks (2 .. 12). Without values (lo > hi or not finite) the axis
 * is 0 .. 1. A log axis whose lo is not above 0 becomes linear. widen: the ends move out to the next
 * tick; else the axis ends where the values end. */
void axis_set(struct axis *a, double lo, double hi, int log, int most, int widen);

/* The place of v: 0 at lo, 1 at hi, less or more outside, within +-AXIS_BEYOND; NaN for a value that has
 * no place. */
double axis_at(const struct axis *a, double v);

/* A value in four significant digits, whole from 10,000 on: 0.01, 25, 1e-05, 12,500. */
void axis_number(double v, char out[AXIS_LABEL]);

/* The number of digits after the point for the values of one picture, so that they can be compared at a
 * glance: the largest value has four digits in all. AXIS_EACH where the sizes differ by too much. */
enum { AXIS_EACH = -1 };
int axis_digits(const double *v, int n);
/* A value with this many digits after the point; AXIS_EACH: as axis_number(). */
void axis_number_in(double v, int digits, char out[AXIS_LABEL]);

#endif
