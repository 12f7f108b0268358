/*
 * Golden vectors: every *.safetensors file in the folder SSL_GOLDEN_DIR (default: this one) is one
 * test. The name of the file, up to its first hyperparameter, selects the case; the table in
 * test_golden.c maps it to a function in a case_*.c file, and an unknown name is a failure. Shapes
 * and hyperparameters come from the file, never from the code. Errors are ||out - ref|| / ||ref||,
 * or ||out|| if ref is 0.
 */
#ifndef SSL_TESTS_GOLDEN_H
#define SSL_TESTS_GOLDEN_H

#include "core/base/arena.h"
#include "core/base/real.h"
#include "core/tensor/safetensors.h"
#include "core/tensor/tape.h"

struct golden {
	const char *name; /* of the file, without extension */
	struct safetensors st;
	struct tensor_arena arena; /* memory of the case; the harness releases it */
	int checks, failures;
	double worst; /* the largest error so far, and its entry */
	char where[128];
};

typedef void (*golden_fn)(struct golden *g);

/* The device that computes: SSL_TEST_DEVICE in the environment, otherwise the CPU. Its memory must be one
 * that the host can read and write, as that of the test device is. */
const struct device *golden_device(void);

/* The tolerances for losses and single layers, and for whole encoders and their gradients. */
#define GOLDEN_TIGHT 1e-5
#define GOLDEN_NET 1e-4

/* The entry with this name; a missing entry fails the test and gives NULL. */
const struct st_entry *golden_entry(struct golden *g, const char *name);
int golden_has(const struct golden *g, const char *name);

/* The entry as a tensor: NCHW is converted to NHWC, and OIHW (names that end in "weight", with four
 * dimensions) to HWIO; other entries keep their layout. */
struct tensor *golden_tensor(struct golden *g, const char *name);

/* As tape_backward_from(), with a tensor for dy. */
void golden_backward(struct tape *t, struct tensor *y, const struct tensor *dy);

/* A metadata value as a number or as text; a missing value fails the test. */
double golden_number(struct golden *g, const char *key);
const char *golden_text(struct golden *g, const char *key);

/* Compares n values in our layout (that of golden_tensor()) with entry `name`. */
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
