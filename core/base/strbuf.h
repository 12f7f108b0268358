/*
 * A growing string: always NUL-terminated, never NULL. `STRBUF_INIT` makes an empty one;
 * strbuf_release() frees it and leaves it empty and usable.
 */
#ifndef SSL_BASE_STRBUF_H
#define SSL_BASE_STRBUF_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

struct strbuf {
	char *buf;
	size_t len, cap; /* cap 0: buf points at a shared empty string */
};

extern char strbuf_empty[1];
#define STRBUF_INIT                                                                                \
	{                                                                                          \
		strbuf_empty, 0, 0                                                                 \
	}

void strbuf_release(struct strbuf *sb);
void strbuf_clear(struct strbuf *sb);
void strbuf_add(struct strbuf *sb, const void *data, size_t n);
void strbuf_adds(struct strbuf *sb, const char *s);
void strbuf_addc(struct strbuf *sb, char c);
void strbuf_addf(struct strbuf *sb, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void strbuf_vaddf(struct strbuf *sb, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

void strbuf_add_int(struct strbuf *sb, int64_t v);

/* Removes the last n bytes. */
void strbuf_shorten(struct strbuf *sb, size_t n);

/* Appends x with as few digits as it needs to read back as the same double: 0.1, 1e-05, 25, nan,
 * inf, -inf. */
void strbuf_add_number(struct strbuf *sb, double x);

/* Returns the string, which the caller frees; sb is empty afterwards. */
char *strbuf_detach(struct strbuf *sb);

#endif
