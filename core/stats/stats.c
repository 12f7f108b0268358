/* Moments, quantiles, intervals, ranks and effect sizes. stats_tests.c has the tests. */
#include "core/stats/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"

double stats_mean(const double *x, int n)
{
	double sum = 0;

	for (int i = 0; i < n; i++)
		sum += x[i];
	return n ? sum / n : NAN;
}

double stats_sd(const double *x, int n)
{
	double mean = stats_mean(x, n), sum = 0;

	for (int i = 0; i < n; i++)
		sum += (x[i] - mean) * (x[i] - mean);
	return n > 1 ? sqrt(sum / (n - 1)) : NAN;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double quantile_sorted(const double *x, int n, double q)
{
	double at = q * (n - 1);
	int i = (int)at;

	return i + 1 >= n ? x[n - 1] : x[i] + (at - i) * (x[i + 1] - x[i]);
}

double stats_quantile(const double *x, int n, double q)
{
	double *copy, y;

	if (n < 1)
		return NAN;
	copy = xmalloc((size_t)n * sizeof *copy);
	memcpy(copy, x, (size_t)n * sizeof *copy);
	qsort(copy, (size_t)n, sizeof *copy, ascending);
	y = quantile_sorted(copy, n, q);
	free(copy);
	return y;
}

/* The continued fraction of the incomplete beta function, by Lentz's algorithm (Press et al.,
 * "Numerical recipes", section 6.4; DLMF 8.17.22). */
static double beta_fraction(double a, double b, double x)
{
	const double tiny = 1e-300;
	double c = 1, d = 1 - (a + b) * x / (a + 1), h;

	d = 1 / (fabs(d) < tiny ? tiny : d);
	h = d;
	for (int m = 1; m <= 1000; m++) {
		double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
		double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)), step;

		d = 1 + even * d;
		c = 1 + even / c;
		d = 1 / (fabs(d) < tiny ? tiny : d);
		h *= d * c;
		d = 1 + odd * d;
		c = 1 + odd / c;
		d = 1 / (fabs(d) < tiny ? tiny : d);
		step = d * c;
		h *= step;
		if (fabs(step - 1) < 1e-15)
			break;
	}
	return h;
}

/* I_x(a, b), the regularised incomplete beta function. */
static double incomplete_beta(double a, double b, double x)
{
	double front;

	if (x <= 0 || x >= 1)
		return x > 0;
	front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x));
	if (x < (a + 1) / (a + b + 2))
		return front * beta_fraction(a, b, x) / a;
	return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double stats_t_cdf(double t, double df)
{
	double tail = incomplete_beta(df / 2, 0.5, df / (df + t * t)) / 2;

	return t > 0 ? 1 - tail : tail;
}

/* By bisection of the distribution function. */
double stats_t_quantile(double p, double df)
{
	double low = -1, high = 1;

	if (!(p > 0 && p < 1))
		return NAN;
	while (stats_t_cdf(low, df) > p)
		low *= 2;
	while (stats_t_cdf(high, df) < p)
		high *= 2;
	for (int i = 0; i < 200; i++) {
		double mid = low + (high - low) / 2;

		if (mid <= low || mid >= high)
			break;
		if (stats_t_cdf(mid, df) < p)
			low = mid;
		else
			high = mid;
	}
	return low + (high - low) / 2;
}

double stats_normal_cdf(double z)
{
	return erfc(-z / sqrt(2)) / 2;
}

struct interval stats_t_interval(const double *x, int n, double level)
{
	return stats_t_of(stats_mean(x, n), n < 2 ? NAN : stats_sd(x, n), n, level);
}

struct interval stats_t_of(double mean, double sd, int n, double level)
{
	double half;

	if (n < 2)
		return (struct interval){NAN, NAN};
	half = stats_t_quantile((1 + level) / 2, n - 1) * sd / sqrt(n);
	return (struct interval){mean - half, mean + half};
}

struct place {
	double x;
	int at;
};

static int by_value(const void *a, const void *b)
{
	const struct place *p = a, *q = b;

	return (p->x > q->x) - (p->x < q->x);
}

double stats_ranks(const double *x, int n, double *rank)
{
	struct place *p = xmalloc((size_t)(n ? n : 1) * sizeof *p);
	double ties = 0;

	for (int i = 0; i < n; i++)
		p[i] = (struct place){x[i], i};
	qsort(p, (size_t)n, sizeof *p, by_value);
	for (int i = 0, j; i < n; i = j) {
		double t;

		for (j = i + 1; j < n && p[j].x == p[i].x; j++)
			;
		t = j - i;
		ties += t * t * t - t;
		for (int k = i; k < j; k++)
			rank[p[k].at] = (i + 1 + j) / 2.0;
	}
	free(p);
	return ties;
}

void stats_holm(double *p, int n)
{
	int m = 0;
	double worst = 0;
	struct place *order = xmalloc((size_t)(n ? n : 1) * sizeof *order);

	for (int i = 0; i < n; i++)
		if (!isnan(p[i]))
			order[m++] = (struct place){p[i], i};
	qsort(order, (size_t)m, sizeof *order, by_value);
	for (int i = 0; i < m; i++) {
		double adjusted = (m - i) * order[i].x;

		worst = adjusted > worst ? adjusted : worst;
		p[order[i].at] = worst < 1 ? worst : 1;
	}
	free(order);
}

/* 1e-12: rounding in a mean over millions of values is smaller, every real difference is larger. */
int stats_equal(const double *d, int n, double scale)
{
	for (int i = 0; i < n; i++)
		scale = fmax(scale, fabs(d[i]));
	return n > 1 && stats_sd(d, n) <= 1e-12 * scale;
}

double stats_cohen_paired(const double *d, int n)
{
	return n > 1 && !stats_equal(d, n, 0) ? stats_mean(d, n) / stats_sd(d, n) : NAN;
}

double stats_cliff_delta(const double *x, int n, const double *y, int m)
{
	double sum = 0;

	for (int i = 0; i < n; i++)
		for (int k = 0; k < m; k++)
			sum += (x[i] > y[k]) - (x[i] < y[k]);
	return n && m ? sum / n / m : NAN;
}

struct stats_test stats_spearman(const double *x, const double *y, int n)
{
	struct stats_test out = {NAN, NAN, STATS_EXACT};
	double *a, *b, mean = (n + 1) / 2.0, xy = 0, xx = 0, yy = 0;

	if (n < 3)
		return out;
	a = xmalloc(2 * (size_t)n * sizeof *a);
	b = a + n;
	stats_ranks(x, n, a);
	stats_ranks(y, n, b);
	for (int i = 0; i < n; i++) {
		xy += (a[i] - mean) * (b[i] - mean);
		xx += (a[i] - mean) * (a[i] - mean);
		yy += (b[i] - mean) * (b[i] - mean);
	}
	free(a);
	if (xx > 0 && yy > 0) {
		double r = xy / sqrt(xx * yy), rest = (1 - r) * (1 + r);

		out.statistic = r;
		out.p = rest > 0 ? 2 * stats_t_cdf(-fabs(r) * sqrt((n - 2) / rest), n - 2) : 0;
	}
	return out;
}
