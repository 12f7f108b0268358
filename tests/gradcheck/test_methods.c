/*
 * Protects: the whole loss of every method, from the first filter of the encoder on: the gradients
 * of all weights, a few elements each. A new method is checked as soon as it is in the table.
 */
#include "core/base/parallel.h"
#include "core/ops/ops.h"
#include "core/tensor/memory.h"
#include "tests/gradcheck/gradcheck.h"
#include "tests/unit/methods/rig.h"

enum { SAMPLES = 5 };

static struct tensor *loss_of(struct tape *t, struct tensor *const *in, void *ctx)
{
	struct method_out out;

	(void)in; /* the weights, which are in the rig */
	return rig_loss(ctx, t, &out);
}

/* Checks the weights from number `from` on, as many as one check supports. Returns the number of
 * the next one. */
static int check_some(struct rig *g, int from)
{
	struct gradcheck c;
	double worst;

	gradcheck_init(&c);
	for (; from < g->params.n && c.n < GRADCHECK_INPUTS; from++)
		if (g->params.list[from]->t.needs_grad)
			c.in[c.n++] = &g->params.list[from]->t;
	params_zero_grad(&g->params);
	worst = gradcheck_run(&c, loss_of, g, SAMPLES);
	if (!(worst <= 1e-6))
		printf("    %s: %g before parameter %d\n", g->method->name, worst, from);
	CU_ASSERT(worst <= 1e-6);
	gradcheck_release(&c);
	return from;
}

/* Checks all weights of a method with some settings. */
static void check_method(const struct method *m, const char *setting)
{
	struct error err;
	struct rig g;

	CU_ASSERT_FATAL(!rig_open(&g, m, setting, &err));
	for (int from = 0; from < g.params.n;)
		from = check_some(&g, from);
	rig_close(&g);
}

/* Finite differences of the weights also change a target that is the network itself, although no
 * gradient flows into it. Such a method is checked with a constant target, and test_stop_gradient()
 * compares the two. */
static const char *constant_target(const struct method *m, char *buf, size_t size)
{
	snprintf(buf, size, "%s.target=ema", m->name);
	for (const struct hparam *h = m->hparams; h && h->name; h++)
		if (!strncmp(h->name, buf, strlen(buf) - 4) && !h->name[strlen(buf) - 4])
			return buf;
	return NULL;
}

static void test_methods(void)
{
	char buf[64];

	for (int i = 0; method_at(i); i++)
		if (method_at(i)->views)
			check_method(method_at(i), constant_target(method_at(i), buf, sizeof buf));
}

/* Settings that change a gradient; those with a shared target also enable its gradient. */
static void test_switches(void)
{
	static const struct {
		const char *method, *setting;
	} by[] = {
	    {"barlow", "barlow.diagonal=0"},
	    {"barlow", "barlow.lambda=0;barlow.scale=1"},
	    {"barlow", "batch.statistics=joint"},
	    {"byol", "byol.target=none"},
	    {"byol", "byol.target=shared;byol.stop_gradient=false;byol.symmetric=false"},
	    {"byol", "byol.target=none;predictor.dims=[]"},
	    {"byol", "byol.normalize=bn;byol.symmetric=false"},
	    {"byol", "byol.normalize=ln"},
	    {"byol", "byol.normalize=none;predictor.out_norm=bn"},
	    {"byol", "byol.mu=1;byol.nu=0.1"},
	    {"byol", "predictor.frozen=true"},
	    {"byol", "predictor.dims=[20]"},
	    {"byol", "predictor.dims=[16, 16, 20];predictor.hidden_norm=false"},
	    {"directpred", "directpred.target=none"},
	    {"directpred", "directpred.symmetric=false;directpred.mu=1;directpred.nu=0.1"},
	    {"simclr", "simclr.normalize=none;simclr.temperature=10"},
	    {"simclr", "simclr.normalize=bn;simclr.form=official"},
	    {"simclr",
	     "batch.statistics=joint;projector.hidden_norm=true;projector.out_norm=bn_no_beta"},
	    {"simsiam", "simsiam.stop_gradient=false"},
	    {"simsiam", "simsiam.target=none;predictor.dims=[];projector.out_norm=none"},
	    {"simsiam", "simsiam.target=ema;simsiam.symmetric=false;simsiam.normalize=none"},
	    {"simsiam", "simsiam.target=ema;simsiam.mu=1;simsiam.nu=0.01"},
	    {"vicreg", "vicreg.form=paper"},
	    {"vicreg", "vicreg.mu=0"},
	    {"vicreg", "vicreg.nu=0;batch.statistics=joint"},
	};

	for (size_t i = 0; i < sizeof by / sizeof *by; i++)
		check_method(method_find(by[i].method), by[i].setting);
}

/* The gradients with a shared target are those with a constant target of the same values. */
static void test_stop_gradient(void)
{
	static const char *const name[] = {"byol", "directpred", "simsiam", NULL};

	for (int i = 0; name[i]; i++) {
		struct rig g[2];
		struct error err;

		for (int j = 0; j < 2; j++) {
			struct method_out out;
			char setting[64];

			snprintf(setting, sizeof setting, "%s.target=%s", name[i],
				 j ? "shared" : "ema");
			CU_ASSERT_FATAL(!rig_open(&g[j], method_find(name[i]), setting, &err));
			tape_backward(&g[j].tape, rig_loss(&g[j], &g[j].tape, &out));
		}
		for (int k = 0; k < g[1].params.n; k++) {
			const struct param *b = g[1].params.list[k];
			const struct param *a = params_find(&g[0].params, b->name);

			for (size_t e = 0; b->t.mem->grad && e < b->t.n; e++)
				CU_ASSERT_DOUBLE_EQUAL(a->t.mem->grad->mem->data[e],
						       b->t.mem->grad->mem->data[e], 1e-12);
		}
		rig_close(&g[0]);
		rig_close(&g[1]);
	}
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"every method of the table", test_methods},
	    {"every option that changes a gradient", test_switches},
	    {"no gradient into a shared target", test_stop_gradient},
	    {0},
	};
	parallel_set_threads(1); /* the problems are too small for threads to help */
	return check_run("gradcheck/methods", cases);
}
