/* The predicted class of one image, and the rank of a class, from a classifier's scores. */
#ifndef SSL_EVAL_SCORES_H
#define SSL_EVAL_SCORES_H

enum { SCORES_TOP = 5 }; /* predictions that count for top5 */

/* The class with the largest score; among equal ones the smallest number. */
int scores_best(const double *score, int classes);

/* The number of classes before c: those with a larger score, or an equal one and a smaller
 * number. */
int scores_rank(const double *score, int classes, int c);

#endif
