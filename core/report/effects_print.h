/* The effects of hyperparameters as tables, and what is to be said about them. */
#ifndef SSL_REPORT_EFFECTS_PRINT_H
#define SSL_REPORT_EFFECTS_PRINT_H

#include "core/report/table.h"
#include "core/stats/effects.h"

/* Tables: method, hyperparameter, levels, share of variance; and a row per level, with the mean's
 * digits as table_real() takes them. */
struct table *effects_shares(const struct effects *e);
struct table *effects_levels(const struct effects *e, int digits);
/* Both in one, for programs: a row per level with its hyperparameter's share, and one each for the
 * interactions and the seeds. */
struct table *effects_whole(const struct effects *e);
/* A line each: best cells on the edge of the grid, what could not be told; nothing if all is well.
 */
void effects_warnings(const struct effects *e, struct strbuf *out);

#endif
