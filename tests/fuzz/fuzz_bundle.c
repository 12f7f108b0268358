/*
 * Bundles, taken in by `ssl import`; what comes in is looked at by the commands that read.
 *
 * The mutator changes rows (values, fields, lines) and files of a bundle, and makes every hash
 * right again: of recipes, of objects and of the manifest. So inputs stay bundles.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/archive/pack.h"
#include "core/archive/unpack.h"
#include "core/base/fs.h"
#include "core/base/hash.h"
#include "core/store/bundle/jsonline.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/store.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	fuzz_begin();
	store_template(NULL);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char dir[FUZZ_PATH], line[FUZZ_PATH + 20];
	uint32_t sum = fuzz_sum(data, size);

	store_fresh();
	fuzz_put("x", data, size);
	snprintf(line, sizeof line, "import %s/x", fuzz_dir());
	if (fuzz_command(fuzz_path(dir, "store"), line) > 1)
		return 0;
	for (uint32_t i = 0; i < 3; i++, sum /= 64)
		fuzz_command(dir, store_command(sum % store_commands()));
	return 0;
}

/* The files of a bundle. */
enum { PARTS = 40, UNPACKED = 1 << 20 };
struct part {
	char name[128];
	struct strbuf bytes;
};
struct parts {
	struct part list[PARTS];
	int n;
};

static int read_parts(struct parts *p, const char *path)
{
	struct unpack_entry e;
	struct unpack *u;
	int more;

	if (unpack_open(&u, path, NULL))
		return -1;
	while ((more = unpack_next(u, &e, NULL)) > 0) {
		struct part *q = &p->list[p->n];

		if (p->n == PARTS || strlen(e.name) >= sizeof q->name)
			break;
		snprintf(q->name, sizeof q->name, "%s", e.name);
		p->n++;
		if (unpack_read_all(u, &q->bytes, UNPACKED, NULL))
			break;
	}
	unpack_close(u);
	return more || !p->n ? -1 : 0;
}

static void release_parts(struct parts *p)
{
	for (int i = 0; i < p->n; i++)
		strbuf_release(&p->list[i].bytes);
}

static int is_rows(const struct part *p)
{
	return !strncmp(p->name, "shared/", 7) || !strncmp(p->name, "runs/", 5) ||
	       !strncmp(p->name, "sweeps/", 7);
}

/* Replaces n bytes at `at`. */
static void replace_bytes(struct strbuf *s, size_t at, size_t n, const char *with, size_t m)
{
	struct strbuf t = STRBUF_INIT;

	strbuf_add(&t, s->buf, at);
	strbuf_add(&t, with, m);
	strbuf_add(&t, s->buf + at + n, s->len - at - n);
	strbuf_release(s);
	*s = t;
}

/* The bounds of the line around a place; its newline is in it. */
static void line_at(const struct strbuf *s, size_t place, size_t *begin, size_t *end)
{
	const char *newline;

	for (*begin = place; *begin && s->buf[*begin - 1] != '\n';)
		--*begin;
	newline = memchr(s->buf + place, '\n', s->len - place);
	*end = newline ? (size_t)(newline - s->buf) + 1 : s->len;
}

/* The bounds of the value of field k (of all) in the line; 0 when it has none. */
static int value_at(const struct strbuf *s, size_t begin, size_t end, uint32_t k, size_t *from,
		    size_t *to)
{
	uint32_t fields = 0, seen = 0;

	for (int pass = 0; pass < 2; pass++) {
		int in_text = 0;

		seen = 0;
		for (size_t i = begin; i < end; i++) {
			char c = s->buf[i];

			if (in_text && c == '\\')
				i++;
			else if (c == '"')
				in_text = !in_text;
			else if (!in_text && c == ':' && seen++ == (pass ? k % fields : UINT32_MAX))
				*from = i + 1;
			else if (!in_text && (c == ',' || c == '}') && pass &&
				 seen == k % fields + 1) {
				*to = i;
				return *to > *from;
			}
		}
		fields = seen;
		if (!fields)
			return 0;
	}
	return 0;
}

