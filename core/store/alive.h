/*
 * Inside core/store/ only: who lives. A process that trains a run, or works on a cell of a sweep, holds
 * a lock for as long as it lives; so whether it does is known at once, whatever the clock says.
 */
#ifndef SSL_STORE_ALIVE_H
#define SSL_STORE_ALIVE_H

#include <stdint.h>

#include "core/base/error.h"

struct store;
enum alive_kind { ALIVE_ATTEMPT, ALIVE_CELL, ALIVE_KINDS };

/* The process of the attempt, or of the cell's claim, is this one: from inside the transaction that
 * records it until alive_end(). Neither can fail. */
void alive_begin(struct store *s, enum alive_kind kind, int64_t id);
void alive_end(struct store *s, enum alive_kind kind, int64_t id);

/* Does its process live? Where there is no lock to trust it is not known. */
enum alive { ALIVE_UNKNOWN, ALIVE_NO, ALIVE_YES };
enum alive alive_of(const struct store *s, enum alive_kind kind, int64_t id);

/* The same in SQL, for statements of our own: attempt_lives(id) and cell_lives(id) are 1, 0 or NULL.
 */
int alive_functions(struct store *s, struct error *err);

#endif
