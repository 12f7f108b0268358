/*
 * Gradient checks, for the double build: the tape's gradient of a scalar against central
 * differences. Every op is checked alone against a random projection (loss = <op(x), r>), since a
 * whole loss can hide a wrong backward; every method's loss is checked whole as well.
 */
#ifndef SSL_TESTS_GRADCHECK_H
#define SSL_TESTS_GRADCHECK_H

#include "core/tensor/tape.h"

enum { GRADCHECK_INPUTS = 8 };

/* Builds the scalar from the inputs, on a fresh tape each call; must be a pure function of them. */
typedef struct tensor *(*gradcheck_fn)(struct tape *t, struct tensor *const *in, void *ctx);

struct gradcheck {
	struct tape tape;
	struct arena arena;
	struct tensor *in[GRADCHECK_INPUTS];
	int n;
};

void gradcheck_init(struct gradcheck *g);
/* Adds an input of random normals times scale (seeded by its number) and returns it. */
struct tensor *gradcheck_input(struct gradcheck *g, int ndim, const int *shape, double scale);
/* Worst |backward - differences| / max(0.01, largest |differences| of that input) over up to
 * `samples` elements of every input (0: all). Asserted by callers to be at most 1e-6. Prints the
 * worst element when it is worse than that, or always with GRADCHECK_VERBOSE in the environment. */
double gradcheck_run(struct gradcheck *g, gradcheck_fn fn, void *ctx, int samples);
void gradcheck_release(struct gradcheck *g);

/* <y, r> for fixed random r: turns any op into a scalar (an op of the tape itself). */
struct tensor *gradcheck_project(struct tape *t, struct tensor *y);

#endif
