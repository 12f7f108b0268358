/*
 * Protects: cases that the golden vectors do not cover: the larc form of LARS, the parameters that
 * are excluded from decay and adaptation, parameters that must not change, and equal bits with any
 * number of threads.
 */
#include <math.h>
#include <string.h>

#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/optim/optim.h"
#include "core/run/keys.h"
#include "core/tensor/memory.h"
#include "tests/check.h"

enum { BIG = 100003 };

/* The tensors of a parameter's gradient and slots. */
struct own {
	struct tensor grad, slot[2];
	struct memory mem[4];
};

static struct tensor *vector(struct tensor *t, struct memory *mem, int n, real *data)
{
	*mem = (struct memory){.device = &device_cpu, .data = data};
	*t = (struct tensor){.ndim = 1, .shape = {n}, .n = (size_t)n, .mem = mem};
	return t;
}

/* A parameter whose values, gradient and slot are the given arrays. */
static struct param param_of(enum param_kind kind, int n, real *w, struct own *own, real *g,
			     real *m)
{
	struct param p = {.kind = kind, .lr_mult = 1};

	vector(&p.t, &own->mem[0], n, w)->needs_grad = 1;
	p.t.mem->grad = vector(&own->grad, &own->mem[1], n, g);
	p.slot[0] = vector(&own->slot[0], &own->mem[2], n, m);
	return p;
}

static void step(const char *rule, const struct optim_opts *o, struct param *p, double lr)
{
	struct params ps = {.list = &p, .n = 1};

	optim_step(optim_find(rule), o, &ps, lr, 0);
	tensor_arena_release(&ps.arena);
}

/* Is x equal to y up to rounding in float? */
static int near(double x, double y)
{
	return fabs(x - y) <= 1e-6 * fmax(1e-3, fabs(y));
}

static const struct optim_opts form_c = {.momentum = 0.9, .weight_decay = 0.1, .trust = 0.02};

/* w = (3, 4), g = (6, 8): ||w|| = 5, ||g|| = 10, q = 0.02 * 5 / (10 + 0.1 * 5) */
static void test_larc(void)
{
	real w[2] = {3, 4}, g[2] = {6, 8}, m[2] = {1, 0};
	struct own own;
	struct param p = param_of(PARAM_WEIGHT, 2, w, &own, g, m);
	const double q = 0.1 / (10.5 + 1e-8);

	step("lars", &form_c, &p, 0.5);
	CU_ASSERT(near((double)m[0], 0.9 + q * 6.3));
	CU_ASSERT(near((double)m[1], q * 8.4));
	CU_ASSERT(near((double)w[0], 3 - 0.5 * (0.9 + q * 6.3)));
}

/* With clipping, lr q is at most lr: at lr 0.001, q / lr would be 9.5, so the step is plain
 * momentum SGD.
 */
static void test_larc_clip(void)
{
	struct optim_opts o = form_c;
	real w[2] = {3, 4}, g[2] = {6, 8}, m[2] = {0};
	struct own own;
	struct param p = param_of(PARAM_WEIGHT, 2, w, &own, g, m);

	o.lars_clip = 1;
	step("lars", &o, &p, 0.001);
	CU_ASSERT(near((double)m[0], 6.3));
	m[0] = m[1] = 0;
	w[0] = 3;
	w[1] = 4;
	step("lars", &o, &p, 0.5);
	CU_ASSERT(near((double)m[0], 0.1 / 10.5 / 0.5 * 6.3));
	step("lars", &o, &p, 0); /* the first step of a warm-up */
	CU_ASSERT(isfinite((double)m[0]));
}

/* With a norm of 0, decay_in_norm still decays, whereas larc applies only the momentum. */
static void test_zero_norm(void)
{
	struct optim_opts o = form_c;
	real w[2] = {3, 4}, g[2] = {0, 0}, m[2] = {0};
	struct own own;
	struct param p = param_of(PARAM_WEIGHT, 2, w, &own, g, m);

	step("lars", &o, &p, 0.5);
	CU_ASSERT(w[0] == 3 && m[0] == 0);
	o.decay_in_norm = 1; /* ||g + decay w|| = 0.5: q = 0.02 * 5 / 0.5 */
	step("lars", &o, &p, 0.5);
	CU_ASSERT(near((double)m[0], 0.2 * 0.3));
	w[0] = w[1] = 0;
	g[0] = 1;
	m[0] = 0;
	step("lars", &o, &p, 0.5);
	CU_ASSERT(near((double)m[0], 1));
}

