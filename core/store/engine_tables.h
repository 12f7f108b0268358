/*
 * Tables of engines, which `ssl device tune` makes and attempts refer to: which engine of a library
 * computes an operation on a device (core/tensor/engines.h). A table never changes. Its SHA-256 over
 * device and choices is the same in every store.
 */
#ifndef SSL_STORE_ENGINE_TABLES_H
#define SSL_STORE_ENGINE_TABLES_H

#include "core/base/clock.h"
#include "core/base/hash.h"
#include "core/store/environment.h"
#include "core/store/store.h"

struct engine_row {
	char operation[128];
	int place;
	int64_t engine;
	double seconds, first_seconds;
};

struct engine_table_row {
	int64_t id;
	char name[64], sha256[HASH_HEX], device[64], about[256], created[CLOCK_TEXT];
	int64_t engines, attempts; /* choices; attempts that used it */
};

/* ERR_USAGE if the name is not valid or taken. */
int engine_tables_check_name(struct store *s, const char *name, struct error *err);

/* Records a table under a name that is free, and sorts its rows; one with the same device and choices
 * that is there is kept, whatever its name. Fills *out. */
int engine_tables_insert(struct store *s, const char *name, const struct device_info *device,
			 const char *recipe_hash, struct engine_row *row, int n,
			 struct engine_table_row *out, struct error *err);

/* Finds a table by its name, or by the first digits of its SHA-256. ERR_NOT_FOUND if there is none,
 * or if several fit. */
int engine_tables_find(struct store *s, const char *name, struct engine_table_row *out,
		       struct error *err);
/* The table that the newest attempt of a run used, and the device of this attempt. 1; 0 if it used none;
 * -1. */
int engine_tables_of_run(struct store *s, int64_t run, char device[64], struct engine_table_row *out,
			 struct error *err);
/* The table that the first run of a sweep used which was begun for it on this kind of device. 1; 0 if it
 * used none; -2 if there is no such run; -1. */
int engine_tables_of_sweep(struct store *s, int64_t sweep, const char *device,
			   struct engine_table_row *out, struct error *err);

/* Calls fn for every table, by name, until fn returns non-zero. */
int engine_tables_each(struct store *s, int (*fn)(void *ctx, const struct engine_table_row *row),
		       void *ctx, struct error *err);

/* Reads the choices of a table, by operation; the caller frees *out. ERR_CORRUPT if they are not those
 * over which the table's SHA-256 was made. */
int engine_tables_load(struct store *s, const struct engine_table_row *row, struct engine_row **out,
		       int *n, struct error *err);

/* ERR_USAGE if an attempt used it. */
int engine_tables_remove(struct store *s, const struct engine_table_row *row, struct error *err);

#endif
