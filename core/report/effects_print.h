/* The effects of hyperparameters as tables, and warnings about them. */
#ifndef SSL_REPORT_EFFECTS_PRINT_H
#define SSL_REPORT_EFFECTS_PRINT_H

#include "core/report/table.h"
#include "core/stats/effects.h"

/* Two tables: the share of variance of each hyperparameter; and a row per level. digits: of the mean, as
 * in table_real(). */
struct table *effects_shares(const struct effects *e);
struct table *effects_levels(const struct effects *e, int digits);
/* Both tables in one, for programs: a row per level with the share of its hyperparameter, and a row each
 * for the interactions and the seeds. */
struct table *effects_whole(const struct effects *e);
/* Appends a line for each warning: a best cell on the edge of the grid, effects that cannot be
 * distinguished, runs that are left out. */
void effects_warnings(const struct effects *e, struct strbuf *out);

#endif
