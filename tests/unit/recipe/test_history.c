/* Protects: what was recorded by a version of the program means the same in every later one, and
 * has the same hash. Two schemas stand for two versions: in the second a key was added, a key and
 * two words were renamed, two defaults changed and a range became narrower. */
#include <math.h>

#include "core/recipe/grid.h"
#include "core/recipe/history.h"
#include "tests/check.h"
#include "tests/unit/recipe/try.h"

static const struct hparam first_rows[] = {
    {"method", HP_ENUM, "vicreg", 0, 0, "vicreg|byol", "the method"},
    {"seed", HP_INT, "1", 0, 9007199254740991.0, NULL, "the seed"},
    {"optim.lr", HP_REAL, "0.3", 0, 1000, NULL, "learning rate"},
    {"optim.epochs", HP_INT, "100", 1, 100000, NULL, "epochs"},
    {"eval.protocol", HP_LIST, "[knn]", 0, 0, "knn|linear", "which"},
    {"augment.preset", HP_ENUM, "plain", 0, 0, "plain|strong", "preset"},
    {"optim.decay", HP_REAL, "0.1", 0, 1, NULL, "decay"},
    {"optim.decay_encoder", HP_REAL, "same", 0, 1, "same", "its decay"},
    {"optim.warmup", HP_REAL, "10", 0, 1000, NULL, "warm-up"},
    {0},
};
/* optim.lr is alpha.rate; linear is probe, plain is basic, same is inherit; optim.clip is new. */
static const struct hparam second_rows[] = {
    {"method", HP_ENUM, "vicreg", 0, 0, "vicreg|byol", "the method"},
    {"seed", HP_INT, "1", 0, 9007199254740991.0, NULL, "the seed"},
    {"optim.clip", HP_REAL, "1", 0, 100, NULL, "clip; 0: none"},
    {"optim.epochs", HP_INT, "50", 1, 1000, NULL, "epochs"},
    {"alpha.rate", HP_REAL, "0.3", 0, 1000, NULL, "learning rate"},
    {"eval.protocol", HP_LIST, "[knn]", 0, 0, "knn|probe", "which"},
    {"augment.preset", HP_ENUM, "basic", 0, 0, "basic|strong", "preset"},
    {"optim.decay", HP_REAL, "0.1", 0, 1, NULL, "decay"},
    {"optim.decay_encoder", HP_REAL, "inherit", 0, 1, "inherit", "its decay"},
    {"optim.warmup", HP_REAL, "auto", 0, 1000, "auto", "warm-up"},
    {0},
};

static int first_group(int i, struct hparam_group *out)
{
	*out = (struct hparam_group){first_rows, NULL, NULL};
	return i == 0;
}

static int second_group(int i, struct hparam_group *out)
{
	*out = (struct hparam_group){second_rows, NULL, NULL};
	return i == 0;
}

static const struct hparam_default *first_defaults(const char *key, const char *value)
{
	static const struct hparam_default byol[] = {
	    {"optim.lr", "1"}, {"optim.decay", "0.5"}, {0}};

	return !strcmp(key, "method") && !strcmp(value, "byol") ? byol : NULL;
}

/* BYOL brings another rate, a clip, and no decay any more. */
static const struct hparam_default *second_defaults(const char *key, const char *value)
{
	static const struct hparam_default byol[] = {{"alpha.rate", "2"}, {"optim.clip", "3"}, {0}};

	return !strcmp(key, "method") && !strcmp(value, "byol") ? byol : NULL;
}

static int second_refuse(const struct recipe *r, const char **key, struct error *err)
{
	if (!recipe_given(r, "optim.warmup") ||
	    recipe_real(r, "optim.warmup") <= (double)recipe_int(r, "optim.epochs"))
		return 0;
	*key = "optim.warmup";
	return error_set(err, ERR_USAGE, "optim.warmup: too long");
}

