/* Inside core/store/upkeep/ only: checks of fsck that are in other files than fsck.c. */
#ifndef SSL_STORE_UPKEEP_FSCK_INTERNAL_H
#define SSL_STORE_UPKEEP_FSCK_INTERNAL_H

#include "core/store/upkeep/fsck.h"

/* Reports every column of times that has a text in another format. */
int fsck_check_times(struct store *s, struct fsck *f, struct error *err);
/* Reports every table of engines whose choices are not those of its hash. */
int fsck_check_engines(struct store *s, struct fsck *f, struct error *err);

#endif
