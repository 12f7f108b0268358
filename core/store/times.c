#include "core/store/times.h"

#include <string.h>

int times_is_column(const char *name)
{
	static const char *const names[] = {"created", "started", "ended", "finished", "removed"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strcmp(name, names[i]))
			return 1;
	return 0;
}
