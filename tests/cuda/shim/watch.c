/*
 * The watcher: sees every access of a kernel and finds races whatever the order of the threads was.
 * Kernels are compiled with -fsanitize=thread, so that the compiler calls __tsan_read4(address) and
 * so on before each access, and linked without it: the functions below answer. Rules, per byte:
 *
 *   same block: two accesses by two threads, of which one writes, need a barrier between them, or,
 *   in a warp, a warp operation;
 *   two blocks of one launch: the same, unless the value was passed on: write - fence - atomic in
 *   the one block, atomic on the same word - fence - access in the other, where a barrier carries
 *   the order from thread to thread.
 *
 * Every block is divided by its barriers into stretches, which are numbered in the order of time.
 */
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/cuda/shim/engine.h"

enum { MANY = 0xffff, PAGE = 4096, WARPS = SHIM_THREADS / SHIM_WARP, BUCKETS = 1 << 14 };

/* The last write of a byte, and its last read. stretch: 0: never. fences: of its thread, until
 * then. */
struct access {
	uint32_t stretch;
	uint16_t thread, warp_ops, fences;
};
struct byte {
	struct access write, read;
};
struct page {
	uintptr_t number;
	struct page *next;
	struct byte byte[PAGE];
};

/* What an atomic operation passes on: all that its block had written before a fence. */
struct passed {
	const void *word;
	int block, thread;
	uint32_t stretch, fence_stretch; /* of the atomic; of the last fence that it follows */
	uint16_t own;                    /* fences of its thread until then */
	uint16_t fences[SHIM_THREADS];   /* fences of each thread until the last barrier */
	struct passed *next;
};

/* What this block got by an atomic operation of its own, and which threads may use it: those that
 * have passed a fence since. */
struct taken {
	const struct passed *from;
	int thread, all;
	uint32_t stretch;
	char fenced[SHIM_THREADS];
	struct taken *next;
};

struct watcher {
	struct page *bucket[BUCKETS], *last;
	int *block_of;                        /* of each stretch */
	uint32_t stretches, room, first, now; /* first: of this launch */
	int block, threads;
	struct passed *passed;
	struct taken *taken;
	uint16_t fences[SHIM_THREADS], before[SHIM_THREADS]; /* now; at the last barrier */
	uint32_t fenced_in[SHIM_THREADS];                    /* stretch of a thread's last fence */
	uint32_t fence_stretch; /* the latest stretch with a fence, at the last barrier */
	uint16_t warp_ops[WARPS];
};

static struct watcher watcher;

static void *allocate(size_t n)
{
	void *p = calloc(1, n);

	if (!p)
		shim_fail("out of memory");
	return p;
}

static void begin_stretch(struct watcher *w)
{
	if (w->stretches == w->room) {
		w->room = w->room ? 2 * w->room : 1024;
		w->block_of = realloc(w->block_of, w->room * sizeof *w->block_of);
		if (!w->block_of)
			shim_fail("out of memory");
	}
	w->now = w->stretches;
	w->block_of[w->stretches++] = w->block;
}

static void forget_taken(struct watcher *w)
{
	for (struct taken *t; (t = w->taken);) {
		w->taken = t->next;
		free(t);
	}
}

static void on_launch(void)
{
	struct watcher *w = &watcher;

	if (shim_options.resident != 1)
		shim_fail("the watcher needs one block at a time");
	forget_taken(w);
	for (struct passed *p; (p = w->passed);) {
		w->passed = p->next;
		free(p);
	}
	w->block = 0;
	if (!w->stretches)
		begin_stretch(w); /* number 0 means never */
	w->first = w->stretches;
}

static void on_block(int threads)
{
	struct watcher *w = &watcher;

	w->block++;
	w->threads = threads;
	w->fence_stretch = 0;
	memset(w->fences, 0, sizeof w->fences);
	memset(w->before, 0, sizeof w->before);
	memset(w->fenced_in, 0, sizeof w->fenced_in);
	memset(w->warp_ops, 0, sizeof w->warp_ops);
	forget_taken(w);
	begin_stretch(w);
}

