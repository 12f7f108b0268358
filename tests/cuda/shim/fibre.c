#include "tests/cuda/shim/fibre.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#endif

/* The stack of the host, from which fibres are resumed. */
struct host {
	void *context, *fake;
	const void *stack;
	size_t size;
};

static struct host host;

static void switch_begins(void **fake, const void *stack, size_t size)
{
#ifdef __SANITIZE_ADDRESS__
	__sanitizer_start_switch_fiber(fake, stack, size);
#else
	(void)fake, (void)stack, (void)size;
#endif
}

static void switch_ends(void *fake, const void **stack, size_t *size)
{
#ifdef __SANITIZE_ADDRESS__
	__sanitizer_finish_switch_fiber(fake, stack, size);
#else
	(void)fake, (void)stack, (void)size;
#endif
}

#if defined(__x86_64__) && !defined(FIBRE_UCONTEXT)

/* Its callers must not assume which registers it keeps. */
#ifdef __clang__
#define OPAQUE noinline
#else
#define OPAQUE noinline, noipa
#endif

/* A context is the stack pointer, above what a call must keep: six registers and the address to
 * return to. Fifteen times as fast as swapcontext(), which asks the kernel about signals. */
__attribute__((naked, OPAQUE)) static void change(void **from __attribute__((unused)),
						  void **to __attribute__((unused)))
{
	__asm__(
	    "pushq %rbp\n\tpushq %rbx\n\tpushq %r12\n\tpushq %r13\n\tpushq %r14\n\tpushq %r15\n\t"
	    "movq %rsp, (%rdi)\n\tmovq (%rsi), %rsp\n\t"
	    "popq %r15\n\tpopq %r14\n\tpopq %r13\n\tpopq %r12\n\tpopq %rbx\n\tpopq %rbp\n\tret");
}

static int prepare(struct fibre *f, void (*run)(void))
{
	void **top = (void **)(f->stack + FIBRE_STACK);

	memset(top - 8, 0, 8 * sizeof *top);
	memcpy(top - 2, &run, sizeof run);
	f->context = top - 8;
	return 0;
}

#else
#include <ucontext.h>

static void change(void **from, void **to)
{
	if (!*from && !(*from = calloc(1, sizeof(ucontext_t))))
		abort();
	swapcontext(*from, *to);
}

static int prepare(struct fibre *f, void (*run)(void))
{
	ucontext_t *c = calloc(1, sizeof *c);

	if (!c)
		return -1;
	getcontext(c);
	c->uc_stack.ss_sp = f->stack;
	c->uc_stack.ss_size = FIBRE_STACK;
	makecontext(c, run, 0);
	f->context = c;
	return 0;
}

#endif

int fibre_init(struct fibre *f, void (*run)(void))
{
	enum { GUARD = 4096 };
	char *p = mmap(NULL, FIBRE_STACK + GUARD, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		return -1;
	mprotect(p, GUARD, PROT_NONE);
	*f = (struct fibre){.stack = p + GUARD};
	return prepare(f, run);
}

void fibre_enter(void)
{
	switch_ends(NULL, &host.stack, &host.size);
}

void fibre_resume(struct fibre *f)
{
	switch_begins(&host.fake, f->stack, FIBRE_STACK);
	change(&host.context, &f->context);
	switch_ends(host.fake, NULL, NULL);
}

void fibre_leave(struct fibre *f)
{
	switch_begins(&f->fake, host.stack, host.size);
	change(&f->context, &host.context);
	switch_ends(f->fake, &host.stack, &host.size);
}
