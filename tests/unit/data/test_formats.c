/* Protects: every format and kind of image gives the pixels that Pillow gives
 * (tests/fixtures/images, recorded once: Pillow is not needed); what is cut short is an error or
 * has lost nothing; whatever bytes are changed, the answer is an image or one clear error (run it
 * with sanitizers). */
#include "core/base/rng.h"
#include "core/data/image.h"
#include "tests/unit/data/files.h"

enum { FILE_MAX = 1 << 16, PIXELS_MAX = 1 << 12, MUTATIONS = 60 };

struct fixture {
	char name[64], format[16], notes[8];
	int width, height;
	uint8_t rgb[3 * PIXELS_MAX], data[FILE_MAX];
	size_t n;
};

static FILE *open_fixture(const char *name)
{
	const char *source = getenv("SSL_SOURCE_DIR");
	char path[4096];
	FILE *f;

	snprintf(path, sizeof path, "%s/tests/fixtures/images/%s", source ? source : ".", name);
	f = fopen(path, "rb");
	if (!f) {
		perror(path);
		exit(1);
	}
	return f;
}

static int read_pixels(FILE *list, struct fixture *x)
{
	unsigned v;

	for (int i = 0; i < 3 * x->width * x->height; i++) {
		if (fscanf(list, "%2x", &v) != 1)
			return 0;
		x->rgb[i] = (uint8_t)v;
	}
	return 1;
}

/* The next line of the list, and its file: 1; 0 at the end. */
static int next_fixture(FILE *list, struct fixture *x)
{
	FILE *f;

	if (fscanf(list, " %63s %15s %d %d %7s ", x->name, x->format, &x->width, &x->height,
		   x->notes) != 5)
		return 0;
	CU_ASSERT_FATAL(x->width * x->height <= PIXELS_MAX);
	CU_ASSERT_FATAL(read_pixels(list, x));
	f = open_fixture(x->name);
	x->n = fread(x->data, 1, FILE_MAX, f);
	fclose(f);
	return 1;
}

static void each(void (*check)(struct fixture *x))
{
	struct fixture *x = xmalloc(sizeof *x);
	FILE *list = open_fixture("expected");
	char remark[256];
	int n = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(fgets(remark, sizeof remark, list));
	for (; next_fixture(list, x); n++)
		check(x);
	CU_ASSERT(n >= 100);
	fclose(list);
	free(x);
}

/* How far the pixels may be apart: what is lossy depends a little on the library's version. */
static int tolerance(const struct fixture *x)
{
	return strstr(x->name, ".jpg") || strstr(x->name, "jpeg.") || strstr(x->name, "lossy") ? 3
											       : 0;
}

static int is_close(const struct fixture *x, const uint8_t *rgb)
{
	for (int i = 0; i < 3 * x->width * x->height; i++)
		if (abs(rgb[i] - x->rgb[i]) > tolerance(x))
			return 0;
	return 1;
}

/* Decodes a copy in a buffer of just that size, so that a sanitizer sees a read beyond. *rgb is the
 * caller's to free. */
static int decode(const uint8_t *data, size_t n, struct image_info *info, struct image_found *found,
		  uint8_t **rgb, struct error *err)
{
	uint8_t *copy = xmalloc(n ? n : 1);
	int ret;

	memcpy(copy, data, n);
	*rgb = NULL;
	ret = image_probe(copy, n, info, err);
	if (!ret && info->width * info->height <= 1 << 22) {
		*rgb = xmalloc((size_t)info->width * (size_t)info->height * 3);
		ret = image_decode(copy, n, info, *rgb, found, err);
	} else if (!ret) {
		ret = error_set(err, ERR_FAILED, "too large for this test");
	}
	free(copy);
	return ret;
}

static void check_pixels(struct fixture *x)
{
	struct image_found found = {0};
	struct image_info info = {0};
	struct error err = {0};
	uint8_t *rgb;
	int good = !decode(x->data, x->n, &info, &found, &rgb, &err) && info.width == x->width &&
		   info.height == x->height && is_close(x, rgb);

	if (!good)
		fprintf(stderr, "\n  %s: %d x %d: %s\n", x->name, info.width, info.height, err.msg);
	CU_ASSERT_FATAL(good);
	CU_ASSERT_STRING_EQUAL(image_format_name(info.format), x->format);
	if (found.grey != (strchr(x->notes, 'g') != NULL) ||
	    found.several != (strchr(x->notes, 's') != NULL) ||
	    found.wide != (strchr(x->notes, 'w') != NULL)) {
		fprintf(stderr, "\n  %s: not %s\n", x->name, x->notes);
		CU_FAIL("notes");
	}
	free(rgb);
}

static void test_pixels(void)
{
	each(check_pixels);
}

