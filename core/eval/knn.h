/*
 * Weighted k-nearest-neighbour classification on frozen features (Wu et al., 1805.01978): cosine
 * similarity, each of the k nearest votes exp(cos / T) for its class. Golden: evaluation.safetensors.
 */
#ifndef SSL_EVAL_KNN_H
#define SSL_EVAL_KNN_H

#include "core/base/real.h"

/* In percent. Only classes that at least one of the k neighbours belongs to are guesses: with k = 1,
 * top5 is top1. */
struct knn_result {
	double top1, top5;
	double top5_rule1; /* top5 by version 1 of the rules: classes without a vote filled the places
			      behind the others, by their numbers */
};

/* train {n, d}, test {m, d}: any scale, rows are l2-normalised in place. Labels 0 .. classes-1.
 * votes, when not NULL, gets {m, classes}. predicted, when not NULL, gets m class numbers.
 * Ties in similarity go to the smaller training index, ties in votes to the smaller class. */
void knn_classify(real *train, const int *train_labels, int n, real *test, const int *test_labels,
                  int m, int d, int classes, int k, double temperature, real *votes, int *predicted,
                  struct knn_result *out);

#endif
