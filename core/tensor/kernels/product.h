/*
 * Matrix products in double whatever `real` is, for measures that need it: a Gram matrix squares the
 * condition of what it is made of. Cut into blocks by the shapes alone, as gemm() is, so the bits do
 * not depend on threads.
 */
#ifndef SSL_TENSOR_KERNELS_PRODUCT_H
#define SSL_TENSOR_KERNELS_PRODUCT_H

/* C {m, n} = op(A) op(B), row-major and packed: A is {m, k}, or {k, m} when ta; B is {k, n}, or
 * {n, k} when tb. */
void product(int ta, int tb, int m, int n, int k, const double *a, const double *b, double *c);

/* Rows first .. first + rows - 1 of the same, into c {rows, n}, on the calling thread: for use inside
 * parallel_for(). */
void product_rows(int ta, int tb, int m, int n, int k, const double *a, const double *b, int first,
		  int rows, double *c);

#endif
