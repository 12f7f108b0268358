/*
 * Fibres: stacks between which one host thread switches. Each thread of a CUDA block runs on one,
 * so that it can wait at a barrier in the middle of a kernel. A fibre never ends; it is given more
 * to do.
 */
#ifndef SSL_TESTS_CUDA_FIBRE_H
#define SSL_TESTS_CUDA_FIBRE_H

#include <stddef.h>

struct fibre {
	void *context; /* where it was left: its stack pointer, or a ucontext_t */
	char *stack;   /* FIBRE_STACK bytes above a page that nobody may touch */
	void *fake;    /* of the address sanitizer */
};

#ifdef __SANITIZE_ADDRESS__
enum { FIBRE_STACK = 256 << 10 };
#else
enum { FIBRE_STACK = 64 << 10 };
#endif

/* Gives the fibre a stack and a function, which must not return and calls fibre_enter() first.
 * Returns -1 if there is no memory. */
int fibre_init(struct fibre *f, void (*run)(void));
void fibre_enter(void);

/* Runs f, from the host's stack, until it calls fibre_leave() on itself. */
void fibre_resume(struct fibre *f);
void fibre_leave(struct fibre *f);

#endif
