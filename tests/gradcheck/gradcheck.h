/*
 * Gradient checks, for the double build: the tape's gradient of a scalar is compared with central
 * differences. Every op is checked alone with a random projection (loss = <op(x), r>), since a
 * whole loss can hide a wrong backward; the whole loss of every method is checked as well.
 */
#ifndef SSL_TESTS_GRADCHECK_H
#define SSL_TESTS_GRADCHECK_H

#include "core/tensor/tape.h"

enum { GRADCHECK_INPUTS = 8 };

/* Computes the scalar from the inputs, on a new tape in each call; must be a pure function of
 * them. */
typedef struct tensor *(*gradcheck_fn)(struct tape *t, struct tensor *const *in, void *ctx);

struct gradcheck {
	struct tape tape;
	struct tensor_arena arena;
	struct tensor *in[GRADCHECK_INPUTS];
	int n;
};

void gradcheck_init(struct gradcheck *g);
/* Adds an input of normal random numbers times scale, seeded by the number of the input; returns
 * it. */
struct tensor *gradcheck_input(struct gradcheck *g, int ndim, const int *shape, double scale);
/* The largest |backward - differences| / max(0.01, largest |differences| of that input) over up to
 * `samples` elements of every input (0: all). Callers assert that it is at most 1e-6. Prints the
 * worst element if the error is larger than that, or always if GRADCHECK_VERBOSE is set in the
 * environment. */
double gradcheck_run(struct gradcheck *g, gradcheck_fn fn, void *ctx, int samples);
void gradcheck_release(struct gradcheck *g);

/* <y, r> for a fixed random r, which reduces the output of any op to a scalar (an op of the
 * tape). */
struct tensor *gradcheck_project(struct tape *t, struct tensor *y);

#endif
