/*
 * Small files to import, written byte by byte: a scratch folder, tar, gzip and PNG (both with stored,
 * not compressed, data), and what an import of them gives.
 */
#ifndef SSL_TESTS_DATA_FILES_H
#define SSL_TESTS_DATA_FILES_H

#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/strbuf.h"
#include "core/data/dataset.h"
#include "tests/check.h"

struct files {
	char dir[256], path[1024]; /* path: of the last files_put() */
	struct error err;
	struct dataset data; /* of the last files_import() */
	char hash[HASH_HEX];
};

static inline void files_open(struct files *f)
{
	const char *tmp = getenv("TMPDIR");

	memset(f, 0, sizeof *f);
	snprintf(f->dir, sizeof f->dir, "%s/ssl-data.XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(f->dir)) {
		perror(f->dir);
		exit(1);
	}
}

static inline int files_remove_one(const char *path, const struct stat *st, int type,
				   struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline void files_close(struct files *f)
{
	if (f->data.map.data)
		dataset_close(&f->data);
	nftw(f->dir, files_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Writes DIR/name, making its folders. */
static inline void files_put(struct files *f, const char *name, const void *data, size_t n)
{
	char *slash;
	FILE *file;

	snprintf(f->path, sizeof f->path, "%s/%s", f->dir, name);
	slash = strrchr(f->path, '/');
	*slash = 0;
	CU_ASSERT_EQUAL_FATAL(fs_mkdirs(f->path, &f->err), 0);
	*slash = '/';
	file = fopen(f->path, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	CU_ASSERT_EQUAL_FATAL(fwrite(data, 1, n, file), n);
	CU_ASSERT_EQUAL_FATAL(fclose(file), 0);
}

static inline int files_count_one(const char *path, const struct stat *st, int type,
				  struct FTW *ftw)
{
	(void)st;
	(void)ftw;
	if (type == FTW_F)
		fprintf(stderr, "\n  left: %s\n", path);
	return type == FTW_F;
}

/* Imports DIR/name into f->data: 0; or -1 with f->err, when nothing may be left in the folder that
 * the dataset would have gone to. */
static inline int files_import_opts(struct files *f, const char *name,
				    const struct dataset_import_opts *opts)
{
	char path[512], out[512], tmp[600];

	if (f->data.map.data)
		dataset_close(&f->data);
	memset(&f->err, 0, sizeof f->err);
	snprintf(path, sizeof path, "%s/%s", f->dir, name);
	snprintf(out, sizeof out, "%s.out", f->dir);
	CU_ASSERT_EQUAL_FATAL(fs_mkdirs(out, NULL), 0);
	if (dataset_import(path, opts, out, tmp, sizeof tmp, f->hash, &f->err)) {
		CU_ASSERT_NOT_EQUAL(f->err.code, 0);
		CU_ASSERT_EQUAL(nftw(out, files_count_one, 4, FTW_PHYS), 0);
		rmdir(out);
		return -1;
	}
	CU_ASSERT_EQUAL_FATAL(dataset_open(&f->data, tmp, &f->err), 0);
	unlink(tmp); /* mapped */
	rmdir(out);
	return 0;
}

static inline int files_import(struct files *f, const char *name, int size)
{
	struct dataset_import_opts opts = {.size = size};

	return files_import_opts(f, name, &opts);
}

/* The import fails with this code, and the text is in the message. */
static inline void files_refused(struct files *f, const char *name, int size, enum error_code code,
				 const char *text)
{
	int bad = files_import(f, name, size);

	CU_ASSERT_EQUAL(bad, -1);
	if (!bad || f->err.code != code || !strstr(f->err.msg, text)) {
		fprintf(stderr, "\n  not %d, '%s': %d, '%s'\n", (int)code, text, (int)f->err.code,
			f->err.msg);
		CU_FAIL("another error");
	}
}

static inline void files_be32(struct strbuf *out, uint32_t x)
{
	const uint8_t b[4] = {(uint8_t)(x >> 24), (uint8_t)(x >> 16), (uint8_t)(x >> 8), (uint8_t)x};

	strbuf_add(out, b, 4);
}

static inline void files_fill(struct strbuf *out, int value, size_t n)
{
	while (n--)
		strbuf_addc(out, (char)value);
}

/* One entry of a tar; type '0' file, '1' hard link, '2' symbolic link, '5' folder. */
static inline void files_tar_add(struct strbuf *tar, const char *name, char type, const char *link,
				 const void *data, size_t n)
{
	char h[512] = "", sum[16];
	unsigned total = 0;

	snprintf(h, 100, "%s", name);
	memcpy(h + 100, "0000644\0000000000\0000000000", 24);
	snprintf(h + 124, 12, "%011o", (unsigned)n);
	memcpy(h + 136, "00000000000\0        ", 20);
	h[156] = type;
	snprintf(h + 157, 100, "%s", link);
	memcpy(h + 257, "ustar\00000", 8);
	for (int i = 0; i < 512; i++)
		total += (uint8_t)h[i];
	snprintf(sum, sizeof sum, "%06o", total);
	memcpy(h + 148, sum, 7);
	strbuf_add(tar, h, 512);
	strbuf_add(tar, data, n);
	files_fill(tar, 0, (512 - n % 512) % 512);
}

static inline void files_tar_end(struct strbuf *tar)
{
	files_fill(tar, 0, 1024);
}

static inline uint32_t files_crc(const void *data, size_t n)
{
	const uint8_t *p = data;
	uint32_t c = ~0u;

	for (size_t i = 0; i < n; i++) {
		c ^= p[i];
		for (int k = 0; k < 8; k++)
			c = c & 1 ? 0xEDB88320u ^ (c >> 1) : c >> 1;
	}
	return ~c;
}

/* A deflate stream of stored blocks. */
static inline void files_stored(struct strbuf *out, const void *data, size_t n)
{
	const char *p = data;

	do {
		size_t k = n < 65535 ? n : 65535;
		const uint8_t h[5] = {n == k, (uint8_t)k, (uint8_t)(k >> 8), (uint8_t)~k,
				      (uint8_t)(~k >> 8)};

		strbuf_add(out, h, 5);
		strbuf_add(out, p, k);
		p += k;
		n -= k;
	} while (n);
}

static inline void files_gzip(struct strbuf *out, const void *data, size_t n)
{
	uint32_t crc = files_crc(data, n);

	strbuf_add(out, "\x1f\x8b\x08\0\0\0\0\0\0\x03", 10);
	files_stored(out, data, n);
	for (int i = 0; i < 4; i++)
		strbuf_addc(out, (char)(crc >> (8 * i)));
	for (int i = 0; i < 4; i++)
		strbuf_addc(out, (char)(n >> (8 * i)));
}

static inline void files_png_chunk(struct strbuf *out, const char *type, const struct strbuf *body)
{
	size_t at = out->len + 4;

	files_be32(out, (uint32_t)body->len);
	strbuf_adds(out, type);
	strbuf_add(out, body->buf, body->len);
	files_be32(out, files_crc(out->buf + at, out->len - at));
}

/* A PNG of `depth` bits a sample; kind 0 grey, 2 RGB, 4 grey and alpha, 6 RGB and alpha. rows: height
 * rows of `stride` bytes. */
static inline void files_png(struct strbuf *out, int w, int h, int depth, int kind,
			     const uint8_t *rows, size_t stride)
{
	struct strbuf body = STRBUF_INIT, raw = STRBUF_INIT;
	uint32_t a = 1, b = 0;

	strbuf_add(out, "\x89PNG\r\n\x1a\n", 8);
	files_be32(&body, (uint32_t)w);
	files_be32(&body, (uint32_t)h);
	strbuf_addc(&body, (char)depth);
	strbuf_addc(&body, (char)kind);
	files_fill(&body, 0, 3);
	files_png_chunk(out, "IHDR", &body);
	strbuf_clear(&body);
	for (int y = 0; y < h; y++) {
		strbuf_addc(&raw, 0);
		strbuf_add(&raw, rows + (size_t)y * stride, stride);
	}
	strbuf_add(&body, "\x78\x01", 2);
	files_stored(&body, raw.buf, raw.len);
	for (size_t i = 0; i < raw.len; i++) {
		a = (a + (uint8_t)raw.buf[i]) % 65521;
		b = (b + a) % 65521;
	}
	files_be32(&body, b << 16 | a);
	files_png_chunk(out, "IDAT", &body);
	strbuf_clear(&body);
	files_png_chunk(out, "IEND", &body);
	strbuf_release(&body);
	strbuf_release(&raw);
}

/* An 8-bit RGB PNG of one colour at DIR/name. */
static inline void files_put_png(struct files *f, const char *name, int w, int h, int r, int g,
				 int b)
{
	struct strbuf png = STRBUF_INIT, rows = STRBUF_INIT;

	for (int i = 0; i < w * h; i++) {
		strbuf_addc(&rows, (char)r);
		strbuf_addc(&rows, (char)g);
		strbuf_addc(&rows, (char)b);
	}
	files_png(&png, w, h, 8, 2, (const uint8_t *)rows.buf, (size_t)w * 3);
	files_put(f, name, png.buf, png.len);
	strbuf_release(&rows);
	strbuf_release(&png);
}

#endif
