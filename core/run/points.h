/* Values on their way to the store: noted by run_note(), written by run_flush() (record.c). */
#ifndef SSL_RUN_POINTS_H
#define SSL_RUN_POINTS_H

#include "core/store/runs.h"

struct run_point_buffer {
	struct metric_point *point;
	int n, cap;
	double flushed_at;    /* clock_now() of the last flush */
	const char *name[128]; /* made by run_name() */
	int n_names;
};

#endif
