#include "core/tensor/cuda/step.h"

#include <stdlib.h>
#include <string.h>

#include "core/tensor/cuda/kernel.cuh"

enum {
	SLOTS = 2,
	PARTS = 8,
	ALIGN = 256,
	CALM = 2 /* steps without allocation before a capture */
};

/* Pinned memory of the host for the uploads of a step, in blocks that are never moved. */
struct block {
	struct block *next;
	char *p;
	size_t size;
};

struct slot {
	struct block *head, *at;
	size_t used; /* of block `at` */
	cudaEvent_t done;
	int waiting; /* the event was recorded */
};

struct cuda_step {
	const struct cuda_queue *q;
	struct slot slot[SLOTS];
	int current, open, captures, paused;
	int graphs, calm;            /* graphs: 0: never capture */
	cudaGraphExec_t exec[PARTS]; /* of the parts of a step */
	int part;
	void **freed; /* in this step; freed after it */
	int n_freed, room_freed;
};

static int check(cudaError_t e, const char *what, struct error *err)
{
	if (e == cudaSuccess)
		return 0;
	return error_set(err, ERR_FAILED, "cuda: %s: %s", what, cudaGetErrorString(e));
}

int cuda_step_open(struct cuda_step **out, const struct cuda_queue *q, struct error *err)
{
	struct cuda_step *s = (struct cuda_step *)xcalloc(1, sizeof *s);
	const char *graphs = getenv("SSL_CUDA_GRAPHS");

	s->q = q;
	s->graphs = !graphs || strcmp(graphs, "0") != 0;
	for (int i = 0; i < SLOTS; i++)
		if (check(cudaEventCreateWithFlags(&s->slot[i].done, cudaEventDisableTiming),
			  "an event", err)) {
			cuda_step_close(s);
			return -1;
		}
	*out = s;
	return 0;
}

static void free_slot(struct slot *t)
{
	struct block *next;

	if (t->done)
		cudaEventDestroy(t->done);
	for (struct block *b = t->head; b; b = next) {
		next = b->next;
		cudaFreeHost(b->p);
		free(b);
	}
}

static void free_all(struct cuda_step *s)
{
	for (int i = 0; i < s->n_freed; i++)
		cudaFree(s->freed[i]);
	s->n_freed = 0;
}

void cuda_step_close(struct cuda_step *s)
{
	if (!s)
		return;
	free_all(s);
	free(s->freed);
	for (int i = 0; i < SLOTS; i++)
		free_slot(&s->slot[i]);
	for (int i = 0; i < PARTS; i++)
		if (s->exec[i])
			cudaGraphExecDestroy(s->exec[i]);
	free(s);
}

int cuda_step_is_open(const struct cuda_step *s)
{
	return s->open;
}

int cuda_step_captures(const struct cuda_step *s)
{
	return s->captures;
}

void cuda_step_changed(struct cuda_step *s)
{
	s->calm = 0;
}

/* --- uploads ------------------------------------------------------------------------------- */

/* The first block from `at` on that has room, made if there is none. */
static struct block *block_for(struct slot *t, size_t bytes, struct error *err)
{
	struct block **link = t->at ? &t->at : &t->head, *b;
	const size_t least = (size_t)1 << 20;

	while (*link && (*link)->size - (*link == t->at ? t->used : 0) < bytes)
		link = &(*link)->next;
	if (*link)
		return *link;
	b = (struct block *)xcalloc(1, sizeof *b);
	b->size = bytes > least ? bytes : least;
	if (check(cudaMallocHost((void **)&b->p, b->size), "pinned memory of the host", err)) {
		free(b);
		return NULL;
	}
	*link = b;
	return b;
}

int cuda_step_upload(struct cuda_step *s, void *device, const void *host, size_t bytes,
		     struct error *err)
{
	struct slot *t = &s->slot[s->current];
	struct block *b = block_for(t, bytes, err);
	char *p;

