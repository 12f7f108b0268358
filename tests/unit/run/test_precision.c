/* Protects: that a run computes at the precision of its recipe or not at all, and that a recipe of
 * f32 is the recipe that it was before there was the key. */
#include "core/run/precision.h"

#include <string.h>

#include "core/run/keys.h"
#include "tests/check.h"

static struct recipe load(const char *set)
{
	struct recipe_set one = {set};
	struct recipe r;
	struct error err;

	CU_ASSERT_EQUAL_FATAL(recipe_load(&r, keys_schema(), NULL, &one, set ? 1 : 0, &err), 0);
	return r;
}

static void test_recipes(void)
{
	static const char *const other[] = {"precision=tf32", "precision=bf16"};
	struct recipe none = load(NULL), same = load("precision=f32"), again;
	struct strbuf json = STRBUF_INIT;
	char group[HASH_HEX], theirs[HASH_HEX];
	struct error err;

	CU_ASSERT_STRING_EQUAL(recipe_text(&none, "precision"), "f32");
	CU_ASSERT_STRING_EQUAL(none.hash, same.hash);
	recipe_json(&same, &json);
	CU_ASSERT_PTR_NULL(strstr(json.buf, "precision"));
	CU_ASSERT_EQUAL_FATAL(recipe_from_json(&again, keys_schema(), json.buf, 1, &err), 0);
	CU_ASSERT_STRING_EQUAL(recipe_text(&again, "precision"), "f32");
	CU_ASSERT_STRING_EQUAL(again.hash, none.hash);
	recipe_group_hash(&none, group);
	for (int i = 0; i < 2; i++) {
		struct recipe r = load(other[i]);

		CU_ASSERT_STRING_NOT_EQUAL(r.hash, none.hash);
		recipe_group_hash(&r, theirs);
		CU_ASSERT_STRING_NOT_EQUAL(theirs, group);
		strbuf_clear(&json);
		recipe_json(&r, &json);
		CU_ASSERT_PTR_NOT_NULL(strstr(json.buf, "\"precision\":\""));
		recipe_release(&r);
	}
	recipe_release(&none);
	recipe_release(&same);
	recipe_release(&again);
	strbuf_release(&json);
}

static void test_devices(void)
{
	struct device cuda = device_cpu;
	struct error err;

	cuda.name = "cuda:0";
	cuda.precisions = "f32|tf32|bf16";
	CU_ASSERT_PTR_NULL(precision_needs("f32"));
	CU_ASSERT_STRING_EQUAL(precision_needs("tf32"), "a CUDA device");
	CU_ASSERT_EQUAL(precision_check("f32", &device_cpu, &err), 0);
	CU_ASSERT_EQUAL(precision_check("bf16", &cuda, &err), 0);
	CU_ASSERT_EQUAL(precision_check("f16", &cuda, &err), -1);
	CU_ASSERT_EQUAL(precision_check("bf16", NULL, &err), -1);
	CU_ASSERT_EQUAL(precision_check("bf16", &device_cpu, &err), -1);
	CU_ASSERT_EQUAL(err.code, ERR_USAGE);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.msg, "precision: bf16 needs a CUDA device"));
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"f32 is in no canonical recipe; the others are other experiments", test_recipes},
	    {"the CPU computes f32 alone", test_devices},
	    {0}};

	return check_run("run/precision", cases);
}
