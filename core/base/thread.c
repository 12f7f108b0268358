#include "core/base/thread.h"

#include <signal.h>
#include <sys/resource.h>

int thread_start(pthread_t *t, void *(*fn)(void *arg), void *arg)
{
	pthread_attr_t attr;
	sigset_t all, before;
	int bad = pthread_attr_init(&attr);

	if (bad)
		return bad;
	pthread_attr_setstacksize(&attr, THREAD_STACK);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	bad = pthread_create(t, &attr, fn, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	return bad;
}

int thread_main_stack(struct error *err)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_STACK, &limit) || limit.rlim_cur == RLIM_INFINITY ||
	    limit.rlim_cur >= THREAD_STACK)
		return 0;
	if (limit.rlim_max == RLIM_INFINITY || limit.rlim_max >= THREAD_STACK) {
		limit.rlim_cur =
		    THREAD_STACK; /* the stack grows up to the limit in effect when it grows */
		if (!setrlimit(RLIMIT_STACK, &limit))
			return 0;
	}
	return error_set(err, ERR_FAILED,
			 "the stack is limited to %llu kB, and %d kB are needed: raise the limit "
			 "(ulimit -s)",
			 (unsigned long long)limit.rlim_max >> 10, THREAD_STACK >> 10);
}
