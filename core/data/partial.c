#include "core/data/partial.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/hash.h"
#include "core/base/strbuf.h"
#include "core/data/dataset.h"

/* As it stands in the journal, in the byte order of the machine; the name and the reason follow,
 * without a NUL. */
struct record {
	uint64_t sum; /* partial_checksum() of what follows it */
	int64_t bytes, time;
	uint64_t pixels;
	uint32_t slot;
	int32_t width, height;
	uint16_t n_name, n_why; /* n_why 0: decoded */
	uint8_t format, orientation, found, zero[5];
};
_Static_assert(sizeof(struct record) == 56, "no padding");

enum { GREY = 1, SEVERAL = 2, WIDE = 4, TRIES = 10 };

struct partial {
	struct spool *spool, journal; /* journal.end: of the records that hold */
	FILE *in;                     /* the journal, while its records are read; or NULL */
	int size;
	struct strbuf record, out; /* the record that was read; those to be written */
	char *why;
	uint8_t *pixels;
	size_t pixels_cap;
	char base[4000];
};

uint64_t partial_checksum(const void *data, size_t n)
{
	const uint64_t prime = 0x9E3779B97F4A7C15u;
	const uint8_t *p = data;
	uint64_t h = n * prime, word;

	for (; n >= sizeof word; p += sizeof word, n -= sizeof word) {
		memcpy(&word, p, sizeof word);
		h = (h ^ word) * prime;
		h ^= h >> 32;
	}
	word = 0;
	memcpy(&word, p, n);
	h = (h ^ word) * prime;
	return h ^ h >> 29;
}

/* Everything that two imports must share for one to continue the other. */
static int key_of(const char *path, int size, char key[HASH_HEX])
{
	struct strbuf text = STRBUF_INIT;
	char program[HASH_HEX] = "unknown", *full = realpath(path, NULL);
	struct stat st;
	int ok = full && !stat(full, &st);

	if (ok) {
		(void)!hash_file("/proc/self/exe", program, NULL);
		strbuf_addf(&text, "journal 1\n%s\n%d\n%s\n", program, size, full);
		if (S_ISREG(st.st_mode))
			strbuf_addf(&text, "%lld %lld.%09ld\n", (long long)st.st_size,
				    (long long)st.st_mtim.tv_sec, (long)st.st_mtim.tv_nsec);
		hash_buffer(text.buf, text.len, key);
	}
	strbuf_release(&text);
	free(full);
	return ok ? 0 : -1;
}

/* Opens the journal and locks it. -1 if another process has it. */
static int open_journal(const char *path)
{
	for (int i = 0; i < TRIES; i++) {
		int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
		struct stat st;

		if (fd < 0)
			return -1;
		if (flock(fd, LOCK_EX | LOCK_NB) || fstat(fd, &st)) {
			close(fd);
			return -1;
		}
		if (st.st_nlink) /* the import that had it has not removed it meanwhile */
			return fd;
		close(fd);
	}
	return -1;
}

