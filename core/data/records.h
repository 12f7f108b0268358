/* Inside core/data: files of records of fixed size, as CIFAR, IDX and STL-10 have them: label_bytes bytes of
 * label, then the pixels. */
#ifndef SSL_DATA_RECORDS_H
#define SSL_DATA_RECORDS_H

#include "core/data/import.h"

enum record_order {
	ORDER_HWC,    /* as in the dataset file */
	ORDER_PLANES, /* one plane per channel, each row by row */
	ORDER_COLUMNS /* one plane per channel, each column by column */
};
struct record_shape {
	int label_bytes, height, width, channels;
	enum record_order order;
};
/* Reads `count` records, or all records of the entry if count is -1. Each becomes an image of
 * `split` and `rank`; its label is the last label byte. ERR_FAILED if the file's size does not
 * fit. */
int import_records(struct import *im, struct unpack *u, const char *name,
		   const struct record_shape *shape, int64_t count, int split, uint32_t rank,
		   struct error *err);

#endif
