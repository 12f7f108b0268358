#include "core/archive/gunzip.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 1 << 16, TAIL = 8 };

/* Gzip members may be joined into one stream; then the trailer at the end speaks only for the last
 * one. Where the bytes of a member's start appear nowhere but at the beginning, the stream is one
 * member, and its trailer must agree with all that came out. Elsewhere the checksum is held against
 * the whole only if the length agrees. */
struct gunzip {
	struct archive *a;
	gunzip_source *read;
	void *ctx;
	struct error upstream; /* what `read` failed with */
	uint8_t buf[CHUNK];
	uint8_t tail[TAIL]; /* the last compressed bytes seen: CRC-32 and length, little-endian */
	uint64_t seen;      /* compressed bytes */
	int members;        /* places that may begin a member */
	uint32_t crc, size; /* of what came out */
	int empty;          /* nothing comes out */
	uint32_t table[4][256];
};

static void crc_table(uint32_t table[4][256])
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t c = i;

		for (int k = 0; k < 8; k++)
			c = c & 1 ? 0xEDB88320u ^ (c >> 1) : c >> 1;
		table[0][i] = c;
	}
	for (uint32_t i = 0; i < 256; i++)
		for (int k = 1; k < 4; k++)
			table[k][i] = table[0][table[k - 1][i] & 255] ^ (table[k - 1][i] >> 8);
}

/* CRC-32 continued from crc, four bytes a step ("slicing by 4"). */
static uint32_t crc_add(uint32_t table[4][256], uint32_t crc, const uint8_t *p, size_t n)
{
	uint32_t c = ~crc;

	for (; n >= 4; n -= 4, p += 4) {
		c ^= p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
		c = table[3][c & 255] ^ table[2][c >> 8 & 255] ^ table[1][c >> 16 & 255] ^
		    table[0][c >> 24];
	}
	for (; n; n--)
		c = table[0][(c ^ *p++) & 255] ^ (c >> 8);
	return ~c;
}

static int count_magic(const uint8_t *p, size_t n)
{
	static const uint8_t magic[3] = {0x1f, 0x8b, 8};
	const uint8_t *end = p + n;
	int count = 0;

	for (; end - p >= 3; p++) {
		p = memchr(p, magic[0], (size_t)(end - p) - 2);
		if (!p)
			break;
		count += !memcmp(p, magic, 3);
	}
	return count;
}

/* Remembers the last bytes, and counts the places where a member may begin. */
static void note_compressed(struct gunzip *g, size_t n)
{
	uint8_t seam[4]; /* the last two bytes of before and the first two of now */
	size_t k = n < 2 ? n : 2;

	if (g->seen >= 2) {
		memcpy(seam, g->tail + TAIL - 2, 2);
		memcpy(seam + 2, g->buf, k);
		g->members += count_magic(seam, k + 2);
	}
	g->members += count_magic(g->buf, n);
	if (n >= TAIL) {
		memcpy(g->tail, g->buf + n - TAIL, TAIL);
	} else {
		memmove(g->tail, g->tail + n, TAIL - n);
		memcpy(g->tail + TAIL - n, g->buf, n);
	}
	g->seen += n;
}

static la_ssize_t on_read(struct archive *a, void *ctx, const void **buf)
{
	struct gunzip *g = ctx;
	ssize_t n = g->read(g->ctx, g->buf, CHUNK, &g->upstream);

	if (n < 0) {
		archive_set_error(a, EIO, "%s", g->upstream.msg);
		return -1;
	}
	note_compressed(g, (size_t)n);
	*buf = g->buf;
	return n;
}

static int gunzip_error(struct gunzip *g, struct error *err)
{
	const char *why = archive_error_string(g->a);

	if (g->upstream.code) {
		if (err)
			*err = g->upstream;
		return -1;
	}
	return error_set(err, ERR_FAILED, "truncated or corrupt: %s",
			 why ? why : "not whole gzip data");
}

static int open_stream(struct gunzip *g, struct error *err)
{
	struct archive_entry *entry;
	int r;

	archive_read_support_filter_gzip(g->a);
	archive_read_support_format_raw(g->a);
	archive_read_support_format_empty(g->a);
	r = archive_read_open(g->a, g, NULL, on_read, NULL);
	if (r == ARCHIVE_OK)
		r = archive_read_next_header(g->a, &entry);
	if (r == ARCHIVE_EOF && !g->upstream.code)
		g->empty = 1;
	else if (r != ARCHIVE_OK && r != ARCHIVE_WARN)
		return gunzip_error(g, err);
	if (archive_filter_code(g->a, 0) != ARCHIVE_FILTER_GZIP)
		return error_set(err, ERR_FAILED, "truncated or corrupt gzip data");
	return 0;
}

struct gunzip *gunzip_open(gunzip_source *read, void *ctx, struct error *err)
{
	struct gunzip *g = xcalloc(1, sizeof *g);

	g->read = read;
	g->ctx = ctx;
	crc_table(g->table);
	g->a = archive_read_new();
	if (!g->a) {
		error_set(err, ERR_FAILED, "libarchive: out of memory");
		free(g);
		return NULL;
	}
	if (open_stream(g, err)) {
		gunzip_close(g);
		return NULL;
	}
	return g;
}

static uint32_t le32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static int check_trailer(struct gunzip *g, struct error *err)
{
	int agrees = g->seen >= TAIL && le32(g->tail + 4) == g->size;

	if (!agrees && g->members > 1)
		return 0;
	if (!agrees || le32(g->tail) != g->crc)
		return error_set(err, ERR_FAILED, "corrupt gzip data: the checksum differs");
	return 0;
}

ssize_t gunzip_read(struct gunzip *g, void *buf, size_t n, struct error *err)
{
	la_ssize_t got = g->empty || !n ? 0 : archive_read_data(g->a, buf, n);

	if (got < 0)
		return gunzip_error(g, err);
	if (got == 0)
		return n ? check_trailer(g, err) : 0;
	g->crc = crc_add(g->table, g->crc, buf, (size_t)got);
	g->size += (uint32_t)got;
	return got;
}

void gunzip_close(struct gunzip *g)
{
	if (!g)
		return;
	archive_read_free(g->a);
	free(g);
}
