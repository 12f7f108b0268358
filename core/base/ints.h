/* Helpers for whole numbers. */
#ifndef SSL_BASE_INTS_H
#define SSL_BASE_INTS_H

static inline int min_int(int a, int b)
{
	return a < b ? a : b;
}

#endif
