#include "core/base/watch.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/terminal.h"

struct watch {
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t ended;
	int is_over;
	struct timespec deadline;
	char line[600];
};

static void *wait_for_end(void *ctx)
{
	struct watch *w = ctx;
	int rc = 0;

	pthread_mutex_lock(&w->mutex);
	while (!w->is_over && rc != ETIMEDOUT)
		rc = pthread_cond_timedwait(&w->ended, &w->mutex, &w->deadline);
	if (!w->is_over) {
		terminal_line(stderr, "ssl: %s", w->line);
		_exit(ERR_FAILED);
	}
	pthread_mutex_unlock(&w->mutex);
	return NULL;
}

/* The new thread blocks all signals, which other threads handle. */
static int start(struct watch *w)
{
	sigset_t all, old;
	int failed;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	failed = pthread_create(&w->thread, NULL, wait_for_end, w);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return failed;
}

static void release(struct watch *w)
{
	pthread_cond_destroy(&w->ended);
	pthread_mutex_destroy(&w->mutex);
	free(w);
}

struct watch *watch_begin(double seconds, const char *line)
{
	struct watch *w = xcalloc(1, sizeof *w);
	pthread_condattr_t monotonic;
	double whole = floor(seconds);

	snprintf(w->line, sizeof w->line, "%s", line);
	clock_gettime(CLOCK_MONOTONIC, &w->deadline);
	w->deadline.tv_sec += (time_t)whole;
	w->deadline.tv_nsec += (long)((seconds - whole) * 1e9);
	w->deadline.tv_sec += w->deadline.tv_nsec / 1000000000;
	w->deadline.tv_nsec %= 1000000000;
	pthread_mutex_init(&w->mutex, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&w->ended, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (!start(w))
		return w;
	release(w);
	return NULL;
}

void watch_end(struct watch *w)
{
	if (!w)
		return;
	pthread_mutex_lock(&w->mutex);
	w->is_over = 1;
	pthread_cond_signal(&w->ended);
	pthread_mutex_unlock(&w->mutex);
	pthread_join(w->thread, NULL);
	release(w);
}
