/* See usergit.h. A filter of .gitattributes decides what counts as changed, and is not run; so
 * where a changed file has one, the state is unknown. */
#include "core/run/usergit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/strbuf.h"

enum { TIMEOUT_S = 20, OUTPUT_MAX = 1 << 22, ARGS = 256, FOLDERS = 256 };

struct args {
	char *arg[ARGS];
	int n;
};

static void args_add(struct args *a, const char *text)
{
	if (a->n < ARGS - 1)
		a->arg[a->n++] = xstrdup(text);
}

static void args_release(struct args *a)
{
	for (int i = 0; i < a->n; i++)
		free(a->arg[i]);
}

static void args_start(struct args *a)
{
	static const char *const start[] = {
	    "git", "--no-optional-locks",          "-c", "core.fsmonitor=false",
	    "-c",  "core.hooksPath=/dev/null",     "-c", "safe.bareRepository=explicit",
	    "-c",  "status.submoduleSummary=false"};

	memset(a, 0, sizeof *a);
	for (size_t i = 0; i < sizeof start / sizeof *start; i++)
		args_add(a, start[i]);
}

static _Noreturn void exec_git(struct args *a, int out)
{
	int null = open("/dev/null", O_RDWR);

	/* objects missing from a partial clone are not fetched */
	setenv("GIT_ALLOW_PROTOCOL", "none", 1);
	setenv("GIT_NO_LAZY_FETCH", "1", 1);
	setenv("GIT_TERMINAL_PROMPT", "0", 1);
	if (null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(null, 2) < 0)
		_exit(127);
	execvp(a->arg[0], a->arg);
	_exit(127);
}

