#include "core/run/build.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/log.h"
#include "core/base/parallel.h"
#include "core/run/checkpoint.h"
#include "core/run/datasets.h"
#include "core/run/keys.h"
#include "core/run/open_datasets.h"
#include "core/run/precision.h"
#include "core/store/object.h"
#include "core/tensor/kernels/blas.h"

/* made: "", or the path of a file that is in no store (dataset_ensure()). */
static int open_file(struct run *r, const char *made, struct error *err)
{
	const char *sha256 = r->dataset_row.sha256;
	char path[4200];
	int ret;

	object_path(r->store, sha256, path, sizeof path);
	ret = (!*made && object_verify(r->store, sha256, err)) ||
	      dataset_open(&r->data, *made ? made : path, err);
	return ret ? error_prefix(err, "dataset %s", r->dataset_row.name) : 0;
}

static int open_dataset(struct run *r, struct error *err)
{
	const char *name = recipe_text(&r->recipe, "data.set");
	char made[DATASET_PATH];
	int ret;

	if (r->opts.datasets && open_datasets_find(r->opts.datasets, name, r->opts.dataset_sha256,
						   &r->data, &r->dataset_row))
		return 0;
	if (dataset_ensure(r->store, name, &r->dataset_row, made, err))
		return -1;
	if (r->opts.dataset_sha256 && strcmp(r->opts.dataset_sha256, r->dataset_row.sha256))
		ret = error_set(
		    err, ERR_FAILED,
		    "dataset %s: its content differs from that of the run: %.12s now, %.12s then",
		    name, r->dataset_row.sha256, r->opts.dataset_sha256);
	else
		ret = open_file(r, made, err);
	if (*made)
		unlink(made); /* it stays mapped */
	if (ret)
		return -1;
	memcpy(r->data.hash, r->dataset_row.sha256, sizeof r->data.hash);
	if (r->opts.datasets)
		open_datasets_add(r->opts.datasets, &r->data, &r->dataset_row);
	return 0;
}

/* Divides the training images into those to train on and those held out. */
static void split_dataset(struct run *r)
{
	uint32_t all = r->data.n[SPLIT_TRAIN], held = r->check.held;

	r->train_index = arena_alloc(&r->arena, ((size_t)all + 1) * sizeof(uint32_t));
	r->val_index = arena_alloc(&r->arena, ((size_t)held + 1) * sizeof(uint32_t));
	loader_split(&r->data, held, (uint64_t)recipe_int(&r->recipe, "data.val_seed"),
		     r->train_index, &r->n_train, r->val_index, &r->n_held);
}

/* Opens the dataset and determines what the recipe does with it. */
static int build_data(struct run *r, struct error *err)
{
	struct data_facts facts;

	if (open_dataset(r, err))
		return -1;
	data_facts_of(&facts, &r->data, r->dataset_row.name);
	if (run_check(&r->check, &r->recipe, &facts, err))
		return -1;
	split_dataset(r);
	return 0;
}

static int build_views(struct run *r, struct error *err)
{
	struct augment_source source;

	augment_source_of(&source, &r->data);
	for (int v = 0; v < 2; v++)
		if (augment_from_recipe(&r->view[v], &r->recipe, v, &source, err))
			return -1;
	r->plain = r->view[0];
	return 0;
}

static int build_model(struct run *r, struct error *err)
{
	struct method_env env = {0};

	if (blas_start(parallel_threads(), err))
		return -1;
	r->device = r->opts.device ? r->opts.device : &device_cpu;
	if (r->device->peak_reset)
		r->device->peak_reset(r->device);
	params_init(&r->params, r->device);
	r->method = method_find(recipe_text(&r->recipe, "method"));
	if (!r->method)
		return error_set(err, ERR_USAGE, "method: '%s' is not in this ssl",
				 recipe_text(&r->recipe, "method"));
	encoder_spec_from_recipe(&r->encoder_spec, &r->recipe, r->plain.fixed.out_height,
				 r->plain.fixed.out_width, r->data.channels);
	r->encoder = encoder_new(&r->encoder_spec, &r->params, "encoder.", PART_ENCODER, 0, err);
	if (!r->encoder)
		return -1;
	r->self = arena_zalloc(&r->arena, r->method->size);
	env.params = &r->params;
	env.encoder = r->encoder;
	env.encoder_spec = r->encoder_spec;
	env.recipe = &r->recipe;
	env.classes = r->data.classes;
	if (r->method->init(r->self, &env, err))
		return -1;
	params_build(&r->params, (uint64_t)recipe_int(&r->recipe, "seed"));
	tape_init(&r->tape, r->device);
	tape_init(&r->eval_tape, r->device);
	r->eval_tape.record = r->eval_tape.train = 0;
	r->tape.reuse = 1;
	r->profile.device = r->device;
	r->tape.profile = &r->profile;
	r->tape.precision = precision_of(recipe_text(&r->recipe, "precision"));
	return r->device->check(r->device, err);
}

