/* What the checks of fsck find. */
#include <stdio.h>

#include "core/store/upkeep/fsck.h"

void fsck_report(struct fsck *f, const char *kind, const char *what, const char *why, int note,
		 int fixed)
{
	struct fsck_finding finding = {kind, what, why, note, fixed};

	if (!note && !fixed)
		f->damages++;
	f->found(f->ctx, &finding);
}

int fsck_report_row(struct fsck *f, int64_t run, const struct error *why, struct error *err)
{
	char what[40];

	if (why->code != ERR_CORRUPT) {
		*err = *why;
		return -1;
	}
	snprintf(what, sizeof what, "run %lld", (long long)run);
	fsck_report(f, "row", what, why->msg, 0, 0);
	return 0;
}
