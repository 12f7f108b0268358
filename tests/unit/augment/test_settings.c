/* Protects: the values of the presets, the inheritance of view B, and that presets contain only
 * existing keys. */
#include "core/augment/augment.h"

#include <stdlib.h>
#include <string.h>

#include "tests/check.h"

static const struct augment_source source = {20, 24, 3, {0.1, 0.2, 0.3}, {0.4, 0.5, 0}};
static const char *const names[] = {"cifar",   "imagenet", "byol", "simclr",
				    "simsiam", "digits",   "none"};

static int only_group(int i, struct hparam_group *out)
{
	*out = (struct hparam_group){augment_hparams, NULL, NULL};
	return i == 0;
}

static const struct hparam_default *defaults(const char *key, const char *value)
{
	return strcmp(key, "augment.preset") ? NULL : augment_preset(value);
}

static const char *no_choice(const char *key, int i)
{
	(void)key;
	(void)i;
	return NULL;
}

static const struct recipe_schema schema = {
    .group = only_group, .defaults = defaults, .choice = no_choice, .check = augment_check};

/* Resolves both views from the defaults and up to three settings. */
static int resolve(const char *const *set, int n, struct augment view[2], struct error *err)
{
	struct recipe_set s[3] = {{0}};
	struct recipe r;
	int ret;

	for (int i = 0; i < n; i++)
		s[i].text = set[i];
	if (recipe_load(&r, &schema, NULL, s, n, err))
		return -1;
	ret = augment_from_recipe(&view[0], &r, 0, &source, err) ||
	      augment_from_recipe(&view[1], &r, 1, &source, err);
	recipe_release(&r);
	return ret ? -1 : 0;
}

static int is_row(const char *name)
{
	for (const struct hparam *h = augment_hparams; h->name; h++)
		if (!strcmp(h->name, name))
			return 1;
	return 0;
}

static void test_presets(void)
{
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
		const struct hparam_default *d = augment_preset(names[i]);
		char text[40] = "augment.preset=";
		const char *set[] = {strcat(text, names[i])};
		struct augment view[2];
		struct error err;

		CU_ASSERT_PTR_NOT_NULL_FATAL(d);
		for (; d->name; d++)
			CU_ASSERT(is_row(d->name));
		CU_ASSERT_EQUAL(resolve(set, 1, view, &err), 0);
		CU_ASSERT_EQUAL(memcmp(&view[0], &view[1], sizeof *view) != 0,
				!strcmp(names[i], "byol"));
	}
	CU_ASSERT_PTR_NULL(augment_preset("strong"));
}

/* Every key of view A, except the three that apply to both views, has a key of view B with the same
 * range. */
static void test_rows(void)
{
	int n = 0;

	for (const struct hparam *h = augment_hparams; h->name; h++) {
		const struct hparam *b = augment_hparams;
		char name[80] = "augment.b.";

		if (h->type != HP_REAL || !strncmp(h->name, name, strlen(name)))
			continue;
		strcat(name, h->name + strlen("augment."));
		while (b->name && strcmp(b->name, name))
			b++;
		CU_ASSERT_PTR_NOT_NULL_FATAL(b->name);
		CU_ASSERT(b->min == h->min && b->max == h->max);
		CU_ASSERT_STRING_EQUAL(b->def, "same");
		n++;
	}
	CU_ASSERT_EQUAL(n, 19);
}

static void test_views(void)
{
	const char *set[] = {"augment.preset=byol", "augment.b.crop_min=0.5", "augment.hue=0.3"};
	struct augment v[2];
	struct error err;

	CU_ASSERT_EQUAL_FATAL(resolve(set, 3, v, &err), 0);
	CU_ASSERT(v[0].blur_p == 1 && v[1].blur_p == 0.1);
	CU_ASSERT(v[0].solarize_p == 0 && v[1].solarize_p == 0.2);
	CU_ASSERT(v[0].crop_scale[0] == 0.08 && v[1].crop_scale[0] == 0.5);
	CU_ASSERT(v[0].hue == 0.3 && v[1].hue == 0.3);
	CU_ASSERT(v[1].fixed.height == 20 && v[1].fixed.out_width == 24 &&
		  v[1].fixed.channels == 3);
}

static void test_normalize(void)
{
	const char *set[] = {"augment.normalize=imagenet", "augment.size=32"};
	struct augment v[2];
	struct error err;

	CU_ASSERT_EQUAL_FATAL(resolve(NULL, 0, v, &err), 0);
	CU_ASSERT(v[0].fixed.mean[1] == 0.2 && v[0].fixed.std[1] == 0.5);
	CU_ASSERT_EQUAL(v[0].fixed.std[2], 1); /* a channel without variance is not divided by 0 */
	CU_ASSERT_EQUAL_FATAL(resolve(set, 2, v, &err), 0);
	CU_ASSERT(v[1].fixed.mean[0] == 0.485 && v[1].fixed.std[2] == 0.225);
	CU_ASSERT(v[0].fixed.out_height == 32 && v[0].fixed.out_width == 32 &&
		  v[0].fixed.height == 20);
}

static void test_faults(void)
{
	const char *crossed[] = {"augment.crop_max=0.1"}, *b[] = {"augment.b.blur_sigma_min=3"};
	struct augment v[2];
	struct error err;

	CU_ASSERT_EQUAL_FATAL(resolve(crossed, 1, v, &err), -1);
	CU_ASSERT_EQUAL(err.code, ERR_USAGE);
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(err.msg, "augment.crop_min: 0.2 is above augment.crop_max, which is 0.1"));
	CU_ASSERT_EQUAL_FATAL(resolve(b, 1, v, &err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(
	    err.msg, "augment.b.blur_sigma_min: 3 is above augment.blur_sigma_max, which is 2"));
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"every preset resolves; views differ only in byol", test_presets},
	    {"view B has a key for every key of view A", test_rows},
	    {"view B is the same as view A unless set", test_views},
	    {"normalisation and size", test_normalize},
	    {"a minimum above its maximum is an error that names both", test_faults},
	    {0}};

	return check_run("augment/settings", cases);
}
