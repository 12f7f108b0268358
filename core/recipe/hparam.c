/* Checks a value against its row (type, range, choices) and makes its canonical text. */
#include "core/recipe/hparam.h"

#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/recipe/yaml.h"

enum { LIST_MAX = 64, TEXT_MAX = 1024 };

static const double whole_max =
    9007199254740992.0; /* 2^53: doubles hold every whole number up to here */

static const char *skip_digits(const char *s, const char **first, int *n)
{
	*first = s;
	while (isdigit((unsigned char)*s))
		s++;
	*n = (int)(s - *first);
	return s;
}

/* Reads [+-] digits [. digits] [e [+-] digits], without what strtod() also accepts: hexadecimal,
 * nan, inf. Returns NULL and *out, or what is wrong with the text. A number with a leading zero is
 * octal to some readers of YAML, so it is refused. */
static const char *number_fault(const char *s, double *out)
{
	const char *first, *p = s + (*s == '-' || *s == '+');
	int whole, part = 0, exponent = 1, zero;

	p = skip_digits(p, &first, &whole);
	zero = whole > 1 && *first == '0';
	if (*p == '.')
		p = skip_digits(p + 1, &first, &part);
	if (whole + part && (*p == 'e' || *p == 'E')) {
		p += p[1] == '-' || p[1] == '+' ? 2 : 1;
		p = skip_digits(p, &first, &exponent);
	}
	if (*p || !(whole + part) || !exponent)
		return "is not a number";
	if (zero)
		return "has a leading zero: write it without";
	*out = strtod(s, NULL);
	if (!isfinite(*out))
		return "is too large for a number";
	if (*out == 0) {
		if (strcspn(s, "123456789") < strcspn(s, "eE"))
			return "is too small for a number";
		*out = 0; /* avoid -0 */
	}
	return NULL;
}

/* Appends the allowed interval in words: "from 0 to 1", "at least 1", "any". */
static void add_interval(const struct hparam *hp, struct strbuf *out)
{
	const int lower = isfinite(hp->min), upper = isfinite(hp->max);

	if (!lower)
		strbuf_adds(out, upper ? "at most " : "any");
	else
		strbuf_adds(out, upper ? "from " : "at least ");
	if (lower)
		strbuf_add_number(out, hp->min);
	if (lower && upper)
		strbuf_adds(out, " to ");
	if (upper)
		strbuf_add_number(out, hp->max);
}

/* True if s is one of "a|b|c". */
static int is_word(const char *choices, const char *s)
{
	const size_t len = strlen(s);
	size_t n;

	for (; choices && *choices; choices += n + (choices[n] == '|')) {
		n = strcspn(choices, "|");
		if (n == len && !strncmp(choices, s, n))
			return 1;
	}
	return 0;
}

static int parse_number(const struct hparam *hp, const char *s, struct strbuf *out,
			struct error *err)
{
	const int whole = hp->type != HP_REAL;
	const char *fault;
	char shown[YAML_SHOWN];
	double x = 0;

	yaml_shown(shown, s);
	if (is_word(hp->choices, s)) {
		strbuf_adds(out, s);
		return 0;
	}
	if ((fault = number_fault(s, &x)))
		return error_set(err, ERR_USAGE, "%s: %s %s%s%s", hp->name, shown, fault,
				 hp->choices ? " and not " : "", hp->choices ? hp->choices : "");
	if (whole && (x != rint(x) || fabs(x) > whole_max))
		return error_set(err, ERR_USAGE, "%s: %s is not a whole number%s", hp->name, shown,
				 x == rint(x) ? " below 2^53" : "");
	if (!(x >= hp->min && x <= hp->max)) {
		struct strbuf interval = STRBUF_INIT;

		add_interval(hp, &interval);
		error_set(err, ERR_USAGE, "%s: %s is out of range: %s", hp->name, shown,
			  interval.buf);
		strbuf_release(&interval);
		return -1;
	}
	if (whole)
		strbuf_addf(out, "%lld", (long long)x);
	else
		strbuf_add_number(out, x);
	return 0;
}

static int parse_bool(const struct hparam *hp, const char *s, struct strbuf *out, struct error *err)
{
	static const char *const yes[] = {"yes", "y", "on", "1"}, *const no[] = {"no", "n", "off",
										 "0"};
	const char *meant = !strcasecmp(s, "true")    ? "true"
			    : !strcasecmp(s, "false") ? "false"
						      : NULL;
	char shown[YAML_SHOWN];

	if (meant && !strcmp(s, meant)) {
		strbuf_adds(out, s);
		return 0;
	}
	for (int i = 0; i < 4 && !meant; i++)
		meant = !strcasecmp(s, yes[i]) ? "true" : !strcasecmp(s, no[i]) ? "false" : NULL;
	return error_set(err, ERR_USAGE, "%s: %s is not true or false%s%s%s", hp->name,
			 yaml_shown(shown, s), meant ? " (did you mean " : "", meant ? meant : "",
			 meant ? "?)" : "");
}

