/* The linear probe on frozen features: linear.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/eval/linear.h"
#include "core/eval/protocols.h"

static const struct hparam hparams[] = {
    {"eval.linear.solver", HP_ENUM, "lbfgs", 0, 0, "lbfgs|sgd",
     "lbfgs: exact minimisation, which needs no tuning; sgd: training as in the papers"},
    {"eval.linear.labels", HP_REAL, "1", 0.0001, 1, NULL,
     "share of the training images of each class that keep their label"},
    {"eval.linear.standardize", HP_BOOL, "true", 0, 0, NULL,
     "scale features to mean 0 and variance 1, so that l2 and lr suit encoders of any scale"},
    {"eval.linear.l2", HP_REAL, "0.0001", 0, 1000, NULL,
     "lbfgs: the L2 penalty in the objective, the mean cross-entropy + l2/2 ||W||^2"},
    {"eval.linear.tolerance", HP_REAL, "1e-5", 1e-14, 1, NULL,
     "lbfgs: stop when no element of the gradient is larger than this"},
    {"eval.linear.steps", HP_INT, "2000", 1, 1000000, NULL, "lbfgs: largest number of steps"},
    {"eval.linear.lr", HP_REAL, "0.3", 1e-9, 1e6, NULL,
     "sgd: initial learning rate, which a cosine decays to 0 (Barlow Twins 0.3, VICReg 0.02; not "
     "scaled by the batch)"},
    {"eval.linear.epochs", HP_INT, "100", 1, 100000, NULL,
     "sgd: passes over the features (Barlow Twins, VICReg, solo-learn 100; SimCLR, SimSiam 90)"},
    {"eval.linear.batch", HP_INT, "256", 1, 1000000, NULL,
     "sgd: images per step (Barlow Twins, VICReg 256)"},
    {"eval.linear.momentum", HP_REAL, "0.9", 0, 0.9999, NULL, "sgd: momentum (all papers 0.9)"},
    {"eval.linear.nesterov", HP_BOOL, "false", 0, 0, NULL,
     "sgd: Nesterov momentum (SimCLR, BYOL: true)"},
    {"eval.linear.weight_decay", HP_REAL, "1e-6", 0, 1000, NULL,
     "sgd: weight decay, of the weights only (Barlow Twins, VICReg 1e-6; SimCLR, BYOL, SimSiam 0)"},
    {0},
};

/* A probe and its copies of the features. */
struct probe {
	const struct eval_task *t;
	struct logistic l;
	real *train, *evaluated;
	double *w;
};

static void probe_init(struct probe *p, const struct eval_task *t)
{
	*p = (struct probe){.t = t};
	p->train = images_copy_features(t->train, &t->source);
	p->evaluated = images_copy_features(t->evaluated, &t->source);
	p->l = (struct logistic){.x = p->train,
				 .label = t->train->label,
				 .n = t->train->n,
				 .d = encoder_dim(t->source.encoder),
				 .classes = t->source.data->classes};
	logistic_init(&p->l);
	p->w = xmalloc(logistic_size(&p->l) * sizeof *p->w);
	if (recipe_bool(t->recipe, "eval.linear.standardize")) {
		linear_standardize(p->train, t->train->n, p->evaluated, t->evaluated->n, p->l.d);
		return;
	}
	linear_clean(p->train, t->train->n, p->l.d);
	linear_clean(p->evaluated, t->evaluated->n, p->l.d);
}

static void probe_release(struct probe *p)
{
	logistic_release(&p->l);
	free(p->train);
	free(p->evaluated);
	free(p->w);
}

static void add_number(struct strbuf *s, const char *name, double value)
{
	strbuf_addf(s, ",\"%s\":", name);
	strbuf_add_number(s, value);
}

/* Where rounding prevents a further decrease, a gradient below this is also near enough to the
 * minimum: accuracies no longer change. */
static const double NEAR = 1e-5;

static void run_lbfgs(struct probe *p, struct eval_result *out)
{
	const struct recipe *rc = p->t->recipe;
	double tolerance = recipe_real(rc, "eval.linear.tolerance"), gradient;
	int limit = (int)recipe_int(rc, "eval.linear.steps"), steps, missed;
	struct strbuf *settings = &out->settings;

	p->l.l2 = recipe_real(rc, "eval.linear.l2");
	missed = linear_lbfgs(&p->l, tolerance, limit, p->w, &steps, &gradient);
	missed = missed && (steps >= limit || !(gradient <= NEAR));
	if (missed)
		eval_missing(out,
			     "the probe did not converge: after %d steps%s its gradient is %.2g, "
			     "above eval.linear.tolerance %g",
			     steps, steps >= limit ? " (eval.linear.steps)" : "", gradient,
			     tolerance);
	add_number(settings, "l2", p->l.l2);
	add_number(settings, "tolerance", tolerance);
	strbuf_addf(settings, ",\"steps\":%d,\"converged\":%s", steps, missed ? "false" : "true");
}

