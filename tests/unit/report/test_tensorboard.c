/* Event files: the checksum against RFC 3720's vectors, and the bytes of records worked out by hand
 * from the formats. */
#include <string.h>

#include "core/report/tensorboard.h"
#include "tests/check.h"

/* RFC 3720, appendix B.4 */
static void test_crc(void)
{
	unsigned char data[32] = {0};

	CU_ASSERT_EQUAL(crc32c(data, 32), 0x8A9136AA);
	memset(data, 0xFF, 32);
	CU_ASSERT_EQUAL(crc32c(data, 32), 0x62A8AB43);
	for (int i = 0; i < 32; i++)
		data[i] = (unsigned char)i;
	CU_ASSERT_EQUAL(crc32c(data, 32), 0x46DD794E);
	CU_ASSERT_EQUAL(crc32c("123456789", 9), 0xE3069283);
}

static uint32_t at32(const char *p)
{
	const unsigned char *b = (const unsigned char *)p;

	return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

/* The record's data; its length and checksums hold. */
static const char *record(const char *p, size_t *n)
{
	*n = at32(p);
	CU_ASSERT_EQUAL(at32(p + 4), 0);
	CU_ASSERT_EQUAL(at32(p + 8), crc32c_masked(p, 8));
	CU_ASSERT_EQUAL(at32(p + 12 + *n), crc32c_masked(p + 12, *n));
	return p + 12;
}

static void test_records(void)
{
	/* wall_time 1.0; file_version */
	static const char first[] = "\x09\0\0\0\0\0\0\xF0\x3F\x1A\x0D"
				    "brain.Event:2";
	/* wall_time 1.0; step 300; summary { value { tag "loss" simple_value 0.5 } } */
	static const char second[] = "\x09\0\0\0\0\0\0\xF0\x3F\x10\xAC\x02\x2A\x0D\x0A\x0B\x0A\x04"
				     "loss\x15\0\0\0\x3F";
	struct strbuf out = STRBUF_INIT;
	const char *data;
	size_t n;

	tensorboard_begin(&out, 1);
	data = record(out.buf, &n);
	CU_ASSERT_EQUAL_FATAL(n, sizeof first - 1);
	CU_ASSERT_EQUAL(memcmp(data, first, n), 0);
	strbuf_clear(&out);
	tensorboard_scalar(&out, 1, 300, "loss", 0.5);
	data = record(out.buf, &n);
	CU_ASSERT_EQUAL_FATAL(n, sizeof second - 1);
	CU_ASSERT_EQUAL(memcmp(data, second, n), 0);
	CU_ASSERT_EQUAL(out.len, n + 16);
	strbuf_release(&out);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"CRC-32C", test_crc}, {"records", test_records}, {0}};

	return check_run("report/tensorboard", cases);
}
