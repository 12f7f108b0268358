/*
 * Minimisation of a smooth function by L-BFGS (Liu & Nocedal 1989) with a line search for the
 * strong Wolfe conditions (Nocedal & Wright, Numerical Optimization, algorithms 3.5, 3.6 and 7.4).
 * It runs in double and in the calling thread, so the bits of its result depend only on those of
 * the function.
 */
#ifndef SSL_EVAL_LBFGS_H
#define SSL_EVAL_LBFGS_H

struct lbfgs {
	int n;
	/* Returns f(x) and stores its gradient in g[n]. */
	double (*f)(void *ctx, const double *x, double *g);
	void *ctx;
	int history; /* number of pairs from which the inverse Hessian is estimated */
	int max_steps;
	double tolerance; /* reached when no element of the gradient is larger */

	/* results */
	double value, gradient; /* f(x) and the largest element of its gradient */
	int steps, calls;       /* steps taken; calls of f */
};

/* x[n]: the starting point; the minimiser on return. Returns 0 if the tolerance was reached; 1 if
 * max_steps were not enough or rounding prevents a further decrease: x is then the best point
 * found. */
int lbfgs_minimise(struct lbfgs *m, double *x);

#endif
