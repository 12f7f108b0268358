#include "core/data/spool.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/fs.h"

int spool_open(struct spool *s, const char *dir, struct error *err)
{
	struct fs_out o;

	if (fs_out_open(&o, dir, err))
		return -1;
	unlink(o.tmp);
	s->fd = o.fd;
	s->end = 0;
	snprintf(s->path, sizeof s->path, "%s", o.tmp);
	return 0;
}

void spool_close(struct spool *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

int spool_write(const struct spool *s, uint64_t at, const void *data, size_t n, struct error *err)
{
	const char *p = data;

	while (n) {
		ssize_t w = pwrite(s->fd, p, n, (off_t)at);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return error_errno(err, ERR_FAILED, "%s: write", s->path);
		p += w;
		at += (uint64_t)w;
		n -= (size_t)w;
	}
	return 0;
}

int spool_add(struct spool *s, const void *data, size_t n, struct error *err)
{
	if (spool_write(s, s->end, data, n, err))
		return -1;
	s->end += n;
	return 0;
}

int spool_read(const struct spool *s, uint64_t at, void *out, size_t n, struct error *err)
{
	char *p = out;

	while (n) {
		ssize_t got = pread(s->fd, p, n, (off_t)at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got == 0)
			return error_set(err, ERR_FAILED, "temporary file: truncated");
		if (got < 0)
			return error_errno(err, ERR_FAILED, "temporary file: read");
		p += got;
		at += (uint64_t)got;
		n -= (size_t)got;
	}
	return 0;
}