	if (!b)
		return -1;
	if (b != t->at) {
		t->at = b;
		t->used = 0;
	}
	p = b->p + t->used;
	memcpy(p, host, bytes);
	t->used += (bytes + ALIGN - 1) / ALIGN * ALIGN;
	t->used = t->used < b->size ? t->used : b->size;
	return check(cudaMemcpyAsync(device, p, bytes, cudaMemcpyHostToDevice, stream_of(s->q)),
		     "a copy", err);
}

/* --- capture ------------------------------------------------------------------------------- */

static int begin_capture(struct cuda_step *s, struct error *err)
{
	if (check(cudaStreamBeginCapture(stream_of(s->q), cudaStreamCaptureModeRelaxed),
		  "a graph cannot be captured", err))
		return -1;
	s->captures = 1;
	return 0;
}

/* The executable graph of this part, which does what `graph` does: that of the step before, updated
 * if that is possible. */
static int make_executable(struct cuda_step *s, cudaGraph_t graph, struct error *err)
{
	cudaGraphExec_t *exec = &s->exec[s->part];
	cudaGraphExecUpdateResultInfo info;

	if (*exec && cudaGraphExecUpdate(*exec, graph, &info) == cudaSuccess)
		return 0;
	(void)cudaGetLastError();
	if (*exec)
		cudaGraphExecDestroy(*exec);
	*exec = NULL;
	return check(cudaGraphInstantiate(exec, graph, 0), "a graph cannot be made", err);
}

static int launch(struct cuda_step *s, struct error *err)
{
	cudaGraph_t graph = NULL;
	int failed;

	const cudaError_t started = cudaGetLastError(); /* of the kernels of this part */

	s->captures = 0;
	if (check(cudaStreamEndCapture(stream_of(s->q), &graph),
		  "a step cannot be captured as a graph (SSL_CUDA_GRAPHS=0 computes without)", err))
		return -1;
	failed = check(started, "a kernel could not be started", err) ||
		 make_executable(s, graph, err) ||
		 check(cudaGraphLaunch(s->exec[s->part], stream_of(s->q)),
		       "a graph cannot be launched", err);
	cudaGraphDestroy(graph);
	s->part++;
	return failed ? -1 : 0;
}

int cuda_step_begin(struct cuda_step *s, int capture, struct error *err)
{
	struct slot *t;

	s->current = (s->current + 1) % SLOTS;
	t = &s->slot[s->current];
	if (t->waiting && check(cudaEventSynchronize(t->done), "the device's work failed", err))
		return -1;
	t->waiting = 0;
	t->at = NULL;
	t->used = 0;
	s->open = 1;
	s->part = 0;
	return s->graphs && s->calm++ >= CALM && capture ? begin_capture(s, err) : 0;
}

int cuda_step_pause(struct cuda_step *s, struct error *err)
{
	if (!s->captures)
		return 0;
	s->paused = 1;
	return launch(s, err);
}

int cuda_step_resume(struct cuda_step *s, struct error *err)
{
	const int paused = s->paused;

	s->paused = 0;
	return paused && s->part < PARTS ? begin_capture(s, err) : 0;
}

int cuda_step_end(struct cuda_step *s, struct error *err)
{
	struct slot *t = &s->slot[s->current];

	s->open = s->paused = 0;
	if (s->captures ? launch(s, err)
			: check(cudaGetLastError(), "a kernel could not be started", err))
		return -1;
	free_all(s); /* which waits for the device */
	if (check(cudaEventRecord(t->done, stream_of(s->q)), "an event", err))
		return -1;
	t->waiting = 1;
	return 0;
}

void cuda_step_free(struct cuda_step *s, void *p)
{
	cuda_step_changed(s);
	if (!s->captures) {
		cudaFree(p);
		return;
	}
	if (s->n_freed == s->room_freed) {
		s->room_freed = s->room_freed ? 2 * s->room_freed : 16;
		s->freed = (void **)xrealloc(s->freed, (size_t)s->room_freed * sizeof *s->freed);
	}
	s->freed[s->n_freed++] = p;
}
