/* Protects: the warning for a run that continues on another device, and what is recorded of a
 * device. */
#include "core/run/provenance.h"

#include "tests/check.h"

static void test_change(void)
{
	struct strbuf text = STRBUF_INIT;

	CU_ASSERT_EQUAL(provenance_device_change("calm-otter", "cpu", "cpu", &text), 0);
	CU_ASSERT_EQUAL(provenance_device_change("calm-otter", "cuda", "cuda", &text), 0);
	CU_ASSERT_STRING_EQUAL(text.buf, "");
	CU_ASSERT_EQUAL(provenance_device_change("calm-otter", "cuda", "cpu", &text), 1);
	CU_ASSERT_STRING_EQUAL(text.buf,
			       "calm-otter: computed on cuda so far, and now on cpu: its bits will "
			       "differ from those of a run on one device");
	strbuf_release(&text);
}

static void test_device(void)
{
	const struct device card = {.name = "cuda", .about = "a card; its driver"};

	CU_ASSERT_STRING_EQUAL(provenance_device(&device_cpu, NULL).name, "cpu");
	CU_ASSERT_STRING_EQUAL(provenance_device(&device_cpu, NULL).about, "");
	CU_ASSERT_STRING_EQUAL(provenance_device(&card, NULL).name, "cuda");
	CU_ASSERT_STRING_EQUAL(provenance_device(&card, NULL).about, "a card; its driver");
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"a run that goes on with another device", test_change},
	    {"what is recorded of a device", test_device},
	    {0}};

	return check_run("run/provenance", cases);
}
