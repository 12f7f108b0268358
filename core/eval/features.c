#include "core/eval/features.h"

#include "core/augment/batch.h"
#include "core/base/parallel.h"

static void extract_batch(const struct encoder *e, struct tape *t, const struct dataset *d,
			  enum dataset_split split, const uint32_t *index, uint32_t first, int n,
			  const struct augment *plain, real *out)
{
	const int shape[] = {n, plain->fixed.out_height, plain->fixed.out_width,
			     plain->fixed.channels};
	struct tensor *y;
	void *scratch;
	real *x;

	tape_reset(t);
	x = tape_alloc(t, (size_t)n * (size_t)shape[1] * (size_t)shape[2] * (size_t)shape[3] *
			      sizeof *x);
	scratch = tape_alloc(t, augment_scratch(&plain->fixed) * (size_t)parallel_threads());
	batch_plain(&plain->fixed, d, split, index ? index + first : NULL, first, n, x, scratch);
	y = encoder_forward(e, t, tensor_of_host(&t->arena, x, 4, shape));
	tensor_read(y, out + (size_t)first * (size_t)encoder_dim(e));
}

void features_extract(const struct encoder *e, struct tape *t, const struct dataset *d,
		      enum dataset_split split, const uint32_t *index, uint32_t n,
		      const struct augment *plain, real *out)
{
	int record = t->record, train = t->train;

	t->record = t->train = 0;
	for (uint32_t first = 0; first < n; first += FEATURES_BATCH) {
		uint32_t left = n - first;

		extract_batch(e, t, d, split, index, first,
			      left < FEATURES_BATCH ? (int)left : FEATURES_BATCH, plain, out);
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