static int open_files(struct partial *p)
{
	struct spool *j = &p->journal, *s = p->spool;
	int copy;

	snprintf(j->path, sizeof j->path, "%s.journal", p->base);
	snprintf(s->path, sizeof s->path, "%s.pixels", p->base);
	j->fd = open_journal(j->path);
	if (j->fd < 0)
		return -1;
	s->fd = open(s->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
	copy = s->fd < 0 ? -1 : fcntl(j->fd, F_DUPFD_CLOEXEC, 0);
	p->in = copy < 0 ? NULL : fdopen(copy, "r");
	if (copy >= 0 && !p->in)
		close(copy);
	return p->in ? 0 : -1;
}

struct partial *partial_open(const char *dir, const char *path, int size, struct spool *spool)
{
	struct partial *p = xcalloc(1, sizeof *p);
	char key[HASH_HEX];

	*spool = (struct spool){.fd = -1};
	p->spool = spool;
	p->journal.fd = -1;
	p->size = size;
	p->record = p->out = (struct strbuf)STRBUF_INIT;
	if (!key_of(path, size, key) &&
	    (size_t)snprintf(p->base, sizeof p->base, "%s/add-%.16s", dir, key) < sizeof p->base &&
	    !open_files(p))
		return p;
	spool_close(spool);
	partial_close(p, 1);
	return NULL;
}

/* Reads the next record into p->record; 0 if there is none, or it is damaged. */
static int read_record(struct partial *p)
{
	struct record r;
	char text[2 * UINT16_MAX];

	if (fread(&r, sizeof r, 1, p->in) != 1 ||
	    fread(text, 1, (size_t)r.n_name + r.n_why, p->in) != (size_t)r.n_name + r.n_why)
		return 0;
	strbuf_clear(&p->record);
	strbuf_add(&p->record, &r, sizeof r);
	strbuf_add(&p->record, text, (size_t)r.n_name + r.n_why);
	return r.sum ==
	       partial_checksum(p->record.buf + sizeof r.sum, p->record.len - sizeof r.sum);
}

/* The bytes of an image in the spool. */
static size_t image_bytes(const struct partial *p, const struct record *r)
{
	return p->size ? 3 * (size_t)p->size * (size_t)p->size
		       : 3 * (size_t)r->width * (size_t)r->height;
}

static int pixels_are_intact(struct partial *p, const struct record *r)
{
	size_t n = image_bytes(p, r);

	if (p->pixels_cap < n) {
		p->pixels = xrealloc(p->pixels, n);
		p->pixels_cap = n;
	}
	return !spool_read(p->spool, (uint64_t)r->slot * n, p->pixels, n, NULL) &&
	       partial_checksum(p->pixels, n) == r->pixels;
}

static int take_record(struct partial *p, struct partial_file *f)
{
	struct record r;
	const char *text = p->record.buf + sizeof r;

	memcpy(&r, p->record.buf, sizeof r);
	if (r.bytes != f->bytes || r.time != f->time || strlen(f->name) != r.n_name ||
	    memcmp(f->name, text, r.n_name) != 0 || (!r.n_why && !pixels_are_intact(p, &r)))
		return 0;
	free(p->why);
	p->why = NULL;
	if (r.n_why) {
		p->why = xcalloc((size_t)r.n_why + 1, 1);
		memcpy(p->why, text + r.n_name, r.n_why);
	}
	f->why = p->why;
	f->info = (struct image_info){r.width, r.height, r.format, r.orientation};
	f->found = (struct image_found){(r.found & GREY) != 0, (r.found & SEVERAL) != 0,
					(r.found & WIDE) != 0};
	f->slot = r.slot;
	f->pixels = r.pixels;
	p->journal.end += p->record.len;
	return 1;
}

int partial_next(struct partial *p, struct partial_file *f)
{
	if (p->in && read_record(p) && take_record(p, f))
		return 1;
	if (p->in)
		fclose(p->in);
	p->in = NULL;
	return 0;
}

void partial_add(struct partial *p, const struct partial_file *f)
{
	struct record r = {.bytes = f->bytes, .time = f->time};
	size_t n_name = strlen(f->name), n_why = f->why ? strlen(f->why) : 0, at = p->out.len;

	/* a text of no or too many bytes cannot be recorded: the next import reads the file again,
	 * and those after it */
	if (n_name > UINT16_MAX || n_why > UINT16_MAX || (f->why && !n_why))
		return;
	r.n_name = (uint16_t)n_name;
	r.n_why = (uint16_t)n_why;
	if (!f->why) {
		r.pixels = f->pixels;
		r.slot = f->slot;
		r.width = f->info.width;
		r.height = f->info.height;
		r.format = (uint8_t)f->info.format;
		r.orientation = (uint8_t)f->info.orientation;
		r.found = (uint8_t)((f->found.grey ? GREY : 0) | (f->found.several ? SEVERAL : 0) |
				    (f->found.wide ? WIDE : 0));
	}
	strbuf_add(&p->out, &r, sizeof r);
	strbuf_add(&p->out, f->name, n_name);
	strbuf_add(&p->out, f->why ? f->why : "", n_why);
	r.sum = partial_checksum(p->out.buf + at + sizeof r.sum, p->out.len - at - sizeof r.sum);
	memcpy(p->out.buf + at, &r.sum, sizeof r.sum);
}

int partial_flush(struct partial *p, struct error *err)
{
	struct spool *j = &p->journal;
	int ret = 0;

	if (p->out.len) /* what follows the records that hold is of a source that has changed */
		ret = ftruncate(j->fd, (off_t)j->end)
			  ? error_errno(err, ERR_FAILED, "%s: write", j->path)
			  : spool_add(j, p->out.buf, p->out.len, err);
	strbuf_clear(&p->out);
	return ret;
}

static void remove_files(const char *base)
{
	static const char *const ends[] = {"journal", "pixels"};
	char path[4200];

	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof path, "%s.%s", base, ends[i]);
		unlink(path);
	}
}

void dataset_import_forget(const struct dataset_report *r)
{
	if (r->partial[0])
		remove_files(r->partial);
}

void partial_close(struct partial *p, int keep)
{
	if (!p)
		return;
	if (!keep && p->base[0])
		remove_files(p->base);
	if (p->in)
		fclose(p->in);
	spool_close(&p->journal); /* which unlocks it */
	strbuf_release(&p->record);
	strbuf_release(&p->out);
	free(p->why);
	free(p->pixels);
	free(p);
}

const char *partial_path(const struct partial *p)
{
	return p->base;
}
