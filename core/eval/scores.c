#include "core/eval/scores.h"

int scores_best(const double *score, int classes)
{
	int best = 0;

	for (int c = 1; c < classes; c++)
		best = score[c] > score[best] ? c : best;
	return best;
}

int scores_rank(const double *score, int classes, int c)
{
	int rank = 0;

	for (int i = 0; i < classes; i++)
		rank += score[i] > score[c] || (i < c && !(score[i] < score[c]));
	return rank;
}
