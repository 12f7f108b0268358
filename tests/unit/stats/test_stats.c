/* Statistics compared with SciPy 1.17.1 (for Holm, statsmodels 0.15.0): the comments give the
 * calls, on the samples x, y, d, dt, xt, yt, a, b below. */
#include <math.h>

#include "core/stats/stats.h"
#include "tests/check.h"

static const double x[] = {61.2, 59.8, 63.1, 60.5, 62.4, 58.9, 64.0};
static const double y[] = {58.1, 60.2, 59.0, 57.7, 61.3, 58.4};
static const double d[] = {1.2, -0.4, 2.5, 0.8, 1.9, -0.1, 0.7, 3.0};
static const double dt[] = {1, -1, 2, 2, 3, -0.5, 1, 0}; /* ties and a zero */
static const double xt[] = {1, 2, 2, 3, 5, 5}, yt[] = {2, 3, 3, 4, 6};

enum { NX = 7, NY = 6, ND = 8, NXT = 6, NYT = 5 };

static void near(double got, double want)
{
	if (!(fabs(got - want) <= 1e-6))
		fprintf(stderr, "\n  wanted %.12g, got %.12g\n", want, got);
	CU_ASSERT(fabs(got - want) <= 1e-6);
}

static void test_moments(void)
{
	near(stats_mean(x, NX), 61.41428571428571); /* numpy.mean(x) */
	near(stats_sd(x, NX), 1.8397722426327416);  /* numpy.std(x, ddof=1) */
	near(stats_quantile(x, NX, 0.25), 60.15);   /* numpy.quantile(x, .25) */
	near(stats_quantile(x, NX, 0.9), 63.46);    /* numpy.quantile(x, .9) */
	near(stats_quantile(x, 1, 0.9), 61.2);
	CU_ASSERT(isnan(stats_sd(x, 1)) && isnan(stats_mean(x, 0)));
	CU_ASSERT(isnan(stats_quantile(x, 0, 0.5)));
}

/* t.cdf, t.ppf, t.interval(.95, 6, loc=mean(x), scale=sem(x)) */
static void test_student(void)
{
	struct interval i = stats_t_interval(x, NX, 0.95);

	near(stats_t_cdf(0.5, 1), 0.6475836176504333);
	near(stats_t_cdf(-2.3, 3), 0.05249418032223499);
	near(stats_t_cdf(4.1, 7.5), 0.9980271660960324);
	near(stats_t_cdf(1.96, 1000), 0.9748634075221256);
	near(stats_t_quantile(0.975, 2), 4.302652729749462);
	near(stats_t_quantile(0.025, 9), -2.2621571627982053);
	near(stats_t_quantile(0.995, 1), 63.656741162871526);
	near(stats_t_quantile(0.9, 150), 1.2872209136149464);
	near(stats_normal_cdf(-1.959963984540054), 0.025); /* norm.ppf(.025) */
	near(i.low, 59.712780177813265);
	near(i.high, 63.11579125075816);
	CU_ASSERT(isnan(stats_t_interval(x, 1, 0.95).low));
}

static void test_paired(void)
{
	double big[60];
	struct stats_test t;

	/* permutation_test((d,), mean, permutation_type='samples', n_resamples=inf) */
	near(stats_sign_flip(d, ND, 1).p, 0.03125);
	near(stats_sign_flip(dt, ND, 1).p, 0.125);
	/* wilcoxon(d, method='exact') */
	t = stats_wilcoxon(d, ND);
	near(t.statistic, 3);
	near(t.p, 0.0390625);
	/* wilcoxon(dt without 0, method=PermutationMethod(n_resamples=inf)) */
	t = stats_wilcoxon(dt, ND);
	near(t.statistic, 4);
	near(t.p, 0.125);
	CU_ASSERT_EQUAL(t.how, STATS_EXACT);
	/* round(sin(1.7 i) * 3 + 0.6, 1): wilcoxon(method='approx', correction=False) */
	for (int i = 0; i < 60; i++)
		big[i] = rint((sin(i * 1.7) * 3 + 0.6) * 10) / 10;
	t = stats_wilcoxon(big, 60);
	near(t.statistic, 626);
	near(t.p, 0.03334121435476334);
	CU_ASSERT_EQUAL(t.how, STATS_NORMAL);
	/* the smallest p of three pairs */
	near(stats_sign_flip(x, 3, 1).p, 0.25);
	near(stats_wilcoxon(x, 3).p, 0.25);
	/* drawn signs agree with the normal approximation of the same question, and with themselves
	 */
	t = stats_sign_flip(big, 60, 3);
	CU_ASSERT_EQUAL(t.how, STATS_SEEDED);
	CU_ASSERT(t.p == stats_sign_flip(big, 60, 3).p);
	CU_ASSERT(t.p > 0.02 && t.p < 0.12);
	near(stats_wilcoxon(&dt[7], 1).p, 1); /* nothing but zeros */
}

