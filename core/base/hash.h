/* SHA-256 as lower-case hex. Only this module uses libcrypto. */
#ifndef SSL_BASE_HASH_H
#define SSL_BASE_HASH_H

#include <stddef.h>

#include "core/base/error.h"

enum { HASH_HEX = 65 }; /* 64 digits and a NUL */

struct hash;

/* A new computation; hash_final() frees it. */
struct hash *hash_new(void);
void hash_add(struct hash *h, const void *data, size_t n);
/* Writes the digest and frees h. */
void hash_final(struct hash *h, char hex[HASH_HEX]);

/* True if the text is 64 lower-case hex digits, which can name an object. */
int hash_is_hex(const char *text);

/* The hash of n bytes, and that of a file (ERR_FAILED if it cannot be read). */
void hash_buffer(const void *data, size_t n, char hex[HASH_HEX]);
int hash_file(const char *path, char hex[HASH_HEX], struct error *err);

#endif
