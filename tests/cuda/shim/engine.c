#include "tests/cuda/shim/engine.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/cuda/shim/fibre.h"
#include "tests/cuda/shim/shared.h"

enum state { READY, AT_BARRIER, AT_WARP, DONE };

struct thread {
	struct fibre fibre;
	struct shim_index id;
	int number, lane, warp; /* its number in the block; number % 32; number / 32 */
	enum state state;
	const char *file; /* where it waits */
	int line;
	/* the warp operation that it waits for, and its result */
	enum shim_warp_op op;
	unsigned mask;
	int source;
	uint64_t value, result;
};

enum { WARPS = SHIM_THREADS / SHIM_WARP };

/* A block in flight. Its fibres are kept between launches. */
struct block {
	struct thread *thread; /* SHIM_THREADS of them, of which `fibres` have a fibre */
	int fibres;
	struct shim_index index;
	int n, ready, done, active;
	unsigned order[SHIM_THREADS];
	unsigned alive[WARPS], waiting[WARPS]; /* lanes of each warp */
	/* advance(): the next thread of the order, and the part of it whose threads are running */
	int next, begin, end, progress;
	char *saved; /* static shared memory while another block runs */
	char *dynamic;
};

struct engine {
	const struct shim_launch *launch;
	struct thread *thread; /* running now, in block */
	struct block *block;
	struct block slot[SHIM_RESIDENT];
	long steps;
	uint64_t random;
};

static struct engine engine;

struct shim_options shim_options = {
    .seed = 1, .resident = 1, .limit = 1L << 28, .seconds = 60, .max_shared = 48 << 10};
long shim_launches;
const struct shim_watcher *shim_watcher;

/* the built-in variables of CUDA C, which cuda_shim.hpp declares */
extern struct shim_index threadIdx, blockIdx, blockDim, gridDim;
struct shim_index threadIdx, blockIdx, blockDim, gridDim;

void shim_set_order(int i)
{
	static const enum shim_order order[SHIM_ORDERS] = {SHIM_ASCENDING, SHIM_DESCENDING,
							   SHIM_RANDOM};

	shim_options.threads = shim_options.blocks = order[i];
	shim_options.resident = order[i] == SHIM_RANDOM ? 3 : 1;
}

const char *shim_order_name(int i)
{
	static const char *const name[SHIM_ORDERS] = {"ascending", "descending", "interleaved"};

	return name[i];
}

void shim_fail(const char *format, ...)
{
	const struct shim_launch *l = engine.launch;
	va_list args;

	fflush(stdout);
	fprintf(stderr, "cuda-shim: ");
	if (l)
		fprintf(stderr, "%s (launched at %s:%d)", l->kernel, l->file, l->line);
	if (engine.block)
		fprintf(stderr, ", block %u,%u,%u", engine.block->index.x, engine.block->index.y,
			engine.block->index.z);
	if (engine.thread)
		fprintf(stderr, ", thread %u,%u,%u", engine.thread->id.x, engine.thread->id.y,
			engine.thread->id.z);
	fprintf(stderr, "%s", l ? ": " : "");
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\n");
	_exit(SHIM_EXIT);
}

static unsigned random_below(unsigned n)
{
	engine.random = engine.random * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)((engine.random >> 33) % n);
}

static void arrange(unsigned *list, unsigned n, enum shim_order order)
{
	for (unsigned i = 0; i < n; i++)
		list[i] = order == SHIM_DESCENDING ? n - 1 - i : i;
	for (unsigned i = n; order == SHIM_RANDOM && i > 1; i--) {
		unsigned k = random_below(i), kept = list[i - 1];

		list[i - 1] = list[k];
		list[k] = kept;
	}
}

void shim_step(void)
{
	if (++engine.steps > shim_options.limit)
		shim_fail("more than %ld steps: does it wait for something that never comes?",
			  shim_options.limit);
}

/* --- threads ------------------------------------------------------------------------------- */

static struct thread *running(const char *what)
{
	if (!engine.thread)
		shim_fail("%s outside of a kernel", what);
	return engine.thread;
}

static void resume(struct thread *t)
{
	shim_step();
	engine.thread = t;
	threadIdx = t->id;
	fibre_resume(&t->fibre);
	engine.thread = NULL;
}

