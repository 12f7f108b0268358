/*
 * A thread that renews the lease of the cell that its worker runs, every third of the lease, over a
 * store connection of its own. The first renewal comes a third of the lease or more after the
 * claim.
 */
#ifndef SSL_RUN_HEARTBEAT_H
#define SSL_RUN_HEARTBEAT_H

#include <pthread.h>
#include <stdint.h>

#include "core/store/store.h"

struct heartbeat {
	pthread_t thread;
	pthread_mutex_t lock;
	int wake[2];         /* a pipe; closing its end for writing ends the thread */
	struct store *store; /* used by the thread alone */
	double lease;
	int64_t cell, token; /* the claim to renew; cell 0: none */
};

int heartbeat_start(struct heartbeat *h, const struct store *s, double lease, struct error *err);
/* Renews this claim from now on; cell 0: none. */
void heartbeat_set(struct heartbeat *h, int64_t cell, int64_t token);
void heartbeat_stop(struct heartbeat *h);

#endif
