/* Protects: what a recipe means (layers, spellings, types, hash), and that a fault in one is named
 * where it stands. */
#include "tests/check.h"
#include "tests/unit/recipe/try.h"

static const char *value(const struct recipe *r, const char *key)
{
	for (int i = 0; i < r->n; i++)
		if (!strcmp(r->value[i].hp->name, key))
			return r->value[i].text;
	return "(absent)";
}

static const char *origin(const struct recipe *r, const char *key)
{
	for (int i = 0; i < r->n; i++)
		if (!strcmp(r->value[i].hp->name, key))
			return r->value[i].origin;
	return "(absent)";
}

/* text and settings must give key the canonical text `want`. */
static void gives(const char *text, const char *settings, const char *key, const char *want)
{
	struct recipe r;
	struct error err;

	if (try_load(&r, text, settings, &err)) {
		fprintf(stderr, "unexpected: %s\n", err.msg);
		CU_FAIL("a good recipe was refused");
		return;
	}
	if (strcmp(value(&r, key), want) != 0)
		fprintf(stderr, "%s: %s, not %s\n", key, value(&r, key), want);
	CU_ASSERT_STRING_EQUAL(value(&r, key), want);
	recipe_release(&r);
}

static void refuses(const char *text, const char *settings, const char *want)
{
	struct recipe r;
	struct error err;

	if (!try_load(&r, text, settings, &err)) {
		fprintf(stderr, "accepted: %s\n", want);
		CU_FAIL("a bad recipe was accepted");
		recipe_release(&r);
		return;
	}
	if (strcmp(err.msg, want) != 0)
		fprintf(stderr, "got  %s\nwant %s\n", err.msg, want);
	CU_ASSERT_STRING_EQUAL(err.msg, want);
	CU_ASSERT_EQUAL(err.code, ERR_USAGE);
}

static void test_layers(void)
{
	struct recipe r;
	struct error err;

	CU_ASSERT_EQUAL_FATAL(try_load(&r, NULL, NULL, &err), 0);
	CU_ASSERT_STRING_EQUAL(value(&r, "optim.lr"), "0.3");
	CU_ASSERT_STRING_EQUAL(origin(&r, "optim.lr"), "default");
	CU_ASSERT_STRING_EQUAL(value(&r, "projector.dims"), "[2048, 2048]");
	CU_ASSERT_STRING_EQUAL(origin(&r, "projector.dims"), "method");
	CU_ASSERT_STRING_EQUAL(value(&r, "augment.preset"), "strong");
	/* the method's, which chose the preset; but the preset's where somebody else chose it */
	CU_ASSERT_STRING_EQUAL(value(&r, "augment.blur"), "0.9");
	CU_ASSERT_STRING_EQUAL(origin(&r, "augment.blur"), "method");
	recipe_release(&r);
	CU_ASSERT_EQUAL_FATAL(try_load(&r, "augment.preset: strong\n", NULL, &err), 0);
	CU_ASSERT_STRING_EQUAL(value(&r, "augment.blur"), "0.5");
	CU_ASSERT_STRING_EQUAL(origin(&r, "augment.blur"), "preset");
	recipe_release(&r);

	CU_ASSERT_EQUAL_FATAL(
	    try_load(&r, "method: byol\noptim: {lr: 2}\n", "optim.lr=3\noptim.lr=4", &err), 0);
	CU_ASSERT_STRING_EQUAL(value(&r, "optim.lr"), "4");
	CU_ASSERT_STRING_EQUAL(origin(&r, "optim.lr"), "set");
	CU_ASSERT_STRING_EQUAL(origin(&r, "method"), "file");
	CU_ASSERT_STRING_EQUAL(value(&r, "augment.blur"), "0");
	for (int i = 0; i < r.n; i++) {
		CU_ASSERT(i == 0 || strcmp(r.value[i - 1].hp->name, r.value[i].hp->name) < 0);
		CU_ASSERT_EQUAL(r.value[i].line, !strcmp(r.value[i].hp->name, "method"));
	}
	recipe_release(&r);
	gives("optim.lr: 2\n", "method=byol", "optim.lr", "2"); /* the file's, over the method's */
	gives("augment.preset: plain\n", NULL, "augment.blur", "0.9");
}

