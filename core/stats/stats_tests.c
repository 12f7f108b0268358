/* The tests of stats.h. */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "core/base/error.h"
#include "core/base/rng.h"
#include "core/stats/stats.h"

enum {
	FLIPS_MAX = 20,         /* differences whose signs are enumerated */
	DIVISIONS_MAX = 200000, /* of two samples that are enumerated */
	DRAWS = 100000,         /* for large samples fewer: DRAWN / n */
	DRAWS_LEAST = 1000,
	DRAWN = 1000000,
	RANKS_MAX = 50, /* values whose ranks are counted exactly */
};

static int draws_for(int n)
{
	int draws = DRAWN / n;

	return draws < DRAWS_LEAST ? DRAWS_LEAST : draws < DRAWS ? draws : DRAWS;
}

/* A bound of the rounding error by which sums of these values differ when they are added in another
 * order: a division whose sum equals the observed one up to rounding has to count as equal. */
static double rounding_of(const double *x, int n)
{
	double sum = 0;

	for (int i = 0; i < n; i++)
		sum += fabs(x[i]);
	return 8 * DBL_EPSILON * sum;
}

static double flipped_sum(const double *d, int n, unsigned long signs)
{
	double sum = 0;

	for (int i = 0; i < n; i++)
		sum += d[i] * (1 - 2 * (double)(signs >> i & 1));
	return sum;
}

/* The sum with random signs, a bit of a random word for each. */
static double drawn_sum(const double *d, int n, struct rng *r)
{
	double sum = 0;
	uint32_t bits = 0;

	for (int i = 0; i < n; i++) {
		if (i % 32 == 0)
			bits = rng_u32(r);
		sum += d[i] * (1 - 2 * (double)(bits >> i % 32 & 1)); /* no branch to mispredict */
	}
	return sum;
}

struct stats_test stats_sign_flip(const double *d, int n, unsigned long seed)
{
	struct stats_test out = {stats_mean(d, n), NAN, STATS_EXACT};
	double least = fabs(out.statistic * n) - rounding_of(d, n); /* at least the observed sum */
	struct rng r;
	long count = 0;

	if (n < 1)
		return out;
	if (n <= FLIPS_MAX) {
		for (unsigned long signs = 0; signs < 1ul << n; signs++)
			count += fabs(flipped_sum(d, n, signs)) >= least;
		out.p = (double)count / (double)(1ul << n);
		return out;
	}
	rng_init(&r, seed, RNG_STATS, 1, 0);
	for (int i = 0; i < draws_for(n); i++)
		count += fabs(drawn_sum(d, n, &r)) >= least;
	/* the observed signs are one of the possible cases */
	out.p = (double)(count + 1) / (draws_for(n) + 1);
	out.how = STATS_SEEDED;
	return out;
}

/* Twice the smaller tail of a distribution of sums 0 .. top with weights, at `observed`. */
static double two_sided(const double *weight, int top, int observed)
{
	double low = 0, high = 0, all = 0, tail;

	for (int i = 0; i <= top; i++) {
		all += weight[i];
		low += i <= observed ? weight[i] : 0;
		high += i >= observed ? weight[i] : 0;
	}
	tail = 2 * (low < high ? low : high) / all;
	return tail < 1 ? tail : 1;
}

/* Ranks are multiples of 1/2: twice a rank is an integer. */
static int doubled(double rank)
{
	return (int)lrint(2 * rank);
}

/* How many of the 2^n choices of ranks sum to each value. */
static double signed_rank_exact(const double *rank, int n, double plus)
{
	int top = n * (n + 1);
	double *ways = xcalloc((size_t)top + 1, sizeof *ways), p;

	ways[0] = 1;
	for (int i = 0; i < n; i++)
		for (int s = top; s >= doubled(rank[i]); s--)
			ways[s] += ways[s - doubled(rank[i])];
	p = two_sided(ways, top, doubled(plus));
	free(ways);
	return p;
}

struct stats_test stats_wilcoxon(const double *d, int n)
{
	struct stats_test out = {0, 1, STATS_EXACT};
	double *size = xmalloc(3 * (size_t)(n ? n : 1) * sizeof *size), *rank = size + n;
	double *sign = rank + n, plus = 0, minus = 0, ties;
	int m = 0;

	for (int i = 0; i < n; i++) {
		if (d[i] == 0)
			continue;
		sign[m] = d[i];
		size[m++] = fabs(d[i]);
	}
	ties = stats_ranks(size, m, rank);
	for (int i = 0; i < m; i++)
		*(sign[i] > 0 ? &plus : &minus) += rank[i];
	out.statistic = plus < minus ? plus : minus;
	if (m && m <= RANKS_MAX) {
		out.p = signed_rank_exact(rank, m, plus);
	} else if (m) {
		double k = m, variance = (k * (k + 1) * (2 * k + 1) - ties / 2) / 24;

		out.p = 2 * stats_normal_cdf((out.statistic - k * (k + 1) / 4) / sqrt(variance));
		out.how = STATS_NORMAL;
	}
	free(size);
	return out;
}

/* The number of divisions of n + m values into n and m; not exact beyond DIVISIONS_MAX. */
static double divisions(int n, int m)
{
	double c = 1;

	for (int i = 1; i <= n && c <= DIVISIONS_MAX; i++)
		c = c * (m + i) / i;
	return rint(c);
}

