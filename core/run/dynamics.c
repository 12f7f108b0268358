#include "core/run/dynamics.h"

#include <math.h>
#include <string.h>

#include "core/eval/collapse.h"
#include "core/eval/predictor.h"
#include "core/nn/mlp.h"
#include "core/run/outputs.h"
#include "core/tensor/kernels/collapse_std.h"

const struct hparam dynamics_hparams[] = {
    {"collapse.every", HP_INT, "1", 0, 1000000, NULL,
     "epochs between measurements of collapse, with one before training and one after the last "
     "epoch; 0: no measurements, and so no guard"},
    {"collapse.images", HP_INT, "1024", 2, 100000, NULL,
     "number of training images, spread evenly, that are measured in two fixed views; no rank "
     "can exceed it (RankMe, 2210.02885: 25600)"},
    {"guard.collapse", HP_ENUM, "stop", 0, 0, "stop|record|off",
     "what to do if the embeddings collapse: stop = the run ends as collapsed (exit 7); record = "
     "an event is recorded and the run continues; off = no check"},
    {"guard.collapse_std", HP_REAL, "0.1", 0, 1, NULL,
     "standard deviation of the normalised embeddings, as a share of 1/sqrt(d), below which they "
     "count as collapsed; for VICReg also the standard deviation of the embeddings themselves, "
     "whose target is 1 (our choice: healthy runs have 0.2 to 1)"},
    {"guard.collapse_rank", HP_REAL, "1.5", 0, 100000, NULL,
     "RankMe of the embeddings below which they count as collapsed; not checked if it is half or "
     "more of the largest possible rank (our choice; 1: one direction is left)"},
    {"guard.collapse_epochs", HP_INT, "3", 1, 100000, NULL,
     "number of consecutive measurements that must count as collapsed (our choice)"},
    {0},
};

enum { SPECTRUM_MOST = 128, SPECTRA = 6 };

struct dynamics {
	struct collapse_guard guard;
	struct spectrum_value value[SPECTRA * SPECTRUM_MOST];
	int n;
};

/* Measured of features and embeddings alike. */
enum {
	STD,
	STD_RATIO,
	RAW_STD,
	RANKME,
	EFFECTIVE,
	PARTICIPATION,
	ALIGN,
	UNIFORM,
	OFFDIAG,
	OFFDIAG_SQ,
	SAME
};

static const char *const embedding_names[SAME] = {"collapse.std",
						  "collapse.std_ratio",
						  "collapse.raw_std",
						  "collapse.rankme",
						  "collapse.effective_rank",
						  "collapse.participation",
						  "collapse.alignment",
						  "collapse.uniformity",
						  "collapse.offdiag_correlation",
						  "collapse.offdiag_correlation_sq"};
static const char *const feature_names[SAME] = {"collapse.h.std",
						"collapse.h.std_ratio",
						"collapse.h.raw_std",
						"collapse.h.rankme",
						"collapse.h.effective_rank",
						"collapse.h.participation",
						"collapse.h.alignment",
						"collapse.h.uniformity",
						"collapse.h.offdiag_correlation",
						"collapse.h.offdiag_correlation_sq"};

/* Measured of embeddings alone, and of a predictor. */
static const char *const more_of_embeddings[] = {
    "collapse.vicreg.invariance",  "collapse.vicreg.variance",     "collapse.vicreg.covariance",
    "collapse.barlow.on_diagonal", "collapse.barlow.off_diagonal", "collapse.flag"};
static const char *const predictor_names[] = {"predictor.alignment", "predictor.asymmetry",
					      "predictor.commutator",
					      "predictor.relative_commutator"};

/* True if measure() will find a predictor of a size that it measures; here from the recipe alone.
 */
static int has_predictor(const struct method *m, const struct recipe *rc)
{
	int dims[64], n;

	if (!m->predictor || (recipe_has(rc, "predictor.dims") && m->projector &&
			      !recipe_ints(rc, "predictor.dims", dims, 64)))
		return 0;
	n = recipe_has(rc, "projector.dims") ? recipe_ints(rc, "projector.dims", dims, 64) : 0;
	return n < 1 || n > 64 || dims[n - 1] <= PREDICTOR_MAX;
}

