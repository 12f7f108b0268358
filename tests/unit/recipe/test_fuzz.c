/* Protects: recipes are read back to what they were, whatever is in them; and what is no recipe is
 * named with its line. Deterministic: the same draws every time. (tests/fuzz/fuzz_recipe.c reads
 * broken texts.) */
#include <ctype.h>

#include "core/base/rng.h"
#include "core/recipe/yaml.h"
#include "tests/check.h"
#include "tests/unit/recipe/try.h"

static uint32_t below(struct rng *r, uint32_t n)
{
	return rng_below(r, n);
}

static void add_word(struct rng *r, const char *choices, struct strbuf *out)
{
	char *copy = xstrdup(choices), *save = NULL, *s = strtok_r(copy, "|", &save), *pick = s;

	for (uint32_t n = 2; (s = strtok_r(NULL, "|", &save)); n++)
		if (!below(r, n))
			pick = s;
	strbuf_adds(out, pick);
	free(copy);
}

static void add_number(struct rng *r, const struct hparam *hp, struct strbuf *out)
{
	double lo = hp->min < -1e6 ? -1e6 : hp->min, hi = hp->max > 1e6 ? 1e6 : hp->max;
	double x = rng_range(r, lo, hi);

	if (hp->type != HP_REAL)
		x = floor(x);
	if (x == floor(x))
		strbuf_addf(out, below(r, 2) ? "%.0f" : "%.2e", below(r, 2) ? x : lo);
	else
		strbuf_addf(out, below(r, 2) ? "%.17g" : "%.15e", x);
}

static void add_text(struct rng *r, struct strbuf *out)
{
	static const char *const piece[] = {"a",  "Z",    "0",   "\\\"", "\\\\", "ü",  "日本", ":",
					    "# ", " #",   "'",   "{",    "]",    ",",  "-",    "~",
					    " ",  "true", "1e5", "no",   "%",    "@",  "&",    "*",
					    "!",  "|",    ">",   "null", "?",    "`x", ".",    "/"};

	strbuf_addc(out, '"');
	for (uint32_t n = below(r, 6); n; n--)
		strbuf_adds(out, piece[below(r, sizeof piece / sizeof *piece)]);
	strbuf_addc(out, '"');
}

/* A value that the row allows, in one of the ways in which it may be written. */
static void add_value(struct rng *r, const struct hparam *hp, struct strbuf *out)
{
	struct strbuf choices = STRBUF_INIT;
	uint32_t n;

	recipe_choices(&test_schema, hp, &choices);
	switch (hp->type) {
	case HP_REAL:
	case HP_INT:
		add_number(r, hp, out);
		break;
	case HP_BOOL:
		strbuf_adds(out, below(r, 2) ? "true" : "false");
		break;
	case HP_ENUM:
		add_word(r, choices.buf, out);
		break;
	case HP_LIST:
		add_word(r, choices.buf, out);
		break;
	case HP_TEXT:
		add_text(r, out);
		break;
	case HP_INTS:
		strbuf_addc(out, '[');
		for (n = below(r, 5); n; n--) {
			add_number(r, hp, out);
			strbuf_adds(out, n > 1 ? ", " : "");
		}
		strbuf_addc(out, ']');
		break;
	}
	strbuf_release(&choices);
}

/* Some keys, each nested or dotted as it comes. */
static void random_recipe(struct rng *r, struct strbuf *out)
{
	const struct hparam *hp;

	strbuf_adds(out, "version: 1\n");
	for (int i = 0; (hp = recipe_row(&test_schema, i, NULL)); i++) {
		const char *dot = strchr(hp->name, '.');
		/* a family may be opened once: by its first key, or by a deeper one */
		int nest = dot && (!strcmp(hp->name, "optim.lr") || !strcmp(hp->name, "byol.tau") ||
				   !strcmp(hp->name, "eval.knn.k"));

		if (below(r, 2))
			continue;
		if (nest)
			strbuf_addf(out, "%.*s:\n  %s: ", (int)(dot - hp->name), hp->name, dot + 1);
		else
			strbuf_addf(out, "%s: ", hp->name);
		add_value(r, hp, out);
		strbuf_addc(out, '\n');
	}
}

static int same_values(const struct recipe *a, const struct recipe *b)
{
	if (a->n != b->n || strcmp(a->hash, b->hash) != 0)
		return 0;
	for (int i = 0; i < a->n; i++)
		if (a->value[i].hp != b->value[i].hp ||
		    strcmp(a->value[i].text, b->value[i].text) != 0)
			return 0;
	return 1;
}

/* As YAML and as JSON it must come back to the same. */
static void round_trip(const struct recipe *a)
{
	struct strbuf text = STRBUF_INIT;
	struct recipe b;
	struct error err;

	recipe_yaml(a, &text);
	if (try_load(&b, text.buf, NULL, &err)) {
		fprintf(stderr, "%s\n%s", err.msg, text.buf);
		CU_FAIL("its own YAML was refused");
	} else {
		CU_ASSERT(same_values(a, &b));
		recipe_release(&b);
	}
	strbuf_clear(&text);
	recipe_json(a, &text);
	if (recipe_from_json(&b, &test_schema, text.buf, 0, &err)) {
		fprintf(stderr, "%s\n%s\n", err.msg, text.buf);
		CU_FAIL("its own JSON was refused");
	} else {
		CU_ASSERT(same_values(a, &b));
		recipe_release(&b);
	}
	strbuf_release(&text);
}

