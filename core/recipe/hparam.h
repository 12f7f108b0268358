/*
 * Hyperparameters as rows of tables. Each module with hyperparameters (optim, encoder, augment,
 * every method) owns a table that ends with {0}; core/run/keys.c lists the tables. Parsing,
 * validation, --set, grids, `ssl help METHOD`, the man page and the recorded rows all use these
 * rows.
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
	HP_INTS, /* a list of whole numbers in [min, max], perhaps empty: [2048, 2048] */
	HP_LIST, /* a list of words from `choices`: [knn, linear] */
};

struct hparam {
	const char *name; /* dotted: "vicreg.lambda" */
	enum hparam_type type;
	const char *def; /* as text, as in a recipe */
	double min, max; /* inclusive */
	const char *choices; /* HP_ENUM, HP_LIST: "a|b|c"; NULL: recipe_schema.choice gives them */
	const char *help;    /* one line: what it is, and the source of the default */
};

/* A default that a method, a preset or an architecture sets for a key. */
struct hparam_default {
	const char *name, *value;
};

/* A table, and the condition under which its keys apply. when_key NULL: always. when_value not
 * NULL: while when_key has that value ("method", "vicreg"), or one of several
 * ("vit_tiny|vit_small"). when_value NULL: while the defaults of when_key's value name a key of
 * the same family; for example, a method whose defaults name predictor.dims has a predictor, and
 * all predictor.* keys apply. */
struct hparam_group {
	const struct hparam *rows;
	const char *when_key, *when_value;
};

/* A value as it was written, before its type is known. */
struct hparam_input {
	const char *const *item; /* 1 for a scalar */
	int n;
	int list;   /* written as [a, b] */
	int quoted; /* a scalar in quotes: text */
};

/* Appends the canonical text of a value. ERR_USAGE with "NAME: WHAT" for a wrong type, a value out
 * of range or one that is not among the choices ("a|b|c"; NULL for types without choices). Numbers
 * must be decimal and finite; a scalar given for a list is split at its commas. */
int hparam_parse(const struct hparam *hp, const char *choices, const struct hparam_input *in,
		 struct strbuf *out, struct error *err);

/* As hparam_parse(), for plain text as in a table or after --set: "512,512" and "[512, 512]" are
 * both lists. */
int hparam_parse_text(const struct hparam *hp, const char *choices, const char *text,
		      struct strbuf *out, struct error *err);

/* "real", "int", "bool", "enum", "text", "ints", "list". */
const char *hparam_type_name(enum hparam_type type);

/* Appends a description of the allowed values: "from 0 to 1", "at least 1", "true|false", "a|b|c",
 * "text". */
void hparam_range(const struct hparam *hp, const char *choices, struct strbuf *out);

/* The one of n names that is nearest to `word` by edit distance, or the only one that starts with
 * it; NULL if none is near enough to suggest. */
const char *nearest_word(const char *word, const char *const *names, int n);

#endif
