/*
 * Protects: every method of the table, used as in a run on tiny images: it resolves, builds,
 * learns, reports its terms, does not change parameters that are not trained, and gives the same
 * bits with any number of threads. A new method is tested as soon as it is in the table.
 */
#include <math.h>
#include <string.h>

#include "core/base/parallel.h"
#include "core/optim/optim.h"
#include "core/optim/schedule.h"
#include "core/store/metric_kinds.h"
#include "core/tensor/memory.h"
#include "tests/unit/methods/rig.h"

enum { STEPS = 40 };

/* Performs one step; the terms are in *out. Returns the loss. */
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
	return (double)loss->mem->data[0];
}

/* A sweep that is planned by a metric depends on the method to list that metric. Terms of the loss
 * are recorded as "loss.NAME", those added after the step under their own name. */
static void check_term(const struct method *m, const char *term)
{
	char name[64];

	snprintf(name, sizeof name, "loss.%s", term);
	CU_ASSERT(method_records(m, NULL, name) || method_records(m, NULL, term));
}

static void check_out(struct rig *g, const struct method_out *out)
{
	const struct tensor *z = out->embedding;

	CU_ASSERT(z && z->ndim == 2 && z->shape[0] == IMAGES * g->method->views);
	scalars_post(&g->tape.scalars, 0);
	for (int i = 0; i < out->n_terms; i++) {
		CU_ASSERT(isfinite(method_term_value(out, i, &g->tape.scalars, 0)));
		check_term(g->method, out->term[i].name);
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

/* Every series of a method is in the registry of metrics. */
static void test_terms(void)
{
	for (int i = 0; method_at(i); i++)
		for (const char *const *t = method_at(i)->terms; t && *t; t++) {
			CU_ASSERT(!metric_kind(*t)->guess);
			CU_ASSERT(method_records(method_at(i), NULL, *t));
		}
	CU_ASSERT(!method_records(method_find("vicreg"), NULL, "loss.cosine"));
	CU_ASSERT(!method_records(method_find("random"), NULL, "loss.cosine"));
}

static void test_learns(void)
{
	for (int i = 0; method_at(i); i++)
		if (method_at(i)->views)
			learn(method_at(i));
}

/* After three steps all parameters, buffers and gradients have the same bits with 1 and 3 threads.
 */
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

			CU_ASSERT(!memcmp(a->mem->data, b->mem->data, a->n * sizeof(real)));
			if (a->mem->grad)
				CU_ASSERT(!memcmp(a->mem->grad->mem->data, b->mem->grad->mem->data,
						  a->n * sizeof(real)));
		}
		rig_close(&g[0]);
		rig_close(&g[1]);
	}
}

/* Every trained parameter gets a gradient: none is declared without affecting the loss. */
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

			for (size_t k = 0; p->t.mem->grad && k < p->t.n; k++)
				sum += fabs((double)p->t.mem->grad->mem->data[k]);
			/* a bias before a batch norm has no gradient */
			CU_ASSERT(!p->t.needs_grad || p->kind == PARAM_BIAS || sum > 0);
			CU_ASSERT(p->part != PART_TARGET || !p->t.mem->grad);
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

/* BYOL's target starts as a copy, follows after the step, and is unchanged when the run is resumed.
 */
