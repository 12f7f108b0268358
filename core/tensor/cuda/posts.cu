#include "core/tensor/cuda/posts.h"

#include <stdlib.h>
#include <string.h>

#include "core/tensor/cuda/kernel.cuh"
#include "core/tensor/device.h"

struct slot {
	char *pinned; /* memory of the host that the device writes to */
	size_t room, bytes;
	void *host; /* where it goes; NULL: the slot is free */
	cudaEvent_t event;
};

struct cuda_posts {
	const struct cuda_queue *q;
	struct slot slot[DEVICE_POSTS];
	int next; /* the oldest one */
};

static int check(cudaError_t e, const char *what, struct error *err)
{
	if (e == cudaSuccess)
		return 0;
	return error_set(err, ERR_FAILED, "cuda: %s: %s", what, cudaGetErrorString(e));
}

int cuda_posts_open(struct cuda_posts **out, const struct cuda_queue *q, struct error *err)
{
	struct cuda_posts *p = (struct cuda_posts *)xcalloc(1, sizeof *p);

	p->q = q;
	for (int i = 0; i < DEVICE_POSTS; i++)
		if (check(cudaEventCreateWithFlags(&p->slot[i].event, cudaEventDisableTiming),
			  "an event", err)) {
			cuda_posts_close(p);
			return -1;
		}
	*out = p;
	return 0;
}

void cuda_posts_close(struct cuda_posts *p)
{
	if (!p)
		return;
	for (int i = 0; i < DEVICE_POSTS; i++) {
		if (p->slot[i].event)
			cudaEventDestroy(p->slot[i].event);
		if (p->slot[i].pinned)
			cudaFreeHost(p->slot[i].pinned);
	}
	free(p);
}

/* Waits for a slot and copies what it holds to its place. */
static int finish(struct slot *s, struct error *err)
{
	const int failed = check(cudaEventSynchronize(s->event), "the device's work failed", err);

	if (failed)
		memset(s->host, 0xff, s->bytes);
	else
		memcpy(s->host, s->pinned, s->bytes);
	s->host = NULL;
	return failed;
}

static int make_room(struct slot *s, size_t bytes, struct error *err)
{
	void *pinned;

	if (bytes <= s->room)
		return 0;
	if (check(cudaMallocHost(&pinned, bytes), "pinned memory of the host", err))
		return -1;
	if (s->pinned)
		cudaFreeHost(s->pinned);
	s->pinned = (char *)pinned;
	s->room = bytes;
	return 0;
}

int cuda_post(struct cuda_posts *p, void *host, const void *from, size_t bytes, struct error *err)
{
	struct slot *s = &p->slot[p->next];

	if ((s->host && finish(s, err)) || make_room(s, bytes, err) ||
	    check(cudaMemcpyAsync(s->pinned, from, bytes, cudaMemcpyDeviceToHost, stream_of(p->q)),
		  "a copy", err) ||
	    check(cudaEventRecord(s->event, stream_of(p->q)), "an event", err))
		return -1;
	s->host = host;
	s->bytes = bytes;
	p->next = (p->next + 1) % DEVICE_POSTS;
	return 0;
}

int cuda_post_wait(struct cuda_posts *p, const void *host, struct error *err)
{
	int failed = 0;

	for (int i = 0; i < DEVICE_POSTS; i++) {
		struct slot *s = &p->slot[(p->next + i) % DEVICE_POSTS];

		if (s->host && (!host || s->host == host) && finish(s, err))
			failed = -1;
	}
	return failed;
}
