#include "core/archive/expand.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 1 << 16 };

struct expand {
	struct gunzip *gz; /* or */
	struct archive *a;
	gunzip_source *read;
	void *ctx;
	struct error upstream; /* of a `read` that failed */
	size_t ahead, used;    /* bytes in buf that were read to identify the compression */
	size_t last;           /* bytes in buf that libarchive got last */
	int64_t given;         /* bytes that it got in total */
	int ended;             /* the end was reached, and all checks were made */
	uint8_t buf[CHUNK];
};

int expand_can(const uint8_t *magic, size_t n)
{
	static const struct {
		size_t n;
		uint8_t bytes[EXPAND_MAGIC];
	} kinds[] = {
	    {2, {0x1f, 0x8b}},
	    {3, {'B', 'Z', 'h'}},
	    {6, {0xfd, '7', 'z', 'X', 'Z', 0}},
	    {4, {0x28, 0xb5, 0x2f, 0xfd}},
	    {4, {0x04, 0x22, 0x4d, 0x18}},
	};

	for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (n >= kinds[i].n && !memcmp(magic, kinds[i].bytes, kinds[i].n))
			return 1;
	return 0;
}

/* Supplies the compressed data from the first byte on. */
static ssize_t source(void *ctx, void *buf, size_t n, struct error *err)
{
	struct expand *x = ctx;
	size_t left = x->ahead - x->used;

	if (!left)
		return x->read(x->ctx, buf, n, err);
	if (n > left)
		n = left;
	memcpy(buf, x->buf + x->used, n);
	x->used += n;
	return (ssize_t)n;
}

static la_ssize_t on_read(struct archive *a, void *ctx, const void **buf)
{
	struct expand *x = ctx;
	ssize_t n;

	*buf = x->buf;
	if (x->used < x->ahead) {
		n = (ssize_t)(x->ahead - x->used);
		x->used = x->ahead;
	} else {
		n = x->read(x->ctx, x->buf, CHUNK, &x->upstream);
	}
	if (n < 0)
		archive_set_error(a, EIO, "%s", x->upstream.msg);
	x->last = n > 0 ? (size_t)n : 0;
	x->given += (int64_t)x->last;
	return n;
}

static int failed(const struct expand *x, struct error *err)
{
	const char *why = archive_error_string(x->a);

	if (x->upstream.code) {
		if (err)
			*err = x->upstream;
		return -1;
	}
	return error_set(err, ERR_FAILED, "truncated or corrupt: %s", why ? why : "cannot be read");
}

static int open_stream(struct expand *x, struct error *err)
{
	struct archive_entry *entry;
	int r;

	x->a = archive_read_new();
	if (!x->a)
		return error_set(err, ERR_FAILED, "libarchive: out of memory");
	archive_read_support_filter_bzip2(x->a);
	archive_read_support_filter_lz4(x->a);
	archive_read_support_filter_xz(x->a);
	archive_read_support_filter_zstd(x->a);
	archive_read_support_format_raw(x->a);
	archive_read_support_format_empty(x->a);
	r = archive_read_open(x->a, x, NULL, on_read, NULL);
	if (r == ARCHIVE_OK)
		r = archive_read_next_header(x->a, &entry);
	if (r != ARCHIVE_OK && r != ARCHIVE_WARN && (r != ARCHIVE_EOF || x->upstream.code))
		return failed(x, err);
	if (archive_filter_code(x->a, 0) == ARCHIVE_FILTER_NONE)
		return error_set(err, ERR_FAILED, "truncated or corrupt: no compressed data in it");
	return 0;
}

struct expand *expand_open(gunzip_source *read, void *ctx, struct error *err)
{
	struct expand *x = xcalloc(1, sizeof *x);
	ssize_t n;

	x->read = read;
	x->ctx = ctx;
	n = read(ctx, x->buf, CHUNK, err);
	x->ahead = n > 0 ? (size_t)n : 0;
	if (n >= 2 && x->buf[0] == 0x1f && x->buf[1] == 0x8b)
		x->gz = gunzip_open(source, x, err);
	if (n < 0 || (!x->gz && open_stream(x, err))) {
		expand_close(x);
		return NULL;
	}
	return x;
}

static int all_zero(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i])
			return 0;
	return 1;
}

/* Checks that only zeros follow the end that libarchive found: it ignores a stream whose first
 * bytes are damaged. */
static int check_rest(struct expand *x, struct error *err)
{
	int64_t left = x->given - archive_filter_bytes(x->a, -1);
	ssize_t n = 0;
	int zero = left >= 0 && left <= (int64_t)x->last &&
		   all_zero(x->buf + x->last - (size_t)left, (size_t)left);

	while (zero && (n = source(x, x->buf, CHUNK, err)) > 0)
		zero = all_zero(x->buf, (size_t)n);
	x->ended = 1;
	if (n < 0)
		return -1;
	if (!zero)
		return error_set(err, ERR_FAILED,
				 "corrupt: other bytes follow the end of the compressed data");
	return 0;
}

ssize_t expand_read(struct expand *x, void *buf, size_t n, struct error *err)
{
	la_ssize_t got;

	if (x->gz)
		return gunzip_read(x->gz, buf, n, err);
	got = archive_read_data(x->a, buf, n);
	if (got < 0)
		return failed(x, err);
	return got || !n || x->ended ? got : check_rest(x, err);
}

void expand_close(struct expand *x)
{
	if (!x)
		return;
	gunzip_close(x->gz);
	archive_read_free(x->a);
	free(x);
}
