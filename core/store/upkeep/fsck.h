/*
 * Checks the integrity of a store: the structure of the database; the file of every object, with
 * its size and hash; the summaries, against their series; and the chains of digests, against the
 * values. As notes it reports what a killed process leaves behind, which is no damage: files that
 * no row names, and runs with status running whose process is dead. It reads one snapshot while
 * writers may go on.
 */
#ifndef SSL_STORE_UPKEEP_FSCK_H
#define SSL_STORE_UPKEEP_FSCK_H

#include "core/store/store.h"

struct fsck_finding {
	/* "database", "schema", "row", "reference", "object", "summary", "time", "digest",
	 * "engines"; for notes
	 * "garbage", "stale" */
	const char *kind;
	const char *what; /* a table, a hash, "RUN METRIC" */
	const char *why;
	int note;  /* 1: it is no damage */
	int fixed; /* 1: it was repaired */
};

struct fsck {
	void (*found)(void *ctx, const struct fsck_finding *f);
	void *ctx;
	int fix;    /* rebuild summaries from their series; the store is open for writing */
	int quick;  /* do not read the objects' files */
	double age; /* seconds after which a file counts as left behind */
	long objects, series, links; /* out: how many were checked (links of digest chains) */
	int no_rows;                 /* out: the database is damaged; rows were not checked */
	long damages;                /* out: findings that are no notes and were not repaired */
};

/* 0 if the checks could be made, whatever they found. */
int fsck_run(struct store *s, struct fsck *f, struct error *err);

/* For further checks by a caller: counts the finding and passes it to f->found. */
void fsck_report(struct fsck *f, const char *kind, const char *what, const char *why, int note,
		int fixed);

/* Handles an error in reading a row of this run: ERR_CORRUPT is reported as a finding (0), another
 * error is copied to *err (-1). */
int fsck_report_row(struct fsck *f, int64_t run, const struct error *why, struct error *err);

/* The first run with a number above `after`: 1 and *id, 0 if there is none, -1 with *err. */
int runs_next(struct store *s, int64_t after, int64_t *id, struct error *err);

#endif
