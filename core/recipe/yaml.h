/*
 * Reads the YAML of recipes as a tree of maps, lists and scalars. Features of YAML beyond that,
 * which cause mistakes, are refused: anchors, aliases, tags, several documents, keys that are not
 * plain text, a key twice in one map, text that is not UTF-8, deep or huge files. JSON is accepted
 * too.
 */
#ifndef SSL_RECIPE_YAML_H
#define SSL_RECIPE_YAML_H

#include <stddef.h>

#include "core/base/arena.h"
#include "core/base/error.h"

enum {
	YAML_MAX_DEPTH = 16,
	YAML_MAX_NODES = 5000,
	YAML_MAX_BYTES = 1 << 20,
};

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml_node {
	enum yaml_kind kind;
	int line;         /* of the key in a map, of the value elsewhere; from 1 */
	const char *key;  /* in a map: its key, Greek letters spelt out; elsewhere NULL */
	const char *text; /* of a scalar, else NULL */
	int quoted;       /* in quotes or a block scalar: text, even if it looks like a number */
	int n;            /* children of a list or map */
	struct yaml_node *child, *next;
};

/* Reads one document into a tree in `a`. ERR_USAGE with "NAME:LINE: WHAT"; `name` is the name of
 * the text in errors. */
int yaml_read(struct yaml_node **root, struct arena *a, const char *text, size_t len,
	      const char *name, struct error *err);

/* A copy of `key`, in `a`, with λ μ ν τ ρ γ ε spelt out. */
const char *yaml_key(struct arena *a, const char *key);

/* The offset of the first byte in s[0..n-1] that is not UTF-8, or that begins a control character,
 * line separator or byte order mark; -1 if there is none. With `breaks` set, tabs, line ends and a
 * byte order mark at the start are allowed. */
long yaml_text_fault(const char *s, size_t n, int breaks);

/* Writes `s` to buf in a form that is safe in a message: at most 60 bytes, and no control
 * characters for a terminal. Returns buf. */
enum { YAML_SHOWN = 72 };
const char *yaml_shown(char buf[YAML_SHOWN], const char *s);

#endif