static int second_compute(const struct resolver *draft, const char *key, const char *word,
			  const struct recipe_context *context, struct strbuf *out,
			  struct error *err)
{
	(void)context;
	(void)err;
	if (!strcmp(word, "auto") && !strcmp(key, "optim.warmup"))
		strbuf_add_number(out, strtod(recipe_so_far(draft, "optim.epochs"), NULL) / 10);
	return 0;
}

static const char *second_stands_for(const char *key)
{
	return strcmp(key, "optim.decay_encoder") ? NULL : "optim.decay";
}

static const struct recipe_added added[] = {{"optim.clip", "0", 2}, {0}};
static const struct hparam_default renamed[] = {{"alpha.rate", "optim.lr"}, {0}};
static const struct recipe_word words[] = {{"eval.protocol", "probe", "linear"},
					   {"augment.preset", "basic", "plain"},
					   {"optim.decay_encoder", "inherit", "same"},
					   {0}};
static const struct recipe_was was[] = {{2, "optim.epochs", "100", NULL, NULL},
					{2, "optim.warmup", "10", NULL, NULL},
					{2, "alpha.rate", "1", "method", "byol"},
					{2, "optim.decay", "0.5", "method", "byol"},
					{0}};
static const struct recipe_limits limits[] = {{"optim.epochs", 1, 100000}, {0}};
static const struct recipe_history history = {2, added, renamed, words, was, limits};

static const struct recipe_schema first = {.group = first_group, .defaults = first_defaults};
static const struct recipe_schema second = {.group = second_group,
					    .defaults = second_defaults,
					    .refuse = second_refuse,
					    .compute = second_compute,
					    .stands_for = second_stands_for,
					    .history = &history};

static struct recipe load(const struct recipe_schema *schema, int defaults, const char *a,
			  const char *b)
{
	const struct recipe_how how = {.defaults = defaults};
	const struct recipe_set set[2] = {{a}, {b}};
	struct recipe r;
	struct error err;

	if (recipe_load_with(&r, schema, &how, NULL, set, !a ? 0 : b ? 2 : 1, &err)) {
		fprintf(stderr, "unexpected: %s\n", err.msg);
		CU_FAIL_FATAL("a good recipe was refused");
	}
	return r;
}

static void same_hashes(const struct recipe *a, const struct recipe *b)
{
	struct strbuf x = STRBUF_INIT, y = STRBUF_INIT;
	char group_a[HASH_HEX], group_b[HASH_HEX];

	recipe_json(a, &x);
	recipe_json(b, &y);
	CU_ASSERT_STRING_EQUAL(x.buf, y.buf);
	CU_ASSERT_STRING_EQUAL(a->hash, b->hash);
	recipe_group_hash(a, group_a);
	recipe_group_hash(b, group_b);
	CU_ASSERT_STRING_EQUAL(group_a, group_b);
	strbuf_release(&x);
	strbuf_release(&y);
}

/* The same experiment, by the names and words of each version, has one text and one hash. */
static void test_hash(void)
{
	static const char *const pair[][4] = {
	    {NULL, NULL, NULL, NULL},
	    {"method=byol", NULL, "method=byol", NULL},
	    {"optim.lr=0.5", "eval.protocol=linear,knn", "alpha.rate=0.5",
	     "eval.protocol=probe,knn"},
	    {"augment.preset=strong", "optim.decay_encoder=0", "augment.preset=strong",
	     "optim.decay_encoder=0"},
	    {"optim.lr=0.5", "eval.protocol=linear", "optim.lr=0.5", "eval.protocol=[linear]"},
	};

	for (size_t i = 0; i < sizeof pair / sizeof *pair; i++) {
		struct recipe a = load(&first, 0, pair[i][0], pair[i][1]);
		struct recipe b = load(&second, 1, pair[i][2], pair[i][3]);

		same_hashes(&a, &b);
		recipe_release(&a);
		recipe_release(&b);
	}
}

