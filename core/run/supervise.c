/* The process that supervises the workers of a sweep; see sweep.h. */
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

/* Number of workers killed without a claim in between after which none is replaced. */
enum { DEATHS_MAX = 5 };

struct workers {
	const struct supervisor *v;
	pid_t *pid; /* 0: no process in this place */
	int alive;
	int signalled;   /* SIGTERM was passed on */
	int failed_code; /* of the last worker that failed by itself */
	int deaths;      /* since `claims` last went up */
	int64_t claims;
	struct sweep_counts n;
};

void supervisor_device(const char *list, int i, char *out, size_t size)
{
	int n = 1;

	out[0] = 0;
	if (!list)
		return;
	for (const char *p = list; *p; p++)
		n += *p == ',';
	for (i %= n; i > 0; i--)
		list = strchr(list, ',') + 1;
	snprintf(out, size, "%.*s", (int)strcspn(list, ","), list);
}

/* The kernel sends the worker SIGTERM when the supervisor dies. If it died before the worker asked
 * for that, the parent has changed. */
static void exec_worker(const struct supervisor *v, int i, pid_t parent)
{
	char threads[16], device[64];
	char *argv[] = {(char *)"ssl",
			(char *)"-C",
			(char *)v->dir,
			(char *)"-q",
			(char *)"worker",
			(char *)"-j",
			threads,
			(char *)v->sweep->name,
			NULL,
			NULL,
			NULL,
			NULL,
			NULL};
	int n = 8;

	supervisor_device(v->devices, i, device, sizeof device);
	if (v->devices) {
		argv[n++] = (char *)"--device";
		argv[n++] = device;
	}
	if (v->engines) {
		argv[n++] = (char *)"--engines";
		argv[n++] = (char *)v->engines;
	}
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

static int start_worker(struct workers *w, int i, struct error *err)
{
	pid_t parent = getpid(), pid = fork();

	if (pid < 0)
		return error_errno(err, ERR_FAILED, "fork");
	if (!pid)
		exec_worker(w->v, i, parent);
	w->pid[i] = pid;
	w->alive++;
	return 0;
}

/* Where no process can be started, the workers that there are do the work; without any it is an
 * error. */
static int start_if_possible(struct workers *w, int i, struct error *err)
{
	if (!start_worker(w, i, err))
		return 0;
	if (!w->alive)
		return -1;
	log_warn("%s: %s: continuing with %d worker%s", w->v->sweep->name, err->msg, w->alive,
		 w->alive == 1 ? "" : "s");
	return 0;
}

/* Handles the end of worker i. The cell of one that was killed is free at once, and the worker is
 * replaced, unless the workers die again and again without claiming anything. */
static int reap_worker(struct workers *w, int i, int status, struct error *err)
{
	const struct supervisor *v = w->v;
	struct error ignored;
	char name[160];
	pid_t pid = w->pid[i];

	w->pid[i] = 0;
	w->alive--;
	worker_name((long)pid, name, sizeof name);
	if (!WIFEXITED(status) || WEXITSTATUS(status)) /* if this fails, the lease still ends */
		cells_reap(v->store, v->sweep->id, name, &ignored);
	if (WIFEXITED(status)) {
		int code = WEXITSTATUS(status);

		if (code && code != ERR_PREEMPTED && code != ERR_CELLS)
			w->failed_code = code > ERR_CELLS ? ERR_FAILED : code;
		return 0;
	}
	log_warn("%s: worker %ld was killed by signal %d", v->sweep->name, (long)pid,
		 WTERMSIG(status));
	if (w->signalled || ++w->deaths > DEATHS_MAX)
		return 0;
	return start_if_possible(w, i, err);
}

static int reap_ended(struct workers *w, struct error *err)
{
	for (int i = 0; i < w->v->workers; i++) {
		int status = ERR_FAILED << 8; /* if waitpid() fails */
		pid_t ended;

		if (!w->pid[i])
			continue;
		ended = waitpid(w->pid[i], &status, WNOHANG);
		if (ended < 0 ? errno != EINTR : ended > 0)
			if (reap_worker(w, i, status, err))
				return -1;
	}
	if (!w->signalled && w->v->stop && *w->v->stop) {
		for (int i = 0; i < w->v->workers; i++)
			if (w->pid[i])
				kill(w->pid[i], SIGTERM);
		w->signalled = 1;
	}
	return 0;
}

static int count_cells(struct workers *w, struct error *err)
{
	const struct supervisor *v = w->v;

	if (sweeps_count(v->store, v->sweep->id, &w->n, err))
		return -1;
	if (w->n.claims != w->claims)
		w->deaths = 0;
	w->claims = w->n.claims;
	if (v->tick)
		v->tick(v->ctx, &w->n, w->alive);
	return 0;
}

static int wait_for_workers(struct workers *w, struct error *err)
{
	double counted = clock_now();

	while (w->alive) {
		if (reap_ended(w, err))
			return -1;
		if (clock_now() - counted >= 0.25) {
			/* the counts may be readable later; the workers go on */
			struct error ignored;

			count_cells(w, &ignored);
			counted = clock_now();
		}
		usleep(10000);
	}
	return count_cells(w, err);
}

static int outcome(const struct workers *w, struct error *err)
{
	const struct sweep_counts *n = &w->n;
	const char *name = w->v->sweep->name;
	int left = n->queued + n->held + n->running + n->stale;

	if (left && w->v->stop && *w->v->stop)
		return error_set(err, ERR_PREEMPTED,
				 "%s: stopped by signal %d: %d of %d cells are left: `ssl sweep "
				 "start %s` goes on",
				 name, *w->v->stop, left, n->cells, name);
	if (n->failed && (!left || n->stopped))
		return error_set(err, ERR_CELLS,
				 "%s: %d of %d cells failed: `ssl sweep status %s` shows why, `ssl "
				 "sweep retry %s` queues them again",
				 name, n->failed, n->cells, name, name);
	if (left && w->failed_code)
		return error_set(err, (enum error_code)w->failed_code,
				 "%s: its workers failed: %d of %d cells are left", name, left,
				 n->cells);
	if (left && !n->paused)
		return error_set(err, ERR_FAILED,
				 "%s: its workers were killed repeatedly: %d of %d cells are left",
				 name, left, n->cells);
	return 0;
}

int supervise(const struct supervisor *v, struct sweep_counts *n, struct error *err)
{
	struct workers w = {.v = v};
	int ret = 0, left;

	if (sweeps_count(v->store, v->sweep->id, &w.n, err))
		return -1;
	w.pid = xcalloc((size_t)v->workers, sizeof *w.pid);
	left = w.n.queued + w.n.held + w.n.running + w.n.stale;
	for (int i = 0; i < v->workers && i < left && !ret; i++)
		ret = start_if_possible(&w, i, err);
	if (!ret)
		ret = wait_for_workers(&w, err);
	for (int i = 0; i < v->workers; i++) /* after an error some may still run */
		if (w.pid[i])
			kill(w.pid[i], SIGTERM);
	for (int i = 0; i < v->workers; i++)
		if (w.pid[i])
			waitpid(w.pid[i], NULL, 0);
	if (!ret)
		ret = outcome(&w, err);
	free(w.pid);
	*n = w.n;
	return ret;
}
