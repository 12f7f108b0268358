/*
 * A device is where tensors are kept and computed: memory and a table of kernels. The code above
 * core/tensor gets it from the arena that its tensors are in and does not depend on which one it is.
 *
 * A device carries out what it is asked to in order, but perhaps later. When upload() has returned, the
 * memory of the host has been read; when download() or wait() has, what was asked for before is done.
 * A block that is freed may still be used by what was asked for before. Memory is 64-byte aligned.
 */
#ifndef SSL_TENSOR_DEVICE_H
#define SSL_TENSOR_DEVICE_H

#include <stddef.h>

#include "core/base/arena.h"

struct kernels; /* core/tensor/kernels.h */

struct device {
	const char *name;  /* of its kind: "cpu" */
	const char *about; /* what its bits depend on besides: card, driver, libraries; "": nothing
			      that is not recorded with host and code */
	const char *precisions; /* of recipes that it can compute: "f32|tf32|bf16" */
	const struct kernels *k;
	/* Blocks of the device's memory. alloc() exits when there is none left, as malloc's callers do. */
	struct arena_source memory;
	int is_host; /* 1: its memory is that of the host, so that a pointer is valid on both sides */
	void (*upload)(const struct device *d, void *to, const void *host, size_t bytes);
	void (*download)(const struct device *d, void *host, const void *from, size_t bytes);
	/* As download, but what it copies is on the host only after wait(), and until then the host must
	 * not touch either. Later kernels may overwrite `from` as soon as it has returned. */
	void (*post)(const struct device *d, void *host, const void *from, size_t bytes);
	void (*wait)(const struct device *d);
	void (*copy)(const struct device *d, void *to, const void *from, size_t bytes);
	void (*zero)(const struct device *d, void *to, size_t bytes);
};

/* The CPU, with all its threads (core/base/parallel.h). */
extern const struct device device_cpu;

/* An empty arena of tensors on the CPU; tensor_arena_init() makes one on any device. */
#define TENSOR_ARENA_CPU {.device = &device_cpu}

#endif
