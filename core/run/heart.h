/* The thread that shows that a worker lives: its own connection to the store, a third of the lease
 * between beats. A cell is first beaten for when it is that old or older. */
#ifndef SSL_RUN_HEART_H
#define SSL_RUN_HEART_H

#include <pthread.h>
#include <stdint.h>

#include "core/store/store.h"

struct heart {
	pthread_t thread;
	pthread_mutex_t lock;
	int wake[2]; /* a pipe: what can be read ends it */
	struct store *store; /* of the thread alone */
	double lease;
	int64_t cell, token; /* 0: nothing to keep alive */
};

int heart_start(struct heart *h, const struct store *s, double lease, struct error *err);
/* From now on for this claim; cell 0: for none. The first beat is a third of the lease away. */
void heart_set(struct heart *h, int64_t cell, int64_t token);
void heart_stop(struct heart *h);

#endif
