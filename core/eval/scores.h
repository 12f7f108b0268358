/* What a classifier's scores say of one image: the guess, and where the right class comes. */
#ifndef SSL_EVAL_SCORES_H
#define SSL_EVAL_SCORES_H

enum { SCORES_TOP = 5 }; /* guesses that count for top5 */

/* The class with the most; of equals the smaller number. */
int scores_best(const double *score, int classes);

/* How many classes come before c: more, or as much and a smaller number. */
int scores_rank(const double *score, int classes, int c);

#endif
