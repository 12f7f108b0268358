/*
 * The number type of the training core: float, or double in the gradient-check build
 * (-DSSL_DOUBLE), where the same kernels must agree with finite differences to 1e-6.
 */
#ifndef SSL_BASE_REAL_H
#define SSL_BASE_REAL_H

#ifdef SSL_DOUBLE
typedef double real;
#define REAL_IS_DOUBLE 1
#else
typedef float real;
#define REAL_IS_DOUBLE 0
#endif

#endif
