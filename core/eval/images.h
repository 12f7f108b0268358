/* The labelled images of a split and their features, which protocols share: they are computed once,
 * when a protocol first needs them. */
#ifndef SSL_EVAL_IMAGES_H
#define SSL_EVAL_IMAGES_H

#include "core/augment/augment.h"
#include "core/data/dataset.h"
#include "core/nn/encoder.h"
#include "core/tensor/params.h"
#include "core/tensor/tape.h"

/* The encoder to evaluate and its inputs. Only the tape is written to; it is left empty. */
struct eval_source {
	const struct dataset *data;
	const struct augment *plain;
	const struct encoder *encoder;
	const struct encoder_spec *spec;
	const struct params *params; /* the encoder's parameters, under "encoder." */
	struct tape *tape;
};

struct eval_images {
	enum dataset_split split;
	uint32_t *index; /* positions in the split */
	int *label;      /* 0 .. classes-1 */
	int n;
	real *features; /* {n, D}; NULL until images_features() */
};

/* Selects the images of `split` at index[0 .. n-1] (NULL: the first n) that have a label. */
void images_init(struct eval_images *m, const struct dataset *d, enum dataset_split split,
		 const uint32_t *index, uint32_t n);
void images_release(struct eval_images *m);

/* Computes m->features unless they are already there. */
void images_features(struct eval_images *m, const struct eval_source *s);

/* The number of images with a feature that is not finite; *zero: the number whose features are all
 * 0. */
int images_not_finite(const struct eval_images *m, const struct eval_source *s, int *zero);

/* A copy of the features {n, D}, for a protocol that changes them in place; the caller frees it. */
real *images_copy_features(const struct eval_images *m, const struct eval_source *s);

/* Selects the same share of every class: rounded to the nearest, but at least one image of each
 * class that occurs; chosen by `seed`, in ascending order. With one seed, a smaller share is a
 * subset of a larger one. Features are copied if they have been computed; dim: their dimension. */
void images_share(const struct eval_images *from, double share, uint64_t seed, int classes, int dim,
		  struct eval_images *out);

#endif
