/*
 * Points of the Sobol' sequence, which fill the unit cube more evenly than random points. The
 * direction numbers are those of Joe and Kuo, "Constructing Sobol sequences with better
 * two-dimensional projections", SIAM J. Sci. Comput. 30 (2008). A random digital shift per
 * dimension (the bits are XORed with a random word; Owen's simplest randomisation) preserves all
 * net properties.
 */
#ifndef SSL_RECIPE_SOBOL_H
#define SSL_RECIPE_SOBOL_H

#include <stdint.h>

enum { SOBOL_DIMS = 20 };

/* Fills x[0 .. dims-1], in [0, 1), with the i-th point of the sequence, shifted by `seed`. dims <=
 * SOBOL_DIMS, or it is a BUG(). */
void sobol_point(uint64_t seed, uint32_t i, int dims, double *x);

#endif
