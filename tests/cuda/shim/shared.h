/*
 * The static shared arrays of all kernels of this executable. cuda_shim.hpp declares __shared__ as
 * `static` with a tag that becomes a part of the symbol's name, by which they are found (g++ 12
 * drops a section attribute in templates). Do not strip the executable.
 */
#ifndef SSL_TESTS_CUDA_SHARED_H
#define SSL_TESTS_CUDA_SHARED_H

#include <stddef.h>

/* Finds them, once. Returns NULL, or what is wrong with the executable. */
const char *shared_find(void);

/* Fills them with 0xff, which is NaN in every type of floating-point number. */
void shared_poison(void);

/* Their bytes in all; copies these to and from a buffer of that size. */
size_t shared_bytes(void);
void shared_save(char *to);
void shared_restore(const char *from);

int shared_has(const void *p);

#endif
