/*
 * Is the store what it says it is? The database's own structure; every object's file, its size and
 * hash; summaries against their series; the digest chain against the values; and, as notes, what a
 * killed process leaves behind and any command may meet: files that nothing names, runs that are
 * called running and are dead. Reads one snapshot, beside running writers.
 */
#ifndef SSL_STORE_UPKEEP_FSCK_H
#define SSL_STORE_UPKEEP_FSCK_H

#include "core/store/store.h"

struct fsck_finding {
	const char *kind; /* database schema row reference object summary time digest; garbage stale */
	const char *what; /* a table, a hash, RUN METRIC */
	const char *why;
	int note;  /* 1: no damage */
	int fixed; /* 1: it was mended */
};

struct fsck {
	void (*found)(void *ctx, const struct fsck_finding *f);
	void *ctx;
	int fix;    /* rebuild summaries from their series; the store is open for writing */
	int quick;  /* do not read the objects' files */
	double age; /* of files that count as left behind, in seconds */
	long objects, series, links; /* out: that were looked at */
	int no_rows;                 /* out: the database is damaged: what its rows say was not looked at */
	long damages;                /* out: findings that are no notes and were not mended */
};

/* 0 when it could be looked at, whatever was found. */
int fsck_run(struct store *s, struct fsck *f, struct error *err);

/* For checks from above: counts the finding and tells it. */
void fsck_report(struct fsck *f, const char *kind, const char *what, const char *why, int note,
		int fixed);

/* A row of this run could not be read: damage is a finding (0), another fault is passed on (-1). */
int fsck_report_row(struct fsck *f, int64_t run, const struct error *why, struct error *err);

/* The first run after `after`: 1 and *id, 0 there is none, -1 with *err. */
int runs_next(struct store *s, int64_t after, int64_t *id, struct error *err);

#endif
