#include "core/archive/gunzip.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

enum { CHUNK = 1 << 16, GZIP_WINDOW = 15 + 16 }; /* for zlib: gzip, any window */

/* The position relative to the members. */
enum place { BEFORE_FIRST, IN_MEMBER, AFTER_MEMBER, IN_PADDING, AT_END };

struct gunzip {
	z_stream z;
	gunzip_source *read;
	void *ctx;
	enum place place;
	int source_ended;
	uint8_t buf[CHUNK];
};

struct gunzip *gunzip_open(gunzip_source *read, void *ctx, struct error *err)
{
	struct gunzip *g = xcalloc(1, sizeof *g);

	g->read = read;
	g->ctx = ctx;
	if (inflateInit2(&g->z, GZIP_WINDOW) != Z_OK) {
		error_set(err, ERR_FAILED, "zlib: out of memory");
		free(g);
		return NULL;
	}
	return g;
}

/* Reads more compressed bytes after those that are left. 0, also at the end of the source; -1. */
static int fill(struct gunzip *g, struct error *err)
{
	ssize_t n;

	if (g->source_ended)
		return 0;
	if (g->z.avail_in)
		memmove(g->buf, g->z.next_in, g->z.avail_in);
	g->z.next_in = g->buf;
	n = g->read(g->ctx, g->buf + g->z.avail_in, CHUNK - g->z.avail_in, err);
	if (n < 0)
		return -1;
	g->z.avail_in += (unsigned)n;
	g->source_ended = n == 0;
	return 0;
}

static int truncated(struct error *err)
{
	return error_set(err, ERR_FAILED, "truncated or corrupt: the gzip data ends too early");
}

static int garbage(struct error *err)
{
	return error_set(err, ERR_FAILED, "corrupt gzip data: other bytes follow its end");
}

/* After a member follows another member, zeros up to the end (padding of tapes), or the end. */
static int read_gap(struct gunzip *g, struct error *err)
{
	while (g->z.avail_in < 2 && !g->source_ended)
		if (fill(g, err))
			return -1;
	if (!g->z.avail_in) {
		g->place = AT_END;
		return g->source_ended ? 0 : -1;
	}
	if (g->place == AFTER_MEMBER && g->z.next_in[0] == 0x1f) {
		inflateReset(&g->z);
		g->place = IN_MEMBER;
		return 0;
	}
	g->place = IN_PADDING;
	for (; g->z.avail_in; g->z.avail_in--, g->z.next_in++)
		if (*g->z.next_in)
			return garbage(err);
	return 0;
}

static int inflate_failed(const struct gunzip *g, int r, struct error *err)
{
	const char *why = g->z.msg ? g->z.msg : "cannot be read";

	if (r == Z_MEM_ERROR)
		return error_set(err, ERR_FAILED, "zlib: out of memory");
	/* "incorrect data check", "incorrect length check" */
	if (r == Z_DATA_ERROR && strstr(why, "check") && !strstr(why, "header"))
		return error_set(err, ERR_FAILED, "corrupt gzip data: the checksum differs");
	return error_set(err, ERR_FAILED, "truncated or corrupt: gzip data: %s", why);
}

/* One step of inflate() inside a member. */
static int step(struct gunzip *g, struct error *err)
{
	int r;

	if (!g->z.avail_in && fill(g, err))
		return -1;
	if (!g->z.avail_in)
		return truncated(err);
	r = inflate(&g->z, Z_NO_FLUSH);
	if (r == Z_STREAM_END)
		g->place = AFTER_MEMBER; /* zlib has checked the CRC and the length */
	else if (r != Z_OK && r != Z_BUF_ERROR)
		return inflate_failed(g, r, err);
	return 0;
}

ssize_t gunzip_read(struct gunzip *g, void *buf, size_t n, struct error *err)
{
	size_t want = n < CHUNK ? n : CHUNK;
	int bad = 0;

	if (g->place == BEFORE_FIRST)
		g->place = IN_MEMBER;
	g->z.next_out = buf;
	g->z.avail_out = (unsigned)want;
	while (!bad && g->z.avail_out == want && g->place != AT_END && n)
		bad = g->place == IN_MEMBER ? step(g, err) : read_gap(g, err);
	return bad ? -1 : (ssize_t)(want - g->z.avail_out);
}

void gunzip_close(struct gunzip *g)
{
	if (!g)
		return;
	inflateEnd(&g->z);
	free(g);
}