/* Splits "a|b|c" in place into out[] and returns the number of words. */
static int split_choices(char *choices, const char **out)
{
	int n = 0;

	for (char *save = NULL, *s = strtok_r(choices, "|", &save); s;
	     s = strtok_r(NULL, "|", &save))
		if (n < LIST_MAX)
			out[n++] = s;
	return n;
}

static int fail_choice(const struct hparam *hp, const char *s, const char *const *names, int n,
		       struct error *err)
{
	const char *near = nearest_word(s, names, n);
	struct strbuf list = STRBUF_INIT;
	char shown[YAML_SHOWN];

	for (int i = 0; i < n; i++)
		strbuf_addf(&list, "%s%s", i ? ", " : "", names[i]);
	error_set(err, ERR_USAGE, "%s: %s is not one of %s%s%s%s", hp->name, yaml_shown(shown, s),
		  list.buf, near ? " (did you mean " : "", near ? near : "", near ? "?)" : "");
	strbuf_release(&list);
	return -1;
}

/* The index of s among the choices; -1 with *err. */
static int choice_of(const struct hparam *hp, const char *s, const char *const *names, int n,
		     struct error *err)
{
	for (int i = 0; i < n; i++)
		if (!strcmp(s, names[i]))
			return i;
	return fail_choice(hp, s, names, n, err);
}

static int parse_enum(const struct hparam *hp, const char *choices, const char *s,
		      struct strbuf *out, struct error *err)
{
	const char *name[LIST_MAX];
	char *copy = xstrdup(choices);
	int ret = choice_of(hp, s, name, split_choices(copy, name), err);

	if (ret >= 0)
		strbuf_adds(out, s);
	free(copy);
	return ret < 0 ? -1 : 0;
}

static int parse_text(const struct hparam *hp, const char *s, struct strbuf *out, struct error *err)
{
	size_t n = strlen(s);

	if (n > TEXT_MAX)
		return error_set(err, ERR_USAGE, "%s: longer than %d bytes", hp->name, TEXT_MAX);
	if (yaml_text_fault(s, n, 0) >= 0)
		return error_set(err, ERR_USAGE, "%s: has control characters or is not UTF-8",
				 hp->name);
	strbuf_add(out, s, n);
	return 0;
}

static int parse_ints(const struct hparam *hp, const struct hparam_input *in, struct strbuf *out,
		      struct error *err)
{
	strbuf_addc(out, '[');
	for (int i = 0; i < in->n; i++) {
		strbuf_adds(out, i ? ", " : "");
		if (parse_number(hp, in->item[i], out, err))
			return -1;
	}
	strbuf_addc(out, ']');
	return 0;
}

/* A list of words is a set. It is written in the order of the choices, so that [a, b] and [b, a]
 * have the same hash. */
static int parse_list(const struct hparam *hp, const char *choices, const struct hparam_input *in,
		      struct strbuf *out, struct error *err)
{
	const char *name[LIST_MAX], *sep = "";
	char *copy = xstrdup(choices), shown[YAML_SHOWN];
	int n = split_choices(copy, name), seen[LIST_MAX] = {0}, ret = -1;

	for (int i = 0; i < in->n; i++) {
		int at = choice_of(hp, in->item[i], name, n, err);

		if (at < 0)
			goto done;
		if (seen[at]++) {
			error_set(err, ERR_USAGE, "%s: %s is listed twice", hp->name,
				  yaml_shown(shown, in->item[i]));
			goto done;
		}
	}
	strbuf_addc(out, '[');
	for (int i = 0; i < n; i++) {
		if (!seen[i])
			continue;
		strbuf_addf(out, "%s%s", sep, name[i]);
		sep = ", ";
	}
	strbuf_addc(out, ']');
	ret = 0;
done:
	free(copy);
	return ret;
}

static int parse_scalar(const struct hparam *hp, const char *choices, const char *s,
			struct strbuf *out, struct error *err)
{
	switch (hp->type) {
	case HP_REAL:
	case HP_INT:
		return parse_number(hp, s, out, err);
	case HP_BOOL:
		return parse_bool(hp, s, out, err);
	case HP_ENUM:
		return parse_enum(hp, choices, s, out, err);
	case HP_TEXT:
		return parse_text(hp, s, out, err);
	case HP_INTS:
	case HP_LIST:
		break;
	}
	BUG("%s: type %d is not a scalar", hp->name, (int)hp->type);
}

