/* Shared by the verbs of `ssl data`. */
#ifndef SSL_CMDS_DATA_H
#define SSL_CMDS_DATA_H

#include "cmds/cmd.h"

struct data_args {
	struct cmd_ctx *ctx;
	char **name; /* the operands after the verb */
	int n;
	long size, seed, train, test, class_depth;
	int shapes, no_splits;
	struct opt_list split, exclude;
	const char *skip_bad; /* NULL: not given; "": without a limit */
};

extern const struct cmd cmd_data;

/* `data add`. */
int data_add(struct data_args *a, struct error *err);

#endif