static void odd_value(struct rng *r, char *out, size_t n)
{
	uint32_t kinds = 0;

	while (fuzz_odd_json(kinds))
		kinds++;
	if (rng_below(r, 4))
		snprintf(out, n, "%s", fuzz_odd_json(rng_below(r, kinds)));
	else
		snprintf(out, n, "%d", (int)rng_below(r, 300));
}

static void change_value(struct rng *r, struct strbuf *s, size_t begin, size_t end)
{
	size_t from = 0, to = 0, n;
	char value[600];
	uint8_t *bytes;

	if (!value_at(s, begin, end, rng_u32(r), &from, &to))
		return;
	n = to - from;
	if (rng_below(r, 3)) {
		odd_value(r, value, sizeof value);
		replace_bytes(s, from, n, value, strlen(value));
		return;
	}
	bytes = xmalloc(n + 64);
	memcpy(bytes, s->buf + from, n);
	replace_bytes(s, from, n, (const char *)bytes, LLVMFuzzerMutate(bytes, n, n + 64));
	free(bytes);
}

/* A line goes, comes twice, or comes from elsewhere. */
static void change_lines(struct rng *r, struct parts *p, struct strbuf *s, size_t begin, size_t end)
{
	const struct part *other = &p->list[rng_below(r, (uint32_t)p->n)];
	struct strbuf line = STRBUF_INIT;
	size_t from, to;

	switch (rng_below(r, 3)) {
	case 0:
		replace_bytes(s, begin, end - begin, "", 0);
		return;
	case 1:
		strbuf_add(&line, s->buf + begin, end - begin);
		break;
	default:
		if (is_rows(other) && other->bytes.len) {
			line_at(&other->bytes, rng_below(r, (uint32_t)other->bytes.len), &from,
				&to);
			strbuf_add(&line, other->bytes.buf + from, to - from);
		}
	}
	replace_bytes(s, begin, 0, line.buf, line.len);
	strbuf_release(&line);
}

static void change_object(struct part *q)
{
	size_t room = q->bytes.len + 256;
	uint8_t *bytes = xmalloc(room);
	size_t n = q->bytes.len;

	memcpy(bytes, q->bytes.buf, n);
	n = LLVMFuzzerMutate(bytes, n, room);
	replace_bytes(&q->bytes, 0, q->bytes.len, (const char *)bytes, n);
	free(bytes);
}

static void replace_all(struct parts *p, const char *old, const char *new)
{
	size_t n = strlen(old);

	for (int i = 0; i < p->n; i++)
		for (char *s = p->list[i].bytes.buf; is_rows(&p->list[i]) && (s = strstr(s, old));
		     s += n)
			memcpy(s, new, n); /* of one length */
}

/* An object is called by its hash, and its row has its size. */
static void mend_object(struct parts *p, struct part *q)
{
	char old[HASH_HEX], hex[HASH_HEX], row[200];

	hash_buffer(q->bytes.buf, q->bytes.len, hex);
	if (sscanf(q->name, "objects/%2[0-9a-f]/%62[0-9a-f]", old, old + 2) != 2 ||
	    strlen(old) != 64 || !strcmp(old, hex))
		return;
	replace_all(p, old, hex);
	snprintf(q->name, sizeof q->name, "objects/%.2s/%s", hex, hex + 2);
	snprintf(row, sizeof row, "\"sha256\":\"%s\",\"bytes\":", hex);
	for (int i = 0; i < p->n; i++) {
		char *at = strstr(p->list[i].bytes.buf, row), size[32];

		if (strcmp(p->list[i].name, "shared/object.jsonl") || !at)
			continue;
		at += strlen(row);
		snprintf(size, sizeof size, "%zu", q->bytes.len);
		replace_bytes(&p->list[i].bytes, (size_t)(at - p->list[i].bytes.buf),
			      strspn(at, "0123456789"), size, strlen(size));
	}
}

