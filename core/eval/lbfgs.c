#include "core/eval/lbfgs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"

/* Sufficient decrease and curvature (Nocedal & Wright, section 3.1, for quasi-Newton steps). */
static const double C1 = 1e-4, C2 = 0.9;
enum { BRACKET_TRIES = 20, ZOOM_TRIES = 30 };

/* A point on the line x + t p: the value of f and its slope along p. */
struct point {
	double t, f, slope;
};

struct state {
	struct lbfgs *m;
	double *x, *g, *p;          /* current point, gradient, direction */
	double *x_new, *g_new;      /* the last point tried and its gradient */
	double *s, *y, *rho, *beta; /* history: x and gradient differences, 1 / <s, y> */
	int held, next;             /* number of pairs; slot of the next one */
	double f_new;               /* f(x_new) */
};

static double inner(const double *a, const double *b, int n)
{
	double lane[4] = {0};
	int i = 0;

	for (; i + 4 <= n; i += 4)
		for (int l = 0; l < 4; l++)
			lane[l] += a[i + l] * b[i + l];
	for (; i < n; i++)
		lane[0] += a[i] * b[i];
	return (lane[0] + lane[1]) + (lane[2] + lane[3]);
}

/* The largest absolute value; infinity if an element is NaN. */
static double largest(const double *a, int n)
{
	double most = 0;

	for (int i = 0; i < n; i++)
		most = fabs(a[i]) > most ? fabs(a[i]) : isnan(a[i]) ? INFINITY : most;
	return most;
}

static struct point try_point(struct state *s, double t)
{
	int n = s->m->n;

	for (int i = 0; i < n; i++)
		s->x_new[i] = s->x[i] + t * s->p[i];
	s->m->calls++;
	s->f_new = s->m->f(s->m->ctx, s->x_new, s->g_new);
	return (struct point){t, s->f_new, inner(s->g_new, s->p, n)};
}

/* The minimiser of the cubic through the values and slopes of both points (equation 3.59), kept a
 * tenth of the interval away from its ends; the midpoint if the cubic has no minimiser there. */
static double between(struct point a, struct point b)
{
	double d1 = a.slope + b.slope - 3 * (a.f - b.f) / (a.t - b.t);
	double root = d1 * d1 - a.slope * b.slope, d2, t, lo, hi, margin;

	lo = a.t < b.t ? a.t : b.t;
	hi = a.t < b.t ? b.t : a.t;
	margin = 0.1 * (hi - lo);
	if (!(root >= 0))
		return (lo + hi) / 2;
	d2 = b.t > a.t ? sqrt(root) : -sqrt(root);
	t = b.t - (b.t - a.t) * (b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2);
	if (!(t >= lo && t <= hi))
		return (lo + hi) / 2;
	return t < lo + margin ? lo + margin : t > hi - margin ? hi - margin : t;
}

/* Sufficient decrease, with a tolerance for rounding when the values are almost equal. */
static int too_high(struct point at, struct point start)
{
	return !(at.f <= start.f + C1 * at.t * start.slope + 1e-15 * fabs(start.f));
}

static int flat_enough(struct point at, struct point start)
{
	return fabs(at.slope) <= -C2 * start.slope;
}

/* Algorithm 3.6: lo has the smaller value, and an acceptable point lies between lo and hi. */
static int zoom(struct state *s, struct point start, struct point lo, struct point hi)
{
	for (int i = 0; i < ZOOM_TRIES; i++) {
		struct point at = try_point(s, between(lo, hi));

		if (too_high(at, start) || at.f > lo.f) {
			hi = at;
			continue;
		}
		if (flat_enough(at, start))
			return 0;
		if (at.slope * (hi.t - lo.t) >= 0)
			hi = lo;
		lo = at;
	}
	if (lo.t > 0) { /* the best point found: lower, although not flat enough */
		try_point(s, lo.t);
		return 0;
	}
	return -1;
}