static void check_cut(struct fixture *x)
{
	for (size_t n = 0; n < x->n; n++) {
		struct image_found found = {0};
		struct image_info info = {0};
		struct error err = {0};
		uint8_t *rgb;
		int bad = decode(x->data, n, &info, &found, &rgb, &err);
		int whole =
		    !bad && info.width * info.height == x->width * x->height && is_close(x, rgb);

		/* what is lost may be how it is turned, but no pixels; libjpeg makes up the end */
		if (!bad && !whole && strcmp(x->name, "exif-after.png") != 0 &&
		    !strstr(x->format, "JPEG")) {
			fprintf(stderr, "\n  %s: cut at %zu of %zu\n", x->name, n, x->n);
			CU_FAIL("cut");
		}
		CU_ASSERT(!bad || (err.code == ERR_FAILED && *err.msg));
		free(rgb);
	}
}

static void test_cut(void)
{
	each(check_cut);
}

/* Some bytes flipped, set to what is extreme, or swapped. */
static void mutate(struct rng *r, uint8_t *data, size_t n)
{
	static const uint8_t extreme[] = {0, 1, 0x7f, 0x80, 0xff};
	int times = 1 + (int)rng_below(r, 4);

	while (times--) {
		size_t at = rng_below(r, (uint32_t)n), from = rng_below(r, (uint32_t)n);

		switch (rng_below(r, 3)) {
		case 0:
			data[at] ^= (uint8_t)(1 << rng_below(r, 8));
			break;
		case 1:
			data[at] = extreme[rng_below(r, sizeof extreme)];
			break;
		default:
			data[at] = data[from];
		}
	}
}

static void check_mutations(struct fixture *x)
{
	uint8_t *data = xmalloc(x->n);
	struct rng r;

	rng_init(&r, x->n, RNG_TEST, 0, 0);
	for (int i = 0; i < MUTATIONS; i++) {
		struct image_found found = {0};
		struct image_info info = {0};
		struct error err = {0};
		uint8_t *rgb;

		memcpy(data, x->data, x->n);
		mutate(&r, data, x->n);
		if (decode(data, x->n, &info, &found, &rgb, &err))
			CU_ASSERT(err.code == ERR_FAILED && *err.msg && !strchr(err.msg, '\n'));
		free(rgb);
	}
	free(data);
}

static void test_mutations(void)
{
	each(check_mutations);
}

static void test_names(void)
{
	static const char *const yes[] = {"a.jpg",       "b/c.JPEG", "x.tif",  "x.TIFF", "x.webp",
					  "x.gif",       "x.bmp",    "x.dib",  "x.ppm",  "x.pgm",
					  "x.pbm",       "x.pam",    "x.jfif", "x.heic", "x.AVIF",
					  "a.b/c.d.jxl", "x.svg",    "x.CR2",  "x.ico",  "x.tga"};
	static const char *const no[] = {"a.txt",  "jpg",   "a.jpg/b", "a.jpg.txt",
					 "README", "x.csv", "x.",      "x.jp",
					 "x.jpgs", "",      ".",       "x. jpg"};

	for (unsigned i = 0; i < sizeof yes / sizeof *yes; i++)
		CU_ASSERT(image_has_name(yes[i]));
	for (unsigned i = 0; i < sizeof no / sizeof *no; i++)
		CU_ASSERT(!image_has_name(no[i]));
}

static void refused(const char *data, size_t n, const char *why)
{
	struct image_info info;
	struct error err = {0};

	CU_ASSERT_EQUAL(image_probe((const uint8_t *)data, n, &info, &err), -1);
	if (!strstr(err.msg, why))
		fprintf(stderr, "\n  %s: not %s\n", err.msg, why);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.msg, why));
}

static void test_unread(void)
{
	refused("\0\0\0\x18"
		"ftypheic\0\0\0\0",
		16, "HEIC, a format that is not read");
	refused("\0\0\0\x18"
		"ftypavif\0\0\0\0",
		16, "AVIF, a format that is not read");
	refused("\xff\x0a\0\0", 4, "JPEG XL, a format");
	refused("8BPS\0\1", 6, "a Photoshop file, a format");
	refused("<svg xmlns", 10, "SVG, a format");
	refused("hello", 5, "of no image format that is read");
	refused("", 0, "empty");
	refused("BM", 2, "of no image format");
	refused("P6", 2, "of no image format");
	refused("P6 40000 1 255 ", 15, "too large: 40000 x 1");
	refused("P5 30000 30000 255 ", 19, "too large: 30000 x 30000");
	refused("P5 0 1 255 ", 11, "0 x 1 pixels");
}

int main(void)
{
	static const struct check_case cases[] = {{"pixels as Pillow gives them", test_pixels},
						  {"cut anywhere", test_cut},
						  {"mutations", test_mutations},
						  {"names that claim to be images", test_names},
						  {"formats that are not read", test_unread},
						  {0}};

	return check_run("data/formats", cases);
}