/* A recipe is called by its hash. */
static void mend_recipes(struct parts *p, struct part *q)
{
	struct jsonline line = {.text = STRBUF_INIT};

	for (size_t at = 0, begin, end; at < q->bytes.len; at = end) {
		const struct json_field *json, *hash;
		char hex[HASH_HEX];

		line_at(&q->bytes, at, &begin, &end);
		if (jsonline_read(&line, q->bytes.buf + begin, q->bytes.buf + end - 1, NULL))
			continue;
		json = jsonline_find(&line, "json");
		hash = jsonline_find(&line, "hash");
		if (!json || json->kind != JSON_TEXT || !hash || hash->kind != JSON_TEXT ||
		    strlen(jsonline_text(&line, hash)) != 64)
			continue;
		hash_buffer(jsonline_text(&line, json), strlen(jsonline_text(&line, json)), hex);
		replace_all(p, jsonline_text(&line, hash), hex);
	}
	strbuf_release(&line.text);
}

static size_t pack_parts(struct parts *p, uint8_t *data, size_t size, size_t max_size)
{
	char path[FUZZ_PATH], hex[HASH_HEX];
	struct strbuf manifest = STRBUF_INIT, all = STRBUF_INIT;
	int fd = open(fuzz_path(path, "m"), O_RDWR | O_CREAT | O_TRUNC, 0600);
	struct pack *pack;

	FUZZ_CHECK(fd >= 0 && !pack_open(&pack, fd, path, NULL));
	strbuf_addf(&manifest, "{\"format\":\"ssl bundle\",\"version\":1,\"schema\":%d}\n",
		    store_schema());
	for (int i = 0; i < p->n; i++) {
		const struct part *q = &p->list[i];

		if (!strcmp(q->name, "manifest.jsonl"))
			continue;
		hash_buffer(q->bytes.buf, q->bytes.len, hex);
		strbuf_addf(&manifest, "{\"name\":\"%s\",\"sha256\":\"%s\"}\n", q->name, hex);
		FUZZ_CHECK(!pack_data(pack, q->name, q->bytes.buf, q->bytes.len, NULL));
	}
	FUZZ_CHECK(!pack_data(pack, "manifest.jsonl", manifest.buf, manifest.len, NULL));
	FUZZ_CHECK(!pack_close(pack, NULL));
	close(fd);
	FUZZ_CHECK(!fs_read(path, &all, NULL));
	size = fuzz_take(data, size, max_size, &all);
	strbuf_release(&all);
	strbuf_release(&manifest);
	return size;
}

static void change(struct rng *r, struct parts *p)
{
	struct part *q = &p->list[rng_below(r, (uint32_t)p->n)];
	size_t begin, end;

	if (!strncmp(q->name, "objects/", 8) && q->bytes.len) {
		change_object(q);
		mend_object(p, q);
		return;
	}
	if (!is_rows(q) || !q->bytes.len)
		return;
	line_at(&q->bytes, rng_below(r, (uint32_t)q->bytes.len), &begin, &end);
	if (rng_below(r, 8))
		change_value(r, &q->bytes, begin, end);
	else
		change_lines(r, p, &q->bytes, begin, end);
	if (!strcmp(q->name, "shared/recipe.jsonl"))
		mend_recipes(p, q);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	struct parts *p = xcalloc(1, sizeof *p);
	char path[FUZZ_PATH];
	struct rng r;

	for (int i = 0; i < PARTS; i++)
		p->list[i].bytes = (struct strbuf)STRBUF_INIT;
	rng_init(&r, seed, RNG_TEST, 0, 0);
	fuzz_put("m", data, size);
	if (!rng_below(&r, 32) || read_parts(p, fuzz_path(path, "m"))) {
		size = LLVMFuzzerMutate(data, size, max_size);
	} else {
		for (uint32_t k = 1 + rng_below(&r, 3); k; k--)
			change(&r, p);
		size = pack_parts(p, data, size, max_size);
	}
	release_parts(p);
	free(p);
	return size;
}
