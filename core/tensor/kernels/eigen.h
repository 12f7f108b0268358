/* Symmetric eigendecomposition (LAPACK's syevd through OpenBLAS). */
#ifndef SSL_TENSOR_KERNELS_EIGEN_H
#define SSL_TENSOR_KERNELS_EIGEN_H

#include "core/base/error.h"
#include "core/base/real.h"

/* A = U diag(s) U^T for the symmetric n x n matrix `a` (row-major). s[n]: the eigenvalues,
 * ascending. u {n, n}: row j is the eigenvector of s[j] (that is, U^T in the formula, row-major).
 * ERR_FAILED if the iteration does not converge or an input is not finite. Always computed in
 * double. */
int eigen_symmetric(int n, const double *a, double *s, double *u, struct error *err);

/* Only the eigenvalues, ascending; this is a fraction of the work. */
int eigen_values(int n, const double *a, double *s, struct error *err);

#endif