static void wait_at(struct thread *t, enum state state, const char *file, int line)
{
	t->state = state;
	t->file = file;
	t->line = line;
	engine.block->ready--;
}

static void resolve_warp(struct block *b, int w);

/* What a fibre runs: the kernel of this launch, then that of the next one, and so on. */
static void thread_main(void)
{
	fibre_enter();
	for (;;) {
		struct block *b;
		struct thread *t;

		engine.launch->body(engine.launch->args);
		b = engine.block;
		t = engine.thread;
		t->state = DONE;
		b->done++;
		b->ready--;
		b->alive[t->warp] &= ~(1u << t->lane);
		if (b->waiting[t->warp])
			resolve_warp(b, t->warp);
		fibre_leave(&t->fibre);
	}
}

void shim_barrier(const char *file, int line)
{
	struct thread *t = running("__syncthreads()");

	wait_at(t, AT_BARRIER, file, line);
	fibre_leave(&t->fibre);
}

/* Opens the barrier, since all threads wait or have left; or says why it cannot be opened. */
static void open_barrier(struct block *b)
{
	struct thread *first = NULL;

	for (int i = 0; i < b->n; i++) {
		struct thread *t = engine.thread = b->thread + i;

		if (t->state == AT_WARP)
			shim_fail("%s:%d: a warp operation of mask %08x waits for lanes that never "
				  "come",
				  t->file, t->line, t->mask);
		if (t->state != AT_BARRIER)
			continue;
		first = first ? first : t;
		if (t->line != first->line || strcmp(t->file, first->file))
			shim_fail("%s:%d: it waits here, and thread %u,%u,%u at %s:%d", t->file,
				  t->line, first->id.x, first->id.y, first->id.z, first->file,
				  first->line);
	}
	engine.thread = first;
	if (b->done)
		shim_fail("%s:%d: it waits at a barrier, and %d of %d threads have left the kernel",
			  first->file, first->line, b->done, b->n);
	engine.thread = NULL;
	for (int i = 0; i < b->n; i++)
		b->thread[i].state = READY;
	b->ready = b->n;
	if (shim_watcher)
		shim_watcher->barrier();
}

void shim_fence(void)
{
	struct thread *t = running("__threadfence()");

	if (shim_watcher)
		shim_watcher->fence(t->number);
}

unsigned shim_add(unsigned *p, unsigned v)
{
	struct thread *t = running("atomicAdd()");
	const unsigned old = *p;

	shim_step();
	if (shim_watcher)
		shim_watcher->atomic(t->number, p);
	*p = old + v;
	return old;
}

int shim_lane(void)
{
	return running("a warp operation")->lane;
}

void *shim_dynamic(void)
{
	return engine.block->dynamic;
}

int shim_thread(void)
{
	return engine.thread ? engine.thread->number : -1;
}

int shim_on_stack(const void *p)
{
	const char *stack = engine.thread->fibre.stack;

	return (const char *)p >= stack && (const char *)p < stack + FIBRE_STACK;
}

const char *shim_memory_kind(const void *p)
{
	const char *d = engine.block->dynamic;

	if (d && (const char *)p >= d && (const char *)p < d + engine.launch->dynamic)
		return "dynamic shared";
	return shared_has(p) ? "static shared" : "global";
}

/* --- warps --------------------------------------------------------------------------------- */

static int takes_part(unsigned lanes, int lane)
{
	return (int)(lanes >> lane & 1);
}

/* Have all of these lanes come to the same operation as lane `first`? */
static int same_operation(const struct thread *t, unsigned lanes, int first)
{
	for (int k = 0; k < SHIM_WARP; k++)
		if (takes_part(lanes, k) &&
		    (t[k].mask != t[first].mask || t[k].op != t[first].op ||
		     t[k].line != t[first].line || t[k].file != t[first].file))
			return 0;
	return 1;
}

