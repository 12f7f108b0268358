/*
 * Whole runs as golden vectors: short runs of every method, compared step by step with PyTorch in
 * float64. The table in recipes.c lists the runs. NAME.safetensors holds what reference.py computed
 * for one of them; the head of that script says how the files are made.
 *
 *     t-golden-runs [OPTIONS] [RUN...]    compares the runs, by default all
 *     t-golden-runs -d FOLDER [RUN...]    writes what the reference starts from: initial tensors,
 *                                         views, labels and recipe of each run (double build)
 *
 * A run goes through run_execute(), as that of `ssl run`, with a recorder in memory. How it is
 * computed (device, threads, further settings of the recipe) and how closely it must agree are arguments of
 * the program, so that any other way to compute the same run is compared with the same files.
 *
 * A file contains
 *     one entry per recorded series: its value at every step
 *     views {steps, 2}: the sketch of the batch of each step, without the leading values
 *     state.NAME {2, 4}: sketches of a tensor of a checkpoint, before and after training
 *     features {images, D}: of the first test images, from the encoder as it is at the end
 * with tensors in the layout of checkpoint files, and the hash of the recipe as metadata. The sketch of n values v is
 *     ||v||,  sum_i v_i cos(i + 1),  v_0,  v_1 (or 0)
 */
#ifndef SSL_TESTS_GOLDEN_RUNS_H
#define SSL_TESTS_GOLDEN_RUNS_H

#include "core/run/run.h"
#include "core/tensor/safetensors.h"

enum { RUNS_STEPS = 20, RUNS_SERIES = 32, RUNS_SETTINGS = 24, RUNS_IMAGES = 8, RUNS_SKETCH = 4 };

struct golden_run {
	const char *name;
	const char *set[RUNS_SETTINGS]; /* besides those that all runs share; ended by NULL */
};
extern const struct golden_run golden_runs[]; /* ended by a name of NULL */

/* How a run is computed. */
struct way {
	const struct device *device; /* NULL: the CPU */
	int threads;
	long steps;              /* stop after so many; RUNS_STEPS: never */
	struct recipe_set *more; /* settings that come last */
	int n_more;
};

/* Loads the recipe of a run. */
int golden_recipe(struct recipe *out, const struct golden_run *which, const struct way *way,
		  struct error *err);

/* What a run computed. */
struct record {
	struct run run;
	struct recorder recorder;
	struct open_datasets *datasets;
	char dir[256]; /* scratch */
	volatile sig_atomic_t stop;
	long steps, last; /* steps to compare; the step after which the run stops, 0: none */
	struct series {
		char name[64];
		int n;
		double value[RUNS_STEPS]; /* value[k]: of step k + 1 */
	} series[RUNS_SERIES];
	int n_series;
	double views[RUNS_STEPS][2];
	struct safetensors start, end; /* checkpoints */
	double *features;              /* {RUNS_IMAGES, dim} */
	int dim;
	/* Called for each batch, which is in r->batcher; or NULL. */
	void (*batch)(void *ctx, const struct run *r);
	void *ctx;
};

/* Trains; the caller sets batch and ctx of *rec, the rest is zero. rec->run stays built. */
int golden_train(struct record *rec, const struct golden_run *which, const struct way *way,
		 struct error *err);
void golden_release(struct record *rec);

/* The number of values of a batch, with all its views. */
size_t golden_batch_size(const struct run *r);

void golden_sketch(double out[RUNS_SKETCH], const double *v, size_t n);

/* The largest relative error that passes: `first` at step 1, growing by the same factor with every
 * step to `tenth` at step 10. */
struct tolerance {
	double first, tenth;
};

/* The largest errors that were found, relative as in compare.c. */
struct findings {
	int checks, failures, verbose;
	double loss[3];                   /* at the first, the tenth and the last step */
	double series, inputs, state, features; /* inputs: views, and tensors before training */
	char worst[96]; /* the series or tensor that is nearest to its tolerance, and its step */
	double ratio;   /* its error as a share of the tolerance */
};

/* Compares with the file at `path`. -1: it cannot be read. */
int golden_compare(const struct record *rec, const struct way *way, const char *path,
		   const struct tolerance *t, struct findings *out, struct error *err);

/* Writes FOLDER/NAME.safetensors, from which reference.py starts. */
int golden_dump(const struct golden_run *which, const struct way *way, const char *folder,
		struct error *err);

#endif
