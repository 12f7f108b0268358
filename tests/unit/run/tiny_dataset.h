/* The dataset of the tests of runs: 40 images to train on and 20 to test on, as "shapes". */
#ifndef SSL_TESTS_UNIT_RUN_TINY_DATASET_H
#define SSL_TESTS_UNIT_RUN_TINY_DATASET_H

#include <stdio.h>

#include "core/data/dataset.h"
#include "core/store/datasets.h"
#include "core/store/object.h"
#include "tests/unit/store/scratch.h"

static inline void tiny_dataset(struct scratch *x)
{
	struct dataset_row row = {.height = 32, .width = 32, .channels = 3, .classes = 10};
	char tmp[4096];

	snprintf(row.name, sizeof row.name, "shapes");
	row.n_train = 40;
	row.n_test = 20;
	CU_ASSERT_EQUAL_FATAL(
	    dataset_shapes(3, 40, 20, store_tmp_dir(x->s), tmp, sizeof tmp, row.sha256, &x->err),
	    0);
	CU_ASSERT_EQUAL_FATAL(object_adopt(x->s, tmp, row.sha256, &x->err), 0);
	CU_ASSERT_EQUAL_FATAL(datasets_insert(x->s, &row, 0, &x->err), 0);
}

#endif
