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

/* Covers lo .. hi with at most `most` ticks (2 .. 12). Without values (lo > hi or not finite) it
 * is 0 .. 1. A log axis whose lo is not above 0 becomes linear. widen: the ends go out to the next
 * tick; else they stay where the values end. */
void axis_set(struct axis *a, double lo, double hi, int log, int most, int widen);

/* Where v lies: 0 at lo, 1 at hi, beyond these for what is beyond, AXIS_BEYOND at most; NaN for what
 * has no place. */
double axis_at(const struct axis *a, double v);

/* A value in as many digits as a reader wants: 0.01, 25, 1e-05, 12,500. */
void axis_number(double v, char out[AXIS_LABEL]);

/* Digits after the point that values of one picture share, so that they can be compared at a glance:
 * as many as give the largest four digits in all; AXIS_EACH where their sizes differ by too much. */
enum { AXIS_EACH = -1 };
int axis_digits(const double *v, int n);
/* A value in this many digits after the point; AXIS_EACH: as axis_number(). */
void axis_number_in(double v, int digits, char out[AXIS_LABEL]);

#endif
