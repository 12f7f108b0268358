/* The progress of a run on stderr: one line that moves, and only on a terminal. */
#ifndef SSL_CMDS_PROGRESS_H
#define SSL_CMDS_PROGRESS_H

#include "cmds/cmd.h"

struct progress {
	int bar, lines; /* draw the bar; print lines */
	int shown;      /* a bar stands on the current line */
	double drawn_at, started;
	long first_step;
};

void progress_init(struct progress *p, const struct cmd_ctx *ctx);
/* For struct run_progress; ctx is the struct progress. */
void progress_step(void *ctx, long step, long steps, long epoch, long epochs, double loss,
		   double images_per_s);
void progress_line(void *ctx, const char *text);
/* Clears the bar. */
void progress_end(struct progress *p);

#endif
