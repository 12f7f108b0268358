/* Where the bits of a run came from, an attempt at a time: what `verify` and `diff` look at first. */
#ifndef SSL_STORE_ENVIRONMENT_H
#define SSL_STORE_ENVIRONMENT_H

#include "core/store/runs.h"

struct environment {
	long attempt, threads; /* threads: of the first attempt, later ones are not recorded */
	/* that bits may depend on: a name and its value, in order of weight */
	struct {
		const char *name;
		char value[1024];
	} item[10];
	int n;
};

/* Fills it from what provenance.c finds. */
void environment_make(struct environment *e, const struct code_info *code,
		      const struct host_info *host);
/* Calls fn for every attempt of the run, the first first, until it returns non-zero. */
int environments_each(struct store *s, int64_t run,
		      int (*fn)(void *ctx, const struct environment *e), void *ctx,
		      struct error *err);

#endif