/* Algorithm 3.5, starting with step `t`. Returns 0 if x_new, g_new hold an acceptable point. */
static int line_search(struct state *s, double t)
{
	struct point start = {0, s->m->value, inner(s->g, s->p, s->m->n)}, before = start, at;

	if (!(start.slope < 0))
		return -1;
	for (int i = 0; i < BRACKET_TRIES; i++) {
		at = try_point(s, t);
		if (too_high(at, start) || (i && at.f >= before.f))
			return zoom(s, start, before, at);
		if (flat_enough(at, start))
			return 0;
		if (at.slope >= 0)
			return zoom(s, start, at, before);
		before = at;
		t *= 2;
	}
	return -1;
}

/* Algorithm 7.4: p = -H g, where H estimates the inverse Hessian from the last pairs. */
static void direction(struct state *s)
{
	int n = s->m->n, history = s->m->history, k = s->held;

	for (int i = 0; i < n; i++)
		s->p[i] = -s->g[i];
	for (int j = 1; j <= k; j++) {
		int i = (s->next - j + history) % history;
		const double *y = s->y + (size_t)i * (size_t)n;

		s->beta[i] = s->rho[i] * inner(s->s + (size_t)i * (size_t)n, s->p, n);
		for (int e = 0; e < n; e++)
			s->p[e] -= s->beta[i] * y[e];
	}
	if (k) {
		int i = (s->next - 1 + history) % history;
		const double *y = s->y + (size_t)i * (size_t)n;
		double scale = 1 / (s->rho[i] * inner(y, y, n));

		for (int e = 0; e < n; e++)
			s->p[e] *= scale;
	}
	for (int j = k; j >= 1; j--) {
		int i = (s->next - j + history) % history;
		const double *step = s->s + (size_t)i * (size_t)n;
		double a = s->beta[i] - s->rho[i] * inner(s->y + (size_t)i * (size_t)n, s->p, n);

		for (int e = 0; e < n; e++)
			s->p[e] += a * step[e];
	}
}

/* Moves to x_new, and stores the step as a pair if the curvature along it is positive. */
static void accept(struct state *s)
{
	int n = s->m->n;
	double *step = s->s + (size_t)s->next * (size_t)n, *y = s->y + (size_t)s->next * (size_t)n;
	double sy;

	for (int i = 0; i < n; i++) {
		step[i] = s->x_new[i] - s->x[i];
		y[i] = s->g_new[i] - s->g[i];
	}
	memcpy(s->x, s->x_new, (size_t)n * sizeof *s->x);
	memcpy(s->g, s->g_new, (size_t)n * sizeof *s->g);
	s->m->value = s->f_new;
	sy = inner(step, y, n);
	if (!(sy > 1e-16 * inner(y, y, n)))
		return;
	s->rho[s->next] = 1 / sy;
	s->next = (s->next + 1) % s->m->history;
	s->held += s->held < s->m->history;
}

static void state_init(struct state *s, struct lbfgs *m, double *x, double *memory)
{
	size_t n = (size_t)m->n, h = (size_t)m->history;

	*s = (struct state){.m = m, .x = x};
	s->g = memory;
	s->p = s->g + n;
	s->x_new = s->p + n;
	s->g_new = s->x_new + n;
	s->s = s->g_new + n;
	s->y = s->s + h * n;
	s->rho = s->y + h * n;
	s->beta = s->rho + h;
}

int lbfgs_minimise(struct lbfgs *m, double *x)
{
	size_t n = (size_t)m->n, h = (size_t)m->history;
	double *memory = xcalloc((4 + 2 * h) * n + 2 * h, sizeof *memory);
	struct state s;

	if (m->n < 1 || m->history < 1)
		BUG("L-BFGS of %d numbers with a history of %d", m->n, m->history);
	state_init(&s, m, x, memory);
	m->value = m->f(m->ctx, x, s.g);
	m->calls = 1;
	for (m->steps = 0; m->steps < m->max_steps; m->steps++) {
		double first;

		m->gradient = largest(s.g, m->n);
		if (!(m->gradient > m->tolerance))
			break;
		direction(&s);
		first = s.held ? 1 : 1 / sqrt(inner(s.g, s.g, m->n));
		if (line_search(&s, first < 1 ? first : 1)) {
			if (!s.held)
				break;
			s.held = 0; /* retry along the steepest descent */
			continue;
		}
		accept(&s);
	}
	m->gradient = largest(s.g, m->n);
	free(memory);
	return m->gradient <= m->tolerance ? 0 : 1;
}