const char *dynamics_series(const struct method *m, const struct recipe *rc, int i)
{
	const struct {
		const char *const *name;
		int n;
	} part[] = {
	    {feature_names, SAME},
	    {embedding_names, m->projector ? SAME : 0},
	    {more_of_embeddings,
	     m->projector ? (int)(sizeof more_of_embeddings / sizeof *more_of_embeddings) : 0},
	    {predictor_names,
	     has_predictor(m, rc) ? (int)(sizeof predictor_names / sizeof *predictor_names) : 0}};

	for (size_t k = 0; k < sizeof part / sizeof *part; k++) {
		if (i < part[k].n)
			return part[k].name[i];
		i -= part[k].n;
	}
	return NULL;
}

/* Adds the values of a vector that are finite; of a long one evenly spaced values, with the first
 * and the last. */
static void add_spectrum(struct dynamics *dy, const char *name, const double *v, int n, int as_log)
{
	const int kept = n < SPECTRUM_MOST ? n : SPECTRUM_MOST;

	for (int k = 0; k < kept; k++) {
		int i = kept > 1 ? (int)((long)k * (n - 1) / (kept - 1)) : 0;
		double x = v[i];

		if (!isfinite(x))
			continue;
		if (as_log)
			x = x > 1e-12 ? log10(x) : -12;
		dy->value[dy->n++] = (struct spectrum_value){name, i, x};
	}
}

/* Measures x {2n, d}, of two views. The caller adds the correlations, which come with its other
 * measures. */
static int measure_outputs(struct run *r, struct dynamics *dy, const real *x, int n, int d,
			   const char *const name[SAME], const char *spectrum, struct arena *a,
			   struct error *err)
{
	const real *second = x + (size_t)n * (size_t)d;
	struct collapse_rank rank;
	double std = collapse_std(x, n, d, a);

	if (collapse_rank(x, n, d, a, &rank, err))
		return -1;
	recorder_note(&r->recorder, r->step, name[STD], std);
	recorder_note(&r->recorder, r->step, name[STD_RATIO], std * sqrt(d));
	recorder_note(&r->recorder, r->step, name[RANKME], rank.rankme);
	recorder_note(&r->recorder, r->step, name[EFFECTIVE], rank.effective);
	recorder_note(&r->recorder, r->step, name[PARTICIPATION], rank.participation);
	recorder_note(&r->recorder, r->step, name[RAW_STD], rank.std);
	recorder_note(&r->recorder, r->step, name[ALIGN], collapse_alignment(x, second, n, d, a));
	recorder_note(&r->recorder, r->step, name[UNIFORM], collapse_uniformity(x, n, d, a));
	add_spectrum(dy, spectrum, rank.spectrum, rank.n, 1);
	if (name == embedding_names) {
		dy->guard.std_ratio = std * sqrt(d);
		dy->guard.raw_std = rank.std;
		dy->guard.rankme = rank.rankme;
		dy->guard.most = rank.n;
	}
	return 0;
}

static int measure_features(struct run *r, struct dynamics *dy, const struct outputs *o,
			    struct arena *a, struct error *err)
{
	struct collapse_correlation c;

	if (measure_outputs(r, dy, o->h, o->n, o->dh, feature_names, "h", a, err))
		return -1;
	collapse_correlation(o->h, o->n, o->dh, a, &c);
	recorder_note(&r->recorder, r->step, feature_names[OFFDIAG], c.absolute);
	recorder_note(&r->recorder, r->step, feature_names[OFFDIAG_SQ], c.square);
	return 0;
}

static int measure_embeddings(struct run *r, struct dynamics *dy, const struct outputs *o,
			      struct arena *a, struct error *err)
{
	struct collapse_terms t;

