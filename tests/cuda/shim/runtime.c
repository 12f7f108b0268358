#include "tests/cuda/shim/runtime.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/cuda/shim/engine.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

/* An allocation: a zone on either side holds bytes that must not change. The address sanitizer
 * forbids every access to them instead. */
enum { ZONE = 512, ZONE_BYTE = 0xa5, POISON = 0xff, ALIGN = 256, LARGE = 1 << 20 };

struct block {
	char *base; /* ZONE bytes before the memory */
	size_t bytes;
	struct block *next;
};

/* Pinned memory of the host. */
struct pinned {
	char *p;
	size_t bytes;
	struct pinned *next;
};

struct memory {
	struct block *blocks;
	struct pinned *pinned;
	size_t used;
	long streams, events, graphs;
	int capturing;
	int calls; /* of the function that FAKE_FAIL names */
};

struct shim_event {
	struct timespec at;
};

static struct memory memory;

long shim_graphs;

struct shim_device shim_device = {.multiprocessors = 1, .memory = (size_t)1 << 32};

/* SHIM_MEMORY in the environment: bytes of memory of the device. */
static size_t memory_size(void)
{
	const char *size = getenv("SHIM_MEMORY");

	return size ? strtoul(size, NULL, 10) : shim_device.memory;
}

int shim_fails(const char *name)
{
	const char *fail = getenv("FAKE_FAIL");
	const size_t n = strlen(name);

	if (!fail || strncmp(fail, name, n) || fail[n] != ':')
		return 0;
	return ++memory.calls == strtol(fail + n + 1, NULL, 10);
}

void shim_fail_reset(void)
{
	memory.calls = 0;
}

static struct block *block_of(const void *p)
{
	for (struct block *b = memory.blocks; b; b = b->next)
		if ((const char *)p >= b->base + ZONE &&
		    (const char *)p < b->base + ZONE + b->bytes)
			return b;
	return NULL;
}

const char *shim_memory_end(const void *p)
{
	const struct block *b = block_of(p);

	return b ? b->base + ZONE + b->bytes : NULL;
}

long shim_live(void)
{
	long n = memory.streams + memory.events + memory.graphs;

	for (struct pinned *h = memory.pinned; h; h = h->next)
		n++;
	for (struct block *b = memory.blocks; b; b = b->next)
		n++;
	return n;
}

static int zone_is_whole(const char *p)
{
	for (int i = 0; i < ZONE; i++)
		if ((unsigned char)p[i] != ZONE_BYTE)
			return 0;
	return 1;
}

static void check_zones(const struct block *b)
{
#ifdef __SANITIZE_ADDRESS__
	(void)zone_is_whole;
	return;
#endif
	if (!zone_is_whole(b->base) || !zone_is_whole(b->base + ZONE + b->bytes))
		shim_fail("something wrote outside of an allocation of %zu bytes", b->bytes);
}

cudaError_t cudaGetDeviceCount(int *count)
{
	if (shim_fails("cudaGetDeviceCount"))
		return cudaErrorNoDevice;
	*count = 1;
	return cudaSuccess;
}

cudaError_t cudaSetDevice(int device)
{
	return shim_fails("cudaSetDevice") || device ? cudaErrorInvalidValue : cudaSuccess;
}

cudaError_t cudaGetDeviceProperties(struct cudaDeviceProp *p, int device)
{
	if (shim_fails("cudaGetDeviceProperties"))
		return cudaErrorUnknown;
	if (device)
		return cudaErrorInvalidValue;
	*p = (struct cudaDeviceProp){.name = "cuda-shim",
				     .totalGlobalMem = memory_size(),
				     .major = 9,
				     .multiProcessorCount = shim_device.multiprocessors};
	return cudaSuccess;
}

cudaError_t cudaDriverGetVersion(int *version)
{
	*version = 13000;
	return shim_fails("cudaDriverGetVersion") ? cudaErrorUnknown : cudaSuccess;
}

cudaError_t cudaRuntimeGetVersion(int *version)
{
	*version = 13000;
	return shim_fails("cudaRuntimeGetVersion") ? cudaErrorUnknown : cudaSuccess;
}

cudaError_t cudaMemGetInfo(size_t *free_bytes, size_t *total)
{
	if (shim_fails("cudaMemGetInfo"))
		return cudaErrorUnknown;
	*total = memory_size();
	*free_bytes = memory.used < *total ? *total - memory.used : 0;
	return cudaSuccess;
}

/* Of a large workspace only both ends are filled, for the time that it takes. */
static void poison(char *p, size_t bytes)
{
	if (bytes <= LARGE) {
		memset(p, POISON, bytes);
		return;
	}
	memset(p, POISON, LARGE / 2);
	memset(p + bytes - LARGE / 2, POISON, LARGE / 2);
}

