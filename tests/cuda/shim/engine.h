/*
 * The engine of the test device `cuda-shim`: it runs CUDA C kernels, compiled as C++ with
 * cuda_shim.hpp, on one CPU thread. Blocks are loops; the threads of a block are fibres that switch
 * only at barriers, at warp operations and at their end. So one run shows one order of the threads,
 * and a kernel is tested in several orders, with the same bits in all of them.
 *
 * What the engine finds ends the process with one line on standard error and SHIM_EXIT: threads at
 * different barriers, or gone while others wait; warp operations whose lanes never come; waits
 * without end; launches that no device takes. Shared memory holds NaN when a block starts.
 */
#ifndef SSL_TESTS_CUDA_ENGINE_H
#define SSL_TESTS_CUDA_ENGINE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { SHIM_EXIT = 3, SHIM_RESIDENT = 8, SHIM_WARP = 32, SHIM_THREADS = 1024 };

enum shim_order { SHIM_ASCENDING, SHIM_DESCENDING, SHIM_RANDOM };

struct shim_options {
	enum shim_order threads, blocks;
	uint64_t seed;
	int resident;      /* blocks in flight; above 1 they interleave at random, even between barriers */
	long limit;        /* steps that a launch may take: runs of a thread up to its next wait, atomics */
	unsigned seconds;  /* and its time; 0: no limit */
	size_t max_shared; /* bytes of dynamic shared memory of a block */
};

/* What the next launches use. */
extern struct shim_options shim_options;
extern long shim_launches;

enum { SHIM_ORDERS = 3 };
/* Sets order i: threads and blocks ascending, descending, or random with three blocks in flight. */
void shim_set_order(int i);
const char *shim_order_name(int i);

struct shim_index {
	unsigned x, y, z;
};

/* The kernel is body(args), which every thread calls. */
struct shim_launch {
	const char *kernel, *file;
	int line;
	void (*body)(void *);
	void *args;
	struct shim_index grid, block;
	size_t dynamic; /* bytes of dynamic shared memory */
};
void shim_run(const struct shim_launch *l);

/* --- called by kernels --- */
void shim_barrier(const char *file, int line);
void shim_fence(void);
enum shim_warp_op { SHIM_SHUFFLE, SHIM_BALLOT, SHIM_SYNC };
uint64_t shim_warp(enum shim_warp_op op, unsigned mask, uint64_t value, int source,
                   const char *file, int line);
int shim_lane(void);
void *shim_dynamic(void);
/* atomicAdd(): *p += v, returns what *p was. */
unsigned shim_add(unsigned *p, unsigned v);
/* Counts a step, so that a loop that waits for memory to change ends. */
void shim_step(void);

/* Prints the kernel, its launch, block and thread, and the message; ends the process. */
__attribute__((noreturn, format(printf, 1, 2))) void shim_fail(const char *format, ...);

/* --- for the watcher (watch.h) --- */
struct shim_watcher {
	void (*launch)(void);
	void (*block)(int threads);
	void (*barrier)(void);
	void (*warp)(int warp);
	void (*fence)(int thread);
	void (*atomic)(int thread, const void *p);
};
/* NULL unless watch.c is linked. */
extern const struct shim_watcher *shim_watcher;
/* The number of the running thread in its block, -1 outside of a kernel; and is p on its stack? */
int shim_thread(void);
int shim_on_stack(const void *p);
/* "static shared", "dynamic shared" or "global" */
const char *shim_memory_kind(const void *p);

#ifdef __cplusplus
}
#endif

#endif
