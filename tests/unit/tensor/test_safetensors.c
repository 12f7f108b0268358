/* Protects: checkpoints and exports. A damaged or hostile file is an error and never a crash. */
#include "core/tensor/safetensors.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/hash.h"
#include "tests/check.h"

struct scratch {
	char dir[64], path[80];
};

static void scratch_open(struct scratch *s)
{
	snprintf(s->dir, sizeof s->dir, "/tmp/ssl-st-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(s->dir));
	snprintf(s->path, sizeof s->path, "%s/f", s->dir);
}

static void scratch_close(struct scratch *s)
{
	unlink(s->path);
	CU_ASSERT_EQUAL(rmdir(s->dir), 0); /* no temporary file is left behind */
}

static const char *const keys[] = {"note", "we\"ird"};
static const char *const values[] = {"a \\ b\n\t\x01", "τ = 0.5"};
static const float numbers[6] = {1, -2, 3.5f, 4, 5, 6};
static const uint8_t bytes[3] = {0, 128, 255};
static const double wide[1] = {1e300};
static const int64_t big[2] = {-1, 1LL << 40};
static const struct st_entry entries[] = {
    {(char *)"encoder.conv1.weight", ST_F32, 2, {2, 3}, 6, numbers},
    {(char *)"u8", ST_U8, 1, {3}, 3, bytes},
    {(char *)"f64 \"q\"", ST_F64, 0, {0}, 1, wide},
    {(char *)"i64", ST_I64, 1, {2}, 2, big},
    {(char *)"none", ST_F32, 2, {0, 5}, 0, numbers},
};
enum { N = sizeof entries / sizeof *entries };

static void test_round_trip(void)
{
	struct scratch s;
	struct safetensors st;
	struct error err;
	char hash[HASH_HEX], again[HASH_HEX];
	double d[6];
	float f[6];

	scratch_open(&s);
	CU_ASSERT_EQUAL_FATAL(st_write(s.path, entries, N, keys, values, 2, hash, &err), 0);
	CU_ASSERT_EQUAL(hash_file(s.path, again, &err), 0);
	CU_ASSERT_STRING_EQUAL(hash, again);
	CU_ASSERT_EQUAL_FATAL(st_open(s.path, &st, &err), 0);
	CU_ASSERT_EQUAL(st.n, N);
	CU_ASSERT_EQUAL(((const char *)st.entry[0].data - (const char *)st.map.data) % 8, 0);
	for (int i = 0; i < N; i++) {
		CU_ASSERT_STRING_EQUAL(st.entry[i].name, entries[i].name);
		CU_ASSERT_EQUAL(st.entry[i].n, entries[i].n);
	}
	for (int i = 0; i < 2; i++)
		CU_ASSERT_STRING_EQUAL(st_meta(&st, keys[i]), values[i]);
	CU_ASSERT_PTR_NULL(st_meta(&st, "x"));
	CU_ASSERT_PTR_NULL(st_find(&st, "x"));
	st_to_double(st_find(&st, "encoder.conv1.weight"), d);
	CU_ASSERT(d[2] == 3.5 && d[5] == 6);
	st_to_float(st_find(&st, "u8"), f);
	CU_ASSERT(f[1] == 128 && f[2] == 255);
	st_to_double(st_find(&st, "f64 \"q\""), d);
	CU_ASSERT_EQUAL(d[0], 1e300);
	st_to_double(st_find(&st, "i64"), d);
	CU_ASSERT(d[0] == -1 && d[1] == 1099511627776.0);
	st_close(&st);
	st_close(&st);
	CU_ASSERT_EQUAL(st_write(s.path, entries, N, keys, values, 2, again, &err), 0);
	CU_ASSERT_STRING_EQUAL(hash, again);
	scratch_close(&s);
}

static void put(const char *path, const char *header, size_t data)
{
	uint64_t n = strlen(header);
	FILE *f = fopen(path, "wb");

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	fwrite(&n, 8, 1, f);
	fwrite(header, 1, n, f);
	for (size_t i = 0; i < data; i++)
		fputc(0, f);
	fclose(f);
}

#define A "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}"

static void test_good_headers(void)
{
	static const struct {
		const char *header;
		size_t data;
	} good[] = {
	    {"{}", 0},
	    {" { } ", 0},
	    {"{" A "}", 8},
	    {"{\"__metadata__\":{}," A "}   ", 8},
	    {"{ \"\\u00e9\\ud83d\\ude00\" : {\"shape\": [ ], \"data_offsets\": [0, "
	     "4],\n\"dtype\":\"I32\"} }",
	     4},
	    {"{\"b\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[8,11]}," A "}", 11},
	    {"{\"z\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}," A "}", 8},
	};
	struct scratch s;
	struct safetensors st;
	struct error err;

	scratch_open(&s);
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		int bad;

		put(s.path, good[i].header, good[i].data);
		bad = st_open(s.path, &st, &err);
		if (i == 1) { /* the header must begin with its brace */
			CU_ASSERT(bad);
			continue;
		}
		CU_ASSERT_EQUAL(bad, 0);
		if (!bad && i == 4)
			CU_ASSERT_STRING_EQUAL(st.entry[0].name, "é😀");
		if (!bad)
			st_close(&st);
	}
	scratch_close(&s);
}

