#include "core/base/arena.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "core/base/error.h"

enum { ALIGN = 64, BLOCK = 1 << 20, HUGE_PAGE = 2 << 20 };

struct arena_block {
	struct arena_block *next;
	char *payload;
	size_t size, used; /* of the payload */
};

/* Activations are large and accessed in strides. With small pages address translation would cost as
 * much as the memory access. */
static void *pages_new(size_t size)
{
	void *p;

	/* aligned_alloc() would require a size that is a multiple of the alignment */
	if (posix_memalign(&p, size < HUGE_PAGE ? ALIGN : HUGE_PAGE, size))
		return NULL;
#ifdef MADV_HUGEPAGE
	if (size >= HUGE_PAGE)
		(void)madvise(p, size, MADV_HUGEPAGE); /* only a hint, so errors are ignored */
#endif
	return p;
}

static struct arena_block *block_new(const struct arena_source *source, size_t size)
{
	struct arena_block *b = xcalloc(1, sizeof *b);

	b->payload = source ? source->alloc(source->ctx, size) : pages_new(size);
	if (!b->payload) {
		(void)xmalloc((size_t)-1 / 2); /* prints the message and exits */
		abort();
	}
	b->size = size;
	return b;
}

void *arena_alloc(struct arena *a, size_t n)
{
	struct arena_block *b = a->cur;
	void *p;

	n = (n + ALIGN - 1) / ALIGN * ALIGN;
	while (b && b->size - b->used < n && b->next) {
		b = b->next;
		b->used = 0;
	}
	if (!b || b->size - b->used < n) {
		struct arena_block *fresh = block_new(a->source, n > BLOCK ? n : BLOCK);

		if (b)
			b->next = fresh;
		else
			a->head = fresh;
		b = fresh;
	}
	a->cur = b;
	p = b->payload + b->used;
	b->used += n;
	a->used += n;
	if (a->used > a->peak)
		a->peak = a->used;
	return p;
}

void *arena_zalloc(struct arena *a, size_t n)
{
	return memset(arena_alloc(a, n), 0, n);
}

char *arena_strdup(struct arena *a, const char *s)
{
	size_t n = strlen(s) + 1;

	return memcpy(arena_alloc(a, n), s, n);
}

void arena_reset(struct arena *a)
{
	a->cur = a->head;
	a->used = 0;
	if (a->cur)
		a->cur->used = 0;
}

void arena_release(struct arena *a)
{
	struct arena_block *b = a->head, *next;

	for (; b; b = next) {
		next = b->next;
		if (a->source)
			a->source->free(a->source->ctx, b->payload, b->size);
		else
			free(b->payload);
		free(b);
	}
	*a = (struct arena){.source = a->source};
}
