/*
 * Convolution on a CUDA device, by cuDNN: the three passes of core/tensor/kernels/conv.h. x {N,H,W,
 * Cin} and y {N,OH,OW,Cout} have the layout of the host; the weights are {Cout,KH,KW,Cin}, which the
 * device prefers.
 *
 * cuDNN has many engines for a pass, which differ in their results. Which one is used must not
 * depend on clocks, so that a run can be repeated. An engine may be used if it is deterministic, keeps
 * the precision of f32 and f64 (unless the shape says tf32), and needs no more scratch than there is.
 * The rule takes the first of these in the order in which cuDNN's heuristics name them: the one at
 * place 0.
 */
#ifndef SSL_TENSOR_CUDA_CONV_H
#define SSL_TENSOR_CUDA_CONV_H

#include "core/tensor/cuda/api.h"
#include "core/tensor/cuda/queue.h"
#include "core/tensor/kernels/conv.h"

/* cuDNN on one queue. */
struct cuda_dnn {
	const struct cudnn *api;
	void *handle;
};
int cuda_dnn_open(struct cuda_dnn *d, const struct cudnn *api, const struct cuda_queue *q,
                  struct error *err);
void cuda_dnn_close(struct cuda_dnn *d);

/* FORWARD computes y from x and w; DATA x from w and y; WEIGHTS w from x and y. */
enum cuda_conv_pass { CUDA_CONV_FORWARD, CUDA_CONV_DATA, CUDA_CONV_WEIGHTS };

/* A pass for one shape. */
struct cuda_conv {
	const struct cuda_dnn *dnn;
	void *plan, *config; /* cuDNN's descriptors */
	int64_t engine;      /* its number */
	size_t scratch;      /* bytes that it needs */
};

/* What is to be computed. With `accumulate` the result is added to what is there. */
struct cuda_conv_job {
	struct conv_shape s;
	enum cuda_conv_pass pass;
	enum cuda_type type;
	int accumulate;
};

/* Makes the plan of the engine at a place. ERR_FAILED if there is none, or if cuDNN has no engine that
 * may be used with at most `most_scratch` bytes. */
int cuda_conv_init(struct cuda_conv *c, const struct cuda_dnn *dnn, const struct cuda_conv_job *j,
                   size_t most_scratch, int place, struct error *err);
void cuda_conv_release(struct cuda_conv *c);

/* Calls fn with a plan of every engine that may be used, in the order of places, until fn does not
 * return 0, which is returned then; each plan is released after its call. */
int cuda_conv_each(const struct cuda_dnn *dnn, const struct cuda_conv_job *j, size_t most_scratch,
                   int (*fn)(void *ctx, const struct cuda_conv *c, struct error *err), void *ctx,
                   struct error *err);

/* Runs it; all memory is aligned to 16 bytes. */
int cuda_conv_run(const struct cuda_conv *c, void *x, void *w, void *y, void *scratch,
                  struct error *err);

#endif
