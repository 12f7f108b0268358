/*
 * What earlier versions of the program recorded otherwise, so that a recorded recipe, cell or sweep
 * means for ever what it meant, and the same experiment keeps its hash. The tables of a schema's
 * history each end with a row of zeros, may be NULL, and only ever gain rows:
 *
 *  - a key that is added gets a row in `added`. Its neutral value is the one that means what the
 *    versions without the key did. At that value the key is left out of the canonical form and of
 *    the group's; a recorded text without the key has that value, whatever the default is now;
 *  - a key or a word that is renamed gets a row in `renamed` or `words`. The canonical form has the
 *    old name, and both names are read. Of several old names the first row's is written. The words
 *    that a list chooses from keep their order, which is that of the canonical form;
 *  - a default that changes gets a row in `was`, and the number of the newest version goes up by
 * one with every release of the program that changes any. A default that is computed is resolved
 *    before hashing, so that what is recorded is the value and not the word;
 *  - a range that becomes narrower gets a row in `limits`, for what was recorded before.
 *
 * A protocol's settings (core/eval/protocol.h) are recorded by the old names and words as well, and
 * without a key that was added at its neutral value, so that evaluations then and now have one
 * measure. Views that name a key (schema/views.sql) have its present name. The column run.method
 * has the method's present word. The words of eval.protocol are in the names of metrics, and are
 * not renamed.
 */
#ifndef SSL_RECIPE_HISTORY_H
#define SSL_RECIPE_HISTORY_H

#include "core/recipe/recipe.h"

struct recipe_added {
	const char *key, *neutral; /* neutral: canonical text */
	int since;                 /* the version of the defaults that first had the key */
};

struct recipe_word {
	const char *key, *word, *was;
};

/* Until version `before` of the defaults, the default of `key` was `value`; with when_key, what
 * when_value of that key brought with it (value NULL: nothing). */
struct recipe_was {
	int before;
	const char *key, *value, *when_key, *when_value;
};

struct recipe_limits {
	const char *key;
	double min, max; /* the widest that were ever allowed */
};

struct recipe_history {
	int defaults; /* the newest version of the defaults, from 1 */
	const struct recipe_added *added;
	const struct hparam_default *renamed; /* {key, its old name} */
	const struct recipe_word *words;
	const struct recipe_was *was;
	const struct recipe_limits *limits;
};

/* The newest version of the schema's defaults. */
int history_newest(const struct recipe_schema *schema);

/* The name that the key has in the canonical form. */
const char *history_name(const struct recipe_schema *schema, const char *key);
/* The key that `name` is an old name of, else `name`. */
const char *history_key(const struct recipe_schema *schema, const char *name);
/* Does an old name begin with "PATH."? */
int history_is_family(const struct recipe_schema *schema, const char *path);

/* Appends the canonical text of a value with every word that was renamed under its old name, or (to
 * new) the other way round. */
void history_old_words(const struct recipe_schema *schema, const char *key, const char *text,
		       struct strbuf *out);
void history_new_words(const struct recipe_schema *schema, const char *key, const char *text,
		       struct strbuf *out);
/* Appends "|a|b", the old words of the key; nothing where there are none. */
void history_add_words(const struct recipe_schema *schema, const char *key, struct strbuf *out);

/* The row of a key that was added, or NULL. */
const struct recipe_added *history_added(const struct recipe_schema *schema, const char *key);
/* Is it a key that was added, at its neutral value? */
int history_is_neutral(const struct recipe_schema *schema, const char *key, const char *text);

/* The default of `key` in that version where it was another one than now, by itself (when_key NULL)
 * or brought by a value; NULL: as now. */
const struct recipe_was *history_was(const struct recipe_schema *schema, int version,
				     const char *when_key, const char *when_value, const char *key);

/* *hp with the widest limits that it ever had. */
struct hparam history_limits(const struct recipe_schema *schema, const struct hparam *hp);

#endif
