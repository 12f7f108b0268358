/* The verdict of the view v_collapse on one run. */
#ifndef SSL_STORE_QUERY_VERDICT_H
#define SSL_STORE_QUERY_VERDICT_H

#include "core/store/store.h"

struct collapse_verdict {
	char verdict[32];  /* collapsed, low rank, not learning, healthy, unknown */
	char summary[200]; /* the same in words; may be "" */
};
/* 1 and *out; 0 if nothing was measured; -1. */
int collapse_verdict(struct store *s, int64_t run, struct collapse_verdict *out, struct error *err);

#endif