static void test_bad_headers(void)
{
	static const struct {
		const char *header;
		size_t data;
	} bad[] = {
	    {"", 0},
	    {"[]", 0},
	    {"{", 0},
	    {"{}x", 0},
	    {"{" A "}", 7},
	    {"{" A "}", 9},
	    {"{" A "," A "}", 8},
	    {"{" A ",}", 8},
	    {"{" A ",\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8},
	    {"{" A ",\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[12,16]}}", 16},
	    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", 8},
	    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}", 8},
	    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", 8},
	    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]}}", 8},
	    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[02],\"data_offsets\":[0,8]}}", 8},
	    {"{\"a\":{\"dtype\":\"F99\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8},
	    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", 8},
	    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}}", 8},
	    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"shape\":[2],\"data_offsets\":[0,8]}}", 8},
	    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"more\":[2],\"data_offsets\":[0,8]}}", 8},
	    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,2],\"data_offsets\":[0,8]}}", 8},
	    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296,4294967298],"
	     "\"data_offsets\":[0,8]}}",
	     8},
	    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,99999999999999999999]}}",
	     8},
	    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[18446744073709551608,0]}}",
	     8},
	    {"{\"a\\u0000b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8},
	    {"{\"a\\ud83d\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8},
	    {"{\"a\\q\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8},
	    {"{\"a\n\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8},
	    {"{\"a\":[1]}", 0},
	    {"{\"__metadata__\":{\"k\":1}}", 0},
	    {"{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}", 0},
	    {"{\"__metadata__\":{},\"__metadata__\":{}}", 0},
	    {"{\"__metadata__\":{\"k\":", 0},
	    {"{\"a", 0},
	    {"{\"a\\", 0},
	    {"{\"a\\u12", 0},
	};
	struct scratch s;
	struct safetensors st;
	struct error err;

	scratch_open(&s);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		put(s.path, bad[i].header, bad[i].data);
		memset(&err, 0, sizeof err);
		if (!st_open(s.path, &st, &err)) {
			printf("accepted: %s\n", bad[i].header);
			st_close(&st);
		}
		CU_ASSERT_EQUAL(err.code, ERR_CORRUPT);
	}
	scratch_close(&s);
}

/* Every prefix of a good file is refused, and every flipped header byte is refused or harmless. */
static void test_damage(void)
{
	struct scratch s;
	struct safetensors st;
	struct error err;
	struct strbuf whole = STRBUF_INIT;
	double d[6];

	scratch_open(&s);
	CU_ASSERT_EQUAL_FATAL(st_write(s.path, entries, N, keys, values, 2, NULL, &err), 0);
	CU_ASSERT_EQUAL_FATAL(fs_read(s.path, &whole, &err), 0);
	for (size_t n = 0; n < whole.len; n++) {
		CU_ASSERT_EQUAL(truncate(s.path, (off_t)(whole.len - 1 - n)), 0);
		CU_ASSERT_EQUAL(st_open(s.path, &st, &err), -1);
	}
	for (size_t i = 0; i < whole.len; i++) {
		FILE *f = fopen(s.path, "wb");

		whole.buf[i] = (char)(whole.buf[i] ^ 1 << (i % 8));
		fwrite(whole.buf, 1, whole.len, f);
		fclose(f);
		whole.buf[i] = (char)(whole.buf[i] ^ 1 << (i % 8));
		if (st_open(s.path, &st, &err))
			continue;
		for (int j = 0; j < st.n; j++)
			if (st.entry[j].n <= 6)
				st_to_double(&st.entry[j], d);
		st_close(&st);
	}
	strbuf_release(&whole);
	scratch_close(&s);
}

static void test_cannot_write(void)
{
	struct error err = {0};

	CU_ASSERT_EQUAL(st_write("/nowhere/at/all", entries, N, NULL, NULL, 0, NULL, &err), -1);
	CU_ASSERT_EQUAL(err.code, ERR_FAILED);
}

/* An export cuts a prefix off names that a file has: what is left may be anything. */
static void test_names(void)
{
	char metadata[] = "__metadata__", a[] = "a";
	struct st_entry e[2] = {{.name = metadata}, {.name = a}};
	struct safetensors st;
	struct error err = {0};
	struct scratch s;

	scratch_open(&s);
	CU_ASSERT_EQUAL(st_write(s.path, e, 2, NULL, NULL, 0, NULL, &err), -1);
	CU_ASSERT(err.code == ERR_CORRUPT && strstr(err.msg, "__metadata__"));
	e[0].name = a;
	CU_ASSERT_EQUAL(st_write(s.path, e, 2, NULL, NULL, 0, NULL, &err), -1);
	CU_ASSERT(err.code == ERR_CORRUPT && strstr(err.msg, "'a' twice"));
	put(s.path, "{\"\xc3(\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8);
	CU_ASSERT_EQUAL(st_open(s.path, &st, &err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.msg, "not UTF-8"));
	scratch_close(&s);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"what is written reads back, and its bytes are determined", test_round_trip},
	    {"headers of other writers", test_good_headers},
	    {"bad headers are ERR_CORRUPT", test_bad_headers},
	    {"truncated and flipped files", test_damage},
	    {"an unwritable folder is ERR_FAILED", test_cannot_write},
	    {"names that a file cannot have are ERR_CORRUPT", test_names},
	    {0}};

	return check_run("tensor/safetensors", cases);
}
