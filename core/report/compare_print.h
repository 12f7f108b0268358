/* A comparison as tables for people, programs and papers, and in sentences. */
#ifndef SSL_REPORT_COMPARE_PRINT_H
#define SSL_REPORT_COMPARE_PRINT_H

#include "core/report/table.h"
#include "core/stats/compare.h"

/* The two tables, which the caller frees. human: with rounded numbers, and without columns that have
 * nothing to show. */
struct table *compare_groups(const struct compare *c, int human);
struct table *compare_pairs(const struct compare *c, int human);

/* Append a table for a paper, an environment with caption and label that needs the package booktabs. The
 * table of groups has mean and standard deviation and the gain; the best is bold, and stars mark groups
 * that differ from it. */
void compare_latex_groups(const struct compare *c, struct strbuf *out);
void compare_latex_pairs(const struct compare *c, struct strbuf *out);

/* True if the pair has so few values that no outcome of its test could be significant at 0.05. */
int compare_is_too_few(const struct compare *c, const struct compare_pair *p);

/* Appends the results of the tests in sentences: the best group, the significant differences, the pairs
 * without one, and those with too few values; then the notes of the comparison. */
void compare_sentences(const struct compare *c, struct strbuf *out);

#endif
