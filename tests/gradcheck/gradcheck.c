#include "tests/gradcheck/gradcheck.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "core/base/rng.h"
#include "core/tensor/memory.h"

#if !REAL_IS_DOUBLE
#error "gradient checks need the double build: in float no threshold separates right from wrong"
#endif

/* The tape starts with memory full of NaN, so that reads of memory that was not written are
 * detected. */
enum { DIRTY = 1 << 20 };

static const double step = 1e-5; /* error of a central difference ~ step^2 + 1e-16 / step */

void gradcheck_init(struct gradcheck *g)
{
	memset(g, 0, sizeof *g);
	tensor_arena_init(&g->arena, &device_cpu);
	tape_init(&g->tape, &device_cpu);
	memset(tape_alloc(&g->tape, DIRTY), 0xFF, DIRTY);
	memset(tape_values(&g->tape, DIRTY), 0xFF, DIRTY);
	tape_reset(&g->tape);
}

void gradcheck_release(struct gradcheck *g)
{
	tape_release(&g->tape);
	tensor_arena_release(&g->arena);
	memset(g, 0, sizeof *g);
}

struct tensor *gradcheck_input(struct gradcheck *g, int ndim, const int *shape, double scale)
{
	struct tensor *x = tensor_new(&g->arena, ndim, shape);
	struct rng r;

	if (g->n == GRADCHECK_INPUTS)
		BUG("more than %d inputs to a gradient check", GRADCHECK_INPUTS);
	rng_init(&r, 1, RNG_TEST, 0, (uint64_t)g->n);
	for (size_t i = 0; i < x->n; i++)
		x->mem->data[i] = scale * rng_normal(&r);
	x->needs_grad = 1;
	x->mem->grad = tensor_new(&g->arena, x->ndim, x->shape);
	tensor_zero(x->mem->grad);
	g->in[g->n++] = x;
	return x;
}

static double value(struct gradcheck *g, gradcheck_fn fn, void *ctx)
{
	struct tensor *loss;

	tape_reset(&g->tape);
	loss = fn(&g->tape, g->in, ctx);
	if (loss->n != 1)
		BUG("a gradient check needs a scalar");
	return loss->mem->data[0];
}

/* The largest error of one input, relative to its largest gradient. */
static double check_input(struct gradcheck *g, int which, gradcheck_fn fn, void *ctx, int samples)
{
	struct tensor *x = g->in[which];
	size_t n = samples && (size_t)samples < x->n ? (size_t)samples : x->n;
	double worst = 0, largest = 1e-2, at_worst[2] = {0};
	size_t worst_at = 0;

	for (size_t s = 0; s < n; s++) {
		size_t i = s * x->n / n; /* spread evenly */
		double keep = x->mem->data[i], plus, minus, numeric, diff;

		x->mem->data[i] = keep + step;
		plus = value(g, fn, ctx);
		x->mem->data[i] = keep - step;
		minus = value(g, fn, ctx);
		x->mem->data[i] = keep;
		numeric = (plus - minus) / (2 * step);
		largest = fmax(largest, fabs(numeric));
		diff = fabs(numeric - x->mem->grad->mem->data[i]);
		if (!(diff <= worst)) {
			worst = isnan(diff) ? INFINITY : diff;
			worst_at = i;
			at_worst[0] = x->mem->grad->mem->data[i];
			at_worst[1] = numeric;
		}
	}
	if (worst / largest > 1e-6 || getenv("GRADCHECK_VERBOSE"))
		printf(
		    "\n    input %d element %zu: backward %.12g, differences %.12g, error %.2g\n",
		    which, worst_at, at_worst[0], at_worst[1], worst / largest);
	return worst / largest;
}

double gradcheck_run(struct gradcheck *g, gradcheck_fn fn, void *ctx, int samples)
{
	double worst = 0;

	for (int i = 0; i < g->n; i++)
		tensor_zero(g->in[i]->mem->grad);
	tape_reset(&g->tape);
	tape_backward(&g->tape, fn(&g->tape, g->in, ctx));
	g->tape.record = 0;
	for (int i = 0; i < g->n; i++)
		if (g->in[i]->needs_grad)
			worst = fmax(worst, check_input(g, i, fn, ctx, samples));
	g->tape.record = 1;
	return worst;
}

/* loss = <y, r>, dy = dloss r */
static void project_backward(struct tensor *out)
{
	struct tensor *y = out->in[0];
	const real *r = out->save;
	int accumulate;
	struct tensor *dy = tape_grad(y, &accumulate);

	for (size_t i = 0; dy && i < y->n; i++)
		dy->mem->data[i] =
		    (accumulate ? dy->mem->data[i] : 0) + out->mem->grad->mem->data[0] * r[i];
}

static const struct op project_op = {.name = "project", .backward = project_backward};

struct tensor *gradcheck_project(struct tape *t, struct tensor *y)
{
	struct tensor *out = tensor_new1(&t->arena, 1);
	real *r = tape_alloc(t, y->n * sizeof *r);
	struct rng rng;

	rng_init(&rng, 2, RNG_TEST, 0, y->n);
	out->mem->data[0] = 0;
	for (size_t i = 0; i < y->n; i++) {
		r[i] = rng_normal(&rng);
		out->mem->data[0] += r[i] * y->mem->data[i];
	}
	tape_append(t, &project_op, out, &y, 1);
	out->save = r;
	return out;
}
