/* Time: seconds that only go forward for measuring, UTC text for the record. */
#ifndef SSL_BASE_CLOCK_H
#define SSL_BASE_CLOCK_H

/* Monotonic seconds. */
double clock_now(void);

/* Unix time in seconds, with fraction. */
double clock_unix(void);

/* Writes "2026-01-31T12:00:00Z" for Unix time t. */
void clock_iso(double t, char out[24]);

#endif
