#include "core/tensor/cuda/queue.h"

#include <stdio.h>

#include "core/tensor/cuda/kernel.cuh"

/* 0, or the error of a call of the CUDA runtime. */
static int check(cudaError_t e, const char *what, struct error *err)
{
	if (e == cudaSuccess)
		return 0;
	return error_set(err, ERR_FAILED, "cuda: %s: %s", what, cudaGetErrorString(e));
}

size_t cuda_type_bytes(enum cuda_type type)
{
	return type == CUDA_F64 ? 8 : type == CUDA_F32 ? 4 : 2;
}

static void version_text(int version, char *out, size_t size)
{
	snprintf(out, size, "%d.%d", version / 1000, version % 1000 / 10);
}

int cuda_card_read(int device, struct cuda_card *card, struct error *err)
{
	struct cudaDeviceProp p;
	int driver = 0, runtime = 0;

	if (check(cudaGetDeviceProperties(&p, device), "the properties of the device", err) ||
	    check(cudaDriverGetVersion(&driver), "the driver's version", err) ||
	    check(cudaRuntimeGetVersion(&runtime), "the version of CUDA", err))
		return -1;
	snprintf(card->name, sizeof card->name, "%.99s", p.name);
	version_text(driver, card->driver, sizeof card->driver);
	version_text(runtime, card->runtime, sizeof card->runtime);
	card->memory = p.totalGlobalMem;
	card->major = p.major;
	card->minor = p.minor;
	card->multiprocessors = p.multiProcessorCount;
	return 0;
}

int cuda_queue_count(int *n, struct error *err)
{
	const cudaError_t e = cudaGetDeviceCount(n);

	if (e == cudaErrorInsufficientDriver)
		return error_set(err, ERR_FAILED,
				 "cuda: no driver of NVIDIA, or one that is older "
				 "than CUDA 13: nvidia-smi shows which there is");
	if (e == cudaErrorNoDevice) {
		*n = 0;
		return error_set(err, ERR_FAILED, "cuda: this machine has no CUDA device");
	}
	return check(e, "no device", err);
}

/* The kernels are compiled for compute capability 8.0 and newer. */
static int refuse_old(const struct cuda_card *card, struct error *err)
{
	if (card->major >= 8)
		return 0;
	return error_set(err, ERR_FAILED,
			 "cuda: %s has compute capability %d.%d, and at least 8.0 is needed",
			 card->name, card->major, card->minor);
}

int cuda_queue_select(const struct cuda_queue *q, struct error *err)
{
	return check(cudaSetDevice(q->number), "the device cannot be used", err);
}

static int open_stream(struct cuda_queue *q, int device, struct error *err)
{
	cudaStream_t stream;
	int n = 0;

	if (cuda_queue_count(&n, err))
		return -1;
	if (device < 0 || device >= n)
		return error_set(err, ERR_FAILED, "cuda: no device %d: there %s %d", device,
				 n == 1 ? "is" : "are", n);
	if (check(cudaSetDevice(device), "the device cannot be used", err) ||
	    cuda_card_read(device, &q->card, err) || refuse_old(&q->card, err) ||
	    check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "a stream", err))
		return -1;
	q->stream = stream;
	q->number = device;
	q->multiprocessors = q->card.multiprocessors;
	return 0;
}

int cuda_queue_open(struct cuda_queue *q, int device, struct error *err)
{
	struct cuda_queue opened = {};
	const size_t bytes = CUDA_COUNTERS * sizeof *opened.counters;
	void *counters;

	if (open_stream(&opened, device, err))
		return -1;
	if (cuda_alloc(&opened, bytes, &counters, err)) {
		cudaStreamDestroy(stream_of(&opened));
		return -1;
	}
	opened.counters = (unsigned *)counters;
	if (cuda_zero(&opened, counters, bytes, err)) {
		cuda_queue_close(&opened);
		return -1;
	}
	*q = opened;
	return 0;
}

void cuda_queue_close(struct cuda_queue *q)
{
	cudaFree(q->counters);
	cudaStreamDestroy(stream_of(q));
	*q = cuda_queue();
}

int cuda_alloc(struct cuda_queue *q, size_t bytes, void **p, struct error *err)
{
	size_t unused = 0, total = 0;
	cudaError_t e = cudaMalloc(p, bytes);

	(void)q;
	if (e == cudaErrorMemoryAllocation && cudaMemGetInfo(&unused, &total) == cudaSuccess)
		return error_set(err, ERR_FAILED,
				 "cuda: out of memory: %zu bytes are needed, and %zu of the "
				 "device's %zu are free",
				 bytes, unused, total);
	return check(e, "memory of the device", err);
}

void cuda_free(struct cuda_queue *q, void *p)
{
	(void)q;
	cudaFree(p);
}

int cuda_free_bytes(struct cuda_queue *q, size_t *bytes, struct error *err)
{
	size_t total;

	(void)q;
	return check(cudaMemGetInfo(bytes, &total), "the free memory of the device", err);
}

static int copy(struct cuda_queue *q, void *to, const void *from, size_t bytes, cudaMemcpyKind kind,
		struct error *err)
{
	return check(cudaMemcpyAsync(to, from, bytes, kind, stream_of(q)), "a copy", err);
}

int cuda_upload(struct cuda_queue *q, void *device, const void *host, size_t bytes,
		struct error *err)
{
	if (copy(q, device, host, bytes, cudaMemcpyHostToDevice, err))
		return -1;
	return cuda_sync(q, err); /* some systems read pageable memory later */
}

int cuda_download(struct cuda_queue *q, void *host, const void *device, size_t bytes,
		  struct error *err)
{
	if (copy(q, host, device, bytes, cudaMemcpyDeviceToHost, err))
		return -1;
	return cuda_sync(q, err);
}

int cuda_copy(struct cuda_queue *q, void *to, const void *from, size_t bytes, struct error *err)
{
	return copy(q, to, from, bytes, cudaMemcpyDeviceToDevice, err);
}

int cuda_zero(struct cuda_queue *q, void *p, size_t bytes, struct error *err)
{
	return check(cudaMemsetAsync(p, 0, bytes, stream_of(q)), "clearing memory", err);
}

int cuda_sync(struct cuda_queue *q, struct error *err)
{
	if (check(cudaGetLastError(), "a kernel could not be started", err))
		return -1;
	return check(cudaStreamSynchronize(stream_of(q)), "the device's work failed", err);
}