static void test_round_trip(void)
{
	for (uint32_t i = 0; i < 300; i++) {
		struct strbuf text = STRBUF_INIT;
		struct recipe r;
		struct error err;
		struct rng rng;

		rng_init(&rng, 1, RNG_TEST, 1, i);
		random_recipe(&rng, &text);
		if (try_load(&r, text.buf, NULL, &err)) {
			if (!strstr(err.msg, "unlucky")) {
				fprintf(stderr, "%s\n%s", err.msg, text.buf);
				CU_FAIL("a valid recipe was refused");
			}
		} else {
			round_trip(&r);
			recipe_release(&r);
		}
		strbuf_release(&text);
	}
}

static void refuses(const struct strbuf *text, const char *want)
{
	struct recipe r;
	struct error err = {0};

	try_write(text->buf, text->len);
	if (!recipe_load(&r, &test_schema, "r.yaml", NULL, 0, &err)) {
		CU_FAIL("accepted");
		recipe_release(&r);
	}
	if (!strstr(err.msg, want))
		fprintf(stderr, "got  %s\nwant %s\n", err.msg, want);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.msg, want));
}

static void refuses_text(const char *text, size_t n, const char *want)
{
	struct strbuf s = STRBUF_INIT;

	strbuf_add(&s, text, n);
	refuses(&s, want);
	strbuf_release(&s);
}

#define REFUSES(text, want) refuses_text(text, sizeof text - 1, want)

static void test_not_yaml(void)
{
	struct strbuf s = STRBUF_INIT;

	REFUSES("", "r.yaml:1: empty");
	REFUSES("# nothing\n", "r.yaml:1: empty");
	REFUSES("- a\n", "r.yaml:1: not a recipe: no \"key: value\"");
	REFUSES("just words\n", "r.yaml:1: not a recipe");
	REFUSES("seed: 1\noptim: {lr: 1\n", "r.yaml:3: not YAML: ");
	REFUSES("seed: 1\n\tlr: 1\n", "r.yaml:2: not YAML: ");
	REFUSES("seed: &a 1\n", "r.yaml:1: anchors (&) and aliases (*)");
	REFUSES("seed: 1\ndata.val: *a\n", "r.yaml:2: anchors (&) and aliases (*)");
	REFUSES("optim: &a {lr: 1}\n", "r.yaml:1: anchors");
	REFUSES("&a seed: 1\n", "r.yaml:1: anchors");
	REFUSES("seed: !!int 1\n", "r.yaml:1: tags (!)");
	REFUSES("projector.dims: !x [1]\n", "r.yaml:1: tags (!)");
	REFUSES("seed: 1\n---\nseed: 2\n", "r.yaml:2: a second document");
	REFUSES("[a]: 1\n", "r.yaml:1: a key must be one word");
	REFUSES("seed: 1\ndata.set: \xff\n", "r.yaml:2: not UTF-8");
	REFUSES("seed: 1\ndata.set: \xc0\x80\n", "r.yaml:2: not UTF-8");
	REFUSES("seed: 1\ndata.set: \xed\xa0\x80\n", "r.yaml:2: not UTF-8");
	REFUSES("seed: 1\0 0\n", "r.yaml:1: not UTF-8");
	REFUSES("\xff\xfes\0e\0", "r.yaml:1: not UTF-8");
	REFUSES("data.set: \"\\0\"\n", "r.yaml:1: a NUL character");
	for (int i = 0; i < 5000; i++)
		strbuf_adds(&s, "[");
	refuses(&s, "r.yaml:1: nested too deeply");
	strbuf_clear(&s);
	strbuf_adds(&s, "projector.dims: [1");
	for (int i = 0; i < YAML_MAX_NODES; i++)
		strbuf_adds(&s, ",1");
	refuses(&s, "r.yaml:1: too many values");
	strbuf_clear(&s);
	for (int i = 0; i <= YAML_MAX_BYTES; i++)
		strbuf_addc(&s, '#');
	refuses(&s, "too large for a recipe");
	strbuf_release(&s);
	unlink("r.yaml");
	CU_ASSERT_EQUAL(recipe_load(NULL, &test_schema, "r.yaml", NULL, 0, NULL), -1);
	CU_ASSERT_EQUAL(recipe_load(NULL, &test_schema, ".", NULL, 0, NULL), -1);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"300 random recipes read back from YAML and JSON", test_round_trip},
	    {"what is not a recipe is named", test_not_yaml},
	    {0}};
	char dir[32];
	int ret;

	try_enter(dir);
	ret = check_run("recipe/fuzz", cases);
	try_leave(dir);
	return ret;
}
