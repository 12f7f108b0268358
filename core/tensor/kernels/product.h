/*
 * Matrix products in double, whatever `real` is, for measures that need the accuracy: a Gram matrix
 * squares the condition number of its factor. As in gemm(), the blocks depend only on the shapes,
 * so the bits of the result do not depend on the number of threads.
 */
#ifndef SSL_TENSOR_KERNELS_PRODUCT_H
#define SSL_TENSOR_KERNELS_PRODUCT_H

/* C {m, n} = op(A) op(B), row-major without gaps: A is {m, k}, or {k, m} if ta; B is {k, n}, or {n,
 * k} if tb. */
void product(int ta, int tb, int m, int n, int k, const double *a, const double *b, double *c);

/* Computes rows first .. first + rows - 1 of product()'s C into c {rows, n}, on the calling thread:
 * for use inside parallel_for(). */
void product_rows(int ta, int tb, int m, int n, int k, const double *a, const double *b, int first,
		  int rows, double *c);

#endif
