/*
 * Inside core/store/ only: whether the process of a run is alive. A process that trains a run, or
 * works on a cell of a sweep, holds a lock while it lives. So the death of a killed process is
 * known at once, and a process that is suspended, or whose clock is wrong, is known to be alive.
 */
#ifndef SSL_STORE_ALIVE_H
#define SSL_STORE_ALIVE_H

#include <stdint.h>

#include "core/base/error.h"

struct store;
enum alive_kind { ALIVE_ATTEMPT, ALIVE_CELL, ALIVE_KINDS };

/* Marks this process as the owner of the attempt, or of the cell's claim, until alive_end(). Call
 * it inside the transaction that records the attempt or the claim. Neither function can fail. */
void alive_begin(struct store *s, enum alive_kind kind, int64_t id);
void alive_end(struct store *s, enum alive_kind kind, int64_t id);

/* Whether the owner is alive; unknown where locks cannot be trusted. */
enum alive { ALIVE_UNKNOWN, ALIVE_NO, ALIVE_YES };
enum alive alive_of(const struct store *s, enum alive_kind kind, int64_t id);

/* Defines the SQL functions attempt_lives(id) and cell_lives(id), which return 1, 0 or, if it is
 * unknown, NULL. They are for the program's own statements. */
int alive_functions(struct store *s, struct error *err);

#endif
