/* Protects: the tables of keys themselves (a bad row is found here, not by a user), what each
 * method resolves to, and every recipe of experiments/. */
#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/methods/method.h"
#include "core/run/keys.h"
#include "tests/check.h"

static void check_row(const struct hparam *hp)
{
	const int number = hp->type == HP_REAL || hp->type == HP_INT || hp->type == HP_INTS;

	if (!hp->help || !*hp->help || strchr(hp->help, '\n') || (number && !(hp->min < hp->max)))
		fprintf(stderr, "bad row: %s\n", hp->name);
	CU_ASSERT(hp->help && *hp->help && !strchr(hp->help, '\n'));
	CU_ASSERT(!number || hp->min < hp->max);
	CU_ASSERT(hp->name[strspn(hp->name, "abcdefghijklmnopqrstuvwxyz0123456789_.")] == 0);
}

/* No name twice, and none that is also a family: "a" and "a.b" cannot both be YAML. */
static void test_rows(void)
{
	const struct hparam *a, *b;

	for (int i = 0; (a = recipe_row(keys_schema(), i, NULL)); i++) {
		size_t n = strlen(a->name);

		check_row(a);
		for (int j = 0; (b = recipe_row(keys_schema(), j, NULL)); j++) {
			if (i == j)
				continue;
			CU_ASSERT_STRING_NOT_EQUAL(a->name, b->name);
			CU_ASSERT(strncmp(a->name, b->name, n) != 0 || b->name[n] != '.');
		}
	}
}

/* Every choice of every key resolves, with what it brings along (a bad default is a BUG). */
static void test_choices(void)
{
	const struct hparam *hp;
	struct hparam_group g;

	for (int i = 0; (hp = recipe_row(keys_schema(), i, &g)); i++) {
		struct strbuf choices = STRBUF_INIT;
		char *save = NULL, *s;

		if (hp->type != HP_ENUM || !strcmp(hp->name, "eval.split"))
			continue;
		recipe_choices(keys_schema(), hp, &choices);
		for (s = strtok_r(choices.buf, "|", &save); s; s = strtok_r(NULL, "|", &save)) {
			struct strbuf own = STRBUF_INIT, method = STRBUF_INIT;
			struct recipe_set set[2];
			struct recipe r;
			struct error err;

			strbuf_addf(&method, "method=%s", g.when_value ? g.when_value : "byol");
			strbuf_addf(&own, "%s=%s", hp->name, s);
			set[0].text = method.buf;
			set[1].text = own.buf;
			if (recipe_load(&r, keys_schema(), NULL, set, 2, &err)) {
				fprintf(stderr, "%s\n", err.msg);
				CU_FAIL("a choice does not resolve");
			} else {
				recipe_release(&r);
			}
			strbuf_release(&own);
			strbuf_release(&method);
		}
		strbuf_release(&choices);
	}
}

static int load(struct recipe *r, const char *a, const char *b, struct error *err)
{
	struct recipe_set set[2] = {{a}, {b}};

	return recipe_load(r, keys_schema(), NULL, set, b ? 2 : 1, err);
}

static void test_methods(void)
{
	const struct method *m;
	struct error err;
	struct recipe r;

	for (int i = 0; (m = method_at(i)); i++) {
		struct strbuf s = STRBUF_INIT;

		strbuf_addf(&s, "method=%s", m->name);
		CU_ASSERT_EQUAL_FATAL(load(&r, s.buf, NULL, &err), 0);
		for (const struct hparam *hp = m->hparams; hp && hp->name; hp++)
			CU_ASSERT(recipe_has(&r, hp->name));
		for (int k = 0; k < r.n; k++) /* no key of another method */
			for (int j = 0; method_at(j); j++) {
				const char *name = method_at(j)->name;
				size_t n = strlen(name);

				if (j != i)
					CU_ASSERT(strncmp(r.value[k].hp->name, name, n) != 0 ||
						  r.value[k].hp->name[n] != '.');
			}
		recipe_release(&r);
		strbuf_release(&s);
	}
	CU_ASSERT_EQUAL_FATAL(load(&r, "method=byol", NULL, &err), 0);
	CU_ASSERT(recipe_has(&r, "predictor.dims"));
	recipe_release(&r);
	CU_ASSERT_EQUAL_FATAL(load(&r, "method=barlow", NULL, &err), 0);
	CU_ASSERT(recipe_has(&r, "projector.dims"));
	CU_ASSERT(!recipe_has(&r, "predictor.dims"));
	recipe_release(&r);
}