static void test_target(void)
{
	static const char online[] = "projector.0.weight", target[] = "target.projector.0.weight";
	struct method_out out;
	struct error err;
	double before, expect;
	struct rig g;

	CU_ASSERT_FATAL(!rig_open(&g, method_find("byol"), "byol.tau=0.75", &err));
	CU_ASSERT(!memcmp(value(&g, online)->mem->data, value(&g, target)->mem->data,
			  value(&g, online)->n * sizeof(real)));
	before = (double)value(&g, target)->mem->data[0];
	rig_step(&g, 10, &out);
	CU_ASSERT_STRING_EQUAL(out.term[out.n_terms - 1].name, "tau");
	CU_ASSERT(out.term[out.n_terms - 1].factor == schedule_tau(0.75, 10, STEPS, 1));
	expect = schedule_tau(0.75, 10, STEPS, 1);
	expect = expect * before + (1 - expect) * (double)value(&g, online)->mem->data[0];
	CU_ASSERT_DOUBLE_EQUAL((double)value(&g, target)->mem->data[0], expect, 1e-7);
	CU_ASSERT(value(&g, online)->mem->data[0] != value(&g, target)->mem->data[0]);
	/* its batch statistics are separate: they changed, but not as an average of the online ones
	 */
	CU_ASSERT(value(&g, "target.encoder.bn1.running_mean")->mem->data[0] != 0);
	before = (double)value(&g, target)->mem->data[0];
	g.method->start(g.self, 1);
	CU_ASSERT((double)value(&g, target)->mem->data[0] == before);
	rig_close(&g);
}

/* The largest |a - b|. */
static double apart(const struct tensor *a, const struct tensor *b)
{
	double most = 0;

	for (size_t i = 0; i < a->n; i++)
		most = fmax(most, fabs((double)a->mem->data[i] - (double)b->mem->data[i]));
	return most;
}

static double asymmetry(const struct tensor *w)
{
	double most = 0;

	for (int i = 0; i < w->shape[0]; i++)
		for (int j = 0; j < i; j++)
			most = fmax(most, fabs((double)w->mem->data[i * w->shape[0] + j] -
					       (double)w->mem->data[j * w->shape[0] + i]));
	return most;
}

/* DirectPred: the first batch sets F; W is computed from F, and therefore symmetric, after step 0
 * and every `every` steps, and is trained by its gradient in between. Both are parameters of the
 * run, so a checkpoint contains them. */
static void test_directpred(void)
{
	struct tensor *w, *f;
	struct method_out out;
	struct error err;
	struct rig g;

	CU_ASSERT_FATAL(!rig_open(&g, method_find("directpred"), "directpred.every=3", &err));
	w = value(&g, "predictor.0.weight");
	f = value(&g, "directpred.correlation");
	CU_ASSERT(f->mem->data[0] == 0 && value(&g, "directpred.batches")->mem->data[0] == 0);
	CU_ASSERT(asymmetry(w) > 1e-3);
	for (long k = 0; k < 5; k++) {
		rig_step(&g, k, &out);
		CU_ASSERT(out.correlation == f && out.predictor_weight == w && out.prediction);
		CU_ASSERT(asymmetry(f) < 1e-6 && f->mem->data[0] > 0);
		CU_ASSERT((asymmetry(w) < 1e-6) == (k % 3 == 0));
	}
	CU_ASSERT(value(&g, "directpred.batches")->mem->data[0] == 1);
	rig_close(&g);
}

/* Is W after one step the same with two settings? */
static void test_variants(void)
{
	static const struct {
		const char *a, *b;
		int same;
	} pair[] = {
	    {"directpred.variant=directset;directpred.alpha=0.5", "directpred.variant=directpred",
	     1},
	    {"directpred.variant=directset;directpred.alpha=1", "directpred.variant=directcopy", 1},
	    {"directpred.variant=directcopy", "directpred.variant=directpred", 0},
	    {"directpred.center=true", "directpred.center=false", 0},
	    {"directpred.form=paper", "directpred.form=official", 0},
	};

	for (size_t i = 0; i < sizeof pair / sizeof *pair; i++) {
		struct rig g[2];
		double d;

		for (int j = 0; j < 2; j++) {
			struct method_out out;
			struct error err;

			CU_ASSERT_FATAL(!rig_open(&g[j], method_find("directpred"),
						  j ? pair[i].b : pair[i].a, &err));
			rig_step(&g[j], 0, &out);
		}
		d = apart(value(&g[0], "predictor.0.weight"), value(&g[1], "predictor.0.weight"));
		CU_ASSERT(pair[i].same ? d == 0 : d > 1e-3);
		rig_close(&g[0]);
		rig_close(&g[1]);
	}
}

