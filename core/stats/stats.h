/*
 * Statistics of small samples, for comparisons of methods over a few seeds. Tests are exact where all
 * cases can be counted, else drawn with a fixed seed: the same input always gives the same result.
 * Samples are arrays of finite numbers; a value that cannot be computed (the sd of one number) is NaN.
 * All tests are two-sided. tests/unit/stats/test_stats.c compares each with SciPy.
 */
#ifndef SSL_STATS_STATS_H
#define SSL_STATS_STATS_H

double stats_mean(const double *x, int n);
double stats_sd(const double *x, int n); /* of the sample: n - 1 */

/* The quantile q in [0, 1], linear between order statistics (type 7 of Hyndman and Fan, "Sample
 * quantiles in statistical packages", 1996). x need not be sorted. */
double stats_quantile(const double *x, int n, double q);

/* P(T <= t) of Student's t, and its inverse; P(Z <= z) of the normal distribution. */
double stats_t_cdf(double t, double df);
double stats_t_quantile(double p, double df);
double stats_normal_cdf(double z);

struct interval {
	double low, high;
};
/* Student's t interval of the mean: mean +- t sd / sqrt(n); NaN for n < 2. ssl prints no other kind of
 * interval, and the view v_seed has the same. */
struct interval stats_t_interval(const double *x, int n, double level);
struct interval stats_t_of(double mean, double sd, int n, double level);

/* How a p-value was computed: by counting all cases, by draws with a fixed seed, by the normal
 * approximation. */
enum stats_how { STATS_EXACT, STATS_SEEDED, STATS_NORMAL };
struct stats_test {
	double statistic, p;
	enum stats_how how;
};

/* Paired differences: is their mean 0? Sign-flip permutation test: all 2^n signs for n <= 20, else
 * seeded ones (as many as 1,000,000 values make, at least 1,000). statistic: the mean. The smallest
 * p that n pairs can give is 2^(1 - n). */
struct stats_test stats_sign_flip(const double *d, int n, unsigned long seed);

/* Paired differences: Wilcoxon's signed-rank test (1945). Zeros are left out, equal sizes share
 * their mean rank, and the distribution is that of these ranks under all signs, counted exactly for
 * n <= 50; above that normal, corrected for ties. statistic: the smaller of the rank sums. */
struct stats_test stats_wilcoxon(const double *d, int n);

/* Two samples: is the difference of means 0? All C(n+m, n) divisions up to 200,000, else seeded
 * ones (as many as 1,000,000 values make, at least 1,000). statistic: mean(x) - mean(y). */
struct stats_test stats_permutation(const double *x, int n, const double *y, int m,
				    unsigned long seed);

/* Two samples: Mann and Whitney's U test (1947), ties as above; exact for n + m <= 50, else normal
 * with corrections for ties and continuity. statistic: U of x. */
struct stats_test stats_mann_whitney(const double *x, int n, const double *y, int m);

/* Adjusts p[0..n-1] in place for n comparisons (Holm, "A simple sequentially rejective multiple
 * test procedure", 1979). NaNs stay, and do not count. */
void stats_holm(double *p, int n);

/* True if all d are equal up to rounding. scale: the size of the numbers whose differences they are. */
int stats_equal(const double *d, int n, double scale);

/* Effect sizes. Cohen's d of paired differences: mean / sd (d_z), NaN if they are all equal.
 * Cliff's delta of two samples: P(x > y) - P(x < y), in [-1, 1]. */
double stats_cohen_paired(const double *d, int n);
double stats_cliff_delta(const double *x, int n, const double *y, int m);

/* Spearman's rank correlation, ties with mean ranks; p by Student's t with n - 2 degrees. */
struct stats_test stats_spearman(const double *x, const double *y, int n);

/* Ranks 1 .. n, ties sharing their mean; returns sum of t^3 - t over the groups of t ties. */
double stats_ranks(const double *x, int n, double *rank);

#endif
