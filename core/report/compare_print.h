/* A comparison as tables, for people, programs and papers, and in sentences. */
#ifndef SSL_REPORT_COMPARE_PRINT_H
#define SSL_REPORT_COMPARE_PRINT_H

#include "core/report/table.h"
#include "core/stats/compare.h"

/* The two tables; the caller frees them. human: digits as people read them. */
struct table *compare_groups(const struct compare *c, int human);
struct table *compare_pairs(const struct compare *c, int human);

/* Appends a table for a paper: an environment with caption and label, for the package booktabs. Of
 * the groups: mean and deviation, the gain, the best in bold, and which differ from it. */
void compare_latex_groups(const struct compare *c, struct strbuf *out);
void compare_latex_pairs(const struct compare *c, struct strbuf *out);

/* So few values that no outcome of the pair's test could have been significant at 0.05. */
int compare_is_too_few(const struct compare *c, const struct compare_pair *p);

/* Appends what the tests say, sentence by sentence, and what they cannot say. */
void compare_sentences(const struct compare *c, struct strbuf *out);

#endif
