#include "core/data/image_turn.h"

#include <string.h>

enum { TAG_ORIENTATION = 0x112, TYPE_SHORT = 3, TYPE_LONG = 4, ENTRY = 12 };

struct exif {
	const uint8_t *data;
	size_t n;
	int big; /* big-endian */
};

/* `size` bytes at `at`, which lie within the data. */
static uint32_t number(const struct exif *e, size_t at, int size)
{
	uint32_t v = 0;

	for (int i = 0; i < size; i++)
		v = v << 8 | e->data[e->big ? at + (size_t)i : at + (size_t)(size - 1 - i)];
	return v;
}

/* Without the "Exif\0\0" that stands once or twice before it. */
static struct exif inner(const uint8_t *data, size_t n)
{
	for (int i = 0; i < 2 && n >= 6 && !memcmp(data, "Exif\0\0", 6); i++) {
		data += 6;
		n -= 6;
	}
	return (struct exif){data, n, n > 1 && data[0] == 'M'};
}

int turn_of_exif(const uint8_t *data, size_t n)
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

int turn_of_xmp(const uint8_t *data, size_t n)
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

void turn_pixels(const uint8_t *in, int height, int width, int turn, uint8_t *out)
{
	/* out(i, j) is in(y, x): where it starts, and the steps in `in` by one row and one column
	 */
	int mirrored_x = turn == 2 || turn == 3 || turn == 7 || turn == 8;
	int mirrored_y = turn == 3 || turn == 4 || turn == 6 || turn == 7;
	ptrdiff_t line = 3 * (ptrdiff_t)width;
	ptrdiff_t right = mirrored_x ? -3 : 3, down = mirrored_y ? -line : line;
	ptrdiff_t row = (mirrored_x ? line - 3 : 0) + (mirrored_y ? line * (height - 1) : 0);
	int swapped = turn >= 5, rows = swapped ? width : height,
	    columns = swapped ? height : width;

	for (int i = 0; i < rows; i++, row += swapped ? right : down) {
		ptrdiff_t at = row;

		for (int j = 0; j < columns; j++, at += swapped ? down : right, out += 3)
			memcpy(out, in + at, 3);
	}
}
