/*
 * Tables of engines as runs use them: read from the store, checked against the device, and made by timing
 * a step. What was computed with a table is computed again with the same one, or not at all.
 */
#ifndef SSL_RUN_ENGINES_H
#define SSL_RUN_ENGINES_H

#include "core/recipe/recipe.h"
#include "core/store/engine_tables.h"
#include "core/tensor/device.h"
#include "core/tensor/engines.h"

struct engines {
	int used; /* 0: the first engines, and the rest is zero */
	struct engine_table_row row;
	struct engine_table table;
};
void engines_release(struct engines *e);

/* Word for --engines that stands for the first engines. */
#define ENGINES_NONE "none"

/* Reads the table of this name for a device. ERR_NOT_FOUND if there is none; ERR_FAILED if it was made
 * on another device or with other libraries. */
int engines_find(struct store *s, const char *name, const struct device *d, struct engines *out,
		 struct error *err);

/* Reads the table that the newest attempt of a run used. On another kind of device than this attempt's
 * there is none, nor on one without a choice. ERR_FAILED as above, with `name`, that of the run. */
int engines_of_run(struct store *s, int64_t run, const char *name, const struct device *d,
		   struct engines *out, struct error *err);

/* Reads the table for the cells of a sweep: that of its cells so far, or else the one that `name`, which
 * may be NULL, asks for. ERR_FAILED if they differ, and as above. */
int engines_of_sweep(struct store *s, int64_t sweep, const char *sweep_name, const char *name,
		     const struct device *d, struct engines *out, struct error *err);

/* From now on the device computes with e, which may be NULL: with the first engines. */
void engines_use(const struct engines *e, const struct device *d);

/* ERR_USAGE, saying so, on a device that has nothing to choose. */
int engines_can_choose(const struct device *d, struct error *err);

/* Times the engines for every operation of a training step of the recipe, which is released. ERR_USAGE if
 * there is nothing to choose. */
int engines_time(struct store *s, struct recipe *recipe, int threads, const struct device *d,
		 struct engine_table *out, struct error *err);

/* Records a table under a name; see engine_tables_insert(). */
int engines_record(struct store *s, const char *name, const struct device *d,
		   const char *recipe_hash, const struct engine_table *t,
		   struct engine_table_row *out, struct error *err);

#endif