static void exchange(struct block *b, struct thread *t, unsigned lanes)
{
	uint64_t ballot = 0;

	for (int k = 0; k < SHIM_WARP; k++)
		if (takes_part(lanes, k))
			ballot |= (t[k].value & 1) << k;
	for (int k = 0; k < SHIM_WARP; k++) {
		if (!takes_part(lanes, k))
			continue;
		if (t[k].op == SHIM_SHUFFLE && !takes_part(lanes, t[k].source))
			shim_fail("%s:%d: lane %d reads lane %d, which does not take part",
				  t[k].file, t[k].line, k, t[k].source);
		t[k].result = t[k].op == SHIM_SHUFFLE ? t[t[k].source].value : ballot;
		t[k].state = READY;
		b->ready++;
	}
}

/* Lets the lanes of warp w go on whose whole mask has come to the same operation. Lanes that have
 * left the kernel do not count. */
static void resolve_warp(struct block *b, int w)
{
	struct thread *t = b->thread + w * SHIM_WARP;

	for (unsigned todo = b->waiting[w]; todo;) {
		int first = __builtin_ctz(todo);
		unsigned lanes = t[first].mask & b->alive[w];

		todo &= ~lanes & ~(1u << first);
		if ((lanes & ~b->waiting[w]) || !same_operation(t, lanes, first))
			continue;
		exchange(b, t, lanes);
		b->waiting[w] &= ~lanes;
		if (shim_watcher)
			shim_watcher->warp(w);
	}
}

uint64_t shim_warp(enum shim_warp_op op, unsigned mask, uint64_t value, int source,
		   const char *file, int line)
{
	struct thread *t = running("a warp operation");

	if (!takes_part(mask, t->lane))
		shim_fail("%s:%d: lane %d is not in its own mask %08x", file, line, t->lane, mask);
	wait_at(t, AT_WARP, file, line);
	t->op = op;
	t->mask = mask;
	t->value = value;
	t->source = source;
	engine.block->waiting[t->warp] |= 1u << t->lane;
	resolve_warp(engine.block, t->warp);
	fibre_leave(&t->fibre);
	return t->result;
}

/* --- blocks -------------------------------------------------------------------------------- */

static struct shim_index index_of(unsigned i, const struct shim_index *size)
{
	return (struct shim_index){i % size->x, i / size->x % size->y, i / size->x / size->y};
}

static void make_threads(struct block *b)
{
	if (!b->thread && !(b->thread = calloc(SHIM_THREADS, sizeof *b->thread)))
		shim_fail("out of memory");
	for (; b->fibres < b->n; b->fibres++)
		if (fibre_init(&b->thread[b->fibres].fibre, thread_main))
			shim_fail("no memory for the stack of a thread");
	memset(b->alive, 0, sizeof b->alive);
	memset(b->waiting, 0, sizeof b->waiting);
	for (int i = 0; i < b->n; i++) {
		struct thread *t = b->thread + i;

		t->id = index_of((unsigned)i, &blockDim);
		t->number = i;
		t->lane = i % SHIM_WARP;
		t->warp = i / SHIM_WARP;
		t->state = READY;
		b->alive[t->warp] |= 1u << t->lane;
	}
}

static void start(struct block *b, unsigned number)
{
	const size_t dynamic = engine.launch->dynamic;

	b->index = index_of(number, &gridDim);
	b->n = b->ready = (int)(blockDim.x * blockDim.y * blockDim.z);
	b->done = b->next = b->begin = b->end = b->progress = 0;
	b->active = 1;
	make_threads(b);
	arrange(b->order, (unsigned)b->n, shim_options.threads);
	if (dynamic && posix_memalign((void **)&b->dynamic, 16, dynamic))
		shim_fail("out of memory");
	if (dynamic)
		memset(b->dynamic, 0xff, dynamic);
	shared_poison();
	if (shim_watcher)
		shim_watcher->block(b->n);
}

static void finish(struct block *b)
{
	b->active = 0;
	free(b->dynamic);
	b->dynamic = NULL;
}

/* Chooses the next part of the order: this one again if a warp operation let its threads go on, the
 * one after it, or all anew behind a barrier. Returns 1 if all threads have left. */
static int next_part(struct block *b)
{
	const int part = shim_options.threads == SHIM_RANDOM ? b->n : SHIM_WARP;

	if (!b->progress || !b->ready) {
		b->begin = b->end;
		if (b->begin == b->n) {
			if (b->done == b->n)
				return 1;
			if (!b->ready)
				open_barrier(b);
			b->begin = 0;
			if (shim_options.threads == SHIM_RANDOM)
				arrange(b->order, (unsigned)b->n, SHIM_RANDOM);
		}
	}
	b->next = b->begin;
	b->end = b->begin + part < b->n ? b->begin + part : b->n;
	b->progress = 0;
	return 0;
}

