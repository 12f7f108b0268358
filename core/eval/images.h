/* Labelled images of a split, and the features that protocols share: computed once, when first
 * asked for. */
#ifndef SSL_EVAL_IMAGES_H
#define SSL_EVAL_IMAGES_H

#include "core/augment/augment.h"
#include "core/data/dataset.h"
#include "core/nn/encoder.h"
#include "core/tensor/params.h"
#include "core/tensor/tape.h"

/* The encoder that is judged, and what it sees. Only the tape is written to (and left empty). */
struct eval_source {
	const struct dataset *data;
	const struct augment *plain;
	const struct encoder *encoder;
	const struct encoder_spec *spec;
	const struct params *params; /* the encoder's values, under "encoder." */
	struct tape *tape;
};

struct eval_images {
	enum dataset_split split;
	uint32_t *index; /* in the split */
	int *label;      /* 0 .. classes-1 */
	int n;
	real *features; /* {n, D}; NULL until images_features() */
};

/* The images of `split` at index[0 .. n-1] (NULL: the first n) that have a label. */
void images_init(struct eval_images *m, const struct dataset *d, enum dataset_split split,
		 const uint32_t *index, uint32_t n);
void images_release(struct eval_images *m);

/* Fills m->features, unless they are there. */
void images_features(struct eval_images *m, const struct eval_source *s);

/* How many of the images have features that are not finite; *zero: how many have none but zeros. */
int images_not_finite(const struct eval_images *m, const struct eval_source *s, int *zero);

/* A copy of the features, for a protocol that works in place; the caller frees it. */
real *images_copy_features(const struct eval_images *m, const struct eval_source *s);

/* The same share of every class, rounded to the nearest, at least one image of each that there is;
 * chosen by seed and ascending. A smaller share is part of a larger one of the same seed. Features
 * come along if they are there. */
void images_share(const struct eval_images *from, double share, uint64_t seed, int classes, int dim,
		  struct eval_images *out);

#endif
