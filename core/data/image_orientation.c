#include "core/data/image_orientation.h"

#include <string.h>

enum { TAG_ORIENTATION = 0x112, TYPE_SHORT = 3, TYPE_LONG = 4, ENTRY = 12 };

struct exif {
	const uint8_t *data;
	size_t n;
	int big; /* big-endian */
};

/* The number of `size` bytes at `at`, which must lie within the data. */
static uint32_t number(const struct exif *e, size_t at, int size)
{
	uint32_t v = 0;

	for (int i = 0; i < size; i++)
		v = v << 8 | e->data[e->big ? at + (size_t)i : at + (size_t)(size - 1 - i)];
	return v;
}

/* Skips "Exif\0\0", which may precede the data once or twice. */
static struct exif inner(const uint8_t *data, size_t n)
{
	for (int i = 0; i < 2 && n >= 6 && !memcmp(data, "Exif\0\0", 6); i++) {
		data += 6;
		n -= 6;
	}
	return (struct exif){data, n, n > 1 && data[0] == 'M'};
}

int orientation_of_exif(const uint8_t *data, size_t n)
{
	struct exif e = inner(data, n);
	size_t at, entries;

	if (e.n < 8 || (memcmp(e.data, "II*\0", 4) != 0 && memcmp(e.data, "MM\0*", 4) != 0))
		return 0;
	at = number(&e, 4, 4);
	if (at > e.n || e.n - at < 2)
		return 0;
	entries = number(&e, at, 2);
	for (at += 2; entries && e.n - at >= ENTRY; entries--, at += ENTRY) {
		uint32_t type = number(&e, at + 2, 2);

		if (number(&e, at, 2) == TAG_ORIENTATION && number(&e, at + 4, 4) == 1 &&
		    (type == TYPE_SHORT || type == TYPE_LONG)) {
			uint32_t v = number(&e, at + 8, type == TYPE_SHORT ? 2 : 4);

			return v >= 1 && v <= 8 ? (int)v : 1;
		}
	}
	return 0;
}

int orientation_of_xmp(const uint8_t *data, size_t n)
{
	static const char name[] = "tiff:Orientation";
	size_t len = sizeof name - 1;

	for (size_t i = 0; i + len + 3 <= n; i++) {
		const uint8_t *p = data + i + len;

		if (data[i] != 't' || memcmp(data + i, name, len))
			continue;
		if (p[0] == '=' && p[1] == '"')
			p += 2;
		else if (p[0] == '>')
			p++;
		else
			continue;
		if (*p >= '0' && *p <= '9')
			return *p >= '1' && *p <= '8' ? *p - '0' : 1;
	}
	return 0;
}

void orient_pixels(const uint8_t *in, int height, int width, int orientation, uint8_t *out)
{
	/* where out(0, 0) is in `in`, and the steps in `in` for the next row and column */
	int mirrored_x =
	    orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
	int mirrored_y =
	    orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
	ptrdiff_t line = 3 * (ptrdiff_t)width;
	ptrdiff_t right = mirrored_x ? -3 : 3, down = mirrored_y ? -line : line;
	ptrdiff_t row = (mirrored_x ? line - 3 : 0) + (mirrored_y ? line * (height - 1) : 0);
	int swapped = orientation >= 5, rows = swapped ? width : height,
	    columns = swapped ? height : width;

	for (int i = 0; i < rows; i++, row += swapped ? right : down) {
		ptrdiff_t at = row;

		for (int j = 0; j < columns; j++, at += swapped ? down : right, out += 3)
			memcpy(out, in + at, 3);
	}
}
