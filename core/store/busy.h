/*
 * Inside core/store/ only: how long the store waits while another process holds the database, and
 * in which steps. store.h describes store_wait_long() and store_wait_briefly().
 */
#ifndef SSL_STORE_BUSY_H
#define SSL_STORE_BUSY_H

#include <signal.h>
#include <stdint.h>

struct busy {
	double limit, since; /* the usual wait in seconds; when this wait began */
	uint64_t jitter;
	int waits_long, waits_briefly; /* set by the functions of these names */
	int warned;                    /* the warning of this wait was printed */
	const volatile sig_atomic_t *stop;
};

/* The default wait, or the value of SSL_BUSY_MS. */
void busy_init(struct busy *b);

/* SQLite's busy handler; ctx is the store. 1: try again, 0: give up. */
int busy_wait(void *ctx, int count);

#endif