/* The sum of the first n of `all` under a division drawn by a partial shuffle. */
static double drawn_division(double *all, int n, int total, struct rng *r)
{
	double sum = 0;

	for (int i = 0; i < n; i++) {
		int k = i + (int)rng_below(r, (uint32_t)(total - i));
		double x = all[i];

		all[i] = all[k];
		all[k] = x;
		sum += all[i];
	}
	return sum;
}

/* Advances `pick` to the next choice of n out of total; returns 0 after the last. */
static int next_choice(int *pick, int n, int total)
{
	int i = n - 1;

	while (i >= 0 && pick[i] == total - n + i)
		i--;
	if (i < 0)
		return 0;
	pick[i]++;
	for (int k = i + 1; k < n; k++)
		pick[k] = pick[k - 1] + 1;
	return 1;
}

struct tails {
	long low, high, n;
};

/* The difference of means when n of the values, with this sum, are the first sample. */
static void count_tail(struct tails *t, double sum, double whole, int n, int m, double observed,
		       double slack)
{
	double v = sum / n - (whole - sum) / m;

	t->high += v >= observed - slack;
	t->low += v <= observed + slack;
	t->n++;
}

static struct tails count_divisions(double *all, int n, int m, double observed, unsigned long seed)
{
	struct tails t = {0, 0, 0};
	double whole = stats_mean(all, n + m) * (n + m), slack = rounding_of(all, n + m);
	int *pick = xmalloc((size_t)n * sizeof *pick);
	struct rng r;

	for (int i = 0; i < n; i++)
		pick[i] = i;
	if (divisions(n, m) <= DIVISIONS_MAX) {
		do {
			double sum = 0;

			for (int i = 0; i < n; i++)
				sum += all[pick[i]];
			count_tail(&t, sum, whole, n, m, observed, slack);
		} while (next_choice(pick, n, n + m));
	} else {
		rng_init(&r, seed, RNG_STATS, 2, 0);
		for (int i = 0; i < draws_for(n + m); i++)
			count_tail(&t, drawn_division(all, n, n + m, &r), whole, n, m, observed,
				   slack);
		t.low++;
		t.high++;
		t.n++;
	}
	free(pick);
	return t;
}

struct stats_test stats_permutation(const double *x, int n, const double *y, int m,
				    unsigned long seed)
{
	struct stats_test out = {stats_mean(x, n) - stats_mean(y, m), NAN, STATS_EXACT};
	struct tails t;
	double *all, p;

	if (n < 1 || m < 1)
		return out;
	all = xmalloc((size_t)(n + m) * sizeof *all);
	for (int i = 0; i < n + m; i++)
		all[i] = i < n ? x[i] : y[i - n];
	t = count_divisions(all, n, m, out.statistic, seed);
	p = 2.0 * (double)(t.low < t.high ? t.low : t.high) / (double)t.n;
	out.p = p < 1 ? p : 1;
	out.how = divisions(n, m) <= DIVISIONS_MAX ? STATS_EXACT : STATS_SEEDED;
	free(all);
	return out;
}

/* How many choices of n of the ranks sum to each value: ways[k][s] of k ranks. */
static double rank_sum_exact(const double *rank, int n, int total, double observed)
{
	int top = total * (total + 1);
	size_t row = (size_t)top + 1;
	double *ways = xcalloc((size_t)(n + 1) * row, sizeof *ways), p;

	ways[0] = 1;
	for (int i = 0; i < total; i++)
		for (int k = i < n ? i + 1 : n; k >= 1; k--)
			for (int s = top; s >= doubled(rank[i]); s--)
				ways[(size_t)k * row + (size_t)s] +=
				    ways[(size_t)(k - 1) * row + (size_t)(s - doubled(rank[i]))];
	p = two_sided(ways + (size_t)n * row, top, doubled(observed));
	free(ways);
	return p;
}

static double rank_sum_normal(double u, double n, double m, double ties)
{
	double total = n + m, mean = n * m / 2;
	double sd = sqrt(n * m / 12 * (total + 1 - ties / (total * (total - 1))));
	double p = 2 * stats_normal_cdf(-(fabs(u - mean) - 0.5) / sd);

	return p < 1 ? p : 1;
}

struct stats_test stats_mann_whitney(const double *x, int n, const double *y, int m)
{
	struct stats_test out = {NAN, NAN, STATS_EXACT};
	double *all, *rank, sum = 0, ties;

	if (n < 1 || m < 1)
		return out;
	all = xmalloc(2 * (size_t)(n + m) * sizeof *all);
	rank = all + n + m;
	for (int i = 0; i < n + m; i++)
		all[i] = i < n ? x[i] : y[i - n];
	ties = stats_ranks(all, n + m, rank);
	for (int i = 0; i < n; i++)
		sum += rank[i];
	out.statistic = sum - n * (n + 1) / 2.0;
	if (n + m <= RANKS_MAX) {
		out.p = rank_sum_exact(rank, n, n + m, sum);
	} else {
		out.p = rank_sum_normal(out.statistic, n, m, ties);
		out.how = STATS_NORMAL;
	}
	free(all);
	return out;
}
