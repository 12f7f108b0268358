/* A recursive descent over libyaml's events. This is the only file that includes its <yaml.h>. */
#include "core/recipe/yaml.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

struct reader {
	yaml_parser_t parser;
	struct arena *arena;
	const char *name;
	int nodes;
	struct error *err;
};

/* The length of the UTF-8 sequence at s, and its code point; 0 if there is none. Only shortest
 * forms, no surrogates. */
static int utf8_next(const char *s, size_t left, uint32_t *code)
{
	const unsigned char *u = (const unsigned char *)s;
	static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
	int n = u[0] < 0x80             ? 1
		: (u[0] & 0xe0) == 0xc0 ? 2
		: (u[0] & 0xf0) == 0xe0 ? 3
		: (u[0] & 0xf8) == 0xf0 ? 4
					: 0;

	if (!n || (size_t)n > left)
		return 0;
	*code = n == 1 ? u[0] : u[0] & (0x7fu >> n);
	for (int i = 1; i < n; i++) {
		if ((u[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (u[i] & 0x3f);
	}
	if (*code < least[n] || *code > 0x10ffff || (*code >= 0xd800 && *code < 0xe000))
		return 0;
	return n;
}

static int is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || c == 0xfeff ||
	       c == 0xfffe || c == 0xffff;
}

long yaml_text_fault(const char *s, size_t n, int breaks)
{
	size_t i = 0;

	while (i < n) {
		uint32_t code;
		int step = utf8_next(s + i, n - i, &code);

		if (!step)
			return (long)i;
		if (is_control(code) && !(breaks && (code == '\t' || code == '\n' || code == '\r' ||
						     (code == 0xfeff && i == 0))))
			return (long)i;
		i += (size_t)step;
	}
	return -1;
}

const char *yaml_shown(char buf[YAML_SHOWN], const char *s)
{
	size_t left = strlen(s), n = 0;

	while (left) {
		uint32_t code = 0;
		int step = utf8_next(s, left, &code);

		if (n + (step ? (size_t)step : 1) > 60) {
			memcpy(buf + n, "...", 3);
			n += 3;
			break;
		}
		if (!step || is_control(code)) {
			buf[n++] = '?';
			step = step ? step : 1;
		} else {
			memcpy(buf + n, s, (size_t)step);
			n += (size_t)step;
		}
		s += step;
		left -= (size_t)step;
	}
	buf[n] = 0;
	return buf;
}

/* Greek letters that keys may contain, with both micro signs and both epsilons. */
static const struct {
	const char *letter, *latin;
} greek[] = {
    {"λ", "lambda"}, {"μ", "mu"},    {"µ", "mu"},      {"ν", "nu"},      {"τ", "tau"},
    {"ρ", "rho"},    {"γ", "gamma"}, {"ε", "epsilon"}, {"ϵ", "epsilon"},
};

const char *yaml_key(struct arena *a, const char *key)
{
	char *out = arena_alloc(a, strlen(key) * 4 + 1), *p = out; /* 2 bytes become 7 at most */

	while (*key) {
		size_t i, n = 0;

		for (i = 0; i < sizeof greek / sizeof *greek && !n; i++) {
			n = strlen(greek[i].letter);
			if (strncmp(key, greek[i].letter, n) != 0)
				n = 0;
			else
				p = stpcpy(p, greek[i].latin);
		}
		if (!n)
			*p++ = *key;
		key += n ? n : 1;
	}
	*p = 0;
	return out;
}

static int fail(struct reader *r, size_t line, const char *what)
{
	return error_set(r->err, ERR_USAGE, "%s:%zu: %s", r->name, line, what);
}

/* The next event. An error of libyaml becomes one line with its place. */
static int next_event(struct reader *r, yaml_event_t *e)
{
	const yaml_parser_t *p = &r->parser;
	char text[300];

	if (yaml_parser_parse(&r->parser, e))
		return 0;
	if (p->error == YAML_MEMORY_ERROR)
		return error_set(r->err, ERR_FAILED, "%s: out of memory", r->name);
	snprintf(text, sizeof text, "not YAML: %s%s%s", p->problem ? p->problem : "cannot be read",
		 p->context ? ", " : "", p->context ? p->context : "");
	return fail(r, p->problem_mark.line + 1, text);
}

static int parse_node(struct reader *r, const yaml_event_t *e, int depth, struct yaml_node **out);

static int node_new(struct reader *r, const yaml_event_t *e, struct yaml_node **out)
{
	if (++r->nodes > YAML_MAX_NODES)
		return fail(r, e->start_mark.line + 1, "too many values for a recipe");
	*out = arena_zalloc(r->arena, sizeof **out);
	(*out)->line = (int)e->start_mark.line + 1;
	return 0;
}

/* Refuses anchors, aliases and tags, with which a value comes from another place or has a hidden
 * type. */
static int refuse_extras(struct reader *r, const yaml_event_t *e)
{
	const yaml_char_t *anchor = NULL, *tag = NULL;

	if (e->type == YAML_ALIAS_EVENT) {
		anchor = e->data.alias.anchor;
	} else if (e->type == YAML_SCALAR_EVENT) {
		anchor = e->data.scalar.anchor;
		tag = e->data.scalar.tag;
	} else if (e->type == YAML_SEQUENCE_START_EVENT) {
		anchor = e->data.sequence_start.anchor;
		tag = e->data.sequence_start.tag;
	} else if (e->type == YAML_MAPPING_START_EVENT) {
		anchor = e->data.mapping_start.anchor;
		tag = e->data.mapping_start.tag;
	}
	if (anchor)
		return fail(
		    r, e->start_mark.line + 1,
		    "anchors (&) and aliases (*) are not supported in recipes: write the value");
	if (tag)
		return fail(r, e->start_mark.line + 1,
			    "tags (!) are not supported in recipes: write only the value");
	return 0;
}

static int scalar_text(struct reader *r, const yaml_event_t *e, const char **out)
{
	size_t n = e->data.scalar.length;
	char *s;

	if (memchr(e->data.scalar.value, 0, n))
		return fail(r, e->start_mark.line + 1, "a NUL character in a value");
	s = arena_alloc(r->arena, n + 1);
	memcpy(s, e->data.scalar.value, n);
	s[n] = 0;
	*out = s;
	return 0;
}

static int refuse_twice(struct reader *r, const struct yaml_node *map, const struct yaml_node *last)
{
	for (const struct yaml_node *c = map->child; c && c != last; c = c->next) {
		char shown[YAML_SHOWN];

		if (strcmp(c->key, last->key) != 0)
			continue;
		return error_set(r->err, ERR_USAGE, "%s:%d: %s is set twice: first at line %d",
				 r->name, last->line, yaml_shown(shown, last->key), c->line);
	}
	return 0;
}

/* Reads a key of a map: its text and line, and in *e the event of its value. */
static int parse_key(struct reader *r, yaml_event_t *e, const char **key, int *line)
{
	const char *text = NULL;

	*line = (int)e->start_mark.line + 1;
	if (refuse_extras(r, e))
		return -1;
	if (e->type != YAML_SCALAR_EVENT)
		return fail(r, e->start_mark.line + 1, "a key must be one word");
	if (scalar_text(r, e, &text))
		return -1;
	*key = yaml_key(r->arena, text);
	yaml_event_delete(e);
	memset(e, 0, sizeof *e);
	return next_event(r, e);
}

/* Reads children until the closing event. */
static int parse_children(struct reader *r, struct yaml_node *parent, int depth)
{
	const int map = parent->kind == YAML_MAP;
	const yaml_event_type_t end = map ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT;
	struct yaml_node **tail = &parent->child;

	for (;;) {
		yaml_event_t e = {0};
		const char *key = NULL;
		int line = 0, ret = next_event(r, &e), done = !ret && e.type == end;

		if (!ret && !done && map)
			ret = parse_key(r, &e, &key, &line);
		if (!ret && !done)
			ret = parse_node(r, &e, depth, tail);
		yaml_event_delete(&e);
		if (ret || done)
			return ret;
		if (map) {
			(*tail)->key = key;
			(*tail)->line = line;
			if (refuse_twice(r, parent, *tail))
				return -1;
		}
		tail = &(*tail)->next;
		parent->n++;
	}
}

/* Reads the node that event e starts. */
static int parse_node(struct reader *r, const yaml_event_t *e, int depth, struct yaml_node **out)
{
	struct yaml_node *node = NULL;

	if (refuse_extras(r, e) || node_new(r, e, &node))
		return -1;
	if (e->type == YAML_SCALAR_EVENT) {
		node->kind = YAML_SCALAR;
		node->quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
		if (scalar_text(r, e, &node->text))
			return -1;
	} else if (depth >= YAML_MAX_DEPTH) {
		return fail(r, e->start_mark.line + 1, "nested too deeply for a recipe");
	} else {
		node->kind = e->type == YAML_MAPPING_START_EVENT ? YAML_MAP : YAML_LIST;
		if (parse_children(r, node, depth + 1))
			return -1;
	}
	*out = node;
	return 0;
}

/* Reads the stream and the document around the root. */
static int parse_stream(struct reader *r, struct yaml_node **root)
{
	yaml_event_t e = {0};
	int ret = -1, end = 0;

	*root = NULL;
	while (!end) {
		yaml_event_delete(&e);
		memset(&e, 0, sizeof e);
		if (next_event(r, &e))
			goto done;
		if (e.type == YAML_STREAM_END_EVENT)
			end = 1;
		else if (e.type == YAML_DOCUMENT_START_EVENT && *root) {
			fail(r, e.start_mark.line + 1,
			     "a second document (---): a recipe has only one");
			goto done;
		} else if (e.type != YAML_STREAM_START_EVENT &&
			   e.type != YAML_DOCUMENT_START_EVENT &&
			   e.type != YAML_DOCUMENT_END_EVENT && parse_node(r, &e, 0, root))
			goto done;
	}
	ret = *root ? 0 : fail(r, 1, "empty");
done:
	yaml_event_delete(&e);
	return ret;
}

static int check_text(struct reader *r, const char *text, size_t len)
{
	size_t line = 1;
	long at;

	if (len > YAML_MAX_BYTES)
		return error_set(r->err, ERR_USAGE, "%s: %zu bytes: too large for a recipe",
				 r->name, len);
	at = yaml_text_fault(text, len, 1);
	if (at < 0)
		return 0;
	for (long i = 0; i < at; i++)
		line += text[i] == '\n';
	return fail(r, line, "not UTF-8 text");
}

int yaml_read(struct yaml_node **root, struct arena *a, const char *text, size_t len,
	      const char *name, struct error *err)
{
	struct reader r = {.arena = a, .name = name, .err = err};
	struct yaml_node *node;
	int ret;

	if (check_text(&r, text, len))
		return -1;
	if (!yaml_parser_initialize(&r.parser))
		return error_set(err, ERR_FAILED, "%s: out of memory", name);
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, len);
	ret = parse_stream(&r, &node);
	yaml_parser_delete(&r.parser);
	if (!ret)
		*root = node;
	return ret;
}