static void test_which_apply(void)
{
	struct recipe r;
	struct error err;

	CU_ASSERT_EQUAL_FATAL(try_load(&r, "byol.tau: 0.5\npredictor.dims: [7]\n", NULL, &err), 0);
	CU_ASSERT(!recipe_has(&r, "byol.tau"));
	CU_ASSERT(!recipe_has(&r, "predictor.dims"));
	CU_ASSERT(recipe_has(&r, "projector.bias"));
	recipe_release(&r);
	gives("byol.tau: 0.5\n", "method=byol", "byol.tau", "0.5");
	gives("method: byol\n", NULL, "predictor.dims", "[4096, 256]");
	refuses(NULL, "byol.tau=0.5",
		"--set byol.tau=0.5: byol.tau is for method byol, but method is vicreg");
	refuses(NULL, "predictor.dims=9",
		"--set predictor.dims=9: predictor.dims does not apply to method vicreg");
	refuses("byol.tau: 2\n", NULL, "r.yaml:1: byol.tau: 2 is out of range: from 0 to 1");
}

static void test_spellings(void)
{
	gives("optim:\n  lr: 2\n", NULL, "optim.lr", "2");
	gives("optim.lr: 2\noptim: {epochs: 3}\n", NULL, "optim.lr", "2");
	gives("eval: {knn.k: 3}\neval.protocol: knn\n", NULL, "eval.knn.k", "3");
	gives("eval: {knn: {k: 3, T: 0.5}}\n", NULL, "eval.knn.temperature", "0.5");
	gives("vicreg: {λ: 5}\n", NULL, "vicreg.lambda", "5");
	gives("vicreg.μ: 5\n", NULL, "vicreg.mu", "5");
	gives("vicreg.\xc2\xb5: 6\n", NULL, "vicreg.mu", "6"); /* the micro sign of keyboards */
	gives(NULL, "method=byol\nbyol.τ=0.5", "byol.tau", "0.5");
	gives("projector:\n  dims:\n  - 3\n  - 4\n", NULL, "projector.dims", "[3, 4]");
	gives("projector.dims: 3, 4\n", NULL, "projector.dims", "[3, 4]");
	gives(NULL, "projector.dims=512,512", "projector.dims", "[512, 512]");
	gives(NULL, "projector.dims=[512, 512]", "projector.dims", "[512, 512]");
	gives(NULL, "projector.dims=[]", "projector.dims", "[]");
	gives("projector.dims: []\n", NULL, "projector.dims", "[]");
	gives(NULL, "eval.protocol=linear,knn", "eval.protocol", "[knn, linear]");
	gives("\xef\xbb\xbfseed: 7\r\n", NULL, "seed", "7");
}

static void test_numbers(void)
{
	gives("optim.lr: 1e-4\n", NULL, "optim.lr", "0.0001");
	gives("optim.lr: .5\n", NULL, "optim.lr", "0.5");
	gives("optim.lr: +5.0\n", NULL, "optim.lr", "5");
	gives("optim.offset: -0.0\n", NULL, "optim.offset", "0");
	gives("optim.offset: -1E3\n", NULL, "optim.offset", "-1000");
	gives("optim.epochs: 1e3\n", NULL, "optim.epochs", "1000");
	gives("seed: 9007199254740991\n", NULL, "seed", "9007199254740991");
	refuses("optim.lr: abc\n", NULL, "r.yaml:1: optim.lr: abc is not a number");
	refuses("optim.lr: nan\n", NULL, "r.yaml:1: optim.lr: nan is not a number");
	refuses("optim.lr: .inf\n", NULL, "r.yaml:1: optim.lr: .inf is not a number");
	refuses("optim.lr: 0x10\n", NULL, "r.yaml:1: optim.lr: 0x10 is not a number");
	refuses("optim.lr: 1_0\n", NULL, "r.yaml:1: optim.lr: 1_0 is not a number");
	refuses("optim.lr: 1e\n", NULL, "r.yaml:1: optim.lr: 1e is not a number");
	refuses("optim.lr: .\n", NULL, "r.yaml:1: optim.lr: . is not a number");
	refuses("optim.lr: 010\n", NULL,
		"r.yaml:1: optim.lr: 010 has a leading zero: write it without");
	refuses("optim.offset: 1e999\n", NULL,
		"r.yaml:1: optim.offset: 1e999 is too large for a number");
	refuses("optim.lr: 1e-999\n", NULL, "r.yaml:1: optim.lr: 1e-999 is too small for a number");
	refuses("optim.epochs: 2.5\n", NULL, "r.yaml:1: optim.epochs: 2.5 is not a whole number");
	refuses("seed: 9007199254740993e3\n", NULL,
		"r.yaml:1: seed: 9007199254740993e3 is not a whole number below 2^53");
	refuses("\noptim:\n  lr: -1\n", NULL,
		"r.yaml:3: optim.lr: -1 is out of range: from 0 to 1000");
	refuses("optim.floor: 0.1\n", NULL,
		"r.yaml:1: optim.floor: 0.1 is out of range: at least 0.5");
	refuses("optim.lr: \"0.3\"\n", NULL,
		"r.yaml:1: optim.lr: \"0.3\" in quotes is text: remove the quotes");
	refuses("projector.dims: [3, x]\n", NULL, "r.yaml:1: projector.dims: x is not a number");
	refuses("projector.dims: [3, 0]\n", NULL,
		"r.yaml:1: projector.dims: 0 is out of range: from 1 to 65536");
	refuses("projector.dims: [[3]]\n", NULL,
		"r.yaml:1: projector.dims: item 1 of the list is not a number");
	refuses("optim.lr: [1]\n", NULL, "r.yaml:1: optim.lr: takes one value, not a list");
	refuses(NULL, "optim.lr=[1]", "--set optim.lr=[1]: optim.lr: takes one value, not a list");
}