static void on_barrier(void)
{
	struct watcher *w = &watcher;

	for (int i = 0; i < w->threads; i++)
		if (w->fenced_in[i] > w->fence_stretch)
			w->fence_stretch = w->fenced_in[i];
	memcpy(w->before, w->fences, sizeof w->before);
	for (struct taken *t = w->taken; t; t = t->next)
		t->all = t->all || memchr(t->fenced, 1, sizeof t->fenced);
	begin_stretch(w);
}

static void on_warp(int warp)
{
	watcher.warp_ops[warp]++;
}

static void on_fence(int thread)
{
	struct watcher *w = &watcher;

	w->fences[thread]++;
	w->fenced_in[thread] = w->now;
	for (struct taken *t = w->taken; t; t = t->next)
		if (t->thread == thread || t->stretch < w->now)
			t->fenced[thread] = 1;
}

static void on_atomic(int thread, const void *word)
{
	struct watcher *w = &watcher;
	struct passed *p;

	for (p = w->passed; p; p = p->next) {
		struct taken *t;

		if (p->word != word || p->block == w->block)
			continue;
		t = allocate(sizeof *t);
		t->from = p;
		t->thread = thread;
		t->stretch = w->now;
		t->next = w->taken;
		w->taken = t;
	}
	p = allocate(sizeof *p);
	p->word = word;
	p->block = w->block;
	p->thread = thread;
	p->stretch = w->now;
	p->fence_stretch =
	    w->fenced_in[thread] > w->fence_stretch ? w->fenced_in[thread] : w->fence_stretch;
	p->own = w->fences[thread];
	memcpy(p->fences, w->before, sizeof p->fences);
	p->next = w->passed;
	w->passed = p;
}

static const struct shim_watcher functions = {on_launch, on_block, on_barrier,
					      on_warp,   on_fence, on_atomic};

__attribute__((constructor)) static void watch(void)
{
	shim_watcher = &functions;
}

/* --- accesses ------------------------------------------------------------------------------ */

/* Does p pass on what was written by a? */
static int passes_on(const struct passed *p, const struct access *a)
{
	if (a->thread == p->thread && p->own > a->fences)
		return 1;
	if (a->stretch >= p->stretch)
		return 0;
	return a->stretch < p->fence_stretch ||
	       (a->thread != MANY && p->fences[a->thread] > a->fences);
}

/* Is access a ordered before one by this thread now? */
static int ordered(const struct watcher *w, const struct access *a, int thread, int shared)
{
	if (a->stretch < w->first)
		return 1;
	if (a->stretch == w->now)
		return a->thread == thread ||
		       (a->thread != MANY && a->thread / SHIM_WARP == thread / SHIM_WARP &&
			a->warp_ops != w->warp_ops[thread / SHIM_WARP]);
	if (shared || w->block_of[a->stretch] == w->block)
		return 1;
	for (const struct taken *t = w->taken; t; t = t->next)
		if (t->from->block == w->block_of[a->stretch] && (t->all || t->fenced[thread]) &&
		    passes_on(t->from, a))
			return 1;
	return 0;
}

static int first_base(struct dl_phdr_info *info, size_t size, void *base)
{
	(void)size;
	*(uintptr_t *)base = info->dlpi_addr;
	return 1;
}

/* The line of the source at pc, outside of the shim. */
static void find_line(void *pc, char *line, size_t size)
{
	char command[400], exe[256] = "";
	uintptr_t base = 0;
	FILE *f;

	snprintf(line, size, "?");
	dl_iterate_phdr(first_base, &base);
	if (readlink("/proc/self/exe", exe, sizeof exe - 1) < 0)
		return;
	snprintf(command, sizeof command, "addr2line -i -e '%s' %#lx 2>/dev/null", exe,
		 (unsigned long)((uintptr_t)pc - base - 1));
	f = popen(command, "r");
	while (f && fgets(line, (int)size, f)) {
		line[strcspn(line, " \n")] = 0;
		if (!strstr(line, "cuda_shim"))
			break;
	}
	if (f)
		pclose(f);
}

