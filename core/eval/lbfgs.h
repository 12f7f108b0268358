/*
 * Minimises a smooth function by L-BFGS (Liu & Nocedal 1989) with a line search for the strong
 * Wolfe conditions (Nocedal & Wright, Numerical Optimization, algorithms 3.5, 3.6 and 7.4), in
 * double and in the calling thread: the bits depend on the function's alone.
 */
#ifndef SSL_EVAL_LBFGS_H
#define SSL_EVAL_LBFGS_H

struct lbfgs {
	int n;
	/* f(x), and its gradient in g[n]. */
	double (*f)(void *ctx, const double *x, double *g);
	void *ctx;
	int history; /* pairs of steps that the inverse Hessian is made of */
	int max_steps;
	double tolerance; /* it is reached when no element of the gradient is larger */

	/* results */
	double value, gradient; /* f(x) and the gradient's largest element */
	int steps, calls;       /* taken; of f */
};

/* x[n]: the start, and then the minimiser. 0 when the tolerance was reached, 1 when max_steps were
 * not enough or rounding leaves no way down: x is the best point that was found. */
int lbfgs_minimise(struct lbfgs *m, double *x);

#endif
