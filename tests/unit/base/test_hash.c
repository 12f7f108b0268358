/* Protects: the names of objects. Known answers of FIPS 180-2. */
#include "core/base/hash.h"

#include <string.h>
#include <unistd.h>
#include <stdlib.h>

#include "core/base/fs.h"
#include "tests/check.h"

static void test_known_answers(void)
{
	char hex[HASH_HEX], pieces[HASH_HEX];
	char *million = malloc(1000000);
	struct hash *h = hash_new();

	hash_buffer("", 0, hex);
	CU_ASSERT_STRING_EQUAL(hex,
			       "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	hash_buffer("abc", 3, hex);
	CU_ASSERT_STRING_EQUAL(hex,
			       "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	memset(million, 'a', 1000000);
	hash_buffer(million, 1000000, hex);
	CU_ASSERT_STRING_EQUAL(hex,
			       "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	for (size_t at = 0; at < 1000000; at += 12500)
		hash_add(h, million + at, 12500);
	hash_final(h, pieces);
	CU_ASSERT_STRING_EQUAL(hex, pieces);
	free(million);
}

static void test_file(void)
{
	char path[] = "/tmp/ssl-hash-XXXXXX", hex[HASH_HEX];
	int fd = mkstemp(path);
	struct error err;

	CU_ASSERT_EQUAL(write(fd, "abc", 3), 3);
	close(fd);
	CU_ASSERT_EQUAL(hash_file(path, hex, &err), 0);
	CU_ASSERT(!strncmp(hex, "ba7816bf", 8));
	unlink(path);
	CU_ASSERT_EQUAL(hash_file(path, hex, &err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.msg, path));
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"known answers, whole and in pieces", test_known_answers}, {"files", test_file}, {0}};

	return check_run("base/hash", cases);
}
