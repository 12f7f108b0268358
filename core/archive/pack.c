#include "core/archive/pack.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>

#include "core/base/fs.h"

struct pack {
	struct archive *a;
	char *shown; /* its name in messages */
};

static int failed(const struct pack *p, struct error *err)
{
	const char *why = archive_error_string(p->a);

	return error_set(err, ERR_FAILED, "%s: %s", p->shown, why ? why : "cannot be written");
}

void pack_abort(struct pack *p)
{
	if (!p)
		return;
	archive_write_free(p->a);
	free(p->shown);
	free(p);
}

int pack_open(struct pack **out, int fd, const char *shown, struct error *err)
{
	struct pack *p = xcalloc(1, sizeof *p);

	p->shown = xstrdup(shown);
	p->a = archive_write_new();
	if (!p->a) {
		pack_abort(p);
		return error_set(err, ERR_FAILED, "%s: out of memory", shown);
	}
	if (archive_write_set_format_pax_restricted(p->a) || archive_write_add_filter_zstd(p->a) ||
	    archive_write_set_options(p->a, "zstd:compression-level=6") ||
	    archive_write_open_fd(p->a, fd)) {
		failed(p, err);
		pack_abort(p);
		return -1;
	}
	*out = p;
	return 0;
}

int pack_data(struct pack *p, const char *name, const void *data, size_t n, struct error *err)
{
	struct archive_entry *e = archive_entry_new();
	int bad;

	if (!e)
		return error_set(err, ERR_FAILED, "%s: out of memory", p->shown);
	archive_entry_set_pathname(e, name);
	archive_entry_set_size(e, (la_int64_t)n);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0644);
	archive_entry_set_mtime(e, 0, 0);
	bad = archive_write_header(p->a, e) != ARCHIVE_OK ||
	      (n && archive_write_data(p->a, data, n) != (la_ssize_t)n);
	archive_entry_free(e);
	return bad ? failed(p, err) : 0;
}

int pack_file(struct pack *p, const char *name, const char *path, struct error *err)
{
	struct fs_map map;
	int ret;

	if (fs_map(path, &map, err))
		return -1;
	ret = pack_data(p, name, map.data, map.size, err);
	fs_unmap(&map);
	return ret;
}

int pack_close(struct pack *p, struct error *err)
{
	int ret = archive_write_close(p->a) != ARCHIVE_OK ? failed(p, err) : 0;

	pack_abort(p);
	return ret;
}
