/*
 * Protects: every method of the table as a run uses it, on tiny images: it resolves, builds,
 * learns, reports its terms, keeps its hands off what must not train, and gives the same bits at
 * any number of threads. A new method is tested by being in the table.
 */
#include <math.h>
#include <string.h>

#include "core/base/parallel.h"
#include "core/optim/optim.h"
#include "core/optim/schedule.h"
#include "tests/unit/methods/rig.h"

enum { STEPS = 40 };

/* One step; *out has the terms. Returns the loss. */
static double rig_step(struct rig *g, long k, struct method_out *out)
{
	const struct optim_opts o = {.momentum = 0.9, .lr = 0.003};
	struct tensor *loss;

	tape_reset(&g->tape);
	params_zero_grad(&g->params);
	loss = rig_loss(g, &g->tape, out);
	tape_backward(&g->tape, loss);
	optim_step(optim_find("sgd"), &o, &g->params, o.lr, k);
	if (g->method->after_step)
		g->method->after_step(g->self, k, STEPS, out);
	return (double)loss->data[0];
}

static void check_out(const struct rig *g, const struct method_out *out)
{
	const struct tensor *z = out->embedding;

	CU_ASSERT(z && z->ndim == 2 && z->shape[0] == IMAGES * g->method->views);
	for (int i = 0; i < out->n_terms; i++) {
		CU_ASSERT(isfinite(out->term[i].value));
		for (int j = 0; j < i; j++)
			CU_ASSERT_STRING_NOT_EQUAL(out->term[i].name, out->term[j].name);
	}
}

static void learn(const struct method *m)
{
	struct method_out out;
	struct error err;
	struct rig g;
	double first = 0, loss = 0;

	CU_ASSERT_FATAL(!rig_open(&g, m, NULL, &err));
	for (long k = 0; k < STEPS; k++) {
		loss = rig_step(&g, k, &out);
		first = k ? first : loss;
		CU_ASSERT(isfinite(loss));
		check_out(&g, &out);
	}
	printf("%s %.4g -> %.4g, ", m->name, first, loss);
	CU_ASSERT(loss < first - (m->views == 1 ? 0.1 : 0.3) * fabs(first));
	rig_close(&g);
}

static void test_learns(void)
{
	for (int i = 0; method_at(i); i++)
		if (method_at(i)->views)
			learn(method_at(i));
}

/* All parameters, buffers and gradients after three steps have the same bits at 1 and 3 threads. */
static void test_threads(void)
{
	for (int i = 0; method_at(i); i++) {
		struct method_out out;
		struct error err;
		struct rig g[2];

		if (!method_at(i)->views)
			continue;
		for (int j = 0; j < 2; j++) {
			parallel_set_threads(j ? 3 : 1);
			CU_ASSERT_FATAL(!rig_open(&g[j], method_at(i), NULL, &err));
			for (long k = 0; k < 3; k++)
				rig_step(&g[j], k, &out);
		}
		parallel_set_threads(1);
		for (int j = 0; j < g[0].params.n; j++) {
			const struct tensor *a = &g[0].params.list[j]->t,
					    *b = &g[1].params.list[j]->t;

			CU_ASSERT(!memcmp(a->data, b->data, a->n * sizeof(real)));
			if (a->grad)
				CU_ASSERT(!memcmp(a->grad, b->grad, a->n * sizeof(real)));
		}
		rig_close(&g[0]);
		rig_close(&g[1]);
	}
}

/* Everything that trains gets a gradient: nothing is declared and then left out of the loss. */
static void test_gradients_arrive(void)
{
	for (int i = 0; method_at(i); i++) {
		struct method_out out;
		struct error err;
		struct rig g;

		if (!method_at(i)->views)
			continue;
		CU_ASSERT_FATAL(!rig_open(&g, method_at(i), NULL, &err));
		rig_step(&g, 0, &out);
		for (int j = 0; j < g.params.n; j++) {
			const struct param *p = g.params.list[j];
			double sum = 0;

			for (size_t k = 0; p->t.grad && k < p->t.n; k++)
				sum += fabs((double)p->t.grad[k]);
			/* a bias in front of a batch norm has none */
			CU_ASSERT(!p->t.needs_grad || p->kind == PARAM_BIAS || sum > 0);
			CU_ASSERT(p->part != PART_TARGET || !p->t.grad);
		}
		rig_close(&g);
	}
}

