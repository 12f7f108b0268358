/*
 * A run keeps the digest chain (core/store/digests.h) as it goes: run_note() feeds it, the end of an
 * epoch closes a link, the next flush records it. A resumed run takes the chain up from the link
 * before its checkpoint and the values recorded since, so that it ends with the chain of an unbroken
 * run; a run from before there were digests has none, and goes on without.
 */
#ifndef SSL_RUN_DIGEST_H
#define SSL_RUN_DIGEST_H

#include "core/run/run.h"
#include "core/store/digests.h"

/* After run_record(), at r->step. */
int digest_start(struct run *r, struct error *err);
void digest_note(struct run *r, const char *name, double value);
/* Closes a link at r->step over the values and the whole state. */
void digest_link(struct run *r);
/* The link that the next flush is to record, or NULL; and that it was. */
const struct digest_row *digest_pending(const struct run *r);
void digest_flushed(struct run *r);
void digest_release(struct run *r);

/* The state's hash, of a checkpoint file. */
int digest_of_checkpoint(const char *path, char state[HASH_HEX], struct error *err);

#endif
