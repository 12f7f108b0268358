/*
 * Which attempts have a living process: `.ssl/alive`, a byte for each attempt, 1 once it was begun,
 * on which its process holds a lock for as long as it lives. So a run that was killed is known to
 * be dead at once, and not only by its silence. Where there are no locks to trust (a network file
 * system, a full disk) nothing is known, and silence decides.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/store/store_internal.h"

static int alive_open(const struct store *s, int flags)
{
	char path[4200];

	snprintf(path, sizeof path, "%s/alive", s->dir);
	return open(path, flags | O_CLOEXEC, 0666);
}

static int lock_byte(int fd, int command, short type, int64_t at, struct flock *out)
{
	*out = (struct flock){.l_type = type, .l_whence = SEEK_SET, .l_start = at, .l_len = 1};
	return fcntl(fd, command, out);
}

void alive_begin(struct store *s, int64_t attempt)
{
	struct flock lock;

	if (s->alive < 0 && !fs_is_network(s->dir))
		s->alive = alive_open(s, O_RDWR | O_CREAT);
	if (s->alive < 0 || lock_byte(s->alive, F_SETLK, F_WRLCK, attempt, &lock))
		return;
	if (pwrite(s->alive, "\1", 1, attempt) != 1)
		lock_byte(s->alive, F_SETLK, F_UNLCK, attempt, &lock);
}

void alive_end(struct store *s, int64_t attempt)
{
	struct flock lock;

	if (s->alive >= 0)
		lock_byte(s->alive, F_SETLK, F_UNLCK, attempt, &lock);
}

int alive_is_dead(const struct store *s, int64_t attempt)
{
	struct flock lock;
	char begun = 0;
	int fd, dead;

	if (s->alive >= 0) /* closing the file once more would give up our own locks */
		return 0;
	fd = alive_open(s, O_RDWR);
	if (fd < 0)
		return 0;
	dead = pread(fd, &begun, 1, attempt) == 1 && begun &&
	       !lock_byte(fd, F_GETLK, F_WRLCK, attempt, &lock) && lock.l_type == F_UNLCK;
	close(fd);
	return dead;
}