/* Runs at most `most` threads of a block up to their next wait; returns 1 when all have left. In
 * ascending and descending order a warp runs as far as it can before the next one starts; in random
 * order the whole block is shuffled anew at each barrier. */
static int advance(struct block *b, long most)
{
	while (most > 0) {
		struct thread *t;

		if (b->next == b->end) {
			if (next_part(b))
				return 1;
			continue;
		}
		t = b->thread + b->order[b->next++];
		if (t->state == READY) {
			resume(t);
			b->progress = 1;
			most--;
		}
	}
	return 0;
}

/* --- launches ------------------------------------------------------------------------------ */

/* How far a block runs while others wait: short and long stretches, at random. */
static long stretch(const struct block *b)
{
	unsigned longest = random_below(4) ? 2 * (unsigned)b->n : 40;

	return 1 + (long)random_below(longest) * (random_below(8) ? 1 : 40);
}

static void save_shared(struct block *b)
{
	if (!b->saved && shared_bytes() && !(b->saved = malloc(shared_bytes())))
		shim_fail("out of memory");
	if (b->saved)
		shared_save(b->saved);
}

static void run_blocks(const unsigned *order, unsigned blocks)
{
	const unsigned slots = shim_options.resident < 1               ? 1
			       : shim_options.resident > SHIM_RESIDENT ? SHIM_RESIDENT
								       : shim_options.resident;
	unsigned next = 0, live = 0;

	while (next < blocks || live) {
		struct block *b = engine.slot + (slots == 1 ? 0 : random_below(slots));
		const int fresh = !b->active;

		if (fresh && next == blocks)
			continue;
		engine.block = b;
		if (fresh) {
			start(b, order[next++]);
			live++;
		} else if (b->saved) {
			shared_restore(b->saved);
		}
		blockIdx = b->index;
		if (advance(b, slots == 1 ? shim_options.limit + 1 : stretch(b))) {
			finish(b);
			live--;
		} else {
			save_shared(b);
		}
	}
	engine.block = NULL;
}

static void check_launch(const struct shim_launch *l)
{
	const struct shim_index *g = &l->grid, *b = &l->block;
	const size_t threads = (size_t)b->x * b->y * b->z;
	const char *why = shared_find();

	if (why)
		shim_fail("%s: shared memory cannot be found", why);
	if (!threads || threads > SHIM_THREADS || b->z > 64)
		shim_fail("a block of %u x %u x %u threads", b->x, b->y, b->z);
	if (!g->x || !g->y || !g->z || g->x > 0x7fffffffu || g->y > 65535 || g->z > 65535)
		shim_fail("a grid of %u x %u x %u blocks", g->x, g->y, g->z);
	if (l->dynamic > shim_options.max_shared)
		shim_fail("%zu bytes of dynamic shared memory", l->dynamic);
}

static void too_long(int signal)
{
	(void)signal;
	shim_fail("more than %u s: does it wait for something that never comes?",
		  shim_options.seconds);
}

void shim_run(const struct shim_launch *l)
{
	struct sigaction act = {.sa_handler = too_long}, old;
	unsigned blocks, *order;

	if (engine.launch)
		shim_fail("a kernel launches a kernel");
	engine.launch = l;
	check_launch(l);
	blocks = l->grid.x * l->grid.y * l->grid.z;
	order = malloc(blocks * sizeof *order);
	if (!order)
		shim_fail("out of memory");
	engine.steps = 0;
	engine.random = shim_options.seed * 0x9e3779b97f4a7c15u + (uint64_t)shim_launches++;
	gridDim = l->grid;
	blockDim = l->block;
	arrange(order, blocks, shim_options.blocks);
	sigaction(SIGALRM, &act, &old);
	alarm(shim_options.seconds);
	if (shim_watcher)
		shim_watcher->launch();
	run_blocks(order, blocks);
	alarm(0);
	sigaction(SIGALRM, &old, NULL);
	free(order);
	engine.launch = NULL;
}