/* Biases and norms have no decay and adaptation, unless decay_bias_norm is set. */
static void test_excluded(void)
{
	static const enum param_kind kind[] = {PARAM_BIAS, PARAM_NORM};
	static const char *const rule[] = {"sgd", "lars"};

	for (int i = 0; i < 4; i++) {
		struct optim_opts o = form_c;
		real w[2] = {3, 4}, g[2] = {6, 8}, m[2] = {0};
		struct own own;
		struct param p = param_of(kind[i / 2], 2, w, &own, g, m);

		step(rule[i % 2], &o, &p, 0.5);
		CU_ASSERT(m[0] == 6);
		o.decay_bias_norm = 1;
		w[0] = 3;
		m[0] = 0;
		step(rule[i % 2], &o, &p, 0.5);
		CU_ASSERT(m[0] != 6);
	}
}

/* AdamW without decay is Adam; with decay it shrinks a weight whose gradient is 0. */
static void test_adamw(void)
{
	struct optim_opts o = {.beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8, .weight_decay = 0.1};
	real w[1] = {2}, g[1] = {0}, m[1] = {0}, v[1] = {0};
	struct own own;
	struct param p = param_of(PARAM_WEIGHT, 1, w, &own, g, m);

	p.slot[1] = vector(&own.slot[1], &own.mem[3], (int)p.t.n, v);
	step("adamw", &o, &p, 0.5);
	CU_ASSERT(near((double)w[0], 2 * 0.95));
	CU_ASSERT(m[0] == 0 && v[0] == 0);
}

static void test_frozen(void)
{
	const struct optim_opts o = {.weight_decay = 0.1, .lr = 4};
	real w[1] = {1}, g[1] = {1}, m[1] = {0};
	struct own own;
	struct param p = param_of(PARAM_WEIGHT, 1, w, &own, g, m);

	p.t.needs_grad = 0;
	step("sgd", &o, &p, 1);
	CU_ASSERT(w[0] == 1);
	p.t.needs_grad = 1;
	p.lr_mult = 0;
	step("sgd", &o, &p, 1);
	CU_ASSERT(w[0] == 1 && m[0] == 0);
	p.lr_mult = 0.5;
	step("sgd", &o, &p, 1);
	CU_ASSERT(near((double)w[0], 1 - 0.5 * 1.1));
	w[0] = 1;
	p.lr_fixed = 1; /* the base rate, independent of the schedule */
	step("sgd", &o, &p, 0);
	CU_ASSERT(near((double)w[0], 1 - 4 * 0.5 * 1.1));
}

static void fill(real *x, uint64_t sample)
{
	struct rng r;

	rng_init(&r, 1, RNG_TEST, 0, sample);
	for (int i = 0; i < BIG; i++)
		x[i] = (real)rng_normal(&r);
}

static void test_threads(void)
{
	static real w[2][BIG], g[BIG], m[2][BIG], v[2][BIG];
	struct optim_opts o = form_c;

	o.beta1 = 0.9;
	o.beta2 = 0.999;
	o.eps = 1e-8;
	fill(g, 1);
	for (int i = 0; optim_at(i); i++) {
		for (int threads = 1; threads <= 2; threads++) {
			int j = threads - 1;
			struct own own;
			struct param p = param_of(PARAM_WEIGHT, BIG, w[j], &own, g, m[j]);

			fill(w[j], 2);
			memset(m[j], 0, sizeof m[j]);
			memset(v[j], 0, sizeof v[j]);
			p.slot[1] = vector(&own.slot[1], &own.mem[3], (int)p.t.n, v[j]);
			parallel_set_threads(threads);
			step(optim_at(i)->name, &o, &p, 0.5);
		}
		CU_ASSERT(!memcmp(w[0], w[1], sizeof w[0]));
		CU_ASSERT(!memcmp(m[0], m[1], sizeof m[0]));
	}
	parallel_set_threads(1);
}