/* Any other value of the new key is another experiment, and its hash covers it. */
static void test_added(void)
{
	struct recipe neutral = load(&second, 0, "optim.clip=0", NULL);
	struct recipe now = load(&second, 0, NULL, NULL);
	struct recipe then = load(&second, 1, NULL, NULL);
	struct strbuf json = STRBUF_INIT;

	CU_ASSERT_EQUAL(recipe_real(&now, "optim.clip"), 1);
	CU_ASSERT_EQUAL(recipe_real(&then, "optim.clip"), 0);
	CU_ASSERT_STRING_NOT_EQUAL(now.hash, neutral.hash);
	recipe_json(&neutral, &json);
	CU_ASSERT_PTR_NULL(strstr(json.buf, "optim.clip"));
	strbuf_clear(&json);
	recipe_json(&now, &json);
	CU_ASSERT_PTR_NOT_NULL(strstr(json.buf, "\"optim.clip\":1,"));
	CU_ASSERT_PTR_NOT_NULL(strstr(json.buf, "\"optim.warmup\":5,")); /* never "auto" */
	recipe_release(&neutral);
	recipe_release(&now);
	recipe_release(&then);
	strbuf_release(&json);
}

/* A text of the first version is read by the second: new names, neutral values, nothing refused. */
static void test_recorded(void)
{
	struct recipe a = load(&first, 0, "optim.epochs=5", "eval.protocol=linear,knn"), b, c;
	struct strbuf json = STRBUF_INIT, again = STRBUF_INIT;
	const struct recipe_set set[] = {{"seed=2"}, {"optim.warmup=6"}};
	char group_a[HASH_HEX], group_b[HASH_HEX];
	struct error err;

	recipe_json(&a, &json);
	CU_ASSERT_EQUAL_FATAL(recipe_from_json(&b, &second, json.buf, 1, &err), 0);
	same_hashes(&a, &b);
	CU_ASSERT_EQUAL(recipe_real(&b, "optim.clip"), 0);
	CU_ASSERT_EQUAL(recipe_real(&b, "optim.warmup"), 10);
	CU_ASSERT(recipe_list_has(&b, "eval.protocol", "probe"));
	CU_ASSERT(!recipe_has(&b, "optim.lr"));
	CU_ASSERT_EQUAL(b.defaults, 1);
	CU_ASSERT_EQUAL_FATAL(recipe_changed(&c, &b, &second, NULL, set, 1, &err), 0);
	recipe_group_hash(&a, group_a);
	recipe_group_hash(&c, group_b);
	CU_ASSERT_STRING_EQUAL(group_a, group_b); /* a replicate */
	recipe_release(&c);
	CU_ASSERT_EQUAL(recipe_changed(&c, &b, &second, NULL, set, 2, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.msg, "--set optim.warmup=6: optim.warmup: too long");
	recipe_json(&b, &again);
	CU_ASSERT_STRING_EQUAL(again.buf, json.buf);
	recipe_release(&a);
	recipe_release(&b);
	strbuf_release(&json);
	strbuf_release(&again);
}

/* What is out of the range of now was in that of then; what never was in any is refused. */
static void test_limits(void)
{
	static const char text[] = "{\"optim.epochs\":5000}", bad[] = "{\"optim.epochs\":0}";
	const struct recipe_set set[] = {{"optim.epochs=5000"}};
	struct recipe r;
	struct error err;

	CU_ASSERT_EQUAL_FATAL(recipe_from_json(&r, &second, text, 1, &err), 0);
	CU_ASSERT_EQUAL(recipe_int(&r, "optim.epochs"), 5000);
	recipe_release(&r);
	CU_ASSERT_EQUAL(recipe_load(&r, &second, NULL, set, 1, &err), -1);
	CU_ASSERT_EQUAL(recipe_from_json(&r, &second, bad, 1, &err), -1);
	CU_ASSERT_EQUAL(err.code, ERR_CORRUPT);
}

/* A word keeps its number beside it, and is none. */
static void test_words(void)
{
	struct recipe r = load(&second, 0, "optim.decay=0.25", NULL);
	double number = -1, in_force = -1;

	for (int i = 0; i < r.n; i++) {
		if (strcmp(r.value[i].hp->name, "optim.decay_encoder") != 0)
			continue;
		CU_ASSERT_EQUAL(recipe_number(&r, &r.value[i], &number, &in_force), 0);
		CU_ASSERT_EQUAL(in_force, 0.25);
	}
	CU_ASSERT_EQUAL(number, -1);
	recipe_release(&r);
}

struct seen {
	char hash[16][HASH_HEX];
	int n;
};

static int see(void *ctx, const struct grid_cell *cell, struct error *err)
{
	struct seen *s = ctx;

	(void)err;
	memcpy(s->hash[s->n++], cell->recipe->hash, HASH_HEX);
	return 0;
}

static void expand(const struct recipe_schema *schema, const struct recipe_how *how,
		   const char *json, const char *axis, struct seen *out, struct strbuf *spec)
{
	struct error err = {0};
	struct grid g;
	int ret;

	*out = (struct seen){0};
	grid_init(&g, schema, how);
	ret = grid_from_json(&g, json, &err) || (axis && grid_extend_axis(&g, axis, &err)) ||
	      grid_finish(&g, &err) || grid_each(&g, see, out, &err);
	if (ret)
		fprintf(stderr, "unexpected: %s\n", err.msg);
	CU_ASSERT_EQUAL_FATAL(ret, 0);
	grid_json(&g, spec);
	grid_release(&g);
}

/* A sweep of the first version has the same cells and the same text in the second, and its old
 * cells are not refused when it is extended; a cell that is added is. */
static void test_sweep(void)
{
	static const char json[] =
	    "{\"version\":1,\"sweep\":\"s\",\"base\":{\"optim\":{\"epochs\":5,\"warmup\":10}},"
	    "\"blocks\":[{\"grid\":{\"optim.lr\":[0.1,0.2],\"eval.protocol\":[[\"linear\"],["
	    "\"knn\"]]},"
	    "\"set\":{\"augment.preset\":\"plain\"}}],\"seeds\":[1,2]}";
	const struct recipe_how how = {.defaults = 1, .recorded = 1}, then = {.defaults = 1};
	struct strbuf a = STRBUF_INIT, b = STRBUF_INIT;
	struct seen x, y;

	expand(&first, &then, json, NULL, &x, &a);
	expand(&second, &how, json, NULL, &y, &b);
	CU_ASSERT_EQUAL_FATAL(x.n, 8);
	CU_ASSERT_EQUAL_FATAL(y.n, 8);
	for (int i = 0; i < 8; i++)
		CU_ASSERT_STRING_EQUAL(x.hash[i], y.hash[i]);
	CU_ASSERT_STRING_EQUAL(a.buf, b.buf);
	strbuf_clear(&a);
	strbuf_clear(&b);
	expand(&first, &then, json, "optim.lr=0.3", &x, &a);
	expand(&second, &how, json, "alpha.rate=0.3", &y, &b);
	CU_ASSERT_EQUAL_FATAL(y.n, 12);
	for (int i = 0; i < 12; i++)
		CU_ASSERT_STRING_EQUAL(x.hash[i], y.hash[i]);
	CU_ASSERT_STRING_EQUAL(a.buf, b.buf);
	strbuf_release(&a);
	strbuf_release(&b);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"one experiment has one hash in two versions", test_hash},
	    {"a key that was added counts where it is not neutral", test_added},
	    {"what was recorded is read as it was meant", test_recorded},
	    {"limits of now are for what is given now", test_limits},
	    {"a word is no number", test_words},
	    {"a sweep has the same cells and the same text", test_sweep},
	    {0}};

	return check_run("recipe/history", cases);
}
