/*
 * Inside core/store/ only: how long the store waits while another process holds the database, and in
 * which steps. store_wait_long() and store_in_haste() are told in store.h.
 */
#ifndef SSL_STORE_BUSY_H
#define SSL_STORE_BUSY_H

#include <signal.h>
#include <stdint.h>

struct busy {
	double limit, since; /* seconds that everybody waits; when this wait began */
	uint64_t jitter;
	int patient, hasty, warned;
	const volatile sig_atomic_t *stop;
};

/* The default, or what SSL_BUSY_MS says. */
void busy_init(struct busy *b);

/* SQLite's busy handler; ctx: the store. 1: try again, 0: give up. */
int busy_wait(void *ctx, int count);

#endif
