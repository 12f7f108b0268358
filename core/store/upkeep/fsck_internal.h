/* Inside core/store/upkeep/ only: the checks of fsck that have a file of their own. */
#ifndef SSL_STORE_UPKEEP_FSCK_INTERNAL_H
#define SSL_STORE_UPKEEP_FSCK_INTERNAL_H

#include "core/store/upkeep/fsck.h"

/* A finding for every column of a table that holds a text that is no time. */
int fsck_check_times(struct store *s, struct fsck *f, struct error *err);

#endif
