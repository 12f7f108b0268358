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

/* A recipe as shipped: loads, reads back, and states its claim in its head. */
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
	    "experiments/shapes",       "experiments/cifar10",
	    "experiments/full/cifar10", "experiments/full/cifar100",
	    "experiments/full/stl10",   "experiments/full/imagenet100",
	    "experiments/gpu/cifar10",  "experiments/gpu/imagenet100"};
	const char *source = getenv("SSL_SOURCE_DIR");

	CU_ASSERT(check_experiments("experiments") > 0);
	CU_ASSERT(check_experiments("experiments/full") > 0);
	CU_ASSERT(check_experiments("experiments/gpu") > 0);
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

/* Hashes as the first release (commit d389de3) gave them: by its defaults they stay what they were,
 * whatever keys are added or renamed and whatever defaults change. A failure here means that runs
 * of older stores have lost their replicates: see core/recipe/history.h. */
static void test_hashes(void)
{
	static const char *const row[][2] = {
	    {"barlow", "357634eff6694d31c605f84ed6b808b61737d23d26b3ce1be49f0f5968ed0e5f"},
	    {"byol", "183da5f3f6cc29453ccc94fb8c64c2944d42074f0e4f150bde73d7f31a8c96dc"},
	    {"directpred", "d6f05cb2449f8c53c5c71538e5b0cf6b9150ec6807256a600c380b886fb95c97"},
	    {"random", "d304ea4512d3c56789ed494d708a35368409fabcc515f9b4e1398129a3a5edeb"},
	    {"simclr", "7df5733f6d024970bd77011d6dc7795ee124d5cf1a19d4efa7c4606d5e8e8b9d"},
	    {"simsiam", "b3044c3076ae2c46456e6e8939f11cfd54d03c373a3f4ca39ee4fd00a46eba7b"},
	    {"supervised", "101a51bc8de4bd16811ae13d4b900bbb28383a479863ae3a7fef5bb847604f25"},
	    {"vicreg", "c50bc9917296ad111b612ac840f7aac5f028682268b22e55f411a0b8114b305f"},
	};
	static const struct recipe_set own[] = {
	    {"method=byol"},          {"data.val=500"},
	    {"optim.warmup=2.5"},     {"encoder.arch=convnet"},
	    {"projector.dims=64,32"}, {"eval.protocol=linear,knn"},
	    {"augment.preset=byol"},  {"seed=7"}};
	const struct recipe_how how = {.defaults = 1};
	char group[HASH_HEX];
	struct error err;
	struct recipe r;

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct strbuf s = STRBUF_INIT;
		struct recipe_set set;

		strbuf_addf(&s, "method=%s", row[i][0]);
		set.text = s.buf;
		CU_ASSERT_EQUAL_FATAL(
		    recipe_load_with(&r, keys_schema(), &how, NULL, &set, 1, &err), 0);
		CU_ASSERT_STRING_EQUAL(r.hash, row[i][1]);
		recipe_release(&r);
		strbuf_release(&s);
	}
	CU_ASSERT_EQUAL_FATAL(recipe_load_with(&r, keys_schema(), &how, NULL, own, 8, &err), 0);
	CU_ASSERT_STRING_EQUAL(r.hash,
			       "2004121cd2f4675a3eda4d258aa9dce86a10467cda4ce20be7db3e6c0c566fa6");
	recipe_group_hash(&r, group);
	CU_ASSERT_STRING_EQUAL(group,
			       "93a23b9df9053d9a18c853503f8ef8adca3925157752358a2e3c786c5318112c");
	recipe_release(&r);
}

/* Given explicitly, a warm-up ends within the run; by default it does. */
static void test_warmup(void)
{
	static const char *const row[][2] = {
	    {"optim.epochs=1", "0.1"},  {"optim.epochs=5", "0.5"},  {"optim.epochs=7", "0.7"},
	    {"optim.epochs=99", "9.9"}, {"optim.epochs=100", "10"}, {"optim.epochs=1000", "10"},
	};
	struct error err;
	struct recipe r;

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		CU_ASSERT_EQUAL_FATAL(load(&r, row[i][0], NULL, &err), 0);
		for (int k = 0; k < r.n; k++)
			if (!strcmp(r.value[k].hp->name, "optim.warmup"))
				CU_ASSERT_STRING_EQUAL(r.value[k].text, row[i][1]);
		recipe_release(&r);
	}
	CU_ASSERT_EQUAL_FATAL(load(&r, "optim.epochs=5", "optim.warmup=5", &err), 0);
	recipe_release(&r);
	CU_ASSERT_EQUAL(load(&r, "optim.epochs=5", "optim.warmup=5.5", &err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.msg, "--set optim.warmup=5.5: optim.warmup: 5.5 epochs"));
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"rows are whole, names are unique and no name is a family", test_rows},
	    {"every choice of every key resolves", test_choices},
	    {"a method has its own keys and heads, and no other's", test_methods},
	    {"the held-out images are those evaluated", test_split},
	    {"hashes are those of the first release", test_hashes},
	    {"a warm-up ends within the run", test_warmup},
	    {"every file of experiments/ is a recipe with its claim", test_experiments},
	    {0}};

	return check_run("run/keys", cases);
}
