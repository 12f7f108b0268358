/* SHA-256 (through libcrypto, whose only door this is), as lower-case hex. */
#ifndef SSL_BASE_HASH_H
#define SSL_BASE_HASH_H

#include <stddef.h>

#include "core/base/error.h"

enum { HASH_HEX = 65 }; /* 64 digits and a NUL */

struct hash;

struct hash *hash_new(void);
void hash_add(struct hash *h, const void *data, size_t n);
/* Writes the digest and frees h. */
void hash_final(struct hash *h, char hex[HASH_HEX]);

/* Is the text 64 lower-case hex digits, and so fit to name an object? */
int hash_is_hex(const char *text);

void hash_buffer(const void *data, size_t n, char hex[HASH_HEX]);
int hash_file(const char *path, char hex[HASH_HEX], struct error *err);

#endif
