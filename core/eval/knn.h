/*
 * Weighted k-nearest-neighbour classification on frozen features (Wu et al., 1805.01978): cosine
 * similarity; each of the k nearest neighbours votes exp(cos / T) for its class. Golden values:
 * evaluation.safetensors.
 */
#ifndef SSL_EVAL_KNN_H
#define SSL_EVAL_KNN_H

#include "core/base/real.h"

/* Accuracies in percent. Only a class of at least one of the k neighbours is a guess: with k = 1,
 * top5 equals top1. */
struct knn_result {
	double top1, top5;
	double top5_rule1; /* top5 by version 1 of the rules, where classes without a vote followed
			      the others in the order of their numbers */
};

/* Classifies the rows of test {m, d} by those of train {n, d}. Both may have any scale; their rows
 * are l2-normalised in place. Labels are 0 .. classes-1. votes {m, classes} and predicted {m}
 * (class numbers) are outputs and may be NULL. Ties in similarity go to the smaller training index,
 * ties in votes to the smaller class. */
void knn_classify(real *train, const int *train_labels, int n, real *test, const int *test_labels,
                  int m, int d, int classes, int k, double temperature, real *votes, int *predicted,
                  struct knn_result *out);

#endif
