/* Archives and single files of every kind, imported as `ssl data add` imports them. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "core/archive/unpack.h"
#include "core/base/fs.h"
#include "core/data/dataset.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char path[FUZZ_PATH];

	(void)argc;
	(void)argv;
	fuzz_begin();
	FUZZ_CHECK(!fs_mkdirs(fuzz_path(path, "out"), NULL));
	return 0;
}

/* What is imported can be mapped; what is not leaves nothing behind. */
static void import(const char *path, const struct dataset_import_opts *opts)
{
	char out[FUZZ_PATH], tmp[4200], hash[HASH_HEX];
	struct error err = {0};
	struct dataset d;

	fuzz_path(out, "out");
	if (dataset_import(path, opts, out, tmp, sizeof tmp, hash, &err)) {
		fuzz_check_error(&err);
		FUZZ_CHECK(err.code == ERR_USAGE || err.code == ERR_FAILED);
	} else if (!opts->dry) {
		if (dataset_open(&d, tmp, &err))
			fuzz_fail("a dataset that was imported cannot be read: %s", err.msg);
		FUZZ_CHECK(d.n[SPLIT_TRAIN] + d.n[SPLIT_UNLABELED] + d.n[SPLIT_VAL] > 0);
		dataset_close(&d);
		unlink(tmp);
	}
	FUZZ_CHECK(!rmdir(out)); /* empty */
	FUZZ_CHECK(!fs_mkdirs(out, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const split[] = {".=unlabeled"}, *const exclude[] = {"*.txt"};
	uint32_t sum = fuzz_sum(data, size);
	struct dataset_report report = {.skipped = STRBUF_INIT};
	struct dataset_import_opts opts = {.size = (int)(sum % 3) * 4,
					   .no_splits = sum / 3 % 4 == 1,
					   .split = split,
					   .splits = sum / 3 % 4 == 2,
					   .exclude = exclude,
					   .excludes = sum / 12 % 4 == 0,
					   .class_depth = (int)(sum / 48 % 4 == 0),
					   .skip_bad = sum / 192 % 2,
					   .bad_max = UINT32_MAX,
					   .bad_percent = 100,
					   .dry = sum / 384 % 8 == 0,
					   .report = &report};
	char path[FUZZ_PATH];

	fuzz_put("x", data, size);
	import(fuzz_path(path, "x"), &opts);
	strbuf_release(&report.skipped);
	return 0;
}

/* Checksums made right again, else few mutations would come past libarchive. */

static void mend_tar(uint8_t *data, size_t size)
{
	for (size_t at = 0; at + 512 <= size; at += 512) {
		uint8_t *h = data + at;
		unsigned total = 8 * ' ';

		if (memcmp(h + 257, "ustar", 5))
			continue;
		for (int i = 0; i < 512; i++)
			total += i >= 148 && i < 156 ? 0 : h[i];
		for (int i = 5; i >= 0; i--, total >>= 3)
			h[148 + i] = (uint8_t)('0' + (total & 7));
		h[154] = 0;
	}
}

static uint32_t le32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void put_le32(uint8_t *p, uint32_t x)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(x >> 8 * i);
}

/* Of a stored file in a zip, in front of its data and in the list at the end. */
static void mend_zip_file(uint8_t *data, size_t size, size_t at)
{
	size_t n = le32(data + at + 18), begin = at + 30 + data[at + 26] + data[at + 27] * 256u +
						 data[at + 28] + data[at + 29] * 256u;
	uint32_t crc;

	if (data[at + 8] || begin > size || n > size - begin)
		return;
	crc = (uint32_t)crc32(0, data + begin, (unsigned)n);
	put_le32(data + at + 14, crc);
	for (size_t i = begin + n; i + 46 <= size; i++)
		if (!memcmp(data + i, "PK\1\2", 4) && le32(data + i + 42) == at)
			put_le32(data + i + 16, crc);
}

static void mend(uint8_t *data, size_t size)
{
	if (size > 4 && !memcmp(data, "PK\3\4", 4)) {
		for (size_t at = 0; at + 30 <= size; at++)
			if (!memcmp(data + at, "PK\3\4", 4))
				mend_zip_file(data, size, at);
	} else {
		mend_tar(data, size);
	}
}

enum { INSIDE = 1 << 18 };

/* The bytes inside a gzip file; 0 when it is none, or too large. */
static size_t inflate_all(const uint8_t *data, size_t size, uint8_t *out)
{
	z_stream z = {0};
	size_t n = 0;

	if (size < 18 || data[0] != 0x1f || data[1] != 0x8b || inflateInit2(&z, 16 + MAX_WBITS))
		return 0;
	z.next_in = (uint8_t *)(uintptr_t)data;
	z.avail_in = (unsigned)size;
	z.next_out = out;
	z.avail_out = INSIDE;
	if (inflate(&z, Z_FINISH) == Z_STREAM_END)
		n = z.total_out;
	inflateEnd(&z);
	return n;
}

static size_t deflate_all(const uint8_t *in, size_t n, uint8_t *data, size_t max_size)
{
	z_stream z = {0};
	size_t size = 0;

	if (deflateInit2(&z, 1, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY))
		return 0;
	z.next_in = (uint8_t *)(uintptr_t)in;
	z.avail_in = (unsigned)n;
	z.next_out = data;
	z.avail_out = (unsigned)max_size;
	if (deflate(&z, Z_FINISH) == Z_STREAM_END)
		size = z.total_out;
	deflateEnd(&z);
	return size;
}

static size_t mutate_inside(uint8_t *data, size_t size, size_t max_size)
{
	uint8_t *in = xmalloc(INSIDE), *new = xmalloc(max_size);
	size_t n = inflate_all(data, size, in), packed = 0;

	if (n) {
		n = LLVMFuzzerMutate(in, n, INSIDE);
		mend(in, n);
		packed = deflate_all(in, n, new, max_size);
	}
	if (packed)
		memcpy(data, new, packed);
	free(in);
	free(new);
	return packed;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	size_t packed = seed % 4 ? mutate_inside(data, size, max_size) : 0;

	if (packed)
		return packed;
	size = LLVMFuzzerMutate(data, size, max_size);
	if (seed % 8)
		mend(data, size);
	return size;
}