static void test_split(void)
{
	struct error err;
	struct recipe r;

	CU_ASSERT_EQUAL_FATAL(load(&r, "data.val=0", NULL, &err), 0);
	CU_ASSERT_STRING_EQUAL(recipe_text(&r, "eval.split"), "test");
	recipe_release(&r);
	CU_ASSERT_EQUAL_FATAL(load(&r, "data.val=500", NULL, &err), 0);
	CU_ASSERT_STRING_EQUAL(recipe_text(&r, "eval.split"), "val");
	recipe_release(&r);
	CU_ASSERT_EQUAL_FATAL(load(&r, "data.val=500", "eval.split=test", &err), 0);
	CU_ASSERT_STRING_EQUAL(recipe_text(&r, "eval.split"), "test");
	recipe_release(&r);
	CU_ASSERT_EQUAL(load(&r, "data.val=0", "eval.split=val", &err), -1);
	CU_ASSERT_STRING_EQUAL(err.msg, "--set eval.split=val: eval.split: val, but data.val holds "
					"no images out");
}

/* A recipe as shipped: loads, reads back, and says in its head what it claims. */
static void check_experiment(const char *path)
{
	struct strbuf text = STRBUF_INIT, yaml = STRBUF_INIT;
	struct error err;
	struct recipe r, again;

	if (recipe_load(&r, keys_schema(), path, NULL, 0, &err)) {
		fprintf(stderr, "%s\n", err.msg);
		CU_FAIL("an experiment does not load");
		return;
	}
	recipe_json(&r, &yaml);
	CU_ASSERT_EQUAL_FATAL(recipe_from_json(&again, keys_schema(), yaml.buf, 0, &err), 0);
	CU_ASSERT_STRING_EQUAL(again.hash, r.hash);
	recipe_release(&again);
	recipe_release(&r);
	CU_ASSERT_EQUAL_FATAL(fs_read(path, &text, &err), 0);
	CU_ASSERT_EQUAL(text.buf[0], '#');
	CU_ASSERT_PTR_NOT_NULL(strstr(text.buf, "# Claim: "));
	CU_ASSERT_PTR_NOT_NULL(strstr(text.buf, "# Expect: "));
	CU_ASSERT_PTR_NOT_NULL(strstr(text.buf, "# Time: "));
	strbuf_release(&text);
	strbuf_release(&yaml);
}

/* Every recipe of a folder of experiments/; returns how many. */
static int check_experiments(const char *folder)
{
	const char *source = getenv("SSL_SOURCE_DIR");
	struct strbuf dir = STRBUF_INIT;
	struct dirent *e;
	int n = 0;
	DIR *d;

	strbuf_addf(&dir, "%s/%s", source ? source : ".", folder);
	d = opendir(dir.buf);
	CU_ASSERT_PTR_NOT_NULL_FATAL(d);
	while ((e = readdir(d))) {
		size_t len = strlen(e->d_name);
		struct strbuf path = STRBUF_INIT;

		if (len < 5 || strcmp(e->d_name + len - 5, ".yaml") != 0)
			continue;
		strbuf_addf(&path, "%s/%s", dir.buf, e->d_name);
		check_experiment(path.buf);
		strbuf_release(&path);
		n++;
	}
	closedir(d);
	strbuf_release(&dir);
	return n;
}

/* Each method has a recipe for each dataset. */
static void test_experiments(void)
{
	static const char *const sets[] = {
	    "experiments/shapes",        "experiments/cifar10",    "experiments/full/cifar10",
	    "experiments/full/cifar100", "experiments/full/stl10", "experiments/full/imagenet100"};
	const char *source = getenv("SSL_SOURCE_DIR");

	CU_ASSERT(check_experiments("experiments") > 0);
	CU_ASSERT(check_experiments("experiments/full") > 0);
	for (int i = 0; method_at(i); i++)
		for (size_t k = 0; k < sizeof sets / sizeof *sets; k++) {
			struct strbuf path = STRBUF_INIT;
			struct error err;
			struct recipe r;

			strbuf_addf(&path, "%s/%s-%s.yaml", source ? source : ".", sets[k],
				    method_at(i)->name);
			if (recipe_load(&r, keys_schema(), path.buf, NULL, 0, &err)) {
				fprintf(stderr, "%s\n", err.msg);
				CU_FAIL("a method without a recipe");
			} else {
				CU_ASSERT_STRING_EQUAL(recipe_text(&r, "method"),
						       method_at(i)->name);
				recipe_release(&r);
			}
			strbuf_release(&path);
		}
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"rows are whole, names are unique and no name is a family", test_rows},
	    {"every choice of every key resolves", test_choices},
	    {"a method has its own keys and heads, and no other's", test_methods},
	    {"images held out are what is judged", test_split},
	    {"every file of experiments/ is a recipe with its claim", test_experiments},
	    {0}};

	return check_run("run/keys", cases);
}
