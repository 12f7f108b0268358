/* Values as people read them: 3h, 412 MB, 87.25. Formats for programs (CSV, JSON) have exact values. */
#ifndef SSL_REPORT_HUMAN_H
#define SSL_REPORT_HUMAN_H

#include <stdint.h>

#include "core/base/strbuf.h"
#include "core/store/query/columns.h"

/* "45s", "12m", "3h", "2d". */
void human_duration(double seconds, struct strbuf *out);

/* "512 B", "3.4 kB", "412 MB" (powers of 1000). */
void human_bytes(int64_t bytes, struct strbuf *out);

/* A recorded time to the second, "2026-01-31 12:00:00"; other text is copied. */
void human_time(const char *time, struct strbuf *out);

/* A value of a metric with this unit (metric_kinds.h), without the unit: "87.25" for "%", else four
 * significant digits. plus: with a sign if it is positive. */
void human_metric(double v, const char *unit, int plus, struct strbuf *out);

/* A number in its unit: "87.25", "12.5", "3h", "412 MB". digits: significant ones of a plain number. */
void human_real(double v, enum unit unit, int digits, struct strbuf *out);

#endif
