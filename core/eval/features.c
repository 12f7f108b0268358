#include "core/eval/features.h"

#include <string.h>

#include "core/augment/batch.h"
#include "core/base/parallel.h"

enum { BATCH = 250 }; /* fixed, so that features do not depend on the run's batch size */

static void extract_batch(const struct encoder *e, struct tape *t, const struct dataset *d,
			  enum dataset_split split, const uint32_t *index, uint32_t first, int n,
			  const struct augment *plain, real *out)
{
	struct tensor *x, *y;
	void *scratch;

	tape_reset(t);
	x = tensor_new4(&t->arena, n, plain->out_height, plain->out_width, plain->channels);
	scratch = tape_alloc(t, augment_scratch(plain) * (size_t)parallel_threads());
	batch_plain(plain, d, split, index ? index + first : NULL, first, n, x->data, scratch);
	y = encoder_forward(e, t, x);
	memcpy(out + (size_t)first * (size_t)encoder_dim(e), y->data, y->n * sizeof *out);
}

void features_extract(const struct encoder *e, struct tape *t, const struct dataset *d,
		      enum dataset_split split, const uint32_t *index, uint32_t n,
		      const struct augment *plain, real *out)
{
	int record = t->record, train = t->train;

	t->record = t->train = 0;
	for (uint32_t first = 0; first < n; first += BATCH) {
		uint32_t left = n - first;

		extract_batch(e, t, d, split, index, first, left < BATCH ? (int)left : BATCH, plain,
			      out);
	}
	tape_reset(t);
	t->record = record;
	t->train = train;
}

void features_labels(const struct dataset *d, enum dataset_split split, const uint32_t *index,
		     uint32_t n, int *labels)
{
	for (uint32_t i = 0; i < n; i++)
		labels[i] = d->labels[split] ? d->labels[split][index ? index[i] : i] : -1;
}
