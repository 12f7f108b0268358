#include "core/base/mark.h"

#include <string.h>

static const char comment[] = "<!-- generator: ssl -->\n", svg_end[] = "</svg>\n",
		  meta[] = "<meta name=\"generator\" content=\"ssl\"/>\n",
		  pdf_comment[] = "% generator: ssl\n", pdf_end[] = "startxref\n";

/* A PNG begins with its signature and the chunk IHDR. The next chunk is ours: the length of its
 * data, type, data and CRC-32. */
enum { PNG_HEADER = 8 + 25 };
static const char png_signature[] = "\x89PNG\r\n\x1a\n";
static const char png_chunk[] = {0,   0,   0,   12,  't', 'E', 'X', 't', 'S', 'o', 'f', 't',
				 'w', 'a', 'r', 'e', 0,   's', 's', 'l', 3,   61,  -28, 8};

void mark_svg(struct strbuf *out)
{
	strbuf_adds(out, comment);
}

void mark_html(struct strbuf *out)
{
	strbuf_adds(out, meta);
}

void mark_markdown(struct strbuf *out)
{
	strbuf_adds(out, comment);
}

/* Appends the file with `mark` at this place. */
static void insert(const struct strbuf *file, size_t at, const void *mark, size_t n,
		   struct strbuf *out)
{
	strbuf_add(out, file->buf, at);
	strbuf_add(out, mark, n);
	strbuf_add(out, file->buf + at, file->len - at);
}

void mark_png(const struct strbuf *file, struct strbuf *out)
{
	if (file->len < PNG_HEADER)
		strbuf_add(out, file->buf, file->len);
	else
		insert(file, PNG_HEADER, png_chunk, sizeof png_chunk, out);
}

void mark_pdf(const struct strbuf *file, struct strbuf *out)
{
	size_t n = sizeof pdf_end - 1, at = file->len < n ? 0 : file->len - n;

	while (at && memcmp(file->buf + at, pdf_end, n) != 0)
		at--;
	insert(file, at ? at : file->len, pdf_comment, at ? sizeof pdf_comment - 1 : 0, out);
}

static int begins(const struct mark_ends *e, const char *with)
{
	size_t n = strlen(with);

	return e->n_head >= n && !memcmp(e->head, with, n);
}

/* True if `what` stands somewhere in the bytes, with `next` behind it. */
static int holds(const char *bytes, size_t n, const char *what, const char *next)
{
	size_t m = strlen(what), k = strlen(next);

	for (size_t i = 0; i + m + k <= n; i++)
		if (!memcmp(bytes + i, what, m) && !memcmp(bytes + i + m, next, k))
			return 1;
	return 0;
}

static int ends_svg(const struct mark_ends *e)
{
	size_t n = sizeof comment - 1 + sizeof svg_end - 1;

	return e->n_tail >= n && holds(e->tail + e->n_tail - n, n, comment, svg_end);
}

static int is_png(const struct mark_ends *e)
{
	return begins(e, png_signature) && e->n_head >= PNG_HEADER + sizeof png_chunk &&
	       !memcmp(e->head + PNG_HEADER, png_chunk, sizeof png_chunk);
}

int mark_is_in(const struct mark_ends *e)
{
	return is_png(e) || (begins(e, "<svg ") && ends_svg(e)) ||
	       (begins(e, "%PDF-") && holds(e->tail, e->n_tail, pdf_comment, pdf_end)) ||
	       (begins(e, "<!DOCTYPE html>") && holds(e->head, e->n_head, meta, "")) ||
	       begins(e, comment);
}
