/*
 * The YAML that recipes are written in, as a tree: maps, lists and scalars. What YAML can do beyond
 * that and people get hurt by is refused: anchors, aliases, tags, several documents, keys that are
 * not plain text, a key twice in one map, text that is not UTF-8, deep or huge files. JSON is read
 * as well.
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
	int quoted;       /* a scalar in quotes or a block: text, even if it looks like a number */
	int n;            /* children of a list or map */
	struct yaml_node *child, *next;
};

/* Reads one document. `name` is what errors call the text: "NAME:LINE: WHAT", ERR_USAGE. The tree
 * lives in `a`. */
int yaml_read(struct yaml_node **root, struct arena *a, const char *text, size_t len,
	      const char *name, struct error *err);

/* `key` with λ μ ν τ ρ γ ε spelt out, in `a`. */
const char *yaml_key(struct arena *a, const char *key);

/* The offset of the first thing in s[0..n-1] that is not UTF-8, or is a control character, line
 * separator or byte order mark; -1 if there is none. With `breaks` tabs, line ends and a byte order
 * mark at the start are fine. */
long yaml_text_fault(const char *s, size_t n, int breaks);

/* `s` made fit for a message: at most 60 bytes, and nothing that a terminal would obey. Returns
 * buf. */
enum { YAML_SHOWN = 72 };
const char *yaml_shown(char buf[YAML_SHOWN], const char *s);

#endif
