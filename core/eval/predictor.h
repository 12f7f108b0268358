/*
 * What the theory of DirectPred (Tian, Chen, Ganguli, 2102.06810) looks at in a predictor: its input's
 * uncentred correlation F = Z^T Z / n, its weights W, and how far they share their eigenvectors. A
 * predictor that is not linear is judged by the W of the least squares fit p = W z to its outputs
 * (within the directions in which z varies: eigenvalues above 1e-6 of F's largest).
 */
#ifndef SSL_EVAL_PREDICTOR_H
#define SSL_EVAL_PREDICTOR_H

#include "core/base/arena.h"
#include "core/base/error.h"
#include "core/base/real.h"

enum { PREDICTOR_MAX = 1024 }; /* dimensions; more take too long for once an epoch */

struct predictor_measures {
	double alignment;           /* mean over j < kept of cosine[j] */
	double asymmetry;           /* ||W - W^T|| / ||W||: 0 for a symmetric W, sqrt(2) on average
				       for a random one */
	double commutator;          /* ||F W - W F||, Frobenius */
	double relative_commutator; /* that / (||F|| ||W||): 0 when they share their eigenvectors */
	int d, kept; /* directions in which z varies: those above 1e-6 of the largest */
	/* d values each, in the order of F's eigenvalues, largest first; in the scratch */
	double *f;      /* s_j: F's eigenvalues */
	double *cosine; /* cos(u_j, W u_j): 1 when u_j is an eigenvector of W as well */
	double *p;      /* u_j^T W u_j: W's eigenvalue there, DirectPred's p_j */
	double *w;      /* eigenvalues of (W + W^T) / 2, largest first by themselves */
};

/* z {n, d} the predictor's inputs, d <= PREDICTOR_MAX; w {d, d} its weights (out, in), or NULL: then
 * p {n, d}, its outputs, is fitted. ERR_FAILED when something is not finite. */
int predictor_measure(const real *z, const real *p, const real *w, int n, int d,
		      struct arena *scratch, struct predictor_measures *out, struct error *err);

#endif
