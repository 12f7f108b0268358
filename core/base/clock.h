/* Time: monotonic seconds for measuring, UTC text for recording. */
#ifndef SSL_BASE_CLOCK_H
#define SSL_BASE_CLOCK_H

enum { CLOCK_TEXT = 24 };

/* Monotonic seconds. */
double clock_now(void);

/* Unix time in seconds, with fraction. */
double clock_unix(void);

/* Writes Unix time t in the format of all recorded times, "2026-01-31 12:00:00.000": UTC, as
 * SQLite's own date functions write it, so that comparing the texts compares the times. Times
 * outside the years 1970 to 9999 become the nearest time inside. */
void clock_text(double t, char out[CLOCK_TEXT]);

/* Reads a UTC time in that format, or in that of older versions, "2026-01-31T12:00:00Z", and
 * writes it in the present format. -1 if the text is anything else, or if no such time exists. */
int clock_parse(const char *text, char out[CLOCK_TEXT]);

#endif
