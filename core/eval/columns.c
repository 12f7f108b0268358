#include "core/eval/columns.h"

#include "core/base/parallel.h"

enum { COLUMNS = 32 };

struct job {
	const real *z;
	int n, d;
	struct columns *c;
};

static void chunk_of(void *ctx, int chunk)
{
	const struct job *job = ctx;
	const struct columns *c = job->c;
	const int from = chunk * COLUMNS, to = from + COLUMNS < job->d ? from + COLUMNS : job->d;

	for (int j = from; j < to; j++)
		c->mean[j] = c->variance[j] = 0;
	for (int i = 0; i < job->n; i++)
		for (int j = from; j < to; j++) {
			size_t at = (size_t)i * (size_t)job->d + (size_t)j;

			c->raw[at] = job->z[at];
			c->mean[j] += c->raw[at];
		}
	for (int j = from; j < to; j++)
		c->mean[j] /= job->n; /* exact for a constant column, whose variance is then 0 */
	for (int i = 0; i < job->n; i++)
		for (int j = from; j < to; j++) {
			size_t at = (size_t)i * (size_t)job->d + (size_t)j;

			c->centred[at] = c->raw[at] - c->mean[j];
			c->variance[j] += c->centred[at] * c->centred[at] / job->n;
		}
}

void columns_of(const real *z, int n, int d, struct arena *scratch, struct columns *out)
{
	const size_t size = (size_t)n * (size_t)d * sizeof(double);
	struct job job = {z, n, d, out};

	out->raw = arena_alloc(scratch, size);
	out->centred = arena_alloc(scratch, size);
	out->mean = arena_alloc(scratch, (size_t)d * sizeof(double));
	out->variance = arena_alloc(scratch, (size_t)d * sizeof(double));
	parallel_for((d + COLUMNS - 1) / COLUMNS, chunk_of, &job);
}