static void build_optim(struct run *r)
{
	const struct recipe *rc = &r->recipe;
	double base = recipe_real(rc, "optim.lr");
	double scale = strcmp(recipe_text(rc, "optim.lr_scale"), "linear")
			   ? 1
			   : (double)recipe_int(rc, "optim.batch") / 256;

	r->optim = optim_find(recipe_text(rc, "optim.name"));
	if (!r->optim)
		BUG("optim.name was checked and is not there");
	optim_opts_from_recipe(&r->optim_opts, rc);
	optim_rates_from_recipe(&r->params, rc);
	params_add_slots(&r->params, r->optim->slots);
	r->base_lr = base * scale;
	r->final_lr = recipe_real(rc, "optim.final_lr") * scale;
	r->cosine = !strcmp(recipe_text(rc, "optim.schedule"), "cosine");
}

/* Collects the images to train on, and computes the number of steps. */
static void build_loader(struct run *r)
{
	const struct recipe *rc = &r->recipe;
	uint32_t *pool = r->train_index;
	uint32_t n = r->n_train, unlabeled = r->data.n[SPLIT_UNLABELED];
	int batch = (int)recipe_int(rc, "optim.batch"), supervised = r->method->views == 1;

	r->epochs = r->method->views ? recipe_int(rc, "optim.epochs") : 0;
	if (unlabeled && !supervised) {
		pool = arena_alloc(&r->arena, ((size_t)n + unlabeled) * sizeof *pool);
		memcpy(pool, r->train_index, n * sizeof *pool);
		for (uint32_t i = 0; i < unlabeled; i++)
			pool[n + i] = r->data.n[SPLIT_TRAIN] + i;
		n += unlabeled;
	}
	loader_init(&r->loader, &r->arena, &r->data, pool, n, batch,
		    (uint64_t)recipe_int(rc, "seed"));
	r->steps_per_epoch = loader_steps(&r->loader);
	r->steps = r->epochs * r->steps_per_epoch;
	r->warmup_steps = recipe_real(rc, "optim.warmup") * (double)r->steps_per_epoch;
	if (!r->epochs)
		return;
	batcher_init(&r->batcher, &r->arena, &r->loader, r->view, r->method->views);
	device_images_init(&r->batcher.resident, &r->data, r->device);
}

int run_build(struct run *r, struct error *err)
{
	r->best_step = -1;
	if (precision_check(recipe_text(&r->recipe, "precision"), r->opts.device, err) ||
	    build_data(r, err) || build_views(r, err) || build_model(r, err))
		return -1;
	build_optim(r);
	build_loader(r);
	return 0;
}

int run_restore(struct run *r, struct error *err)
{
	const long *at = r->opts.resume_epoch;
	struct checkpoint_row ck;
	char path[4200];
	struct error none = {0};

	if (checkpoints_find(r->store, r->opts.resume_id, at ? *at : -1, &ck, &none)) {
		if (none.code == ERR_NOT_FOUND)
			return 0;
		*err = none;
		return -1;
	}
	object_path(r->store, ck.sha256, path, sizeof path);
	if (object_verify(r->store, ck.sha256, &none))
		return error_set(
		    err, ERR_CORRUPT,
		    "checkpoint at epoch %ld: %s (REF@epoch=%ld resumes from one before)", ck.epoch,
		    none.msg, ck.epoch ? ck.epoch - 1 : 0);
	if (checkpoint_check(&r->recipe, path, err) ||
	    checkpoint_load(&r->params, path, &r->step, 1, err))
		return -1;
	if (r->step != ck.step || r->step > r->steps)
		return error_set(err, ERR_CORRUPT,
				 "%s: it is of step %ld, but the store has step %ld of %ld", path,
				 r->step, ck.step, r->steps);
	r->epoch = r->steps_per_epoch ? r->step / r->steps_per_epoch : ck.epoch;
	return 0;
}

int run_load(struct run *r, struct store *s, const struct run_row *row,
	     const struct checkpoint_row *ck, struct error *err)
{
	char path[4200];

	r->store = s;
	r->opts.dataset_sha256 = row->dataset_sha256;
	if (recipe_from_json(&r->recipe, keys_schema(), row->recipe_json, row->defaults, err))
		return error_prefix(err, "the recipe of %s", row->name);
	r->best_step = -1;
	if (build_data(r, err) || build_views(r, err) || build_model(r, err))
		return -1;
	if (!ck)
		return 0;
	object_path(s, ck->sha256, path, sizeof path);
	if (object_verify(s, ck->sha256, err))
		return error_prefix(err, "checkpoint of %s at epoch %ld", row->name, ck->epoch);
	return checkpoint_load(&r->params, path, &r->step, 0, err);
}

void run_release(struct run *r)
{
	if (!r->opts.recorder) /* the caller's stays */
		recorder_release(&r->recorder);
	tape_release(&r->tape);
	tape_release(&r->eval_tape);
	params_release(&r->params);
	device_images_release(&r->batcher.resident);
	arena_release(&r->arena);
	if (!r->opts.datasets) /* a worker's stay open */
		dataset_close(&r->data);
	recipe_release(&r->recipe);
	memset(r, 0, sizeof *r);
}
