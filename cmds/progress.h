/* The progress of a run on stderr: on a terminal one line that moves, elsewhere a line a minute. */
#ifndef SSL_CMDS_PROGRESS_H
#define SSL_CMDS_PROGRESS_H

#include "cmds/cmd.h"
#include "core/run/estimate.h"

struct progress {
	int bar, lines; /* bar: draw it; lines: print anything at all */
	int shown;      /* a bar stands on the current line */
	int dry;        /* -n */
	int threads;    /* for progress_forecast() */
	char name[64];  /* of the run, once it is known */
	double drawn_at, printed_at;
	double every;      /* seconds between two lines: SSL_PROGRESS_SECONDS, or 60 */
	double began;      /* when the run began */
	double started;    /* when its first step began: just after the last line before it */
	long first_step;   /* steps done by then; -1: no step yet */
};

void progress_init(struct progress *p, const struct cmd_ctx *ctx);
/* For struct run_progress; ctx is the struct progress. */
void progress_step(void *ctx, long step, long steps, long epoch, long epochs, double loss,
		   double images_per_s);
void progress_line(void *ctx, const char *text);
void progress_forecast(void *ctx, const char *name, const struct estimate *e);
/* Seconds between two lines where there is no terminal: SSL_PROGRESS_SECONDS, or 60. */
double progress_seconds(void);
/* "12m30s", "3h05m". */
void progress_time(double s, char *out, size_t size);
/* Clears the bar. */
void progress_end(struct progress *p);

#endif