static char *trim(char *s)
{
	char *end;

	s += strspn(s, " \t");
	for (end = s + strlen(s); end > s && (end[-1] == ' ' || end[-1] == '\t');)
		*--end = 0;
	return s;
}

static int parse_items(const struct hparam *hp, const char *choices, const struct hparam_input *in,
		       struct strbuf *out, struct error *err)
{
	if (in->n > LIST_MAX)
		return error_set(err, ERR_USAGE, "%s: more than %d items", hp->name, LIST_MAX);
	return hp->type == HP_INTS ? parse_ints(hp, in, out, err)
				   : parse_list(hp, choices, in, out, err);
}

/* Reads "a, b" as the list [a, b]. */
static int parse_commas(const struct hparam *hp, const char *choices, const char *text,
			struct strbuf *out, struct error *err)
{
	char *copy = xstrdup(text), *rest = copy, *part;
	const char *item[LIST_MAX + 1];
	struct hparam_input in = {.item = item, .list = 1};
	int ret;

	while (in.n <= LIST_MAX && (part = strsep(&rest, ",")))
		item[in.n++] = trim(part);
	if (in.n == 1 && !*item[0])
		in.n = 0;
	ret = parse_items(hp, choices, &in, out, err);
	free(copy);
	return ret;
}

static int is_null(const char *s)
{
	return !*s || !strcmp(s, "~") || !strcmp(s, "null");
}

static int parse_any(const struct hparam *hp, const char *choices, const struct hparam_input *in,
		     struct strbuf *out, struct error *err)
{
	const int many = hp->type == HP_INTS || hp->type == HP_LIST;
	char shown[YAML_SHOWN];

	if (in->list && !many)
		return error_set(err, ERR_USAGE, "%s: takes one value, not a list", hp->name);
	if (in->list)
		return parse_items(hp, choices, in, out, err);
	if (!in->quoted && is_null(in->item[0]))
		return error_set(err, ERR_USAGE, "%s: no value", hp->name);
	if (in->quoted && hp->type != HP_TEXT && hp->type != HP_ENUM &&
	    !is_word(hp->choices, in->item[0]))
		return error_set(err, ERR_USAGE, "%s: \"%s\" in quotes is text: remove the quotes",
				 hp->name, yaml_shown(shown, in->item[0]));
	if (many)
		return parse_commas(hp, choices, in->item[0], out, err);
	return parse_scalar(hp, choices, in->item[0], out, err);
}

int hparam_parse(const struct hparam *hp, const char *choices, const struct hparam_input *in,
		 struct strbuf *out, struct error *err)
{
	struct strbuf text = STRBUF_INIT;
	int ret = parse_any(hp, choices, in, &text, err);

	if (!ret)
		strbuf_add(out, text.buf, text.len);
	strbuf_release(&text);
	return ret;
}

int hparam_parse_text(const struct hparam *hp, const char *choices, const char *text,
		      struct strbuf *out, struct error *err)
{
	const size_t n = strlen(text);
	struct hparam_input in = {.item = &text, .n = 1};
	struct strbuf inner = STRBUF_INIT;
	int ret;

	if (hp->type == HP_TEXT || n < 2 || text[0] != '[' || text[n - 1] != ']')
		return hparam_parse(hp, choices, &in, out, err);
	if (hp->type != HP_INTS && hp->type != HP_LIST)
		return error_set(err, ERR_USAGE, "%s: takes one value, not a list", hp->name);
	strbuf_add(&inner, text + 1, n - 2);
	ret = parse_commas(hp, choices, inner.buf, out, err);
	strbuf_release(&inner);
	return ret;
}

const char *hparam_type_name(enum hparam_type type)
{
	static const char *const name[] = {"real", "int", "bool", "enum", "text", "ints", "list"};

	return name[type];
}

void hparam_range(const struct hparam *hp, const char *choices, struct strbuf *out)
{
	switch (hp->type) {
	case HP_REAL:
	case HP_INT:
	case HP_INTS:
		add_interval(hp, out);
		if (hp->choices)
			strbuf_addf(out, ", %s", hp->choices);
		return;
	case HP_BOOL:
		strbuf_adds(out, "true|false");
		return;
	case HP_ENUM:
	case HP_LIST:
		strbuf_adds(out, choices);
		return;
	case HP_TEXT:
		strbuf_adds(out, "text");
		return;
	}
}
