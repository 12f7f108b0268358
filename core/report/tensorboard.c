#include "core/report/tensorboard.h"

#include <string.h>

uint32_t crc32c(const void *data, size_t n)
{
	const unsigned char *p = data;
	uint32_t crc = 0xFFFFFFFF;

	while (n--) {
		crc ^= *p++;
		for (int k = 0; k < 8; k++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78 : 0); /* the polynomial, reversed */
	}
	return ~crc;
}

uint32_t crc32c_masked(const void *data, size_t n)
{
	uint32_t crc = crc32c(data, n);

	return (crc >> 15 | crc << 17) + 0xA282EAD8;
}

/* Little-endian, whatever the machine is. */
static void add_fixed(struct strbuf *out, uint64_t v, int bytes)
{
	for (int i = 0; i < bytes; i++)
		strbuf_addc(out, (char)(v >> (8 * i) & 255));
}

static void add_varint(struct strbuf *out, uint64_t v)
{
	for (; v >= 128; v >>= 7)
		strbuf_addc(out, (char)((v & 127) | 128));
	strbuf_addc(out, (char)v);
}

/* The key of a field: its number and its wire type (protobuf). */
enum wire { WIRE_VARINT, WIRE_FIXED64, WIRE_BYTES, WIRE_FIXED32 = 5 };

static void add_key(struct strbuf *out, int field, enum wire wire)
{
	add_varint(out, (uint64_t)field << 3 | (unsigned)wire);
}

static void add_double(struct strbuf *out, int field, double v)
{
	uint64_t bits;

	memcpy(&bits, &v, sizeof bits);
	add_key(out, field, WIRE_FIXED64);
	add_fixed(out, bits, 8);
}

static void add_float(struct strbuf *out, int field, double v)
{
	float f = (float)v;
	uint32_t bits;

	memcpy(&bits, &f, sizeof bits);
	add_key(out, field, WIRE_FIXED32);
	add_fixed(out, bits, 4);
}

static void add_bytes(struct strbuf *out, int field, const void *data, size_t n)
{
	add_key(out, field, WIRE_BYTES);
	add_varint(out, n);
	strbuf_add(out, data, n);
}

static void add_record(struct strbuf *out, const struct strbuf *event)
{
	size_t head = out->len;

	add_fixed(out, event->len, 8);
	add_fixed(out, crc32c_masked(out->buf + head, 8), 4);
	strbuf_add(out, event->buf, event->len);
	add_fixed(out, crc32c_masked(event->buf, event->len), 4);
}

/* Event: wall_time = 1, step = 2, file_version = 3, summary = 5 */
void tensorboard_begin(struct strbuf *out, double time)
{
	static const char version[] = "brain.Event:2";
	struct strbuf event = STRBUF_INIT;

	add_double(&event, 1, time);
	add_bytes(&event, 3, version, sizeof version - 1);
	add_record(out, &event);
	strbuf_release(&event);
}

/* Summary: value = 1; Value: tag = 1, simple_value = 2 */
void tensorboard_scalar(struct strbuf *out, double time, int64_t step, const char *tag,
			double value)
{
	struct strbuf event = STRBUF_INIT, summary = STRBUF_INIT, v = STRBUF_INIT;

	add_bytes(&v, 1, tag, strlen(tag));
	add_float(&v, 2, value);
	add_bytes(&summary, 1, v.buf, v.len);
	add_double(&event, 1, time);
	add_key(&event, 2, WIRE_VARINT);
	add_varint(&event, (uint64_t)step);
	add_bytes(&event, 5, summary.buf, summary.len);
	add_record(out, &event);
	strbuf_release(&event);
	strbuf_release(&summary);
	strbuf_release(&v);
}
