/*
 * A resolved recipe: every key that applies, with its value in canonical text, sorted by key. It
 * is built from layers, of which the later ones take precedence: the tables' defaults, the
 * method's own defaults, the augment preset (before the method's defaults if the method chose it),
 * the recipe file, --set. Reading is strict: an unknown or duplicate key, a wrong type or a value
 * out of range is ERR_USAGE with file, line and the nearest valid key. Greek letters are accepted
 * for lambda, mu, nu, tau, rho, gamma and epsilon. Keys of another method are known but do not
 * apply: in a file they are dropped, so that a base recipe can serve many methods; with --set they
 * are an error.
 *
 * The canonical form (one JSON object, keys sorted, defaults included, shortest numbers) and its
 * SHA-256 are recorded: two runs with the same hash are the same experiment. To keep the hash of
 * an experiment the same when the program changes, each key is written as the first version that
 * had the key would have written it; history.h has the rules.
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
	int line;           /* line in the file, or 0 */
};

struct recipe {
	const struct recipe_schema *schema;
	struct recipe_value *value; /* sorted by name */
	int n, defaults;            /* defaults: version of the defaults, from 1 */
	char hash[HASH_HEX];
};

/* How to resolve. All zero: a recipe that the user gives now. */
struct recipe_how {
	int defaults; /* version of the defaults; 0: the newest */
	int recorded; /* the text was recorded before: newer rules do not refuse it, and keys
			 that it lacks have their neutral values */
	const struct recipe_context *context; /* NULL: nothing is known besides the recipe */
};

/* True if the user gave the key's value now, in a file or with --set; true if it was recorded
 * before. */
int recipe_given(const struct recipe *r, const char *key);
int recipe_recorded(const struct recipe *r, const char *key);

/* One "key=value" of the command line. Of two settings of one key the later counts. */
struct recipe_set {
	const char *text;
};

/* Resolves a YAML file (path NULL: none) and then n_set settings in order. *out must be released.
 */
int recipe_load(struct recipe *out, const struct recipe_schema *schema, const char *path,
		const struct recipe_set *set, int n_set, struct error *err);

/* As recipe_load(), with `how`. */
int recipe_load_with(struct recipe *out, const struct recipe_schema *schema,
		     const struct recipe_how *how, const char *path, const struct recipe_set *set,
		     int n_set, struct error *err);

/* Reads the canonical JSON that was recorded, with the version of the defaults that it was made
 * with. A key that is newer than the text gets its neutral value. The hash is that of the text, so
 * that the recipe keeps its checkpoints and digests. ERR_CORRUPT. */
int recipe_from_json(struct recipe *out, const struct recipe_schema *schema, const char *json,
		     int defaults, struct error *err);

/* Resolves `from`, a recorded recipe, with n_set settings applied to it, as a new recipe with the
 * same version of the defaults. ERR_USAGE as for --set. */
int recipe_changed(struct recipe *out, const struct recipe *from,
		   const struct recipe_schema *schema, const struct recipe_context *context,
		   const struct recipe_set *set, int n_set, struct error *err);

/* Appends what r->value[i] would be had it not been given, with all other keys as they are. ERR_USAGE
 * where it cannot be left out. */
int recipe_default_of(const struct recipe *r, int i, const struct recipe_context *context,
		      struct strbuf *out, struct error *err);

void recipe_release(struct recipe *r);

/* Appends the canonical JSON; recipe_json_keys() omits the braces. */
void recipe_json(const struct recipe *r, struct strbuf *out);
void recipe_json_keys(const struct recipe *r, struct strbuf *out);

/* Appends one value as JSON, as it is recorded; `text` is canonical. */
void recipe_value_json(const struct recipe_schema *schema, const struct hparam *hp,
		       const char *text, struct strbuf *out);

/* The value as a number: 1 and *out, or 0 for a word or text. *in_force is the number in effect:
 * for a word, the number of the key that it stands for; NAN if there is none. */
int recipe_number(const struct recipe *r, const struct recipe_value *v, double *out,
		  double *in_force);

/* The hash of the recipe without its seed: runs that differ in nothing else are replicates. */
void recipe_group_hash(const struct recipe *r, char hex[HASH_HEX]);

/* Appends the recipe as YAML that recipe_load() reads back to the same hash. */
void recipe_yaml(const struct recipe *r, struct strbuf *out);

/* Values by key. A missing key, or one of another type, is a BUG(). */
double recipe_real(const struct recipe *r, const char *key);
/* For a key that also accepts a word ("same"): `otherwise` if the value is a word. */
double recipe_real_or(const struct recipe *r, const char *key, double otherwise);
long recipe_int(const struct recipe *r, const char *key);
int recipe_bool(const struct recipe *r, const char *key);
const char *recipe_text(const struct recipe *r, const char *key);
/* HP_INTS: fills out[0 .. max-1] and returns the length of the list, which may exceed max. */
int recipe_ints(const struct recipe *r, const char *key, int *out, int max);
/* HP_LIST: true if `word` is in the list. */
int recipe_list_has(const struct recipe *r, const char *key, const char *word);
/* True if the recipe has the key. */
int recipe_has(const struct recipe *r, const char *key);
/* The canonical text of a value of any type; a missing key is a BUG(). */
const char *recipe_text_of(const struct recipe *r, const char *key);

#endif
