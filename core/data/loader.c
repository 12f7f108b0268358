#include "core/data/loader.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/rng.h"

/* Bytes of a dataset. A smaller one is soon in memory as a whole, and there each image would cost
 * two microseconds of each step for nothing. */
enum { LARGE = 256 << 20 };

void loader_init(struct loader *l, struct arena *a, const struct dataset *d, const uint32_t *index,
		 uint32_t n, int batch, uint64_t seed)
{
	if (batch < 1)
		BUG("a batch of %d", batch);
	*l = (struct loader){.data = d, .n = n, .batch = batch, .seed = seed};
	l->index = arena_alloc(a, n * sizeof *l->index);
	l->order = arena_alloc(a, n * sizeof *l->order);
	if (n)
		memcpy(l->index, index, n * sizeof *l->index);
	loader_epoch(l, 0);
}

int loader_steps(const struct loader *l)
{
	return (int)(l->n / (uint32_t)l->batch);
}

void loader_epoch(struct loader *l, uint32_t e)
{
	struct rng rng;

	for (uint32_t i = 0; i < l->n; i++)
		l->order[i] = i;
	rng_init(&rng, l->seed, RNG_ORDER, e, 0);
	rng_shuffle(&rng, l->order, l->n);
	l->epoch = e;
}

const uint8_t *loader_image(const struct loader *l, int k, int i, int *label, uint32_t *number)
{
	const struct dataset *d = l->data;
	size_t size = (size_t)d->height * (size_t)d->width * (size_t)d->channels;
	uint32_t n_train = d->n[SPLIT_TRAIN], at;

	if (k < 0 || k >= loader_steps(l) || i < 0 || i >= l->batch)
		BUG("image %d of batch %d: there are %d batches of %d", i, k, loader_steps(l),
		    l->batch);
	at = l->index[l->order[(uint32_t)k * (uint32_t)l->batch + (uint32_t)i]];
	*number = at;
	if (at < n_train) {
		*label = d->labels[SPLIT_TRAIN][at];
		return d->pixels[SPLIT_TRAIN] + at * size;
	}
	at -= n_train;
	if (at >= d->n[SPLIT_UNLABELED])
		BUG("the pool names image %u of %u", at + n_train, n_train + d->n[SPLIT_UNLABELED]);
	*label = -1;
	return d->pixels[SPLIT_UNLABELED] + at * size;
}

void loader_will_need(const struct loader *l, int k)
{
	const struct dataset *d = l->data;
	size_t size = (size_t)d->height * (size_t)d->width * (size_t)d->channels;
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	if (d->map.size < LARGE || k >= loader_steps(l))
		return;
	for (int i = 0; i < l->batch; i++) {
		uint32_t number;
		int label;
		uintptr_t at = (uintptr_t)loader_image(l, k, i, &label, &number),
			  from = at - at % page;

		madvise((void *)from, at + size - from, MADV_WILLNEED);
	}
}

/* A class of the training images, and how many of them are held out. */
struct share {
	uint32_t n, held;
	double rest; /* of n * val / total after rounding down */
	int class;
};

/* Largest remainder first, then the smaller class. */
static int by_rest(const void *a, const void *b)
{
	const struct share *x = a, *y = b;

	if (x->rest != y->rest)
		return x->rest < y->rest ? 1 : -1;
	return x->class - y->class;
}

static int by_class(const void *a, const void *b)
{
	return ((const struct share *)a)->class - ((const struct share *)b)->class;
}

/* Divides `val` among the classes in proportion to their sizes; the largest remainders are rounded
 * up. Class -1 is s[0]. */
static void share_out(struct share *s, int classes, uint32_t total, uint32_t val)
{
	uint32_t left = val;

	for (int c = 0; c < classes; c++) {
		double exact = total ? (double)s[c].n * val / total : 0;

		s[c].held = (uint32_t)exact;
		s[c].rest = exact - s[c].held;
		left -= s[c].held;
	}
	qsort(s, (size_t)classes, sizeof *s, by_rest);
	while (left)
		for (int c = 0; c < classes && left; c++)
			if (s[c].held < s[c].n) {
				s[c].held++;
				left--;
			}
	qsort(s, (size_t)classes, sizeof *s, by_class);
}

void loader_split(const struct dataset *d, uint32_t val, uint64_t seed, uint32_t *train,
		  uint32_t *n_train, uint32_t *held, uint32_t *n_held)
{
	const int16_t *label = d->labels[SPLIT_TRAIN];
	uint32_t n = d->n[SPLIT_TRAIN], kept = 0, out = 0;
	int classes = d->classes + 1;
	struct share *s = xcalloc((unsigned long)classes, sizeof *s);
	uint32_t *members = xmalloc(n * sizeof *members + 1);
	uint8_t *is_held = xcalloc(n + 1UL, 1);

	if (val > n)
		BUG("%u images to hold out of %u", val, n);
	for (int c = 0; c < classes; c++)
		s[c].class = c - 1;
	for (uint32_t i = 0; i < n; i++)
		s[label[i] + 1].n++;
	share_out(s, classes, n, val);
	for (int c = 0; c < classes; c++) {
		struct rng rng;
		uint32_t m = 0;

		for (uint32_t i = 0; i < n; i++)
			if (label[i] == s[c].class)
				members[m++] = i;
		rng_init(&rng, seed, RNG_SPLIT, 0, (uint64_t)c);
		rng_shuffle(&rng, members, m);
		for (uint32_t i = 0; i < s[c].held; i++)
			is_held[members[i]] = 1;
	}
	for (uint32_t i = 0; i < n; i++) {
		if (is_held[i])
			held[out++] = i;
		else
			train[kept++] = i;
	}
	*n_train = kept;
	*n_held = out;
	free(s);
	free(members);
	free(is_held);
}