static struct tensor *value(struct rig *g, const char *name)
{
	struct param *p = params_find(&g->params, name);

	CU_ASSERT_FATAL(p != NULL);
	return &p->t;
}

/* BYOL's target: starts as a copy, follows after the step, and stays what it was when resumed. */
static void test_target(void)
{
	static const char online[] = "projector.0.weight", target[] = "target.projector.0.weight";
	struct method_out out;
	struct error err;
	double before, expect;
	struct rig g;

	CU_ASSERT_FATAL(!rig_open(&g, method_find("byol"), "byol.tau=0.75", &err));
	CU_ASSERT(!memcmp(value(&g, online)->data, value(&g, target)->data,
			  value(&g, online)->n * sizeof(real)));
	before = (double)value(&g, target)->data[0];
	rig_step(&g, 10, &out);
	CU_ASSERT_STRING_EQUAL(out.term[out.n_terms - 1].name, "tau");
	CU_ASSERT(out.term[out.n_terms - 1].value == schedule_tau(0.75, 10, STEPS, 1));
	expect = schedule_tau(0.75, 10, STEPS, 1);
	expect = expect * before + (1 - expect) * (double)value(&g, online)->data[0];
	CU_ASSERT_DOUBLE_EQUAL((double)value(&g, target)->data[0], expect, 1e-7);
	CU_ASSERT(value(&g, online)->data[0] != value(&g, target)->data[0]);
	/* its batch statistics are its own: they moved, but not as an average of the online ones */
	CU_ASSERT(value(&g, "target.encoder.bn1.running_mean")->data[0] != 0);
	before = (double)value(&g, target)->data[0];
	g.method->start(g.self, 1);
	CU_ASSERT((double)value(&g, target)->data[0] == before);
	rig_close(&g);
}

static void test_refuses(void)
{
	static const struct {
		const char *method, *setting;
	} bad[] = {
	    {"byol", "predictor.dims=[24, 21]"},
	    {"byol", "projector.dims=[9, 9, 9, 9, 9, 9, 9, 9, 20]"},
	    {"vicreg", "projector.dims=[9, 9, 9, 9, 9, 9, 9, 9, 20]"},
	};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct error err = {0};
		struct rig g;

		CU_ASSERT(rig_open(&g, method_find(bad[i].method), bad[i].setting, &err) == -1);
		CU_ASSERT(err.code == ERR_USAGE && strstr(err.msg, "dims"));
		rig_close(&g);
	}
}

/* What `ssl methods` and the man page print. */
static void test_table(void)
{
	int n = 0;

	for (; method_at(n); n++) {
		const struct method *m = method_at(n);
		const size_t length = strlen(m->name);

		CU_ASSERT(method_find(m->name) == m);
		CU_ASSERT(m->title && m->summary && m->formula && m->source && m->init);
		CU_ASSERT(!strchr(m->summary, '\n') && m->formula[strlen(m->formula) - 1] == '\n');
		CU_ASSERT(!m->views == !m->loss);
		for (const struct hparam *h = m->hparams; h && h->name; h++)
			CU_ASSERT(!strncmp(h->name, m->name, length) && h->name[length] == '.');
	}
	CU_ASSERT(n >= 3);
	CU_ASSERT(!method_find("nope") && !method_at(-1));
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"the table is complete", test_table},
	    {"every method learns", test_learns},
	    {"the same bits at any number of threads", test_threads},
	    {"gradients reach all that trains, and no more", test_gradients_arrive},
	    {"BYOL's target network", test_target},
	    {"a head that makes no sense is an error", test_refuses},
	    {0},
	};
	parallel_set_threads(1);
	return check_run("methods", cases);
}
