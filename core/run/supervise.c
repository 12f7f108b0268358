/* The process that minds a sweep's workers. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/run/sweep.h"
#include "core/run/worker.h"

enum { FRUITLESS = 5 }; /* deaths without a claim in between, after which no one is put in place */

struct crew {
	const struct supervisor *v;
	pid_t *pid; /* 0: that place is empty */
	int alive, told, failed_code;
	int deaths; /* since `claims` last went up */
	int64_t claims;
	struct sweep_counts n;
};

/* The kernel tells the worker should we die; we may have done so before it asked for that. */
static void become_worker(const struct supervisor *v, pid_t parent)
{
	char threads[16];
	char *argv[] = {(char *)"ssl", (char *)"-C",           (char *)v->dir,
			(char *)"-q",  (char *)"worker",       (char *)"-j",
			threads,       (char *)v->sweep->name, NULL};

	snprintf(threads, sizeof threads, "%d", v->threads);
#ifdef __linux__
	prctl(PR_SET_PDEATHSIG, SIGTERM);
#endif
	if (getppid() != parent)
		_exit(ERR_PREEMPTED);
	execv("/proc/self/exe", argv);
	execvp("ssl", argv); /* where there is no /proc */
	_exit(127);
}

static int start_worker(struct crew *c, int i, struct error *err)
{
	pid_t parent = getpid(), pid = fork();

	if (pid < 0)
		return error_errno(err, ERR_FAILED, "fork");
	if (!pid)
		become_worker(c->v, parent);
	c->pid[i] = pid;
	c->alive++;
	return 0;
}

/* Too many processes: those that there are do the work. */
static int start_or_do_without(struct crew *c, int i, struct error *err)
{
	if (!start_worker(c, i, err))
		return 0;
	if (!c->alive)
		return -1;
	log_warn("%s: %s: %d worker%s go on", c->v->sweep->name, err->msg, c->alive,
		 c->alive == 1 ? "" : "s");
	return 0;
}

/* A worker that was killed leaves its cell to the next at once, and has a successor unless they all
 * die before they claim anything. */
static int bury(struct crew *c, int i, int status, struct error *err)
{
	const struct supervisor *v = c->v;
	struct error passing;
	char name[160];
	pid_t pid = c->pid[i];

	c->pid[i] = 0;
	c->alive--;
	worker_name((long)pid, name, sizeof name);
	if (!WIFEXITED(status) || WEXITSTATUS(status)) /* or else, with its lease */
		cells_reap(v->store, v->sweep->id, name, &passing);
	if (WIFEXITED(status)) {
		int code = WEXITSTATUS(status);

		if (code && code != ERR_PREEMPTED && code != ERR_CELLS)
			c->failed_code = code > ERR_CELLS ? ERR_FAILED : code;
		return 0;
	}
	log_warn("%s: worker %ld was killed by signal %d", v->sweep->name, (long)pid,
		 WTERMSIG(status));
	if (c->told || ++c->deaths > FRUITLESS)
		return 0;
	return start_or_do_without(c, i, err);
}

static int look_after(struct crew *c, struct error *err)
{
	for (int i = 0; i < c->v->workers; i++) {
		int status = ERR_FAILED << 8; /* of one that cannot be waited for */
		pid_t ended;

		if (!c->pid[i])
			continue;
		ended = waitpid(c->pid[i], &status, WNOHANG);
		if (ended < 0 ? errno != EINTR : ended > 0)
			if (bury(c, i, status, err))
				return -1;
	}
	if (!c->told && c->v->stop && *c->v->stop) {
		for (int i = 0; i < c->v->workers; i++)
			if (c->pid[i])
				kill(c->pid[i], SIGTERM);
		c->told = 1;
	}
	return 0;
}

static int count(struct crew *c, struct error *err)
{
	const struct supervisor *v = c->v;

	if (sweeps_count(v->store, v->sweep->id, &c->n, err))
		return -1;
	if (c->n.claims != c->claims)
		c->deaths = 0;
	c->claims = c->n.claims;
	if (v->tick)
		v->tick(v->ctx, &c->n, c->alive);
	return 0;
}

static int mind(struct crew *c, struct error *err)
{
	double counted = clock_now();

	while (c->alive) {
		if (look_after(c, err))
			return -1;
		if (clock_now() - counted >= 0.25) {
			/* what cannot be read now may be later; the workers go on */
			struct error passing;

			count(c, &passing);
			counted = clock_now();
		}
		usleep(10000);
	}
	return count(c, err);
}

static int outcome(const struct crew *c, struct error *err)
{
	const struct sweep_counts *n = &c->n;
	const char *name = c->v->sweep->name;
	int left = n->queued + n->held + n->running + n->stale;

	if (left && c->v->stop && *c->v->stop)
		return error_set(err, ERR_PREEMPTED,
				 "%s: stopped by signal %d: %d of %d cells are left: `ssl sweep "
				 "start %s` goes on",
				 name, *c->v->stop, left, n->cells, name);
	if (n->failed && (!left || n->stopped))
		return error_set(err, ERR_CELLS,
				 "%s: %d of %d cells failed: `ssl sweep status %s` says why, `ssl "
				 "sweep retry %s` queues them again",
				 name, n->failed, n->cells, name, name);
	if (left && c->failed_code)
		return error_set(err, (enum error_code)c->failed_code,
				 "%s: its workers could not go on: %d of %d cells are left", name,
				 left, n->cells);
	if (left && !n->paused)
		return error_set(err, ERR_FAILED,
				 "%s: its workers died again and again: %d of %d cells are left",
				 name, left, n->cells);
	return 0;
}

int supervise(const struct supervisor *v, struct sweep_counts *n, struct error *err)
{
	struct crew c = {.v = v};
	int ret = 0, left;

	if (sweeps_count(v->store, v->sweep->id, &c.n, err))
		return -1;
	c.pid = xcalloc((size_t)v->workers, sizeof *c.pid);
	left = c.n.queued + c.n.held + c.n.running + c.n.stale;
	for (int i = 0; i < v->workers && i < left && !ret; i++)
		ret = start_or_do_without(&c, i, err);
	if (!ret)
		ret = mind(&c, err);
	for (int i = 0; i < v->workers; i++) /* after a fault of our own */
		if (c.pid[i])
			kill(c.pid[i], SIGTERM);
	for (int i = 0; i < v->workers; i++)
		if (c.pid[i])
			waitpid(c.pid[i], NULL, 0);
	if (!ret)
		ret = outcome(&c, err);
	free(c.pid);
	*n = c.n;
	return ret;
}