static void test_table(void)
{
	int n = 0;

	while (optim_at(n)) {
		CU_ASSERT(optim_find(optim_at(n)->name) == optim_at(n));
		CU_ASSERT(optim_at(n)->slots == 1 || optim_at(n)->slots == 2);
		n++;
	}
	CU_ASSERT(n >= 4);
	CU_ASSERT(!optim_find("nope") && !optim_at(-1));
}

/* The recipe sets the decay of each part and the rate of the predictor. */
static void test_parts(void)
{
	static const struct optim_opts o = {
	    .weight_decay = 9,
	    .parts = 1,
	    .part_decay = {[PART_ENCODER] = 0.1, [PART_PREDICTOR] = 0}};
	struct recipe_set set[] = {{"optim.predictor_lr_mult=10"},
				   {"optim.predictor_lr_fixed=true"},
				   {"optim.weight_decay=0.5"},
				   {"optim.weight_decay_projector=0"},
				   {"optim.lr_scale=none"}};
	real w[2] = {1, 1}, g[2] = {0, 0}, m[2] = {0, 0};
	struct own own;
	struct param p = param_of(PARAM_WEIGHT, 1, w, &own, g, m),
		     q = param_of(PARAM_WEIGHT, 1, w, &own, g, m);
	struct param *list[] = {&p, &q};
	struct params ps = {.list = list, .n = 2};
	struct optim_opts read;
	struct recipe r;
	struct error err;

	p.part = PART_ENCODER;
	q.part = PART_PREDICTOR;
	step("sgd", &o, &p, 0.5);
	CU_ASSERT(near((double)w[0], 0.95));
	m[0] = 0;
	step("sgd", &o, &q, 0.5);
	CU_ASSERT(near((double)w[0], 0.95));

	CU_ASSERT_EQUAL_FATAL(recipe_load(&r, keys_schema(), NULL, set, 5, &err), 0);
	optim_opts_from_recipe(&read, &r);
	optim_rates_from_recipe(&ps, &r);
	CU_ASSERT(read.parts && read.part_decay[PART_PROJECTOR] == 0);
	CU_ASSERT(read.part_decay[PART_ENCODER] == 0.5 && read.part_decay[PART_PREDICTOR] == 0.5 &&
		  read.part_decay[PART_OTHER] == 0.5);
	CU_ASSERT(p.lr_mult == 1 && !p.lr_fixed && q.lr_mult == 10 && q.lr_fixed);
	recipe_release(&r);
}

/* The first step from zero state is lr g / |g| for any betas, provided that 1 - beta is not
 * computed as 1 - (float)beta. */
static void test_adam_first_step(void)
{
	static const double beta2[] = {0.9, 0.99, 0.999, 0.9999};

	for (int i = 0; i < 4; i++) {
		const struct optim_opts o = {.beta1 = 0.9, .beta2 = beta2[i], .decay_bias_norm = 1};
		real w[2] = {0, 0}, g[2] = {3, (real)-0.01}, m[2] = {0}, v[2] = {0};
		struct own own;
		struct param p = param_of(PARAM_WEIGHT, 2, w, &own, g, m);

		p.slot[1] = vector(&own.slot[1], &own.mem[3], (int)p.t.n, v);
		step("adam", &o, &p, 1);
		CU_ASSERT(near((double)w[0], -1));
		CU_ASSERT(near((double)w[1], 1));
	}
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"LARS, larc", test_larc},
	    {"LARS, larc with clipping", test_larc_clip},
	    {"LARS with a norm of 0", test_zero_norm},
	    {"biases and norms are excluded", test_excluded},
	    {"Adam's first step", test_adam_first_step},
	    {"the decay of AdamW is decoupled from the gradient", test_adamw},
	    {"decay and rates by part", test_parts},
	    {"frozen, lr_mult, lr_fixed", test_frozen},
	    {"the same bits at any number of threads", test_threads},
	    {"the table finds every optimiser", test_table},
	    {0},
	};
	return check_run("optim/optim", cases);
}