static void test_words(void)
{
	gives("augment.b.blur: off\n", NULL, "augment.b.blur", "off");
	gives("augment.b.blur: \"same\"\n", NULL, "augment.b.blur", "same");
	gives("augment.b.blur: 0.50\n", NULL, "augment.b.blur", "0.5");
	refuses("augment.b.blur: sam\n", NULL,
		"r.yaml:1: augment.b.blur: sam is not a number and not same|off");
	refuses("augment.b.blur: 2\n", NULL,
		"r.yaml:1: augment.b.blur: 2 is out of range: from 0 to 1");
	gives("optim.nesterov: true\n", NULL, "optim.nesterov", "true");
	gives("data.set: no\n", NULL, "data.set", "no");
	gives("data.set: 010\n", NULL, "data.set", "010");
	gives("data.set: \"~\"\n", NULL, "data.set", "~");
	gives("data.note: \"\"\n", NULL, "data.note", "");
	refuses("optim.nesterov: no\n", NULL,
		"r.yaml:1: optim.nesterov: no is not true or false (did you mean false?)");
	refuses("optim.nesterov: True\n", NULL,
		"r.yaml:1: optim.nesterov: True is not true or false (did you mean true?)");
	refuses("optim.nesterov: 2\n", NULL, "r.yaml:1: optim.nesterov: 2 is not true or false");
	refuses("method: vicrge\n", NULL,
		"r.yaml:1: method: vicrge is not one of vicreg, byol (did you mean vicreg?)");
	refuses("eval.protocol: [knn, liner]\n", NULL,
		"r.yaml:1: eval.protocol: liner is not one of knn, linear, finetune "
		"(did you mean linear?)");
	refuses("eval.protocol: [knn, knn]\n", NULL,
		"r.yaml:1: eval.protocol: knn is listed twice");
	refuses("data.set:\n", NULL, "r.yaml:1: data.set: no value");
	refuses("seed: ~\n", NULL, "r.yaml:1: seed: no value");
	refuses("data.set: \"a\\tb\"\n", NULL,
		"r.yaml:1: data.set: has control characters or is not UTF-8");
	refuses(NULL, "data.set=\xff",
		"--set data.set=?: data.set: has control characters or is not UTF-8");
	refuses("data.val: 13\n", NULL, "r.yaml:1: data.val: 13 is unlucky");
	refuses(NULL, "data.val=13", "--set data.val=13: data.val: 13 is unlucky");
}

static void test_keys(void)
{
	refuses("seed: 1\noptim: {lrr: 3}\n", NULL,
		"r.yaml:2: optim.lrr: unknown key (did you mean optim.lr?)");
	refuses("lambda: 3\n", NULL, "r.yaml:1: lambda: unknown key (did you mean vicreg.lambda?)");
	refuses("zebra: 3\n", NULL, "r.yaml:1: zebra: unknown key");
	refuses("zebra: {}\n", NULL, "r.yaml:1: zebra: unknown key");
	refuses("eval: {knn: {epochs: 3}}\n", NULL,
		"r.yaml:1: eval.knn.epochs: unknown key (did you mean optim.epochs?)");
	refuses(
	    "optim: 3\n", NULL,
	    "r.yaml:1: optim: holds other keys and has no value itself (did you mean optim.lr?)");
	refuses("seed: {a: 3}\n", NULL, "r.yaml:1: seed: takes a value, not a map of keys");
	refuses(NULL, "optim.lrr=3",
		"--set optim.lrr=3: optim.lrr: unknown key (did you mean optim.lr?)");
	refuses(NULL, "optim.lr", "--set optim.lr: expected KEY=VALUE");
	refuses(NULL, "=3", "--set =3: expected KEY=VALUE");
	refuses("\"\\e[31m\": 3\n", NULL, "r.yaml:1: ?[31m: unknown key");
}

