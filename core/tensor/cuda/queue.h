/*
 * A CUDA device as the functions of this folder use it: one stream, on which everything happens in
 * the order of the calls, and the memory of the device. Nothing here waits for the device except
 * cuda_download() and cuda_sync().
 *
 * The kernels of norm.h, layout.h and bias.h take plain pointers to memory of the device and cannot
 * fail: a wrong shape is a BUG(), and an error of the device is reported by the next call that
 * waits. Their results have the same bits every time on the same kind of card: no sum depends on
 * the order in which blocks run. They are CUDA C in .cu files, which nvcc compiles; tests/cuda
 * compiles them for the CPU.
 */
#ifndef SSL_TENSOR_CUDA_QUEUE_H
#define SSL_TENSOR_CUDA_QUEUE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#include "core/base/error.h"
#include "core/base/real.h"

/* The types of elements. bf16 has the exponent of f32 and 8 bits of precision. */
enum cuda_type { CUDA_F32, CUDA_F64, CUDA_BF16, CUDA_REAL = REAL_IS_DOUBLE ? CUDA_F64 : CUDA_F32 };
size_t cuda_type_bytes(enum cuda_type type);

enum { CUDA_COUNTERS = 4096 };

/* What results and their speed depend on besides the program. */
struct cuda_card {
	char name[100];
	char driver[16], runtime[16]; /* the newest CUDA that the driver knows, and ours: "13.0" */
	size_t memory;                /* bytes */
	int major, minor;             /* compute capability */
	int multiprocessors;
};

struct cuda_queue {
	void *stream;       /* cudaStream_t */
	unsigned *counters; /* CUDA_COUNTERS on the device: zero whenever no kernel runs */
	int number, multiprocessors;
	struct cuda_card card;
	const struct error *failed; /* once it has a message, no kernel is launched; NULL: all are */
};

/* *n = the number of devices of this machine. ERR_FAILED if there is no driver, or it is too old. */
int cuda_queue_count(int *n, struct error *err);

/* What device number `device` is; opens nothing. */
int cuda_card_read(int device, struct cuda_card *card, struct error *err);

/* Makes the device of q the one that the calling thread's next calls are for, where there are several. */
int cuda_queue_select(const struct cuda_queue *q, struct error *err);

/* Opens device number `device`. ERR_FAILED if there is none or it cannot be used. */
int cuda_queue_open(struct cuda_queue *q, int device, struct error *err);
void cuda_queue_close(struct cuda_queue *q);

/* Memory of the device, aligned to 256 bytes and not cleared. ERR_FAILED, with the bytes that were
 * needed and those that were free, if there is not enough. */
int cuda_alloc(struct cuda_queue *q, size_t bytes, void **p, struct error *err);
void cuda_free(struct cuda_queue *q, void *p);
/* *bytes = the free memory of the device, which other processes may use too. */
int cuda_free_bytes(struct cuda_queue *q, size_t *bytes, struct error *err);

/* Copies between the host and the device, and on the device. cuda_upload() has read `host` when it
 * returns, since pageable memory is staged; cuda_download() waits for all earlier work. */
int cuda_upload(struct cuda_queue *q, void *device, const void *host, size_t bytes, struct error *err);
int cuda_download(struct cuda_queue *q, void *host, const void *device, size_t bytes,
                  struct error *err);
int cuda_copy(struct cuda_queue *q, void *to, const void *from, size_t bytes, struct error *err);
int cuda_zero(struct cuda_queue *q, void *p, size_t bytes, struct error *err);

/* Waits until all work is done, and reports the errors of kernels. */
int cuda_sync(struct cuda_queue *q, struct error *err);

#ifdef __cplusplus
}
#endif

#endif