static void test_unpaired(void)
{
	double a[30], b[25], big[60];
	struct stats_test t;

	/* permutation_test((x, y), difference of means, 'independent', n_resamples=inf) */
	t = stats_permutation(x, NX, y, NY, 1);
	near(t.p, 0.03496503496503497);
	CU_ASSERT_EQUAL(t.how, STATS_EXACT);
	/* mannwhitneyu(x, y, method='exact') */
	t = stats_mann_whitney(x, NX, y, NY);
	near(t.statistic, 35);
	near(t.p, 0.05128205128205128);
	/* mannwhitneyu(xt, yt, method=PermutationMethod(n_resamples=inf)) */
	t = stats_mann_whitney(xt, NXT, yt, NYT);
	near(t.statistic, 11);
	near(t.p, 0.5238095238095238);
	/* round(cos(1.3 i) * 2, 1), round(cos(0.9 i) * 2 + 0.8, 1): method='asymptotic' */
	for (int i = 0; i < 30; i++)
		a[i] = rint(cos(i * 1.3) * 20) / 10;
	for (int i = 0; i < 25; i++)
		b[i] = rint((cos(i * 0.9) * 2 + 0.8) * 10) / 10;
	t = stats_mann_whitney(a, 30, b, 25);
	near(t.statistic, 246);
	near(t.p, 0.02933647669292648);
	for (int i = 0; i < 60; i++)
		big[i] = i < 30 ? a[i] : b[i % 25];
	t = stats_permutation(big, 30, big + 30, 30, 5);
	CU_ASSERT_EQUAL(t.how, STATS_SEEDED);
	CU_ASSERT(t.p == stats_permutation(big, 30, big + 30, 30, 5).p);
	CU_ASSERT(t.p > 0 && t.p < 0.1);
	/* the observed division is counted, however its sums are rounded */
	near(stats_permutation((double[]){51.44}, 1, (double[]){50.74}, 1, 1).p, 1);
	near(stats_permutation((double[]){1e6 + 0.1}, 1, (double[]){1e6}, 1, 1).p, 1);
	near(stats_permutation(x, 2, y, 2, 1).p, 2.0 / 6 * 2); /* by hand: 61.2 59.8 | 58.1 60.2 */
}

static void test_effects(void)
{
	/* statsmodels multipletests(p, method='holm')[1] */
	double p[] = {0.01, 0.04, NAN, 0.03, 0.005, 0.6};
	static const double want[] = {0.04, 0.09, 0, 0.09, 0.025, 0.6};
	static const double u[] = {1, 2, 2, 3, 5, 5}, v[] = {2, 1, 4, 3, 3, 9};
	static const double small[] = {1e-10, 2e-10, 3e-10};
	const double equal[] = {0.3 - 0.2, 0.2 - 0.1, 0.7 - 0.6};

	stats_holm(p, 6);
	for (int i = 0; i < 6; i++)
		if (i != 2)
			near(p[i], want[i]);
	CU_ASSERT(isnan(p[2]));
	near(stats_cohen_paired(d, ND), 1.0); /* mean(d) / std(d, ddof=1) */
	CU_ASSERT(isnan(stats_cohen_paired(d, 1)));
	CU_ASSERT(isnan(stats_cohen_paired(equal, 3))); /* differ by rounding alone */
	CU_ASSERT(stats_equal(equal, 3, 0));
	CU_ASSERT(!stats_equal(d, ND, 0));
	CU_ASSERT(!stats_equal(small, 3, 0)); /* but by the rounding of 1000 they could */
	CU_ASSERT(stats_equal(small, 3, 1000));
	near(stats_cliff_delta(x, NX, y, NY), 0.6666666666666666); /* mean of sign(x_i - y_j) */
	/* spearmanr(x[:6], y), spearmanr(u, v) */
	near(stats_spearman(x, y, 6).statistic, 0.2571428571428572);
	near(stats_spearman(x, y, 6).p, 0.6227871720116619);
	near(stats_spearman(u, v, 6).statistic, 0.5821543981758688);
	near(stats_spearman(u, v, 6).p, 0.22541555510089098);
	near(stats_spearman(u, u, 6).p, 0);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"mean, sd, quantiles", test_moments},          {"Student's t", test_student},
	    {"tests of paired differences", test_paired},   {"tests of two samples", test_unpaired},
	    {"Holm, effect sizes, Spearman", test_effects}, {0},
	};

	return check_run("report/stats", cases);
}
