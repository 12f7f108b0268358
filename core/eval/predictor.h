/*
 * The quantities of a predictor that the theory of DirectPred is about (Tian, Chen, Ganguli,
 * 2102.06810): the uncentred correlation F = Z^T Z / n of its input, its weights W, and how far the
 * two share their eigenvectors. For a predictor that is not linear, W is the least-squares fit p =
 * W z to its outputs, restricted to the directions in which z varies (those whose eigenvalue is
 * above 1e-6 of the largest of F).
 */
#ifndef SSL_EVAL_PREDICTOR_H
#define SSL_EVAL_PREDICTOR_H

#include "core/base/arena.h"
#include "core/base/error.h"
#include "core/base/real.h"

enum { PREDICTOR_MAX = 1024 }; /* dimensions; more would take too long for every epoch */

struct predictor_measures {
	double alignment;           /* mean over j < kept of cosine[j] */
	double asymmetry;           /* ||W - W^T|| / ||W||: 0 for a symmetric W, sqrt(2) on average
				       for a random one */
	double commutator;          /* ||F W - W F||, Frobenius */
	double relative_commutator; /* that / (||F|| ||W||): 0 if F and W share eigenvectors */
	int d, kept; /* dimensions; directions with an eigenvalue above 1e-6 of the largest */
	/* d values each, in the order of F's eigenvalues, largest first; memory from the scratch */
	double *f;      /* s_j: F's eigenvalues */
	double *cosine; /* cos(u_j, W u_j): 1 if u_j is also an eigenvector of W */
	double *p;      /* u_j^T W u_j: W's eigenvalue there, DirectPred's p_j */
	double *w;      /* eigenvalues of (W + W^T) / 2, in their own order, largest first */
};

/* z {n, d}: the predictor's inputs, d <= PREDICTOR_MAX; w {d, d}: its weights (out, in); if NULL, W
 * is fitted to its outputs p {n, d}. ERR_FAILED if a value is not finite. */
int predictor_measure(const real *z, const real *p, const real *w, int n, int d,
		      struct arena *scratch, struct predictor_measures *out, struct error *err);

#endif
