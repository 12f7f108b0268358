/* Protects: which names are those of devices, and how a name that is none, or one that this build
 * lacks, is refused. */
#include "core/tensor/devices.h"

#include <string.h>

#include "tests/check.h"

static void test_names(void)
{
	const struct device *d = NULL;
	struct error err;

	CU_ASSERT_EQUAL_FATAL(device_find("cpu", &d, &err), 0);
	CU_ASSERT_PTR_EQUAL(d, &device_cpu);
	CU_ASSERT_STRING_EQUAL(d->name, "cpu");
	CU_ASSERT_STRING_EQUAL(d->about, "");
	d = NULL;
	CU_ASSERT_EQUAL(device_find(DEVICE_AUTO, &d, &err), 0);
	CU_ASSERT_PTR_NOT_NULL(d);
}

static void test_no_device(void)
{
	static const char *const names[] = {
	    "",        "gpu",      "CPU",    "cpu:0", "cpu ",   "cuda:",       "cuda:x", "cuda:-1",
	    "cuda:1x", "cuda:1:1", "cuda 1", ":",     "auto:1", "cuda:100000", "cud"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const struct device *d = NULL;
		struct error err = {0};

		CU_ASSERT_EQUAL(device_find(names[i], &d, &err), -1);
		CU_ASSERT_EQUAL(err.code, ERR_USAGE);
		CU_ASSERT_PTR_NOT_NULL(strstr(err.msg, "is not a device: "));
		CU_ASSERT_PTR_NULL(d);
	}
}

/* A kind that is missing is one that ssl knows: the name is right, and this build is not. */
static void test_missing(void)
{
	const struct device_kind *kind;
	int present = 0;

	for (int i = 0; (kind = device_kind_at(i)); i++) {
		const struct device *d = NULL;
		struct error err = {0};

		if (!kind->missing) {
			present++;
			continue;
		}
		CU_ASSERT_EQUAL(device_find(kind->name, &d, &err), -1);
		CU_ASSERT_EQUAL(err.code, ERR_FAILED);
		CU_ASSERT_PTR_NOT_NULL(strstr(err.msg, kind->missing));
		CU_ASSERT_PTR_NULL(d);
	}
	CU_ASSERT(present > 0);
	CU_ASSERT_PTR_NULL(device_kind_at(-1));
}

static void test_describe(void)
{
	const struct device_kind *kind;

	for (int i = 0; (kind = device_kind_at(i)); i++) {
		struct strbuf text = STRBUF_INIT;

		if (!kind->missing) {
			kind->describe(&text);
			CU_ASSERT(text.len > 0);
			CU_ASSERT_PTR_NULL(strchr(text.buf, '\n'));
		}
		strbuf_release(&text);
	}
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"the CPU, and auto", test_names},
	    {"names that are none", test_no_device},
	    {"kinds that this build lacks", test_missing},
	    {"each kind is described in one line", test_describe},
	    {0}};

	return check_run("tensor/devices", cases);
}
