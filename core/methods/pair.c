/* Comparison of a prediction with its target, which several losses share: losses.h. */
#include <math.h>
#include <string.h>

#include "core/methods/losses.h"
#include "core/ops/ops.h"
#include "core/tensor/kernels.h"

static const double norm_floor = 1e-6; /* as in the official code of SimCLR and BYOL */

enum normalize normalize_of(const char *text)
{
	if (!strcmp(text, "none"))
		return NORMALIZE_NONE;
	if (!strcmp(text, "ln"))
		return NORMALIZE_LAYER;
	return strcmp(text, "bn") ? NORMALIZE_L2 : NORMALIZE_BATCH;
}

struct tensor *embedding_normalize(struct tape *t, struct tensor *x, enum normalize how)
{
	switch (how) {
	case NORMALIZE_L2:
		return op_l2_normalize(t, x, norm_floor);
	case NORMALIZE_BATCH:
		return op_scale(t, op_standardize(t, x, 1e-5), 1 / sqrt(tensor_cols(x)));
	case NORMALIZE_LAYER: /* ||x - mean|| is sqrt(D) times the std of the row */
		return op_l2_normalize(t, op_center_rows(t, x), norm_floor);
	case NORMALIZE_NONE:
		break;
	}
	return x;
}

/* The two sides of a comparison, normalised; the target is detached unless both_ways. */
struct sides {
	struct tensor *p, *y;
	double n;
};

static struct sides sides(struct tape *t, struct tensor *p, struct tensor *y,
			  const struct pair_opts *o)
{
	struct sides s = {.n = (double)tensor_rows(p)};

	s.p = embedding_normalize(t, p, o->normalize);
	s.y = embedding_normalize(t, o->both_ways ? y : op_detach(t, y), o->normalize);
	return s;
}

struct tensor *pair_distance(struct tape *t, struct tensor *p, struct tensor *y,
			     const struct pair_opts *o)
{
	struct sides s = sides(t, p, y, o);

	return op_scale(t, op_sum_squares(t, op_sub(t, s.p, s.y)), 1 / s.n);
}

struct tensor *pair_similarity(struct tape *t, struct tensor *p, struct tensor *y,
			       const struct pair_opts *o)
{
	struct sides s;

	if (o->normalize == NORMALIZE_NONE)
		return op_scale(t, pair_distance(t, p, y, o), -0.5);
	s = sides(t, p, y, o);
	return op_scale(t, op_sum(t, op_mul(t, s.p, s.y)), 1 / s.n);
}

double *pair_cosine(struct tape *t, const struct tensor *p, const struct tensor *y)
{
	double *cell = tape_scalar(t);

	t->k->mean_cosine(p, y, norm_floor * norm_floor, cell);
	return cell;
}
