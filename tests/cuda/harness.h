/*
 * What the tests of CUDA C share: memory of the device with numbers in it, golden vectors, and the
 * orders of threads and blocks in which every test runs. The program is built three times: with real
 * as float (and elements in bf16), with real as double, and as float under the watcher of every
 * access, where shapes are small and one order is enough.
 */
#ifndef SSL_TESTS_CUDA_HARNESS_H
#define SSL_TESTS_CUDA_HARNESS_H

#include "core/tensor/cuda/libraries.h"
#include "core/tensor/cuda/queue.h"
#include "core/tensor/safetensors.h"
#include "tests/check.h"
#include "tests/cuda/shim/engine.h"
#include "tests/cuda/shim/runtime.h"

struct harness {
	struct cuda_queue q;
	enum cuda_type type; /* of elements */
	uint64_t digest;     /* of all that was read */
	uint64_t random;
	void **memory, **host; /* released at the end of the case; memory: of the device */
	int n, n_host;
};

/* Runs fn in every order, on a device of one multiprocessor and on one of 12, with elements in real
 * and, if `bf16`, in bf16. The bits that it reads must be the same in every order; nothing may be
 * left allocated. SHIM_ORDER=0, 1 or 2 in the environment: only that order. */
void harness_run(void (*fn)(struct harness *h), int bf16);

/* A harness without orders: a queue and no memory. */
void harness_open(struct harness *h, enum cuda_type type);
void harness_close(struct harness *h);

/* Numbers in [-scale, scale] + shift, the same ones in each order; released at the end. */
double *harness_random(struct harness *h, size_t n, double scale, double shift);
double *harness_host(struct harness *h, size_t n);

/* Memory of the device: with these numbers, rounded to the type, which is what `v` then holds too;
 * or of this many bytes, filled with NaN. */
void *harness_put(struct harness *h, enum cuda_type type, double *v, size_t n);
void *harness_new(struct harness *h, size_t bytes);
/* The n numbers at p. */
double *harness_get(struct harness *h, enum cuda_type type, const void *p, size_t n);

/* The stand-ins for cuBLAS and cuDNN, loaded from SSL_CUDA_LIBS: one pair for the program. Their
 * live objects: handles and descriptors. */
struct cuda_libraries *harness_libraries(void);
long harness_live(const struct cuda_libraries *l);

/* Runs fn in a process of its own, which must end in a BUG() whose message holds these words. */
void harness_must_abort(const char *words, void (*fn)(struct harness *h));

/* ||got - ref|| / ||ref|| (or ||got|| if ref is 0) must be at most the tolerance. */
void harness_compare(const char *what, const double *got, const double *ref, size_t n,
                     double tolerance);
double harness_error(const double *got, const double *ref, size_t n);

/* The tolerance for results in real, and for elements of this type whose inputs were exact. */
double harness_tolerance(enum cuda_type type);

/* Opens tests/golden/NAME.safetensors; its numbers, and one of its metadata. Images in NCHW become
 * NHWC, and filters in OIHW {Cout, KH, KW, Cin}. NULL if there is no such entry. */
void harness_golden(struct safetensors *st, const char *name);
double *harness_entry(struct harness *h, const struct safetensors *st, const char *name, size_t *n);
double harness_number(const struct safetensors *st, const char *key);
/* The size of dimension i of an entry. */
int harness_size(const struct safetensors *st, const char *name, int i);

#endif
