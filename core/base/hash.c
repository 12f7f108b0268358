#include "core/base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fs.h"

struct hash {
	EVP_MD_CTX *ctx;
};

struct hash *hash_new(void)
{
	struct hash *h = xmalloc(sizeof *h);

	if (!OPENSSL_init_crypto(0, NULL) || !OSSL_LIB_CTX_get0_global_default())
		out_of_memory(); /* libcrypto would crash later */
	h->ctx = EVP_MD_CTX_new();
	if (!h->ctx || EVP_DigestInit_ex(h->ctx, EVP_sha256(), NULL) != 1)
		out_of_memory(); /* libcrypto always has SHA-256, so it lacks memory */
	return h;
}

void hash_add(struct hash *h, const void *data, size_t n)
{
	if (EVP_DigestUpdate(h->ctx, data, n) != 1)
		BUG("EVP_DigestUpdate failed");
}

void hash_final(struct hash *h, char hex[HASH_HEX])
{
	unsigned char md[32];
	int i;

	if (EVP_DigestFinal_ex(h->ctx, md, NULL) != 1)
		BUG("EVP_DigestFinal_ex failed");
	for (i = 0; i < 32; i++)
		snprintf(hex + 2 * i, 3, "%02x", md[i]);
	EVP_MD_CTX_free(h->ctx);
	free(h);
}

int hash_is_hex(const char *text)
{
	return strlen(text) == HASH_HEX - 1 && strspn(text, "0123456789abcdef") == HASH_HEX - 1;
}

void hash_buffer(const void *data, size_t n, char hex[HASH_HEX])
{
	struct hash *h = hash_new();

	hash_add(h, data, n);
	hash_final(h, hex);
}

int hash_file(const char *path, char hex[HASH_HEX], struct error *err)
{
	enum { CHUNK = 1 << 18 };
	struct hash *h;
	unsigned char *buf;
	char unused[HASH_HEX];
	ssize_t n;
	int fd = fs_open_file(path, ERR_FAILED, err), ret = 0;

	if (fd < 0)
		return -1;
	h = hash_new();
	buf = xmalloc(CHUNK);
	while ((n = read(fd, buf, CHUNK)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			ret = error_errno(err, ERR_FAILED, "%s", path);
			break;
		}
		hash_add(h, buf, (size_t)n);
	}
	hash_final(h, ret ? unused : hex);
	free(buf);
	close(fd);
	return ret;
}
