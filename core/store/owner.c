#include "core/store/owner.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/store/config.h"

enum { PATH_SIZE = 4300 };

/* Under sudo the superuser acts for the user who called sudo. */
static int is_mine(uid_t uid)
{
	const char *sudo = getenv("SUDO_UID");
	char *end;
	unsigned long caller;

	if (uid == geteuid())
		return 1;
	if (geteuid() || !sudo || *sudo < '0' || *sudo > '9')
		return 0;
	caller = strtoul(sudo, &end, 10);
	return !*end && uid == (uid_t)caller;
}

/* 1 and *owner if the folder or its database belongs to another user, 0 if neither does or they do
 * not exist, -1 with *err. */
static int find_foreign(const char *dir, uid_t *owner, struct error *err)
{
	static const char *const name[] = {"", "/ssl.db"};
	char path[PATH_SIZE];
	struct stat st;

	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof path, "%s%s", dir, name[i]);
		if (stat(path, &st)) {
			if (errno != ENOENT)
				return error_errno(err, ERR_FAILED, "%s", path);
		} else if (!is_mine(st.st_uid)) {
			*owner = st.st_uid;
			return 1;
		}
	}
	return 0;
}

static int is_folder(const char *path, const char *folder)
{
	char *real = realpath(path, NULL);
	int same = real && !strcmp(real, folder);

	free(real);
	return same;
}

int owner_matches(const char *value, const char *folder, const char *home)
{
	char path[PATH_SIZE];
	size_t n;

	if (!strcmp(value, "*"))
		return 1;
	if (value[0] == '~' && value[1] == '/' && home)
		n = (size_t)snprintf(path, sizeof path, "%s%s", home, value + 1);
	else
		n = (size_t)snprintf(path, sizeof path, "%s", value);
	if (n >= sizeof path || path[0] != '/')
		return 0;
	if (n >= 2 && !strcmp(path + n - 2, "/*"))
		return !strncmp(path, folder, n - 1) && folder[n - 1];
	while (n > 1 && path[n - 1] == '/')
		path[--n] = 0;
	return !strcmp(path, folder) || is_folder(path, folder);
}

struct search {
	const char *folder, *home;
	int safe;
};

static int check_setting(void *ctx, const char *key, const char *value)
{
	struct search *s = ctx;

	if (strcmp(key, "safe.directory"))
		return 0;
	s->safe = *value && (s->safe || owner_matches(value, s->folder, s->home));
	return 0;
}

int owner_check(const char *dir, struct error *err)
{
	char folder[PATH_SIZE];
	struct search s = {folder, getenv("HOME"), 0};
	struct config user;
	size_t n = strlen(dir);
	uid_t owner = 0;
	int foreign = find_foreign(dir, &owner, err);

	if (foreign <= 0)
		return foreign;
	snprintf(folder, sizeof folder, "%s", dir);
	if (n > 5 && !strcmp(dir + n - 5, "/.ssl"))
		folder[n - 5] = 0;
	else if (!strcmp(dir, "/.ssl"))
		folder[1] = 0;
	if (!config_of_user(&user, NULL) && config_each(&user, check_setting, &s, err))
		return -1;
	if (s.safe)
		return 0;
	return error_set(err, ERR_FAILED,
			 "%s: the store belongs to another user (uid %lu): to write to it, or to "
			 "run its recipes, trust it: ssl config --user safe.directory '%s'",
			 dir, (unsigned long)owner, folder);
}
