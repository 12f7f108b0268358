/*
 * A device may have several engines for one operation, which give the same result with other bits and
 * at other speeds. By itself it takes the first one that gives the same bits every time, which depends
 * on no clock. A table names another choice for some operations: it is made once, by timing, and then
 * recorded, so that what was computed with it can be repeated.
 */
#ifndef SSL_TENSOR_ENGINES_H
#define SSL_TENSOR_ENGINES_H

#include <stdint.h>

struct engine_choice {
	char what[128]; /* the operation with its type and shape: "forward f32 ..." */
	int place;      /* among the engines that may be used, in the order of the library; 0: the rule's */
	int64_t engine; /* the library's number of the engine at this place */
	double seconds, first_seconds; /* of one call; of one call of the rule's engine */
};

/* All zero: an empty table. */
struct engine_table {
	struct engine_choice *choice; /* in the order in which they were added */
	int n, room;
};

/* The choice for an operation; NULL if there is none or t is NULL. */
const struct engine_choice *engine_table_find(const struct engine_table *t, const char *what);
void engine_table_add(struct engine_table *t, const struct engine_choice *choice);
void engine_table_release(struct engine_table *t);

#endif
