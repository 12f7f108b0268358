/*
 * Golden vectors: every *.safetensors of the folder SSL_GOLDEN_DIR (default: this one) is one test. The
 * file's name up to its first hyperparameter says which case it is for; the table in test_golden.c maps
 * it to a function in a case_*.c file; a name that nobody knows fails. Shapes and hyperparameters come
 * from the file, never from the code. Errors are ||out - ref|| / ||ref|| (or ||out|| where ref is 0).
 */
#ifndef SSL_TESTS_GOLDEN_H
#define SSL_TESTS_GOLDEN_H

#include "core/base/arena.h"
#include "core/base/real.h"
#include "core/tensor/safetensors.h"
#include "core/tensor/tape.h"

struct golden {
	const char *name; /* of the file, without its ending */
	struct safetensors st;
	struct arena arena; /* of everything that the case loads; released by the harness */
	int checks, failures;
	double worst; /* largest error seen, and where */
	char where[128];
};

typedef void (*golden_fn)(struct golden *g);

/* Tolerances of the contract: losses and single layers; whole encoders and their gradients. */
#define GOLDEN_TIGHT 1e-5
#define GOLDEN_NET 1e-4

/* The entry; a missing one is a failure of the test and gives NULL. */
const struct st_entry *golden_entry(struct golden *g, const char *name);
int golden_has(const struct golden *g, const char *name);

/* As a tensor: NCHW becomes NHWC, OIHW (names ending in "weight" with four dimensions) becomes HWIO,
 * the rest is kept. */
struct tensor *golden_tensor(struct golden *g, const char *name);

/* Metadata as a number, or text; missing is a failure. */
double golden_number(struct golden *g, const char *key);
const char *golden_text(struct golden *g, const char *key);

/* Compares n values in our layout (converted as golden_tensor() does) with entry `name`. */
void golden_check(struct golden *g, const char *name, const real *got, size_t n, double tolerance);
void golden_check_scalar(struct golden *g, const char *name, double got, double tolerance);

/* The cases, one function each; see test_golden.c. */
void golden_linear(struct golden *g);
void golden_batchnorm(struct golden *g);
void golden_maxpool(struct golden *g);
void golden_conv(struct golden *g);
void golden_resnet(struct golden *g);
void golden_optim(struct golden *g);
void golden_schedule(struct golden *g);
void golden_barlow(struct golden *g);
void golden_vicreg(struct golden *g);
void golden_byol(struct golden *g);
void golden_simclr(struct golden *g);
void golden_simsiam(struct golden *g);
void golden_directpred(struct golden *g);
void golden_image_ops(struct golden *g);
void golden_evaluation(struct golden *g);
void golden_collapse(struct golden *g);

#endif
