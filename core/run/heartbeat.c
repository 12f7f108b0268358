#include "core/run/heartbeat.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "core/base/strbuf.h"
#include "core/base/thread.h"
#include "core/store/sweeps.h"

/* Waits a third of the lease. 1: the thread is to end. */
static int wait_for_end(struct heartbeat *h)
{
	struct pollfd p = {.fd = h->wake[0], .events = POLLIN};

	return poll(&p, 1, (int)(h->lease * 1000 / 3)) > 0; /* POLLHUP */
}

static void current(struct heartbeat *h, int64_t *cell, int64_t *token)
{
	pthread_mutex_lock(&h->lock);
	*cell = h->cell;
	*token = h->token;
	pthread_mutex_unlock(&h->lock);
}

/* Renews a claim that is the same at two successive wake-ups. If the renewal fails (a full disk)
 * the next one tries again. That a claim was lost to another worker is found by the run, when it
 * next writes. */
static void *renew(void *ctx)
{
	struct heartbeat *h = ctx;
	int64_t cell, token, before, before_token;
	struct error ignored;

	current(h, &before, &before_token);
	while (!wait_for_end(h)) {
		current(h, &cell, &token);
		if (cell && cell == before && token == before_token)
			cells_beat(h->store, cell, token, h->lease, &ignored);
		before = cell;
		before_token = token;
	}
	return NULL;
}

static int start_thread(struct heartbeat *h)
{
	pthread_mutex_init(&h->lock, NULL);
	return thread_start(&h->thread, renew, h);
}

int heartbeat_start(struct heartbeat *h, const struct store *s, double lease, struct error *err)
{
	struct strbuf above = STRBUF_INIT;
	int ret;

	memset(h, 0, sizeof *h);
	h->lease = lease;
	strbuf_addf(&above, "%s/..", store_dir(s));
	ret = store_open(&h->store, above.buf, STORE_WRITE, err);
	strbuf_release(&above);
	if (ret)
		return -1;
	if (pipe(h->wake)) {
		store_close(h->store);
		return error_errno(err, ERR_FAILED, "worker: pipe");
	}
	if (!start_thread(h))
		return 0;
	close(h->wake[0]);
	close(h->wake[1]);
	store_close(h->store);
	return error_set(err, ERR_FAILED, "worker: cannot start a thread");
}

void heartbeat_set(struct heartbeat *h, int64_t cell, int64_t token)
{
	pthread_mutex_lock(&h->lock);
	h->cell = cell;
	h->token = token;
	pthread_mutex_unlock(&h->lock);
}

void heartbeat_stop(struct heartbeat *h)
{
	close(h->wake[1]); /* poll() in the thread returns */
	pthread_join(h->thread, NULL);
	close(h->wake[0]);
	pthread_mutex_destroy(&h->lock);
	store_close(h->store);
}