cudaError_t cudaMalloc(void **p, size_t bytes)
{
	const size_t whole = bytes + 2 * (size_t)ZONE;
	struct block *b;

	if (shim_fails("cudaMalloc") || bytes > memory_size() - memory.used)
		return cudaErrorMemoryAllocation;
	b = calloc(1, sizeof *b);
	if (!b || posix_memalign((void **)&b->base, ALIGN, whole)) {
		free(b);
		return cudaErrorMemoryAllocation;
	}
	memset(b->base, ZONE_BYTE, ZONE);
	memset(b->base + ZONE + bytes, ZONE_BYTE, ZONE);
	poison(b->base + ZONE, bytes);
	b->bytes = bytes;
#ifdef __SANITIZE_ADDRESS__
	ASAN_POISON_MEMORY_REGION(b->base, ZONE);
	ASAN_POISON_MEMORY_REGION(b->base + ZONE + bytes, ZONE);
#endif
	b->next = memory.blocks;
	memory.blocks = b;
	memory.used += bytes;
	*p = b->base + ZONE;
	return cudaSuccess;
}

cudaError_t cudaFree(void *p)
{
	if (p && memory.capturing)
		return cudaErrorStreamCaptureUnsupported;
	for (struct block **at = &memory.blocks; p && *at; at = &(*at)->next) {
		struct block *b = *at;

		if (b->base + ZONE != p)
			continue;
		check_zones(b);
		*at = b->next;
		memory.used -= b->bytes;
#ifdef __SANITIZE_ADDRESS__
		ASAN_UNPOISON_MEMORY_REGION(b->base, b->bytes + 2 * (size_t)ZONE);
#endif
		free(b->base);
		free(b);
		return cudaSuccess;
	}
	return p ? cudaErrorInvalidValue : cudaSuccess;
}

cudaError_t cudaMallocHost(void **p, size_t bytes)
{
	struct pinned *h = calloc(1, sizeof *h);

	if (!h || shim_fails("cudaMallocHost") || !(h->p = malloc(bytes ? bytes : 1))) {
		free(h);
		return cudaErrorMemoryAllocation;
	}
	h->bytes = bytes;
	h->next = memory.pinned;
	memory.pinned = h;
	*p = h->p;
	return cudaSuccess;
}

cudaError_t cudaFreeHost(void *p)
{
	for (struct pinned **at = &memory.pinned; p && *at; at = &(*at)->next) {
		struct pinned *h = *at;

		if (h->p != p)
			continue;
		*at = h->next;
		free(h->p);
		free(h);
		return cudaSuccess;
	}
	return p ? cudaErrorInvalidValue : cudaSuccess;
}

static int is_pinned(const void *p, size_t bytes)
{
	for (const struct pinned *h = memory.pinned; h; h = h->next)
		if ((const char *)p >= h->p && (const char *)p + bytes <= h->p + h->bytes)
			return 1;
	return 0;
}

/* Is [p, p + bytes) inside of one allocation of the device? */
static int on_device(const void *p, size_t bytes)
{
	const struct block *b = block_of(p);

	if (!b)
		return 0;
	check_zones(b);
	return bytes <= (size_t)(b->base + ZONE + b->bytes - (const char *)p);
}

static int stream_is_valid(const struct shim_stream *s)
{
	return s != NULL && memory.streams > 0;
}

cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t bytes, enum cudaMemcpyKind kind,
			    cudaStream_t s)
{
	if (shim_fails("cudaMemcpyAsync"))
		return cudaErrorUnknown;
	if (!stream_is_valid(s))
		return cudaErrorInvalidResourceHandle;
	if ((kind != cudaMemcpyDeviceToHost) != on_device(to, bytes) ||
	    (kind != cudaMemcpyHostToDevice) != on_device(from, bytes))
		return cudaErrorInvalidValue;
	if (memory.capturing && kind != cudaMemcpyDeviceToDevice &&
	    !is_pinned(kind == cudaMemcpyHostToDevice ? from : to, bytes))
		return cudaErrorStreamCaptureUnsupported;
	memmove(to, from, bytes);
	return cudaSuccess;
}

cudaError_t cudaMemsetAsync(void *p, int value, size_t bytes, cudaStream_t s)
{
	if (shim_fails("cudaMemsetAsync"))
		return cudaErrorUnknown;
	if (!stream_is_valid(s))
		return cudaErrorInvalidResourceHandle;
	if (!on_device(p, bytes))
		return cudaErrorInvalidValue;
	memset(p, value, bytes);
	return cudaSuccess;
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t *s, unsigned flags)
{
	if (shim_fails("cudaStreamCreateWithFlags") || flags > cudaStreamNonBlocking)
		return cudaErrorInvalidValue;
	*s = malloc(1);
	memory.streams++;
	return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t s)
{
	if (!stream_is_valid(s))
		return cudaErrorInvalidResourceHandle;
	free(s);
	memory.streams--;
	return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t s)
{
	if (shim_fails("cudaStreamSynchronize"))
		return cudaErrorUnknown;
	if (memory.capturing)
		return cudaErrorStreamCaptureUnsupported;
	return stream_is_valid(s) ? cudaSuccess : cudaErrorInvalidResourceHandle;
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t *e, unsigned flags)
{
	if (shim_fails("cudaEventCreateWithFlags") || flags > 3)
		return cudaErrorInvalidValue;
	*e = calloc(1, sizeof **e);
	memory.events++;
	return cudaSuccess;
}

