/* The progress of an import on a terminal: one line that is overwritten, with the images so far, their
 * rate and, if their number is known, the time that is left. Prints nothing elsewhere. */
#ifndef SSL_CMDS_DATA_PROGRESS_H
#define SSL_CMDS_DATA_PROGRESS_H

#include "core/base/strbuf.h"
#include "core/data/dataset.h"

struct data_progress { /* all zero at first */
	int shown;       /* a line is on the terminal */
	double drawn_at; /* when it was drawn */
	int stage;       /* one more than that of enum dataset_stage; 0: none yet */
	double began;    /* when the stage began */
	uint32_t first;  /* images at the beginning, which are not in the rate */
};

void data_progress_show(struct data_progress *d, const struct dataset_progress *p);
/* The line's text at the time `now` of clock_now(). */
void data_progress_text(struct data_progress *d, const struct dataset_progress *p, double now,
			struct strbuf *out);
/* Clears the line. */
void data_progress_end(struct data_progress *d);

#endif
