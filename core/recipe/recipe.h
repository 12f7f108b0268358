/*
 * A resolved recipe: every key that applies, with its value in canonical text, sorted by key. Made
 * by layers, later ones winning: the tables' defaults, the method's own defaults, the augment
 * preset (before the method's where the method chose it), the recipe file, --set. Read strictly: an unknown or duplicate key, a wrong type or a
 * value out of range is ERR_USAGE naming file, line and the nearest valid key. Greek letters are
 * accepted for lambda mu nu tau rho gamma epsilon. Keys of another method are known but do not
 * apply: in a file they are dropped, so that a base recipe serves many methods; with --set they are
 * an error.
 *
 * The canonical form (one JSON object, keys sorted, defaults included, numbers shortest) and its
 * SHA-256 are what is recorded: two runs with the same hash are the same experiment.
 */
#ifndef SSL_RECIPE_RECIPE_H
#define SSL_RECIPE_RECIPE_H

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/base/strbuf.h"
#include "core/recipe/hparam.h"

struct recipe_value {
	const struct hparam *hp;
	char *text;         /* canonical: "0.1", "true", "[2048, 2048]", "resnet18" */
	const char *origin; /* "default", "method", "preset", "file", "set" */
	int line;           /* in the file, or 0 */
};

struct recipe {
	struct recipe_value *value; /* sorted by name */
	int n;
	char hash[HASH_HEX];
};

/* What the resolver needs to know from above. Calls with i = 0, 1, ... end with 0 or NULL. */
struct recipe_schema {
	/* Fills *out with the i-th table. */
	int (*group)(int i, struct hparam_group *out);
	/* Defaults that depend on a value (a method's, a preset's, an architecture's): rows ended
	 * by {0}, or NULL. Asked for every key once its value is known: "method" first, then in
	 * table order. */
	const struct hparam_default *(*defaults)(const char *key, const char *value);
	/* The i-th choice of an HP_ENUM or HP_LIST whose own `choices` is NULL. */
	const char *(*choice)(const char *key, int i);
	/* Other spellings of keys: rows {alias, key} ended by {0}. NULL if there are none. */
	const struct hparam_default *aliases;
	/* What must hold between keys: 0, or -1 with *err and the key that is to blame. May be
	 * NULL. */
	int (*check)(const struct recipe *r, const char **key, struct error *err);
};

/* The i-th row of all tables in order, and its group if wanted; NULL past the end. */
const struct hparam *recipe_row(const struct recipe_schema *schema, int i,
				struct hparam_group *group);

/* Appends "a|b|c", the choices of an HP_ENUM or HP_LIST; nothing for other types. */
void recipe_choices(const struct recipe_schema *schema, const struct hparam *hp,
		    struct strbuf *out);

/* Does the row apply while its group's when_key has `value`? */
int recipe_applies(const struct recipe_schema *schema, const struct hparam *hp,
		   const struct hparam_group *group, const char *value);

/* The key that was probably meant by an unknown one: near in spelling, or with the same last word.
 */
const char *recipe_nearest(const struct recipe_schema *schema, const char *key);

/* One "key=value" of the command line; of two for one key the later counts. */
struct recipe_set {
	const char *text;
};

/* Resolves: file (NULL for none) as YAML, then n_set settings in order. */
int recipe_load(struct recipe *out, const struct recipe_schema *schema, const char *path,
		const struct recipe_set *set, int n_set, struct error *err);

/* From the canonical JSON that was recorded. A key that it does not have, being older, gets its default;
 * the hash stays that of the text, so that its checkpoints and digests still are its own. */
int recipe_from_json(struct recipe *out, const struct recipe_schema *schema, const char *json,
		     struct error *err);

/* `from` with n_set settings on top, as a recipe of its own. ERR_USAGE as for --set. */
int recipe_changed(struct recipe *out, const struct recipe *from,
		   const struct recipe_schema *schema, const struct recipe_set *set, int n_set,
		   struct error *err);

void recipe_release(struct recipe *r);

/* Appends the canonical JSON. */
void recipe_json(const struct recipe *r, struct strbuf *out);

/* Appends one value as JSON; `text` is canonical. */
void recipe_value_json(const struct hparam *hp, const char *text, struct strbuf *out);

/* The hash of the recipe without its seed: runs that differ in nothing else are replicates. */
void recipe_group_hash(const struct recipe *r, char hex[HASH_HEX]);

/* Appends it as YAML that recipe_load() reads back to the same hash. */
void recipe_yaml(const struct recipe *r, struct strbuf *out);

/* Values by key; a key that is not there or is of another type is a BUG(). */
double recipe_real(const struct recipe *r, const char *key);
/* Where the row also takes a word ("same"): `otherwise` stands for it. */
double recipe_real_or(const struct recipe *r, const char *key, double otherwise);
long recipe_int(const struct recipe *r, const char *key);
int recipe_bool(const struct recipe *r, const char *key);
const char *recipe_text(const struct recipe *r, const char *key);
/* HP_INTS: fills out[0 .. max-1], returns how many there are, which may be more than max. */
int recipe_ints(const struct recipe *r, const char *key, int *out, int max);
/* HP_LIST: is `word` in it? */
int recipe_lists(const struct recipe *r, const char *key, const char *word);
int recipe_has(const struct recipe *r, const char *key);
/* The canonical text of a value of any type. */
const char *recipe_text_of(const struct recipe *r, const char *key);

#endif