static void test_twice(void)
{
	refuses("seed: 1\nseed: 2\n", NULL, "r.yaml:2: seed is set twice: first at line 1");
	refuses("optim: {lr: 1}\n\noptim.lr: 2\n", NULL,
		"r.yaml:3: optim.lr is set twice: first at line 1");
	refuses("optim: {lr: 1}\noptim: {epochs: 1}\n", NULL,
		"r.yaml:2: optim is set twice: first at line 1");
	refuses("eval: {knn: {k: 1}}\neval.knn: {T: 1}\n", NULL,
		"r.yaml:2: eval.knn is set twice: first at line 1");
	refuses("vicreg.λ: 1\nvicreg.lambda: 2\n", NULL,
		"r.yaml:2: vicreg.lambda is set twice: first at line 1");
	refuses("eval.knn.T: 1\neval.knn.temperature: 2\n", NULL,
		"r.yaml:2: eval.knn.temperature is set twice: first at line 1");
}

static void test_kinds(void)
{
	gives("version: 1\nseed: 5\n", NULL, "seed", "5");
	gives("version: 1\n", NULL, "seed", "1");
	refuses("version: 2\n", NULL, "r.yaml:1: version: 2: this ssl reads version 1");
	refuses("version: [1]\n", NULL,
		"r.yaml:1: version: not a number: this ssl reads version 1");
	refuses("version: 1\nsweep: x\n", NULL,
		"r.yaml:2: this is a sweep, not a recipe: ssl sweep start r.yaml");
	refuses("base: a.yaml\nblocks:\n- set: {method: byol}\n", NULL,
		"r.yaml:1: this is a sweep, not a recipe: ssl sweep start r.yaml");
}

static void test_hash(void)
{
	struct recipe a, b;
	struct error err;

	CU_ASSERT_EQUAL_FATAL(try_load(&a, "optim: {lr: 1e-4}\nvicreg.λ: 25.0\n", NULL, &err), 0);
	CU_ASSERT_EQUAL_FATAL(
	    try_load(&b, "byol.tau: 0.1\noptim.lr: 0.0001\n", "vicreg.lambda=25", &err), 0);
	CU_ASSERT_STRING_EQUAL(a.hash, b.hash);
	recipe_release(&b);
	CU_ASSERT_EQUAL_FATAL(try_load(&b, "optim.lr: 0.0002\n", NULL, &err), 0);
	CU_ASSERT_STRING_NOT_EQUAL(a.hash, b.hash);
	recipe_release(&a);
	recipe_release(&b);
}

/* The canonical form is a contract: a recorded hash must stay what it was. */
static void test_canonical(void)
{
	static const char json[] =
	    "{\"augment.b.blur\":\"same\",\"augment.blur\":0.9,\"augment.preset\":\"strong\","
	    "\"data.note\":\"a \\\"b\\\" \\\\ "
	    "ü\","
	    "\"data.set\":\"shapes\",\"data.val\":0,\"eval.knn.k\":20,\"eval.knn.temperature\":0."
	    "07,"
	    "\"eval.protocol\":[\"knn\",\"linear\"],\"method\":\"vicreg\",\"optim.epochs\":100,"
	    "\"optim.floor\":1,\"optim.lr\":1e-05,\"optim.nesterov\":true,\"optim.offset\":0,"
	    "\"projector.bias\":false,\"projector.dims\":[2048,2048],\"seed\":1,"
	    "\"vicreg.lambda\":25,\"vicreg.mu\":25}";
	struct strbuf out = STRBUF_INIT;
	struct recipe r, back;
	struct error err;
	char hash[HASH_HEX];

	CU_ASSERT_EQUAL_FATAL(try_load(&r, "data.note: a \"b\" \\ ü\noptim: {lr: 1e-5}\n",
				       "eval.protocol=linear,knn\noptim.nesterov=true", &err),
			      0);
	recipe_json(&r, &out);
	CU_ASSERT_STRING_EQUAL(out.buf, json);
	hash_buffer(json, strlen(json), hash);
	CU_ASSERT_STRING_EQUAL(r.hash, hash);
	CU_ASSERT_EQUAL_FATAL(recipe_from_json(&back, &test_schema, out.buf, 0, &err), 0);
	CU_ASSERT_STRING_EQUAL(back.hash, r.hash);
	recipe_release(&back);
	strbuf_clear(&out);
	recipe_yaml(&r, &out);
	CU_ASSERT_PTR_NOT_NULL(strstr(out.buf, "eval:\n  knn:\n    k: 20\n    temperature: 0.07\n"
					       "  protocol: [knn, linear]\nmethod: vicreg\n"));
	CU_ASSERT_EQUAL_FATAL(try_load(&back, out.buf, NULL, &err), 0);
	CU_ASSERT_STRING_EQUAL(back.hash, r.hash);
	recipe_release(&back);
	recipe_release(&r);
	strbuf_release(&out);
	CU_ASSERT_EQUAL(recipe_from_json(&back, &test_schema, "{\"optim.lr\":-1}", 0, &err), -1);
	CU_ASSERT_EQUAL(err.code, ERR_CORRUPT);
	CU_ASSERT_STRING_EQUAL(err.msg,
			       "recorded recipe:1: optim.lr: -1 is out of range: from 0 to 1000");
}

