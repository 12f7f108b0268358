/* Protects: whatever the bytes of an archive are, an import gives a whole dataset or one clear
 * error, without a crash (run it with sanitizers) and without a file left. Mutations are seeded:
 * the same ones every time. */
#include "core/base/rng.h"
#include "tests/unit/data/files.h"

enum { ROUNDS = 250 };

static void cifar(struct strbuf *tar)
{
	struct strbuf s = STRBUF_INIT;

	for (int i = 0; i < 2; i++)
		files_fill(&s, i, 3073);
	files_tar_add(tar, "d/data_batch_1.bin", '0', "", s.buf, s.len);
	files_tar_add(tar, "d/test_batch.bin", '0', "", s.buf, 3073);
	files_tar_add(tar, "d/batches.meta.txt", '0', "", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n", 20);
	strbuf_release(&s);
}

static void idx(struct strbuf *tar)
{
	static const char images[] = "\0\0\x08\x03\0\0\0\x02\0\0\0\x02\0\0\0\x02"
				     "12345678";
	static const char labels[] = "\0\0\x08\x01\0\0\0\x02\0\x01";
	struct strbuf gz = STRBUF_INIT;

	files_gzip(&gz, images, sizeof images - 1);
	files_tar_add(tar, "train-images-idx3-ubyte.gz", '0', "", gz.buf, gz.len);
	files_tar_add(tar, "train-labels-idx1-ubyte", '0', "", labels, sizeof labels - 1);
	strbuf_release(&gz);
}

static void stl10(struct strbuf *tar)
{
	struct strbuf s = STRBUF_INIT;

	files_fill(&s, 7, 27648);
	files_tar_add(tar, "train_y.bin", '0', "", "\x01", 1);
	files_tar_add(tar, "train_X.bin", '0', "", s.buf, s.len);
	files_tar_add(tar, "unlabeled_X.bin", '0', "", s.buf, s.len);
	strbuf_release(&s);
}

static void folder(struct strbuf *tar)
{
	/* 8 x 8, grey, JPEG */
	static const uint8_t jpeg[] = {
	    0xff, 0xd8, 0xff, 0xe0, 0x00, 0x10, 0x4a, 0x46, 0x49, 0x46, 0x00, 0x01, 0x01, 0x00,
	    0x00, 0x01, 0x00, 0x01, 0x00, 0x00, 0xff, 0xdb, 0x00, 0x43, 0x00, 0x02, 0x01, 0x01,
	    0x01, 0x01, 0x01, 0x02, 0x01, 0x01, 0x01, 0x02, 0x02, 0x02, 0x02, 0x02, 0x04, 0x03,
	    0x02, 0x02, 0x02, 0x02, 0x05, 0x04, 0x04, 0x03, 0x04, 0x06, 0x05, 0x06, 0x06, 0x06,
	    0x05, 0x06, 0x06, 0x06, 0x07, 0x09, 0x08, 0x06, 0x07, 0x09, 0x07, 0x06, 0x06, 0x08,
	    0x0b, 0x08, 0x09, 0x0a, 0x0a, 0x0a, 0x0a, 0x0a, 0x06, 0x08, 0x0b, 0x0c, 0x0b, 0x0a,
	    0x0c, 0x09, 0x0a, 0x0a, 0x0a, 0xff, 0xc0, 0x00, 0x0b, 0x08, 0x00, 0x08, 0x00, 0x08,
	    0x01, 0x01, 0x11, 0x00, 0xff, 0xc4, 0x00, 0x14, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00,
	    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x09, 0xff, 0xc4,
	    0x00, 0x14, 0x10, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xda, 0x00, 0x08, 0x01, 0x01, 0x00, 0x00,
	    0x3f, 0x00, 0x48, 0x1f, 0xff, 0xd9};
	uint8_t rows[192];
	struct strbuf png = STRBUF_INIT;

	for (int i = 0; i < 192; i++)
		rows[i] = (uint8_t)i;
	files_png(&png, 8, 8, 8, 2, rows, 24);
	files_tar_add(tar, "train/cat/a.png", '0', "", png.buf, png.len);
	files_tar_add(tar, "train/dog/b.jpg", '0', "", jpeg, sizeof jpeg);
	files_tar_add(tar, "test/dog/c.png", '0', "", png.buf, png.len);
	files_tar_add(tar, "unlabeled/d.jpg", '0', "", jpeg, sizeof jpeg);
	strbuf_release(&png);
}

/* Mostly where something is decided: headers, and the first bytes behind them. */
static size_t place(struct rng *r, size_t n)
{
	size_t block = rng_below(r, (uint32_t)(n / 512)) * 512;

	return rng_below(r, 3) ? block + rng_below(r, 512) : block + rng_below(r, 160);
}

static void mutate(struct rng *r, struct strbuf *s)
{
	static const uint8_t odd[] = {0, 1, 0x7f, 0x80, 0xff, '/', '.', '0', '7', '\n'};
	uint32_t times = 1 + rng_below(r, 4);

	while (times-- && s->len > 1024) {
		size_t at = place(r, s->len), n = 1 + rng_below(r, 64), from = place(r, s->len);

		if (n > s->len - at)
			n = s->len - at;
		if (n > s->len - from)
			n = s->len - from;
		switch (rng_below(r, 6)) {
		case 0:
			s->buf[at] = (char)(s->buf[at] ^ (1 << rng_below(r, 8)));
			break;
		case 1:
			s->buf[at] = (char)odd[rng_below(r, sizeof odd)];
			break;
		case 2:
			s->buf[at] = (char)rng_u32(r);
			break;
		case 3:
			memmove(s->buf + at, s->buf + from, n);
			break;
		case 4: /* a piece is missing */
			memmove(s->buf + at, s->buf + at + n, s->len - at - n);
			s->len -= n;
			break;
		default: /* cut */
			if (!rng_below(r, 4))
				s->len = at;
		}
	}
}

/* A tar's header checksums, made right again: else few mutations would come past libarchive. */
static void mend(struct strbuf *s)
{
	for (size_t at = 0; at + 512 <= s->len; at += 512) {
		uint8_t *h = (uint8_t *)s->buf + at;
		unsigned total = 8 * ' ';
		char sum[16];

		if (memcmp(h + 257, "ustar", 5))
			continue;
		for (int i = 0; i < 512; i++)
			total += i >= 148 && i < 156 ? 0 : h[i];
		snprintf(sum, sizeof sum, "%06o", total);
		memcpy(h + 148, sum, 7);
	}
}

static void fuzz(void (*make)(struct strbuf *tar), uint64_t seed)
{
	struct strbuf good = STRBUF_INIT, s = STRBUF_INIT, gz = STRBUF_INIT;
	int whole = 0, refused = 0;
	struct files f;
	struct rng r;

	files_open(&f);
	make(&good);
	files_tar_end(&good);
	for (uint64_t i = 0; i < ROUNDS; i++) {
		int form = (int)(i % 4);

		rng_init(&r, seed, RNG_TEST, 0, i);
		strbuf_clear(&s);
		strbuf_add(&s, good.buf, good.len);
		if (i)
			mutate(&r, &s);
		if (form < 3)
			mend(&s);
		strbuf_clear(&gz);
		if (form == 2)
			files_gzip(&gz, s.buf, s.len);
		files_put(&f, "x", form == 2 ? gz.buf : s.buf, form == 2 ? gz.len : s.len);
		if (!files_import(&f, "x", (int)(i % 3) * 4)) {
			whole++;
			CU_ASSERT(f.data.n[0] + f.data.n[1] + f.data.n[2] > 0);
		} else {
			refused++;
			CU_ASSERT(f.err.code == ERR_USAGE || f.err.code == ERR_FAILED);
			CU_ASSERT_PTR_NULL(strpbrk(f.err.msg, "\n\r"));
		}
	}
	fprintf(stderr, "(%d whole, %d refused) ", whole, refused);
	CU_ASSERT(whole > 0 && refused > ROUNDS / 10); /* the mutations reach something */
	strbuf_release(&good);
	strbuf_release(&s);
	strbuf_release(&gz);
	files_close(&f);
}

static void test_cifar(void)
{
	fuzz(cifar, 1);
}

static void test_idx(void)
{
	fuzz(idx, 2);
}

static void test_stl10(void)
{
	fuzz(stl10, 3);
}

static void test_folder(void)
{
	fuzz(folder, 4);
}

int main(void)
{
	static const struct check_case cases[] = {{"mutated CIFAR archives", test_cifar},
						  {"mutated IDX archives", test_idx},
						  {"mutated STL-10 archives", test_stl10},
						  {"mutated image folders", test_folder},
						  {0}};

	return check_run("data/fuzz", cases);
}
