/*
 * Differences between what this version and earlier versions of the program record. They keep the
 * meaning of recorded recipes, cells and sweeps, and the hash of an experiment, the same in every
 * version. The tables of a schema's history each end with a row of zeros, may be NULL, and only
 * ever gain rows:
 *
 *  - A key that is added gets a row in `added`. Its neutral value is the one at which the program
 *    does what the versions without the key did. A key at its neutral value is left out of the
 *    canonical form and of the group's form; a recorded text without the key has that value,
 *    whatever the default is now.
 *  - A key or a word that is renamed gets a row in `renamed` or `words`. The canonical form has
 *    the old name, and both names are read. Of several old names that of the first row is written.
 *    The words that a list chooses from keep their order, which is that of the canonical form.
 *  - A default that changes gets a row in `was`, and the number of the newest version increases by
 *    one with every release of the program that changes any default. A computed default is
 *    resolved before hashing, so that the value is recorded and not the word.
 *  - A range that becomes narrower gets a row in `limits`, for what was recorded before.
 *
 * The settings of a protocol (core/eval/protocol.h) are recorded with the old names and words as
 * well, and without an added key at its neutral value, so that evaluations of all versions have
 * the same measure. Views that name a key (schema/views.sql) have its present name. The column
 * run.method has the present word for the method. The words of eval.protocol are part of the names
 * of metrics and are not renamed.
 */
#ifndef SSL_RECIPE_HISTORY_H
#define SSL_RECIPE_HISTORY_H

#include "core/recipe/recipe.h"

struct recipe_added {
	const char *key, *neutral; /* neutral: canonical text */
	int since;                 /* the first version of the defaults with the key */
};

struct recipe_word {
	const char *key, *word, *was;
};

/* In the versions of the defaults below `before`, the default of `key` was `value`. With when_key,
 * `value` is the default that when_key = when_value set for `key` (NULL: it set none). */
struct recipe_was {
	int before;
	const char *key, *value, *when_key, *when_value;
};

struct recipe_limits {
	const char *key;
	double min, max; /* the widest range that was ever allowed */
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

/* The name of the key in the canonical form. */
const char *history_name(const struct recipe_schema *schema, const char *key);
/* The key whose old name is `name`, or else `name`. */
const char *history_key(const struct recipe_schema *schema, const char *name);
/* True if an old name begins with "PATH.". */
int history_is_family(const struct recipe_schema *schema, const char *path);

/* Appends the canonical text of a value with every renamed word replaced by its old name
 * (history_old_words()) or by its present name (history_new_words()). */
void history_old_words(const struct recipe_schema *schema, const char *key, const char *text,
		       struct strbuf *out);
void history_new_words(const struct recipe_schema *schema, const char *key, const char *text,
		       struct strbuf *out);
/* Appends "|a|b", the old words of the key, or nothing if it has none. */
void history_add_words(const struct recipe_schema *schema, const char *key, struct strbuf *out);

/* The row of `added` for the key, or NULL. */
const struct recipe_added *history_added(const struct recipe_schema *schema, const char *key);
/* True if the key was added and `text` is its neutral value. */
int history_is_neutral(const struct recipe_schema *schema, const char *key, const char *text);

/* The row that gives the default of `key` in that version, if it differed from the present one: its
 * own default (when_key NULL), or the one that when_key = when_value set. NULL: as now. */
const struct recipe_was *history_was(const struct recipe_schema *schema, int version,
				     const char *when_key, const char *when_value, const char *key);

/* A copy of *hp with the widest limits that it ever had. */
struct hparam history_limits(const struct recipe_schema *schema, const struct hparam *hp);

#endif
