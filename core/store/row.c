#include "core/store/row.h"

#include <math.h>
#include <string.h>

static void damaged(struct row *r, const char *column, const char *why)
{
	if (!r->bad)
		error_set(r->err, ERR_CORRUPT,
			  "%s %lld: column %s %s: the store is damaged: `ssl fsck` looks for more; "
			  "restore it from a backup",
			  r->table, (long long)r->id, column, why);
	r->bad = 1;
}

int64_t row_int(struct row *r, int col, const char *column, int64_t lo, int64_t hi)
{
	int64_t v = sqlite3_column_int64(r->st, col);

	if (sqlite3_column_type(r->st, col) == SQLITE_INTEGER && v >= lo && v <= hi)
		return v;
	damaged(r, column,
		sqlite3_column_type(r->st, col) == SQLITE_INTEGER ? "is out of range"
								  : "is no whole number");
	return lo;
}

int64_t row_int_or_null(struct row *r, int col, const char *column, int64_t lo, int64_t hi)
{
	return sqlite3_column_type(r->st, col) == SQLITE_NULL ? 0 : row_int(r, col, column, lo, hi);
}

double row_real(struct row *r, int col, const char *column)
{
	int type = sqlite3_column_type(r->st, col);
	double v = sqlite3_column_double(r->st, col);

	if ((type == SQLITE_INTEGER || type == SQLITE_FLOAT) && isfinite(v))
		return v;
	damaged(r, column, "is no finite number");
	return 0;
}

double row_real_or_null(struct row *r, int col, const char *column)
{
	return sqlite3_column_type(r->st, col) == SQLITE_NULL ? 0 : row_real(r, col, column);
}

void row_text_into(struct row *r, int col, const char *column, char *out, size_t size)
{
	int type = sqlite3_column_type(r->st, col);

	out[0] = 0;
	if (type == SQLITE_TEXT)
		db_text_into(r->st, col, out, size);
	else
		damaged(r, column, type == SQLITE_NULL ? "is missing" : "is no text");
}

char *row_text_or_null(struct row *r, int col, const char *column)
{
	if (sqlite3_column_type(r->st, col) == SQLITE_NULL)
		return NULL;
	if (sqlite3_column_type(r->st, col) == SQLITE_TEXT)
		return xstrdup(db_text(r->st, col));
	damaged(r, column, "is no text");
	return NULL;
}

char *row_text(struct row *r, int col, const char *column)
{
	char *text = row_text_or_null(r, col, column);

	if (!text)
		damaged(r, column, "is missing");
	return text;
}

void row_hash(struct row *r, int col, const char *column, char out[HASH_HEX])
{
	const char *text = db_text(r->st, col);

	out[0] = 0;
	if (hash_is_hex(text))
		memcpy(out, text, HASH_HEX);
	else
		damaged(r, column, "is no SHA-256");
}
