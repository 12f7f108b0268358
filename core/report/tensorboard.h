/*
 * Series as a TensorBoard event file: TFRecords (length, masked CRC-32C, data, masked CRC-32C) that
 * hold protobuf messages of type Event, with simple_value summaries. Both are written by hand: the
 * formats are those of tensorflow/core/lib/io/record_writer.cc and core/util/event.proto.
 */
#ifndef SSL_REPORT_TENSORBOARD_H
#define SSL_REPORT_TENSORBOARD_H

#include <stdint.h>

#include "core/base/strbuf.h"

/* CRC-32C (Castagnoli), and as TFRecord masks it. */
uint32_t crc32c(const void *data, size_t n);
uint32_t crc32c_masked(const void *data, size_t n);

/* Appends the record that every event file begins with. time: seconds since 1970. */
void tensorboard_begin(struct strbuf *out, double time);
/* Appends one value. NaN and infinities pass. */
void tensorboard_scalar(struct strbuf *out, double time, int64_t step, const char *tag,
			double value);

#endif
