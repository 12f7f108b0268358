/* Values as people read them: 3h, 412 MB, 87.25. What programs read (CSV, JSON) stays exact. */
#ifndef SSL_REPORT_HUMAN_H
#define SSL_REPORT_HUMAN_H

#include <stdint.h>

#include "core/base/strbuf.h"

/* "45s", "12m", "3h", "2d". */
void human_duration(double seconds, struct strbuf *out);

/* "512 B", "3.4 kB", "412 MB" (powers of 1000). */
void human_bytes(int64_t bytes, struct strbuf *out);

/* A recorded time to the second: "2026-01-31 12:00:00"; any other text as it is. */
void human_time(const char *time, struct strbuf *out);

enum human_kind {
	HUMAN_PLAIN,   /* six digits */
	HUMAN_PERCENT, /* two digits after the point */
	HUMAN_SECONDS, /* one digit after the point */
	HUMAN_DURATION,
	HUMAN_BYTES,
	HUMAN_TIME, /* to the second */
};

/* A column that a narrow terminal does without first: see table_minor(). */
int human_is_minor(const char *column);

/* What the name of a column says about its values. */
enum human_kind human_kind_of(const char *column);

#endif