/* Reads to the end; -1 after TIMEOUT_S seconds or OUTPUT_MAX bytes. */
static int read_output(int fd, struct strbuf *out)
{
	double until = clock_now() + TIMEOUT_S, left;
	struct pollfd p = {.fd = fd, .events = POLLIN};
	char block[4096];
	ssize_t n;

	while ((left = until - clock_now()) > 0 && out->len < OUTPUT_MAX) {
		int ready = poll(&p, 1, (int)(1000 * left) + 1);

		if (ready < 0 && errno != EINTR)
			return -1;
		if (ready <= 0)
			continue;
		n = read(fd, block, sizeof block);
		if (n == 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return -1;
		if (n > 0)
			strbuf_add(out, block, (size_t)n);
	}
	return -1;
}

/* Runs git and returns its exit status, or -1 if its output is incomplete. */
static int run_git(struct args *a, struct strbuf *out)
{
	int fd[2], status = 0, got;
	pid_t pid;

	strbuf_clear(out);
	if (a->n == ARGS - 1 || pipe(fd))
		return -1;
	pid = fork();
	if (!pid)
		exec_git(a, fd[1]);
	close(fd[1]);
	got = pid < 0 ? -1 : read_output(fd[0], out);
	close(fd[0]);
	if (pid < 0)
		return -1;
	if (got)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return !got && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* True if there may be a .git here or above. Without one git is not run. */
static int has_repository(void)
{
	char path[3 * FOLDERS + 8] = "";
	struct stat st, above;

	if (getenv("GIT_DIR"))
		return 1;
	for (int i = 0; i < FOLDERS; i++) {
		char here[sizeof path + 8];

		snprintf(here, sizeof here, "%s.git", path);
		if (!lstat(here, &st) || errno != ENOENT)
			return 1;
		snprintf(here, sizeof here, "%s.", path);
		memmove(path + 3, path, strlen(path) + 1);
		memcpy(path, "../", 3);
		if (stat(here, &st) || stat(path, &above) ||
		    (st.st_dev == above.st_dev && st.st_ino == above.st_ino))
			return 0;
	}
	return 1;
}

/* Reads HEAD, and the relative path to the repository's top folder: "", "../" ... */
static int read_head(char commit[65], struct strbuf *top)
{
	struct strbuf out = STRBUF_INIT;
	struct args a;
	const char *line;
	size_t n;
	int ret = -1;

	args_start(&a);
	args_add(&a, "rev-parse");
	args_add(&a, "--show-cdup");
	args_add(&a, "HEAD^{commit}");
	if (!run_git(&a, &out) && (line = strchr(out.buf, '\n'))) {
		n = strspn(++line, "0123456789abcdef");
		if ((n == 40 || n == 64) && !strcmp(line + n, "\n")) {
			memcpy(commit, line, n);
			commit[n] = 0;
			strbuf_add(top, out.buf, (size_t)(line - out.buf) - 1);
			ret = 0;
		}
	}
	args_release(&a);
	strbuf_release(&out);
	return ret;
}

/* Adds options that disable every configured filter ("filter.NAME.clean" and so on); -1 if they
 * cannot all be listed. */
static int disable_filters(struct args *a)
{
	struct strbuf out = STRBUF_INIT, set = STRBUF_INIT;
	struct args list;
	int status;

	args_start(&list);
	args_add(&list, "config");
	args_add(&list, "-z");
	args_add(&list, "--name-only");
	args_add(&list, "--get-regexp");
	args_add(&list, "^filter\\.");
	status = run_git(&list, &out);
	for (size_t at = 0; !status && at < out.len; at += strlen(out.buf + at) + 1) {
		const char *key = out.buf + at, *word = strrchr(key, '.');

		if (strchr(key, '='))
			status = -1;
		strbuf_clear(&set);
		strbuf_addf(&set, "%s=%s", key, !strcmp(word, ".required") ? "false" : "");
		args_add(a, "-c");
		args_add(a, set.buf);
	}
	args_release(&list);
	strbuf_release(&out);
	strbuf_release(&set);
	return status == 0 || status == 1 ? 0 : -1; /* 1: there are none */
}

/* Runs `git check-attr`, which prints file, attribute and value. 1 if a file has a filter, 0 if
 * none has, -1. */
static int have_filter(struct args *a)
{
	struct strbuf out = STRBUF_INIT;
	int found = run_git(a, &out) ? -1 : 0, field = 0;

	for (size_t at = 0; found == 0 && at < out.len; at += strlen(out.buf + at) + 1, field++)
		if (field % 3 == 2 && strcmp(out.buf + at, "unspecified") &&
		    strcmp(out.buf + at, "unset"))
			found = 1;
	strbuf_release(&out);
	return found;
}

/* Reads the output of `git status --porcelain -z`: a staged change, or a changed file without a
 * filter, is certainly a change. */
static enum usergit_state parse_status(const struct strbuf *status, const char *top)
{
	struct strbuf path = STRBUF_INIT;
	enum usergit_state state = USERGIT_CLEAN;
	int files = 0, filtered;
	struct args a;

	args_start(&a);
	args_add(&a, "check-attr");
	args_add(&a, "-z");
	args_add(&a, "filter");
	args_add(&a, "--");
	for (size_t at = 0; at < status->len; at += strlen(status->buf + at) + 1) {
		const char *line = status->buf + at;

		if (strlen(line) < 4 || line[0] != ' ') {
			state = USERGIT_DIRTY;
			break;
		}
		strbuf_clear(&path);
		strbuf_addf(&path, "%s%s", top, line + 3);
		if (files++ < ARGS / 2)
			args_add(&a, path.buf);
	}
	if (state == USERGIT_CLEAN && files) {
		filtered = have_filter(&a);
		state = filtered ? USERGIT_UNKNOWN : USERGIT_DIRTY;
	}
	args_release(&a);
	strbuf_release(&path);
	return state;
}

static enum usergit_state read_state(const char *top)
{
	struct strbuf out = STRBUF_INIT;
	enum usergit_state state = USERGIT_UNKNOWN;
	struct args a;

	args_start(&a);
	if (!disable_filters(&a)) {
		args_add(&a, "status");
		args_add(&a, "--porcelain");
		args_add(&a, "-z");
		args_add(&a, "--untracked-files=no");
		args_add(&a, "--ignore-submodules=dirty");
		if (!run_git(&a, &out))
			state = parse_status(&out, top);
	}
	args_release(&a);
	strbuf_release(&out);
	return state;
}

void usergit_read(struct usergit *out)
{
	struct strbuf top = STRBUF_INIT;

	memset(out, 0, sizeof *out);
	if (!has_repository())
		return;
	out->state = USERGIT_UNKNOWN;
	if (!read_head(out->commit, &top))
		out->state = read_state(top.buf);
	strbuf_release(&top);
}
