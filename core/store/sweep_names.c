/* Names of sweeps: which are valid, and which are taken by a sweep in the trash; see sweeps.h and
 * sweep_trash.h. */
#include <ctype.h>
#include <string.h>

#include "core/store/store_internal.h"
#include "core/store/sweep_trash.h"
#include "core/store/sweeps.h"

int sweep_name_check(const char *name, struct error *err)
{
	static const char good[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

	if (!isalpha((unsigned char)*name) || strlen(name) > 63 || name[strspn(name, good)] ||
	    !strcmp(name, "best"))
		return error_set(err, ERR_USAGE,
				 "sweep name '%.70s': a letter, then letters, digits, - _ . and at "
				 "most 63 of them",
				 name);
	return 0;
}

int sweeps_find_trash(struct store *s, const char *name, int64_t *id, struct error *err)
{
	return db_int(s, id, err,
		      "SELECT id FROM sweep WHERE name = ? AND id IN (SELECT sweep_id FROM "
		      "sweep_trash)",
		      "t", name);
}

int sweeps_check_name_free(struct store *s, const char *name, struct error *err)
{
	int64_t id;
	int gone = sweeps_find_trash(s, name, &id, err);

	if (gone <= 0)
		return gone;
	return error_set(err, ERR_USAGE,
			 "sweep name %s: a sweep in the trash has it: `ssl sweep rm --restore %s` "
			 "restores that, `ssl sweep rm -f %s` deletes it for good",
			 name, name, name);
}
