/* A method with its state and a batch of tiny images, for tests of all methods in the table. */
#ifndef SSL_TESTS_METHODS_RIG_H
#define SSL_TESTS_METHODS_RIG_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/methods/method.h"
#include "core/base/rng.h"
#include "core/run/keys.h"
#include "core/tensor/memory.h"
#include "tests/check.h"

enum { IMAGES = 16, SIZE = 8, CLASSES = 3 };

/* A method with the parts of a run that it needs. */
struct rig {
	const struct method *method;
	struct recipe recipe;
	struct params params;
	struct method_env env;
	struct tape tape;
	void *self;
	int labels[IMAGES];
	real *images; /* views x IMAGES: the views of an image differ by noise */
};

/* `last`: settings that override those of the rig, separated by semicolons. */
static inline int rig_recipe(struct rig *g, const char *last)
{
	struct recipe_set set[16] = {
	    {"encoder.arch=convnet"}, {"encoder.width=4"}, {"encoder.depth=2"}, {"optim.name=sgd"}};
	char name[64], own[256], *save = NULL, *s;
	struct error err;
	int n = 4;

	snprintf(name, sizeof name, "method=%s", g->method->name);
	set[n++].text = name;
	for (const struct hparam_default *d = g->method->defaults; d && d->name; d++) {
		if (!strcmp(d->name, "projector.dims"))
			set[n++].text = "projector.dims=[24, 20]";
		if (!strcmp(d->name, "predictor.dims"))
			set[n++].text = "predictor.dims=[24, 20]";
	}
	snprintf(own, sizeof own, "%s", last ? last : "");
	for (s = strtok_r(own, ";", &save); s && n < 16; s = strtok_r(NULL, ";", &save))
		set[n++].text = s;
	if (!recipe_load(&g->recipe, keys_schema(), NULL, set, n, &err))
		return 0;
	printf("%s\n", err.msg);
	return -1;
}

static inline void rig_images(struct rig *g)
{
	const int values = SIZE * SIZE * 3;
	struct rng r;

	g->images = xmalloc((size_t)(g->method->views * IMAGES * values) * sizeof(real));
	for (int v = 0; v < g->method->views; v++) {
		for (int i = 0; i < IMAGES; i++) {
			struct rng noise;
			real *x = g->images + (v * IMAGES + i) * values;

			rng_init(&r, 1, RNG_TEST, 0, (uint64_t)i);
			rng_init(&noise, 1, RNG_TEST, (uint32_t)v + 1, (uint64_t)i);
			for (int j = 0; j < values; j++)
				x[j] = (real)(rng_normal(&r) + 0.3 * rng_normal(&noise));
		}
	}
	for (int i = 0; i < IMAGES; i++)
		g->labels[i] = i % CLASSES;
}

/* Builds the method. Returns 0, or -1 with *err if its init() fails. */
static inline int rig_open(struct rig *g, const struct method *m, const char *setting,
			   struct error *err)
{
	memset(g, 0, sizeof *g);
	g->method = m;
	CU_ASSERT_FATAL(!rig_recipe(g, setting));
	encoder_spec_from_recipe(&g->env.encoder_spec, &g->recipe, SIZE, SIZE, 3);
	params_init(&g->params, &device_cpu);
	g->env.params = &g->params;
	g->env.recipe = &g->recipe;
	g->env.classes = CLASSES;
	g->env.encoder =
	    encoder_new(&g->env.encoder_spec, &g->params, "encoder.", PART_ENCODER, 0, err);
	CU_ASSERT_FATAL(g->env.encoder != NULL);
	g->self = xcalloc(1, m->size);
	tape_init(&g->tape, &device_cpu);
	rig_images(g);
	if (m->init(g->self, &g->env, err))
		return -1;
	params_build(&g->params, 1);
	params_add_slots(&g->params, 1);
	if (m->start)
		m->start(g->self, 0);
	return 0;
}

static inline void rig_close(struct rig *g)
{
	tape_release(&g->tape);
	params_release(&g->params);
	recipe_release(&g->recipe);
	free(g->self);
	free(g->images);
}

/* The loss of the batch. */
static inline struct tensor *rig_loss(struct rig *g, struct tape *t, struct method_out *out)
{
	struct batch b = {.n = IMAGES, .views = g->method->views, .labels = g->labels};

	b.groups = batch_groups(&g->recipe, b.views);
	memset(out, 0, sizeof *out);
	b.x = tensor_wrap(&t->arena, g->images, 4, (const int[]){b.views * b.n, SIZE, SIZE, 3});
	g->method->loss(g->self, t, &b, out);
	return out->loss;
}

#endif
