#include "core/tensor/cuda/marks.h"

#include <stdlib.h>
#include <time.h>

#include "core/tensor/cuda/kernel.cuh"

/* The device is held for HOLD milliseconds, in which the host asks for some thousand kernels. */
enum { HOLD = 60, FIRST_ROOM = 256 };

struct mark {
	cudaEvent_t event;
	int what;
};

struct cuda_marks {
	const struct cuda_queue *q;
	struct mark *mark; /* the first is the beginning */
	int n, made, room;
};

static int check(cudaError_t e, const char *what, struct error *err)
{
	if (e == cudaSuccess)
		return 0;
	return error_set(err, ERR_FAILED, "cuda: %s: %s", what, cudaGetErrorString(e));
}

struct cuda_marks *cuda_marks_new(const struct cuda_queue *q)
{
	struct cuda_marks *t = (struct cuda_marks *)xcalloc(1, sizeof *t);

	t->q = q;
	return t;
}

void cuda_marks_free(struct cuda_marks *t)
{
	if (!t)
		return;
	for (int i = 0; i < t->made; i++)
		cudaEventDestroy(t->mark[i].event);
	free(t->mark);
	free(t);
}

static void CUDART_CB hold(void *unused)
{
	struct timespec time = {0, HOLD * 1000000L};

	(void)unused;
	nanosleep(&time, NULL);
}

int cuda_marks_mark(struct cuda_marks *t, int what, struct error *err)
{
	if (t->n == t->room) {
		t->room = t->room ? 2 * t->room : FIRST_ROOM;
		t->mark = (struct mark *)xrealloc(t->mark, (size_t)t->room * sizeof *t->mark);
	}
	if (t->n == t->made) {
		if (check(cudaEventCreateWithFlags(&t->mark[t->n].event, 0), "an event", err))
			return -1;
		t->made++;
	}
	t->mark[t->n].what = what;
	return check(cudaEventRecord(t->mark[t->n++].event, stream_of(t->q)), "an event", err);
}

int cuda_marks_begin(struct cuda_marks *t, struct error *err)
{
	t->n = 0;
	if (check(cudaLaunchHostFunc(stream_of(t->q), hold, NULL), "a function of the host", err))
		return -1;
	return cuda_marks_mark(t, -1, err);
}

int cuda_marks_end(struct cuda_marks *t, double *seconds, int n, struct error *err)
{
	if (!t->n ||
	    check(cudaEventSynchronize(t->mark[t->n - 1].event), "the device's work failed", err))
		return t->n ? -1 : 0;
	for (int i = 1; i < t->n; i++) {
		float ms = 0;

		if (check(cudaEventElapsedTime(&ms, t->mark[i - 1].event, t->mark[i].event),
			  "the time between events", err))
			return -1;
		if (t->mark[i].what >= 0 && t->mark[i].what < n)
			seconds[t->mark[i].what] += (double)ms * 1e-3;
	}
	t->n = 0;
	return 0;
}