cudaError_t cudaEventDestroy(cudaEvent_t e)
{
	free(e);
	memory.events -= e != NULL;
	return cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t e, cudaStream_t s)
{
	if (shim_fails("cudaEventRecord"))
		return cudaErrorUnknown;
	if (memory.capturing)
		return cudaErrorStreamCaptureUnsupported;
	if (!e || !stream_is_valid(s))
		return cudaErrorInvalidResourceHandle;
	clock_gettime(CLOCK_MONOTONIC, &e->at);
	return cudaSuccess;
}

cudaError_t cudaEventElapsedTime(float *ms, cudaEvent_t from, cudaEvent_t to)
{
	if (shim_fails("cudaEventElapsedTime") || !from || !to)
		return cudaErrorInvalidResourceHandle;
	*ms = (float)((double)(to->at.tv_sec - from->at.tv_sec) * 1e3 +
		      (double)(to->at.tv_nsec - from->at.tv_nsec) * 1e-6);
	return cudaSuccess;
}

cudaError_t cudaLaunchHostFunc(cudaStream_t s, void (*fn)(void *), void *data)
{
	if (shim_fails("cudaLaunchHostFunc"))
		return cudaErrorUnknown;
	if (!stream_is_valid(s) || memory.capturing)
		return cudaErrorStreamCaptureUnsupported;
	fn(data);
	return cudaSuccess;
}

cudaError_t cudaEventSynchronize(cudaEvent_t e)
{
	if (shim_fails("cudaEventSynchronize"))
		return cudaErrorUnknown;
	return e ? cudaSuccess : cudaErrorInvalidResourceHandle;
}

cudaError_t cudaStreamBeginCapture(cudaStream_t s, enum cudaStreamCaptureMode mode)
{
	if (shim_fails("cudaStreamBeginCapture"))
		return cudaErrorUnknown;
	if (!stream_is_valid(s) || memory.capturing || mode != cudaStreamCaptureModeRelaxed)
		return cudaErrorIllegalState;
	memory.capturing = 1;
	return cudaSuccess;
}

cudaError_t cudaStreamEndCapture(cudaStream_t s, cudaGraph_t *graph)
{
	if (!stream_is_valid(s) || !memory.capturing)
		return cudaErrorIllegalState;
	memory.capturing = 0;
	if (shim_fails("cudaStreamEndCapture"))
		return cudaErrorUnknown;
	*graph = malloc(1);
	memory.graphs++;
	return cudaSuccess;
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t *exec, cudaGraph_t graph, unsigned long long flags)
{
	if (shim_fails("cudaGraphInstantiate") || !graph || flags)
		return cudaErrorInvalidValue;
	*exec = malloc(1);
	memory.graphs++;
	return cudaSuccess;
}

cudaError_t cudaGraphExecUpdate(cudaGraphExec_t exec, cudaGraph_t graph,
				cudaGraphExecUpdateResultInfo *info)
{
	info->result = 0;
	return exec && graph && !shim_fails("cudaGraphExecUpdate")
		   ? cudaSuccess
		   : cudaErrorGraphExecUpdateFailure;
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t s)
{
	if (shim_fails("cudaGraphLaunch") || !exec || !stream_is_valid(s) || memory.capturing)
		return cudaErrorInvalidValue;
	shim_graphs++;
	return cudaSuccess;
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph)
{
	memory.graphs -= graph != NULL;
	free(graph);
	return cudaSuccess;
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t exec)
{
	memory.graphs -= exec != NULL;
	free(exec);
	return cudaSuccess;
}

cudaError_t cudaGetLastError(void)
{
	return shim_fails("cudaGetLastError") ? cudaErrorUnknown : cudaSuccess;
}

const char *cudaGetErrorString(cudaError_t e)
{
	switch (e) {
	case cudaSuccess:
		return "no error";
	case cudaErrorInvalidValue:
		return "invalid argument";
	case cudaErrorMemoryAllocation:
		return "out of memory";
	case cudaErrorNoDevice:
		return "no CUDA-capable device is detected";
	case cudaErrorInvalidResourceHandle:
		return "invalid resource handle";
	default:
		return "unknown error";
	}
}
