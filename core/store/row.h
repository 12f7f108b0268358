/*
 * Inside core/store/ only: reading a row whose values decide over memory, files or arithmetic. A
 * damaged store, or one from elsewhere, may hold anything: what could not have been written there is
 * ERR_CORRUPT that names row and column, and never reaches the code behind.
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
	int bad; /* something was not as it should be: *err says what */
};

/* A whole number from lo to hi; else lo, and bad. */
int64_t row_int(struct row *r, int col, const char *column, int64_t lo, int64_t hi);
/* The same, where NULL is as good, and 0. */
int64_t row_int_or_null(struct row *r, int col, const char *column, int64_t lo, int64_t hi);
/* A finite number; else 0, and bad. */
double row_real(struct row *r, int col, const char *column);
double row_real_or_null(struct row *r, int col, const char *column);
/* An owned text, which must be there; else NULL, and bad. */
char *row_text(struct row *r, int col, const char *column);
/* The same, where NULL is as good. */
char *row_text_or_null(struct row *r, int col, const char *column);
/* As row_text() into a buffer, cut to its size; else "", and bad. */
void row_text_into(struct row *r, int col, const char *column, char *out, size_t size);
/* A SHA-256; else "", and bad. */
void row_hash(struct row *r, int col, const char *column, char out[HASH_HEX]);

#endif
