/*
 * A device is where tensors are kept and computed: memory and a table of kernels. The code above
 * core/tensor gets it from the arena that its tensors are in and does not depend on which one it is.
 *
 * A device carries out what it is asked to in order, but perhaps later. When upload() has returned, the
 * memory of the host has been read; when download() has, what was asked for before is done.
 * A block that is freed may still be used by what was asked for before. Memory is 64-byte aligned.
 *
 * A device may fail: its memory may not suffice, or the card may be lost. From then on it does nothing
 * more, what is downloaded from it is NaN, and check() returns the error, which whoever records or
 * keeps what it computed asks for first.
 */
#ifndef SSL_TENSOR_DEVICE_H
#define SSL_TENSOR_DEVICE_H

#include <stddef.h>

#include "core/base/arena.h"
#include "core/base/error.h"

enum { DEVICE_POSTS = 4 };

struct engine_table; /* core/tensor/engines.h */
struct kernels;      /* core/tensor/kernels.h */

struct device {
	const char *name;  /* of its kind: "cpu" */
	const char *about; /* what its bits depend on besides: card, driver, libraries; "": nothing
			      that is not recorded with host and code */
	const char *precisions; /* of recipes that it can compute: "f32|tf32|bf16" */
	const struct kernels *k;
	/* Blocks of the device's memory. Where there is none left, a device fails, and a CPU exits as
	 * malloc's callers do. */
	struct arena_source memory;
	int is_host; /* 1: its memory is that of the host, so that a pointer is valid on both sides */
	void (*upload)(const struct device *d, void *to, const void *host, size_t bytes);
	void (*download)(const struct device *d, void *host, const void *from, size_t bytes);
	/* As download, but what it copies is at `host` only after wait() for that address; until then the
	 * host must not touch it. Later kernels may overwrite `from`. At most DEVICE_POSTS are under way. */
	void (*post)(const struct device *d, void *host, const void *from, size_t bytes);
	/* Waits for what was posted to `host`, or, if that is NULL, until everything is done. */
	void (*wait)(const struct device *d, const void *host);
	void (*copy)(const struct device *d, void *to, const void *from, size_t bytes);
	void (*zero)(const struct device *d, void *to, size_t bytes);
	/* The bytes of memory that are free, roughly. NULL if is_host. */
	size_t (*free_bytes)(const struct device *d);
	/* The most bytes of its memory that were in use at a time since peak_reset(); both NULL where the
	 * device is the host. */
	size_t (*peak_bytes)(const struct device *d);
	void (*peak_reset)(const struct device *d);
	/* What is asked for between the two is a step, of which many of the same kind follow: a device may
	 * take it as a whole, and upload() need not wait for what was asked for before. */
	void (*begin)(const struct device *d);
	void (*end)(const struct device *d);
	/* Times what is asked for between the first and the last; NULL where the device is the host, which
	 * is done with it at once. mark() ends a piece of work of kind `what`; mark_end() waits, and
	 * adds to seconds[what] the time of each piece. */
	void (*mark_begin)(const struct device *d);
	void (*mark)(const struct device *d, int what);
	void (*mark_end)(const struct device *d, double *seconds, int n);
	/* 0, or -1 with the error by which the device failed: ERR_FAILED. */
	int (*check)(const struct device *d, struct error *err);
	/* Where a device can choose among engines; elsewhere both are NULL. From now on: takes the choices
	 * of the table, and fails where its library has other engines; or, for NULL, those of the rule. */
	void (*use_engines)(const struct device *d, const struct engine_table *t);
	/* From now on: for each operation that it meets, times the engines and adds the choice of the
	 * fastest to t; or, for NULL, no longer. Computes with the rule's engines meanwhile. */
	void (*time_engines)(const struct device *d, struct engine_table *t);
};

/* The CPU, with all its threads (core/base/parallel.h). */
extern const struct device device_cpu;

/* An empty arena of tensors on the CPU; tensor_arena_init() makes one on any device. */
#define TENSOR_ARENA_CPU {.device = &device_cpu}

#endif
