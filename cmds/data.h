/* Shared by the verbs of `ssl data`. */
#ifndef SSL_CMDS_DATA_H
#define SSL_CMDS_DATA_H

#include "cmds/cmd.h"
#include "core/data/dataset.h"
#include "core/store/datasets.h"

struct data_args {
	struct cmd_ctx *ctx;
	char **name; /* the operands after the verb */
	int n;
	long size, seed, train, test, class_depth, image, epoch;
	int shapes, no_splits, plan;
	struct opt_list split, exclude, set;
	const char *view;     /* NULL: all */
	const char *skip_bad; /* NULL: not given; "": without a limit */
};

extern const struct cmd cmd_data;

/* `data add`; `data show --plan`. */
int data_add(struct data_args *a, struct error *err);
int data_show_plan(struct data_args *a, struct error *err);

/* Opens the store for reading, finds the dataset and opens its file, which the caller closes.
 * ERR_NOT_FOUND; ERR_CORRUPT if the file is missing or damaged. */
int data_open(struct data_args *a, const char *name, struct dataset_row *row, struct dataset *d,
	      struct error *err);

#endif
