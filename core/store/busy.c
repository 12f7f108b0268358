#include "core/store/busy.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/store/store_internal.h"

/* With store_wait_long() the wait is LONG_WAIT times the usual one, ten minutes; with
 * store_wait_briefly() it is the usual one divided by BRIEF_WAIT, a second. */
enum { LONG_WAIT = 40, BRIEF_WAIT = 15 };

static const double default_s = 15;

void store_wait_long(struct store *s, const volatile sig_atomic_t *stop)
{
	s->busy.waits_long = 1;
	s->busy.stop = stop;
}

void store_wait_briefly(struct store *s, int on)
{
	s->busy.waits_briefly = on;
}

/* The variable SSL_BUSY_MS is for scripts and tests. */
void busy_init(struct busy *b)
{
	const char *text = getenv("SSL_BUSY_MS");
	char *end;
	double ms;

	*b = (struct busy){.limit = default_s};
	b->jitter = (uint64_t)getpid() * 0x9E3779B97F4A7C15u;
	if (!text || !*text)
		return;
	ms = strtod(text, &end);
	if (!*end && ms >= 0 && ms < 1e9)
		b->limit = ms / 1000;
}

/* A process that was asked to stop waits no longer than the usual time. */
static double limit_of(const struct busy *b)
{
	if (b->waits_briefly)
		return b->limit / BRIEF_WAIT;
	return b->waits_long && !(b->stop && *b->stop) ? LONG_WAIT * b->limit : b->limit;
}

static void warn(struct store *s)
{
	if (s->busy.warned)
		return;
	s->busy.warned = 1;
	log_warn("%s: another process has locked the database for %g s: waiting up to %g s",
		 s->path, s->busy.limit, limit_of(&s->busy));
}

/* Sleeps for 1 to 50 ms, longer each time, and by a random time so that two waiting processes do
 * not stay in step. */
int busy_wait(void *ctx, int count)
{
	struct store *s = ctx;
	struct busy *b = &s->busy;
	double now = clock_now();
	unsigned longest = count < 6 ? 1u << count : 50;

	if (count == 0) {
		b->since = now;
		b->warned = 0;
	}
	if (now - b->since >= limit_of(b))
		return 0;
	if (now - b->since >= b->limit)
		warn(s);
	b->jitter = b->jitter * 6364136223846793005u + 1442695040888963407u;
	usleep(500 + (useconds_t)((b->jitter >> 33) % (1000 * longest)));
	return 1;
}