/* A shared target has no parameters of its own; a frozen predictor keeps its values, and gradients
 * flow through it. */
static void test_switches(void)
{
	struct method_out out;
	struct error err;
	struct rig g;
	double before;

	CU_ASSERT_FATAL(
	    !rig_open(&g, method_find("byol"), "byol.target=shared;predictor.frozen=true", &err));
	for (int i = 0; i < g.params.n; i++)
		CU_ASSERT(g.params.list[i]->part != PART_TARGET);
	before = (double)value(&g, "predictor.0.weight")->mem->data[0];
	CU_ASSERT(!value(&g, "predictor.0.weight")->mem->grad);
	rig_step(&g, 0, &out);
	CU_ASSERT((double)value(&g, "predictor.0.weight")->mem->data[0] == before);
	CU_ASSERT(value(&g, "projector.0.weight")->mem->grad->mem->data[0] != 0);
	rig_close(&g);

	CU_ASSERT_FATAL(
	    !rig_open(&g, method_find("byol"), "predictor.dims=20;predictor.symmetric=true", &err));
	rig_step(&g, 0, &out);
	CU_ASSERT(asymmetry(value(&g, "predictor.0.weight")) == 0);
	CU_ASSERT(out.predictor_weight == value(&g, "predictor.0.weight"));
	rig_close(&g);

	CU_ASSERT_FATAL(!rig_open(&g, method_find("simsiam"), "predictor.dims=[]", &err));
	rig_step(&g, 0, &out);
	CU_ASSERT(!out.prediction && !out.predictor_weight && !out.correlation);
	rig_close(&g);
}

/* Joint statistics differ from those of each view. */
static void test_statistics(void)
{
	double loss[2];

	for (int i = 0; i < 2; i++) {
		struct method_out out;
		struct error err;
		struct rig g;

		CU_ASSERT_FATAL(
		    !rig_open(&g, method_find("simclr"),
			      i ? "batch.statistics=joint" : "batch.statistics=per_view", &err));
		loss[i] = rig_step(&g, 0, &out);
		CU_ASSERT(g.tape.groups == 2 - i);
		rig_close(&g);
	}
	CU_ASSERT(loss[0] != loss[1]);
}

static void test_refuses(void)
{
	static const struct {
		const char *method, *setting, *message;
	} bad[] = {
	    {"byol", "byol.stop_gradient=false", "byol.target=shared"},
	    {"byol", "predictor.symmetric=true", "predictor.dims=20"},
	    {"byol", "predictor.dims=[24, 21]", "dims"},
	    {"byol", "projector.dims=[9, 9, 9, 9, 9, 9, 9, 9, 20]", "dims"},
	    {"vicreg", "projector.dims=[9, 9, 9, 9, 9, 9, 9, 9, 20]", "dims"},
	};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct error err = {0};
		struct rig g;

		CU_ASSERT(rig_open(&g, method_find(bad[i].method), bad[i].setting, &err) == -1);
		CU_ASSERT(err.code == ERR_USAGE && strstr(err.msg, bad[i].message));
		rig_close(&g);
	}
}

/* The fields that `ssl methods` and the man page print. */
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
	CU_ASSERT(n >= 8);
	CU_ASSERT(!method_find("nope") && !method_at(-1));
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"the table is complete", test_table},
	    {"every method learns", test_learns},
	    {"every series of a method is registered", test_terms},
	    {"the same bits at any number of threads", test_threads},
	    {"gradients reach exactly the trained parameters", test_gradients_arrive},
	    {"BYOL's target network", test_target},
	    {"DirectPred's predictor", test_directpred},
	    {"DirectPred's variants", test_variants},
	    {"a shared target; a frozen, a symmetric and no predictor", test_switches},
	    {"batch statistics", test_statistics},
	    {"an invalid head is an error", test_refuses},
	    {0},
	};
	parallel_set_threads(1);
	return check_run("methods", cases);
}
