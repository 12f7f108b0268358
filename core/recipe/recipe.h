/*
 * A resolved recipe: every key that applies, with its value in canonical text, sorted by key. Made
 * by layers, later ones winning: the tables' defaults, the method's own defaults, the augment
 * preset (before the method's where the method chose it), the recipe file, --set. Read strictly: an
 * unknown or duplicate key, a wrong type or a value out of range is ERR_USAGE naming file, line and
 * the nearest valid key. Greek letters are accepted for lambda mu nu tau rho gamma epsilon. Keys of
 * another method are known but do not apply: in a file they are dropped, so that a base recipe
 * serves many methods; with --set they are an error.
 *
 * The canonical form (one JSON object, keys sorted, defaults included, numbers shortest) and its
 * SHA-256 are what is recorded: two runs with the same hash are the same experiment. So that the
 * hash of an experiment stays the same when the program changes, the canonical form is written as
 * the first version that knew the key would have written it; history.h has the rules.
 */
#ifndef SSL_RECIPE_RECIPE_H
#define SSL_RECIPE_RECIPE_H

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/base/strbuf.h"
#include "core/recipe/schema.h"

struct recipe_value {
	const struct hparam *hp;
	char *text;         /* canonical: "0.1", "true", "[2048, 2048]", "resnet18" */
	const char *origin; /* "default", "method", "preset", "file", "set", "recorded" */
	int line;           /* in the file, or 0 */
};

struct recipe {
	const struct recipe_schema *schema;
	struct recipe_value *value; /* sorted by name */
	int n, defaults;            /* defaults: the version of the defaults, from 1 */
	char hash[HASH_HEX];
};

/* How to resolve. All zero: what a user gives now. */
struct recipe_how {
	int defaults; /* version of the defaults; 0: the newest */
	int recorded; /* the text was recorded before: no rule that came later refuses it, and a key
			 that it lacks has its neutral value */
	const struct recipe_ask *ask; /* NULL: nothing but the recipe is known */
};

/* Did the user give the key's value now, in a file or by --set? Was it recorded before? */
int recipe_given(const struct recipe *r, const char *key);
int recipe_recorded(const struct recipe *r, const char *key);

/* One "key=value" of the command line; of two for one key the later counts. */
struct recipe_set {
	const char *text;
};

/* Resolves: file (NULL for none) as YAML, then n_set settings in order. */
int recipe_load(struct recipe *out, const struct recipe_schema *schema, const char *path,
		const struct recipe_set *set, int n_set, struct error *err);

/* The same, told how. */
int recipe_load_by(struct recipe *out, const struct recipe_schema *schema,
		   const struct recipe_how *how, const char *path, const struct recipe_set *set,
		   int n_set, struct error *err);

/* From the canonical JSON that was recorded, with the version of the defaults that it was made
 * with. A key that it does not have, being older, gets its neutral value; the hash stays that of
 * the text, so that its checkpoints and digests still are its own. ERR_CORRUPT. */
int recipe_from_json(struct recipe *out, const struct recipe_schema *schema, const char *json,
		     int defaults, struct error *err);

/* `from`, which was recorded, with n_set settings on top, as a recipe of its own; its version of
 * the defaults is that of `from`. ERR_USAGE as for --set. */
int recipe_changed(struct recipe *out, const struct recipe *from,
		   const struct recipe_schema *schema, const struct recipe_ask *ask,
		   const struct recipe_set *set, int n_set, struct error *err);

/* Appends what r->value[i] would be had it not been given, with all other keys as they are. ERR_USAGE
 * where it cannot be left out. */
int recipe_default_of(const struct recipe *r, int i, const struct recipe_ask *ask,
		      struct strbuf *out, struct error *err);

void recipe_release(struct recipe *r);

/* Appends the canonical JSON; the same without its braces. */
void recipe_json(const struct recipe *r, struct strbuf *out);
void recipe_json_keys(const struct recipe *r, struct strbuf *out);

/* Appends one value as JSON, as it is recorded; `text` is canonical. */
void recipe_value_json(const struct recipe_schema *schema, const struct hparam *hp,
		       const char *text, struct strbuf *out);

/* The value as a number: 1 with *out; 0 for a word or text. *in_force: the number that holds, which
 * for a word is that of the key it stands for; NAN where there is none. */
int recipe_number(const struct recipe *r, const struct recipe_value *v, double *out,
		  double *in_force);

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
