#include "core/tensor/kernels/partial.h"

#include <string.h>

#include "core/base/parallel.h"

enum { CHUNK = 4096 }; /* elements summed by one item */

struct job {
	const real *partial;
	int groups, accumulate;
	size_t n;
	real *out;
};

static void sum_chunk(void *ctx, int item)
{
	const struct job *j = ctx;
	size_t from = (size_t)item * CHUNK, to = from + CHUNK < j->n ? from + CHUNK : j->n;

	for (int g = 0; g < j->groups; g++) {
		const real *p = j->partial + (size_t)g * j->n;

		if (g == 0 && !j->accumulate)
			memcpy(j->out + from, p + from, (to - from) * sizeof(real));
		else
			for (size_t i = from; i < to; i++)
				j->out[i] += p[i];
	}
}

void partial_sum(const real *partial, int groups, size_t n, real *out, int accumulate)
{
	struct job j = {partial, groups, accumulate, n, out};

	parallel_for((int)((n + CHUNK - 1) / CHUNK), sum_chunk, &j);
}
