#include "core/run/keys.h"
#include "tests/golden/runs/runs.h"

/*
 * 20 steps, of which the first five are the warm-up. Widths, the batch and the size of the images
 * are no powers of two. The weight decay is so large that a decay of the wrong tensors shows at
 * once. Collapse is not measured and nothing is evaluated: other tests do that.
 */
static const char *const shared[] = {
    "data.set=shapes",
    "data.val=0",
    "seed=1",
    "encoder.arch=resnet18",
    "encoder.width=5",
    "encoder.stem=cifar",
    "augment.size=10",
    "augment.b.solarize_p=0.2",
    "optim.name=sgd",
    "optim.lr=0.2",
    "optim.batch=20",
    "optim.epochs=4",
    "optim.warmup=1",
    "optim.weight_decay=1e-2",
    "eval.protocol=[]",
    "eval.every=0",
    "eval.at_start=false",
    "checkpoint.every=0",
    "collapse.every=0",
};

const struct golden_run golden_runs[] = {
    {"random", {"method=random"}},
    {"supervised", {"method=supervised"}},
    /* statistics over both views, as in the released code */
    {"simclr", {"method=simclr", "projector.dims=28,18", "batch.statistics=joint"}},
    {"barlow", {"method=barlow", "projector.dims=28,22,18"}},
    {"barlow-lars", {"method=barlow", "projector.dims=28,22,18", "optim.name=lars"}},
    {"vicreg", {"method=vicreg", "projector.dims=28,22,18", "optim.final_lr=0.01"}},
    {"vicreg-lars",
     {"method=vicreg", "projector.dims=28,22,18", "optim.name=lars",
      "optim.lars_form=decay_in_norm"}},
    {"byol", {"method=byol", "projector.dims=28,18", "predictor.dims=28,18", "byol.tau=0.9"}},
    /* the predictor's rate is ten times that of the rest, as 2006.07733 varies it; no biases before
     * a batch norm, since Adam divides by the root of their gradients, which are rounding errors */
    {"byol-adam",
     {"method=byol", "projector.dims=28,18", "projector.hidden_bias=false", "predictor.dims=28,18",
      "predictor.hidden_bias=false", "optim.name=adam", "optim.lr_scale=none", "optim.lr=2e-3",
      "optim.predictor_lr_mult=10"}},
    {"simsiam", {"method=simsiam", "projector.dims=28,22,18", "predictor.dims=10,18"}},
    {"directpred", {"method=directpred", "projector.dims=28,18", "optim.schedule=cosine"}},
    /* W is trained by its gradient between two computations from F */
    {"directpred-paper",
     {"method=directpred", "projector.dims=28,18", "directpred.form=paper", "directpred.every=3",
      "directpred.tau_schedule=cosine"}},
    {NULL, {NULL}},
};

int golden_recipe(struct recipe *out, const struct golden_run *which, const struct way *way,
		  struct error *err)
{
	enum { SHARED = sizeof shared / sizeof *shared, MORE = 16 };
	struct recipe_set set[SHARED + RUNS_SETTINGS + MORE];
	int n = 0;

	for (int i = 0; i < SHARED; i++)
		set[n++].text = shared[i];
	for (int i = 0; which->set[i]; i++)
		set[n++].text = which->set[i];
	if (way->n_more > MORE)
		return error_set(err, ERR_USAGE, "more than %d settings", MORE);
	for (int i = 0; i < way->n_more; i++)
		set[n++] = way->more[i];
	return recipe_load(out, keys_schema(), NULL, set, n, err);
}
