/*
 * Series as a TensorBoard event file: TFRecords (length, masked CRC-32C, data, masked CRC-32C) that
 * hold protobuf messages of type Event, with simple_value summaries. The formats are defined in tensorflow/core/lib/io/record_writer.cc and core/util/event.proto.
 */
#ifndef SSL_REPORT_TENSORBOARD_H
#define SSL_REPORT_TENSORBOARD_H

#include <stdint.h>

#include "core/base/strbuf.h"

/* CRC-32C (Castagnoli), and the same masked as in TFRecords. */
uint32_t crc32c(const void *data, size_t n);
uint32_t crc32c_masked(const void *data, size_t n);

/* Appends the first record of an event file. time: seconds since 1970. */
void tensorboard_begin(struct strbuf *out, double time);
/* Appends one value, which may be NaN or infinite. */
void tensorboard_scalar(struct strbuf *out, double time, int64_t step, const char *tag,
			double value);

#endif