/* A run that is older than a key has it at its default, under the hash that it was recorded with:
 * its checkpoints are asked for that hash when it resumes. */
static void test_older_than_a_key(void)
{
	static const char json[] = "{\"method\":\"vicreg\",\"seed\":1,\"vicreg.lambda\":25}";
	struct recipe r;
	struct error err;
	char hash[HASH_HEX];

	hash_buffer(json, strlen(json), hash);
	CU_ASSERT_EQUAL_FATAL(recipe_from_json(&r, &test_schema, json, 0, &err), 0);
	CU_ASSERT_STRING_EQUAL(value(&r, "vicreg.mu"), "25");
	CU_ASSERT_STRING_EQUAL(r.hash, hash);
	recipe_release(&r);
}

static void test_getters(void)
{
	struct recipe r;
	struct error err;
	int dims[2];

	CU_ASSERT_EQUAL_FATAL(
	    try_load(&r, "projector.dims: [5, 6, 7]\n", "optim.nesterov=true", &err), 0);
	CU_ASSERT_EQUAL(recipe_real(&r, "optim.lr"), 0.3);
	CU_ASSERT_EQUAL(recipe_int(&r, "eval.knn.k"), 20);
	CU_ASSERT_EQUAL(recipe_bool(&r, "optim.nesterov"), 1);
	CU_ASSERT_EQUAL(recipe_bool(&r, "projector.bias"), 0);
	CU_ASSERT_STRING_EQUAL(recipe_text(&r, "method"), "vicreg");
	CU_ASSERT_STRING_EQUAL(recipe_text(&r, "data.set"), "shapes");
	CU_ASSERT_EQUAL(recipe_ints(&r, "projector.dims", dims, 2), 3);
	CU_ASSERT_EQUAL(dims[0], 5);
	CU_ASSERT_EQUAL(dims[1], 6);
	CU_ASSERT(recipe_list_has(&r, "eval.protocol", "knn"));
	CU_ASSERT(!recipe_list_has(&r, "eval.protocol", "kn"));
	recipe_release(&r);
}

static void test_nearest(void)
{
	static const char *const names[] = {"vicreg.lambda", "vicreg.mu", "optim.lr", "linear",
					    "log"};

	CU_ASSERT_STRING_EQUAL(nearest_word("vicreg.lamdba", names, 5), "vicreg.lambda");
	CU_ASSERT_STRING_EQUAL(nearest_word("optim.rl", names, 5), "optim.lr");
	CU_ASSERT_STRING_EQUAL(nearest_word("lg", names, 5), "log");
	CU_ASSERT_STRING_EQUAL(nearest_word("opt", names, 5), "optim.lr");
	CU_ASSERT_PTR_NULL(nearest_word("vicr", names, 5)); /* two begin so */
	CU_ASSERT_PTR_NULL(nearest_word("elephant", names, 5));
	CU_ASSERT_PTR_NULL(nearest_word("", names, 5));
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"later layers win", test_layers},
	    {"keys of another method are dropped from a file and refused on the command line",
	     test_which_apply},
	    {"nested, dotted and mixed keys, Greek letters, aliases, lists", test_spellings},
	    {"numbers", test_numbers},
	    {"words, booleans, choices and texts", test_words},
	    {"unknown keys get the nearest", test_keys},
	    {"a key twice, also by two spellings", test_twice},
	    {"versions and sweeps", test_kinds},
	    {"one hash for one meaning", test_hash},
	    {"canonical JSON, and YAML that reads back", test_canonical},
	    {"a record older than a key", test_older_than_a_key},
	    {"values by key", test_getters},
	    {"nearest words", test_nearest},
	    {0}};
	char dir[32];
	int ret;

	try_enter(dir);
	ret = check_run("recipe/recipe", cases);
	try_leave(dir);
	return ret;
}
