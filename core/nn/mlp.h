/*
 * Multi-layer perceptrons, used as projectors (expanders) and predictors. Each layer is a Linear;
 * hidden layers are followed by a BatchNorm and a ReLU. Parameters are named as in torch's
 * Sequential: "PREFIX0.weight" is the first Linear, "PREFIX1.weight" its norm, "PREFIX3.weight" the
 * second Linear and so on.
 */
#ifndef SSL_NN_MLP_H
#define SSL_NN_MLP_H

#include "core/tensor/params.h"
#include "core/tensor/tape.h"

enum { MLP_LAYERS = 8 };

/* What follows the last Linear. */
enum mlp_out_norm {
	MLP_PLAIN,          /* nothing */
	MLP_NORM,           /* batch norm */
	MLP_NORM_NO_AFFINE, /* batch norm without gamma and beta (SimSiam) */
	MLP_NORM_NO_BETA,   /* batch norm with gamma but without beta (SimCLR's code) */
};

struct mlp_opts {
	int hidden_bias; /* biases in the hidden Linear layers */
	int out_bias;    /* bias in the last Linear */
	int hidden_norm; /* batch norm after each hidden Linear */
	enum mlp_out_norm out_norm;
	int norm_affine; /* gamma and beta in the hidden norms */
	int frozen;      /* not trained: a target network, or a fixed random predictor */
};

struct mlp {
	int layers, in;
	int dim[MLP_LAYERS];
	struct mlp_opts opts;
	struct param *weight[MLP_LAYERS], *bias[MLP_LAYERS];
	struct param *gamma[MLP_LAYERS], *beta[MLP_LAYERS], *mean[MLP_LAYERS], *var[MLP_LAYERS];
};

/* Declares `layers` Linear layers with output sizes dim[0 .. layers-1] on `in` inputs; with layers
 * = 0 the MLP is the identity. */
void mlp_init(struct mlp *m, struct params *p, const char *prefix, enum param_part part, int in,
	      const int *dim, int layers, struct mlp_opts opts);

/* y {N, mlp_out_dim(m)} for x {N, in}. */
struct tensor *mlp_forward(const struct mlp *m, struct tape *t, struct tensor *x);

int mlp_out_dim(const struct mlp *m);

/* Is the MLP a single Linear layer without bias and norm, y = W x? */
int mlp_is_linear(const struct mlp *m);

#endif