	if (measure_outputs(r, dy, o->z, o->n, o->dz, embedding_names, "z", a, err))
		return -1;
	collapse_terms(o->z, o->z + (size_t)o->n * (size_t)o->dz, o->n, o->dz, a, &t);
	recorder_note(&r->recorder, r->step, embedding_names[OFFDIAG], t.correlation.absolute);
	recorder_note(&r->recorder, r->step, embedding_names[OFFDIAG_SQ], t.correlation.square);
	recorder_note(&r->recorder, r->step, "collapse.vicreg.invariance", t.invariance);
	recorder_note(&r->recorder, r->step, "collapse.vicreg.variance", t.variance);
	recorder_note(&r->recorder, r->step, "collapse.vicreg.covariance", t.covariance);
	recorder_note(&r->recorder, r->step, "collapse.barlow.on_diagonal", t.on_diagonal);
	recorder_note(&r->recorder, r->step, "collapse.barlow.off_diagonal", t.off_diagonal);
	return 0;
}

/* The weights of a predictor that is one linear map (its bias moves no direction), in memory of a;
 * else NULL. */
static const real *linear_weights(const struct run *r, struct arena *a)
{
	const struct mlp *m = method_predictor(r->method, r->self);
	real *w = NULL;

	if (mlp_is_linear(m)) {
		w = arena_alloc(a, m->weight[0]->t.n * sizeof *w);
		tensor_read(&m->weight[0]->t, w);
	}
	return w;
}

static int measure_predictor(struct run *r, struct dynamics *dy, const struct outputs *o,
			     struct arena *a, struct error *err)
{
	struct predictor_measures m;

	for (size_t i = 0; i < 2 * (size_t)o->n * (size_t)o->dz; i++)
		if (!isfinite((double)o->z[i]) || !isfinite((double)o->p[i]))
			return 0; /* guard.nan handles it */
	if (predictor_measure(o->z, o->p, linear_weights(r, a), 2 * o->n, o->dz, a, &m, err))
		return -1;
	recorder_note(&r->recorder, r->step, "predictor.alignment", m.alignment);
	recorder_note(&r->recorder, r->step, "predictor.asymmetry", m.asymmetry);
	recorder_note(&r->recorder, r->step, "predictor.commutator", m.commutator);
	recorder_note(&r->recorder, r->step, "predictor.relative_commutator",
		      m.relative_commutator);
	add_spectrum(dy, "predictor.F", m.f, m.d, 1);
	add_spectrum(dy, "predictor.W", m.w, m.d, 0);
	add_spectrum(dy, "predictor.p", m.p, m.kept, 0);
	add_spectrum(dy, "predictor.cos", m.cosine, m.kept, 0);
	return 0;
}

static int measure(struct run *r, struct dynamics *dy, struct arena *a, struct error *err)
{
	struct outputs o;

	dy->n = 0;
	outputs_make(r, (int)recipe_int(&r->recipe, "collapse.images"), a, &o);
	if (r->device->check(r->device, err))
		return -1;
	if (o.n < 2)
		return 0;
	if (measure_features(r, dy, &o, a, err) || (o.z && measure_embeddings(r, dy, &o, a, err)) ||
	    (o.p && o.dz <= PREDICTOR_MAX && measure_predictor(r, dy, &o, a, err)))
		return -1;
	if (recorder_spectrum(&r->recorder, r->step, dy->value, dy->n, err))
		return -1;
	return o.z && r->step ? collapse_guard(r, &dy->guard, err) : 0;
}

static struct dynamics *dynamics_of(struct run *r)
{
	if (!r->dynamics)
		r->dynamics = arena_zalloc(&r->arena, sizeof *r->dynamics);
	return r->dynamics;
}

int run_dynamics_resume(struct run *r, struct error *err)
{
	return r->opts.resume_id ? collapse_guard_resumed(r, &dynamics_of(r)->guard, err) : 0;
}

int run_dynamics(struct run *r, struct error *err)
{
	struct arena scratch = ARENA_INIT;
	int ret;

	if (!run_due(r, recipe_int(&r->recipe, "collapse.every")))
		return 0;
	ret = measure(r, dynamics_of(r), &scratch, err);
	arena_release(&scratch);
	return ret;
}

int run_collapsed(const struct run *r)
{
	return r->dynamics && r->dynamics->guard.stopped;
}
