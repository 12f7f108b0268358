#include "core/run/check.h"

#include <string.h>

#include "core/augment/augment.h"
#include "core/eval/protocol.h"
#include "core/methods/method.h"
#include "core/nn/encoder.h"

enum { TENTH = 10 };

const char *eval_split_name(enum eval_split split)
{
	return split == EVAL_VAL ? "val" : "test";
}

uint32_t run_check_val(const struct data_facts *f, enum eval_split split)
{
	uint32_t n = f->n[SPLIT_TRAIN];

	if (f->n[SPLIT_VAL])
		return f->n[SPLIT_VAL];
	if (f->present[SPLIT_TRAIN] < 2 || (f->present[SPLIT_TEST] && split != EVAL_VAL))
		return 0;
	return n < TENTH ? 1 : (n + TENTH / 2) / TENTH;
}

int run_check_own_val(const struct data_facts *f, uint32_t val)
{
	return val > 0 && val == f->n[SPLIT_VAL];
}

enum run_skip run_check_split(const struct data_facts *f, enum eval_split split, uint32_t val)
{
	if (!f->present[SPLIT_TRAIN])
		return SKIP_NO_LABELS;
	if (f->present[SPLIT_TRAIN] < 2)
		return SKIP_ONE_CLASS;
	if (split == EVAL_VAL)
		return val ? SKIP_NOTHING : SKIP_NO_VAL;
	return f->present[SPLIT_TEST] ? SKIP_NOTHING : SKIP_NO_TEST;
}

/* what is trained */

static int check_val(struct run_check *c, const struct recipe *rc, const struct data_facts *f,
		     struct error *err)
{
	long val = recipe_int(rc, "data.val");
	uint32_t all = f->n[SPLIT_TRAIN];

	c->val = (uint32_t)val;
	c->held = run_check_own_val(f, c->val) ? 0 : c->val;
	if (c->held && !all)
		return error_set(err, ERR_USAGE,
				 "data.val: %ld: dataset %s has no labelled images to hold out: "
				 "leave data.val out",
				 val, f->name);
	if (c->held && c->held >= all)
		return error_set(err, ERR_USAGE, "data.val: %ld images cannot be held out of %u",
				 val, all);
	return 0;
}

static int check_views(const struct recipe *rc, const struct data_facts *f, struct augment *view,
		       struct error *err)
{
	const struct augment_source source = {f->height, f->width, f->channels, {0}, {1, 1, 1, 1}};

	/* the settings of view B change its pixels alone; the size comes from view A, so it is
	 * built last */
	return augment_from_recipe(view, rc, 1, &source, err) ||
		       augment_from_recipe(view, rc, 0, &source, err)
		   ? -1
		   : 0;
}

/* Declares the model; its parameters are not allocated. */
static int check_model(const struct method *m, const struct recipe *rc, const struct data_facts *f,
		       struct error *err)
{
	struct arena arena = ARENA_INIT;
	struct params params = PARAMS_CPU;
	struct method_env env = {.params = &params, .recipe = rc, .classes = f->classes};
	struct augment view;
	int ret = check_views(rc, f, &view, err);

	if (!ret) {
		encoder_spec_from_recipe(&env.encoder_spec, rc, view.fixed.out_height,
					 view.fixed.out_width, f->channels);
		env.encoder =
		    encoder_new(&env.encoder_spec, &params, "encoder.", PART_ENCODER, 0, err);
		ret = env.encoder ? m->init(arena_zalloc(&arena, m->size), &env, err) : -1;
	}
	params_release(&params);
	arena_release(&arena);
	return ret;
}

static int check_batch(struct run_check *c, const struct method *m, const struct recipe *rc,
		       const struct data_facts *f, struct error *err)
{
	long batch = recipe_int(rc, "optim.batch");

	if (!m->views) /* trains nothing */
		return 0;
	c->pool = f->n[SPLIT_TRAIN] - c->held;
	if (m->views != 1)
		c->pool += f->n[SPLIT_UNLABELED];
	if (!recipe_int(rc, "optim.epochs") || batch <= (long)c->pool)
		return 0;
	return error_set(err, ERR_USAGE, "optim.batch: %ld is more than the %u images to train on",
			 batch, c->pool);
}

/* what is evaluated */

/* True if any protocol of the recipe will be due at some point. */
static int is_wanted(const struct recipe *rc, const struct method *m)
{
	int during = recipe_int(rc, "eval.every") > 0, start = recipe_bool(rc, "eval.at_start");
	const struct protocol_row *row;

	for (int i = 0; (row = protocol_at(i)); i++)
		if (recipe_list_has(rc, "eval.protocol", row->name) &&
		    (during || (start && (row->protocol->online || !m->views))))
			return 1;
	return 0;
}

static void check_evaluation(struct run_check *c, const struct method *m, const struct recipe *rc,
			     const struct data_facts *f)
{
	c->split = strcmp(recipe_text(rc, "eval.split"), "val") ? EVAL_TEST : EVAL_VAL;
	c->wanted = is_wanted(rc, m);
	c->skip = c->wanted ? run_check_split(f, c->split, c->val) : SKIP_NOTHING;
	c->final_test = c->wanted && !c->skip && c->split == EVAL_VAL && f->present[SPLIT_TEST] &&
			recipe_int(rc, "eval.every") > 0 && recipe_bool(rc, "eval.final_test");
}

int run_check(struct run_check *c, const struct recipe *rc, const struct data_facts *f,
	      struct error *err)
{
	const struct method *m = method_find(recipe_text(rc, "method"));

	*c = (struct run_check){0};
	if (!m)
		return error_set(err, ERR_USAGE, "method: '%s' is not in this ssl",
				 recipe_text(rc, "method"));
	if (check_val(c, rc, f, err) || check_model(m, rc, f, err) || check_batch(c, m, rc, f, err))
		return -1;
	check_evaluation(c, m, rc, f);
	return 0;
}

int run_check_names_split(const struct recipe *rc)
{
	return recipe_given(rc, "eval.split");
}

static int check_classes(const struct recipe *rc, const struct data_facts *f, struct error *err)
{
	const struct method *m = method_find(recipe_text(rc, "method"));
	int n = f->present[SPLIT_TRAIN];

	if (!m || m->views != 1 || n >= 2)
		return 0;
	return error_set(err, ERR_USAGE,
			 "method: %s needs labels of at least two classes, and %s: use any other "
			 "method",
			 m->name,
			 n ? "the labelled training images of the dataset are all of one class"
			   : "the training images of the dataset have no labels");
}

int run_check_given(struct run_check *c, const struct recipe *rc, int names_split,
		    const struct data_facts *f, struct error *err)
{
	if (check_classes(rc, f, err) || run_check(c, rc, f, err))
		return -1;
	if (!names_split || (c->skip != SKIP_NO_TEST && c->skip != SKIP_NO_VAL))
		return 0;
	return error_set(err, ERR_USAGE,
			 "eval.split: %s, but dataset %s has no labelled %s images: leave "
			 "eval.split out%s",
			 eval_split_name(c->split), f->name,
			 c->skip == SKIP_NO_TEST ? "test" : "validation",
			 c->skip == SKIP_NO_TEST ? ", or set data.val and eval.split: val" : "");
}