/* A uniform guess has a loss of log(classes). A probe that ends far above that has diverged, and
 * its accuracy is an accident of the last steps. */
static void check_divergence(struct probe *p, struct eval_result *out)
{
	double *gradient = xmalloc(logistic_size(&p->l) * sizeof *gradient), loss;
	double chance = log(p->l.classes);

	p->l.l2 = 0;
	loss = logistic_loss(&p->l, p->w, gradient);
	free(gradient);
	if (!isfinite(loss))
		eval_missing(out, "the probe diverged: its loss is not finite");
	else if (loss > 2 * chance && p->l.classes > 1)
		eval_missing(out, "the probe diverged: its loss is %.3g, that of chance %.3g", loss,
			     chance);
}

static void run_sgd(struct probe *p, struct eval_result *out)
{
	const struct recipe *rc = p->t->recipe;
	struct strbuf *settings = &out->settings;
	struct linear_sgd o = {.lr = recipe_real(rc, "eval.linear.lr"),
			       .momentum = recipe_real(rc, "eval.linear.momentum"),
			       .nesterov = recipe_bool(rc, "eval.linear.nesterov"),
			       .epochs = (int)recipe_int(rc, "eval.linear.epochs"),
			       .batch = (int)recipe_int(rc, "eval.linear.batch"),
			       .seed = (uint64_t)recipe_int(rc, "eval.seed")};

	p->l.l2 = recipe_real(rc, "eval.linear.weight_decay");
	linear_sgd(&p->l, &o, p->w);
	add_number(settings, "lr", o.lr);
	add_number(settings, "momentum", o.momentum);
	add_number(settings, "weight_decay", p->l.l2);
	strbuf_addf(settings, ",\"nesterov\":%s,\"epochs\":%d,\"batch\":%d",
		    o.nesterov ? "true" : "false", o.epochs, o.batch);
	check_divergence(p, out);
}

static void evaluate(struct probe *p, struct eval_result *out)
{
	const struct eval_task *t = p->t;
	long top1, top5, bad;

	bad = linear_classify(&p->l, p->w, p->evaluated, t->evaluated->label, t->evaluated->n,
			      out->predicted, &top1, &top5);
	if (bad)
		eval_missing(out, "the probe's scores of %ld of %d images are not finite", bad,
			     t->evaluated->n);
	out->score = out->rule1 = eval_score(t, top1, top5);
}

/* A key matters to its solver only; eval.seed determines the order of SGD and the labels kept. */
static int depends(const struct recipe *r, const char *key, double share)
{
	static const char *const lbfgs[] = {"eval.linear.l2", "eval.linear.tolerance",
					    "eval.linear.steps"};
	int sgd = strcmp(recipe_text(r, "eval.linear.solver"), "lbfgs") != 0;

	if (!strcmp(key, "eval.linear.solver") || !strcmp(key, "eval.linear.standardize"))
		return 1;
	if (!strcmp(key, "eval.seed"))
		return sgd || share < 1;
	for (size_t i = 0; i < sizeof lbfgs / sizeof *lbfgs; i++)
		if (!strcmp(key, lbfgs[i]))
			return !sgd;
	return sgd;
}

static int run(const struct eval_task *t, struct eval_result *out, struct error *err)
{
	const char *solver = recipe_text(t->recipe, "eval.linear.solver");
	int missing = eval_features_missing(t, 0, out);
	struct probe p;

	(void)err;
	strbuf_addf(&out->settings, "\"solver\":\"%s\",\"standardize\":%s", solver,
		    recipe_bool(t->recipe, "eval.linear.standardize") ? "true" : "false");
	if (missing && t->rules != 1) /* the settings are recorded all the same */
		return 0;
	probe_init(&p, t);
	if (!strcmp(solver, "lbfgs"))
		run_lbfgs(&p, out);
	else
		run_sgd(&p, out);
	evaluate(&p, out);
	probe_release(&p);
	return 0;
}

const struct protocol protocol_linear = {
    .name = "linear",
    .summary = "multinomial logistic regression on frozen features",
    .hparams = hparams,
    .labels_key = "eval.linear.labels",
    .online = 1,
    .depends = depends,
    .run = run,
};
