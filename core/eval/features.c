#include "core/eval/features.h"

#include "core/augment/views.h"

static void extract_batch(const struct encoder *e, struct tape *t, const struct dataset *d,
			  enum dataset_split split, const uint32_t *index, uint32_t first, int n,
			  const struct augment *plain, real *out)
{
	const size_t size = (size_t)d->height * (size_t)d->width * (size_t)d->channels;
	const uint8_t *image[FEATURES_BATCH];
	struct tensor *y;

	tape_reset(t);
	for (int i = 0; i < n; i++)
		image[i] = d->pixels[split] + (index ? index[first + i] : first + i) * size;
	y = encoder_forward(e, t, views_make(t, &plain->fixed, NULL, image, n));
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