__attribute__((noreturn)) static void report(const struct watcher *w, const void *p, int write,
					     int other_write, const struct access *a, void *pc)
{
	const int same = w->block_of[a->stretch] == w->block;
	char line[512];

	find_line(pc, line, sizeof line);
	shim_fail(
	    "race: %s %s memory at %s; %s by %s %d of %s without a %s between",
	    write ? "writes" : "reads", shim_memory_kind(p), line, other_write ? "written" : "read",
	    a->thread == MANY ? "several threads, not" : "thread",
	    a->thread == MANY ? shim_thread() : a->thread, same ? "this block" : "another block",
	    same ? "barrier" : "fence - atomic - fence");
}

static struct byte *bytes_of(struct watcher *w, uintptr_t address)
{
	const uintptr_t number = address / PAGE;
	struct page **at = &w->bucket[number % BUCKETS];

	if (!w->last || w->last->number != number) {
		while (*at && (*at)->number != number)
			at = &(*at)->next;
		if (!*at) {
			*at = allocate(sizeof **at);
			(*at)->number = number;
		}
		w->last = *at;
	}
	return &w->last->byte[address % PAGE];
}

static void touch(const char *p, size_t n, int write, void *pc)
{
	struct watcher *w = &watcher;
	const int thread = shim_thread();
	struct access now;
	int shared;

	if (thread < 0 || shim_on_stack(p))
		return;
	shared = shim_memory_kind(p)[0] != 'g';
	now = (struct access){w->now, (uint16_t)thread, w->warp_ops[thread / SHIM_WARP],
			      w->fences[thread]};
	for (; n; n--, p++) {
		struct byte *b = bytes_of(w, (uintptr_t)p);

		if (!ordered(w, &b->write, thread, shared))
			report(w, p, write, 1, &b->write, pc);
		if (write && !ordered(w, &b->read, thread, shared))
			report(w, p, 1, 0, &b->read, pc);
		if (write)
			b->write = now;
		else if (b->read.stretch == w->now && b->read.thread != thread)
			b->read.thread = MANY;
		else
			b->read = now;
	}
}

/* The compiler's calls. */
#define ANSWER(name, n, write)                                                                     \
	void __tsan_##name(void *p);                                                               \
	void __tsan_##name(void *p)                                                                \
	{                                                                                          \
		touch(p, n, write, __builtin_return_address(0));                                   \
	}
#define ANSWERS(n)                                                                                 \
	ANSWER(read##n, n, 0)                                                                      \
	ANSWER(write##n, n, 1) ANSWER(unaligned_read##n, n, 0) ANSWER(unaligned_write##n, n, 1)
ANSWERS(1)
ANSWERS(2)
ANSWERS(4)
ANSWERS(8)
ANSWERS(16)

void __tsan_read_range(void *p, size_t n);
void __tsan_read_range(void *p, size_t n)
{
	touch(p, n, 0, __builtin_return_address(0));
}

void __tsan_write_range(void *p, size_t n);
void __tsan_write_range(void *p, size_t n)
{
	touch(p, n, 1, __builtin_return_address(0));
}

void __tsan_init(void);
void __tsan_init(void)
{
}

void __tsan_func_entry(void *p);
void __tsan_func_entry(void *p)
{
	(void)p;
}

void __tsan_func_exit(void *p);
void __tsan_func_exit(void *p)
{
	(void)p;
}

/* guards of static variables */
char __tsan_atomic8_load(const volatile char *p, int order);
char __tsan_atomic8_load(const volatile char *p, int order)
{
	(void)order;
	return *p;
}
