/*
 * Hyperparameters as rows of tables. Each module that has some (optim, encoder, augment, every
 * method) owns a table ended by {0}; core/run/keys.c lists the tables. From a row follow parsing,
 * validation, --set, grids, `ssl help METHOD`, the man page and the recorded rows.
 */
#ifndef SSL_RECIPE_HPARAM_H
#define SSL_RECIPE_HPARAM_H

#include "core/base/error.h"
#include "core/base/strbuf.h"

enum hparam_type {
	HP_REAL, /* a number in [min, max] */
	HP_INT,  /* a whole number in [min, max] */
	HP_BOOL, /* true / false */
	HP_ENUM, /* one of `choices` */
	HP_TEXT, /* any string */
	HP_INTS, /* a list of whole numbers in [min, max], may be empty: [2048, 2048] */
	HP_LIST, /* a list of words out of `choices`: [knn, linear] */
};

struct hparam {
	const char *name; /* dotted: "vicreg.lambda" */
	enum hparam_type type;
	const char *def; /* as text, as in a recipe */
	double min, max; /* inclusive */
	const char *choices; /* HP_ENUM, HP_LIST: "a|b|c"; NULL: asked of recipe_schema.choice */
	const char *help;    /* one line: what it is, and where the default is from */
};

/* A key that gets another default from a method, a preset or an architecture. */
struct hparam_default {
	const char *name, *value;
};

/* A table and when its keys apply: always (when_key NULL); while when_key has when_value ("method",
 * "vicreg"), which may be several words ("vit_tiny|vit_small"); or, with a when_value of NULL, while
 * the defaults of when_key's value name a key of the same family: a method whose defaults name
 * predictor.dims has a predictor, and all predictor.* keys apply. */
struct hparam_group {
	const struct hparam *rows;
	const char *when_key, *when_value;
};

/* A value as it was written, before it is known of what type it should be. */
struct hparam_input {
	const char *const *item; /* 1 for a scalar */
	int n;
	int list;   /* written as [a, b] */
	int quoted; /* a scalar in quotes: text */
};

/* Appends the canonical text of a value, or fails with "NAME: WHAT" (ERR_USAGE): wrong type, out of
 * range, none of the choices ("a|b|c", NULL for types without). Numbers are decimal and finite; a
 * scalar for a list is split at its commas. */
int hparam_parse(const struct hparam *hp, const char *choices, const struct hparam_input *in,
		 struct strbuf *out, struct error *err);

/* As hparam_parse() of bare text, as in a table or behind --set: "512,512" and "[512, 512]" are
 * both lists. */
int hparam_parse_text(const struct hparam *hp, const char *choices, const char *text,
		      struct strbuf *out, struct error *err);

/* "real", "int", "bool", "enum", "text", "ints", "list". */
const char *hparam_type_name(enum hparam_type type);

/* Appends what values are allowed, for people: "from 0 to 1", "at least 1",
 * "true|false", "a|b|c", "text". */
void hparam_range(const struct hparam *hp, const char *choices, struct strbuf *out);

/* Of n names the one nearest to `word` by edit distance (or the only one that starts with it), NULL
 * if none is near enough to suggest. */
const char *nearest_word(const char *word, const char *const *names, int n);

#endif
