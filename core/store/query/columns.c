#include "core/store/query/columns.h"

#include <string.h>

#include "core/store/metric_kinds.h"
#include "core/store/times.h"

enum unit column_unit(const char *column)
{
	static const struct {
		const char *name;
		enum unit unit;
	} known[] = {
	    {"gain", UNIT_PERCENT},    {"seconds", UNIT_SECONDS},  {"age", UNIT_DURATION},
	    {"silent", UNIT_DURATION}, {"elapsed", UNIT_DURATION}, {"eta", UNIT_DURATION},
	    {"bytes", UNIT_BYTES},     {"peak_rss", UNIT_BYTES},   {"arena_peak", UNIT_BYTES},
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (!strcmp(column, known[i].name))
			return known[i].unit;
	if (times_is_column(column))
		return UNIT_TIME;
	return strcmp(metric_kind(column)->unit, "%") ? UNIT_PLAIN : UNIT_PERCENT;
}

int column_is_minor(const char *column)
{
	static const char *const minor[] = {
	    "dataset", "epochs", "seconds", "age",      "group_hash", "recipe_hash",
	    "hash",    "sha256", "uuid",    "at_step",  "at_epoch",   "created",
	    "claims",  "floor",  "recipes", "settings",
	};

	for (size_t i = 0; i < sizeof minor / sizeof *minor; i++)
		if (!strcmp(column, minor[i]))
			return 1;
	return 0;
}
