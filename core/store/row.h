/*
 * Inside core/store/ only: reads a row whose values are used for sizes, paths or arithmetic. A
 * damaged store, or one from elsewhere, may hold anything: a value that ssl could not have written
 * is ERR_CORRUPT, with row and column in the message, and is not passed on.
 */
#ifndef SSL_STORE_ROW_H
#define SSL_STORE_ROW_H

#include "core/store/store_internal.h"

/* Steps, epochs, images: more than any run takes, and products of two with a small number fit. */
#define ROW_COUNT_MAX INT64_C(1000000000000)

struct row {
	sqlite3_stmt *st;
	const char *table;
	int64_t id; /* of the row, for messages */
	struct error *err;
	int bad; /* a value was not valid: *err says which */
};

/* An integer from lo to hi; otherwise lo, and bad is set. */
int64_t row_int(struct row *r, int col, const char *column, int64_t lo, int64_t hi);
/* The same; NULL is valid and gives 0. */
int64_t row_int_or_null(struct row *r, int col, const char *column, int64_t lo, int64_t hi);
/* A finite number; otherwise 0, and bad is set. */
double row_real(struct row *r, int col, const char *column);
double row_real_or_null(struct row *r, int col, const char *column);
/* A text, owned by the caller; otherwise NULL, and bad is set. */
char *row_text(struct row *r, int col, const char *column);
/* The same; NULL is valid. */
char *row_text_or_null(struct row *r, int col, const char *column);
/* As row_text(), into a buffer, cut to its size; otherwise "", and bad is set. */
void row_text_into(struct row *r, int col, const char *column, char *out, size_t size);
/* A SHA-256; otherwise "", and bad is set. */
void row_hash(struct row *r, int col, const char *column, char out[HASH_HEX]);

#endif
