#include "core/eval/images.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "core/base/rng.h"
#include "core/eval/draws.h"
#include "core/eval/features.h"

static void images_room(struct eval_images *m, enum dataset_split split, size_t n)
{
	*m = (struct eval_images){.split = split};
	m->index = xmalloc((n + 1) * sizeof *m->index);
	m->label = xmalloc((n + 1) * sizeof *m->label);
}

void images_init(struct eval_images *m, const struct dataset *d, enum dataset_split split,
		 const uint32_t *index, uint32_t n)
{
	images_room(m, split, n);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t j = index ? index[i] : i;
		int label = d->labels[split] ? d->labels[split][j] : -1;

		if (label < 0)
			continue;
		m->index[m->n] = j;
		m->label[m->n++] = label;
	}
}

void images_release(struct eval_images *m)
{
	free(m->index);
	free(m->label);
	free(m->features);
	*m = (struct eval_images){0};
}

void images_features(struct eval_images *m, const struct eval_source *s)
{
	if (m->features)
		return;
	m->features =
	    xmalloc(((size_t)m->n * (size_t)encoder_dim(s->encoder) + 1) * sizeof *m->features);
	features_extract(s->encoder, s->tape, s->data, m->split, m->index, (uint32_t)m->n, s->plain,
			 m->features);
}

int images_not_finite(const struct eval_images *m, const struct eval_source *s, int *zero)
{
	size_t d = (size_t)encoder_dim(s->encoder);
	int bad = 0;

	*zero = 0;
	for (int i = 0; i < m->n; i++) {
		const real *x = m->features + (size_t)i * d;
		int finite = 1, some = 0;

		for (size_t j = 0; j < d; j++) {
			finite &= isfinite(x[j]) != 0;
			some |= x[j] != 0;
		}
		bad += !finite;
		*zero += !some;
	}
	return bad;
}

real *images_copy_features(const struct eval_images *m, const struct eval_source *s)
{
	size_t bytes = (size_t)m->n * (size_t)encoder_dim(s->encoder) * sizeof *m->features;
	real *copy = xmalloc(bytes + 1);

	memcpy(copy, m->features, bytes);
	return copy;
}

/* Sets keep[i] for a share of the images of class c, whose positions are at[0 .. n-1]. */
static void keep_share(uint32_t *at, uint32_t n, double share, uint64_t seed, int c, char *keep)
{
	uint32_t kept = (uint32_t)lround(share * n);
	struct rng r;

	rng_init(&r, seed, RNG_EVAL, 0, DRAW_LABELS + (uint64_t)c);
	rng_shuffle(&r, at, n);
	for (uint32_t i = 0; i < n && i < (kept ? kept : 1); i++)
		keep[at[i]] = 1;
}

void images_share(const struct eval_images *from, double share, uint64_t seed, int classes, int dim,
		  struct eval_images *out)
{
	char *keep = xcalloc((size_t)from->n + 1, 1);
	uint32_t *at = xmalloc(((size_t)from->n + 1) * sizeof *at);
	size_t row = (size_t)dim;

	for (int c = 0; c < classes; c++) {
		uint32_t n = 0;

		for (int i = 0; i < from->n; i++)
			if (from->label[i] == c)
				at[n++] = (uint32_t)i;
		keep_share(at, n, share, seed, c, keep);
	}
	images_room(out, from->split, (size_t)from->n);
	if (from->features)
		out->features = xmalloc(((size_t)from->n * row + 1) * sizeof *out->features);
	for (int i = 0; i < from->n; i++) {
		if (!keep[i])
			continue;
		if (from->features)
			memcpy(out->features + (size_t)out->n * row,
			       from->features + (size_t)i * row, row * sizeof *out->features);
		out->index[out->n] = from->index[i];
		out->label[out->n++] = from->label[i];
	}
	free(at);
	free(keep);
}
