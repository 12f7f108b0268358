/* Protects: scaling is what it says (a triangle filter), centred, exact on flat images, and the
 * same bytes for ever. */
#include "core/data/resize.h"

#include <math.h>

#include "tests/unit/data/files.h"

/* The definition, in doubles: sample i of m among n, weight max(0, f - |j - c|) normalised. */
static double sample(const double *x, int n, int m, int i)
{
	double c = (i + 0.5) * n / m - 0.5, f = n > m ? (double)n / m : 1, sum = 0, total = 0;

	for (int j = 0; j < n; j++) {
		double w = f - fabs(j - c);

		if (w > 0) {
			sum += w * x[j];
			total += w;
		}
	}
	return sum / total;
}

static void compare(int h, int w, int c, int size)
{
	int side = h < w ? h : w, top = (h - side) / 2, left = (w - side) / 2;
	uint8_t *src = malloc((size_t)(h * w * c)), *dst = malloc((size_t)(size * size * c));
	double *middle = malloc((size_t)(side * size) * sizeof *middle), line[256];

	for (int i = 0; i < h * w * c; i++)
		src[i] = (uint8_t)((uint32_t)i * 2654435761u >> 24);
	resize_square(src, h, w, c, dst, size);
	for (int k = 0; k < c; k++) {
		for (int y = 0; y < side; y++) {
			for (int x = 0; x < side; x++)
				line[x] = src[((top + y) * w + left + x) * c + k];
			for (int x = 0; x < size; x++)
				middle[y * size + x] = sample(line, side, size, x);
		}
		for (int x = 0; x < size; x++) {
			for (int y = 0; y < side; y++)
				line[y] = middle[y * size + x];
			for (int y = 0; y < size; y++)
				CU_ASSERT(fabs(sample(line, side, size, y) -
					       dst[(y * size + x) * c + k]) < 0.6);
		}
	}
	free(src);
	free(dst);
	free(middle);
}

static void test_definition(void)
{
	static const int cases[][4] = {
	    {32, 32, 3, 8}, {8, 8, 3, 32},  {7, 7, 1, 5},    {5, 9, 3, 4},     {11, 6, 3, 16},
	    {1, 1, 3, 9},   {96, 96, 3, 1}, {33, 31, 1, 30}, {100, 40, 3, 39}, {40, 40, 3, 40}};

	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++)
		compare(cases[i][0], cases[i][1], cases[i][2], cases[i][3]);
}

static void test_flat(void)
{
	static uint8_t src[61 * 47], dst[200 * 200];

	for (int v = 0; v < 256; v += 51)
		for (int size = 1; size <= 200; size += 13) {
			memset(src, v, sizeof src);
			resize_square(src, 61, 47, 1, dst, size);
			for (int i = 0; i < size * size; i++)
				CU_ASSERT_EQUAL(dst[i], v);
		}
}

/* Pinned: a dataset imported with --size must have the same hash on every machine and for ever. */
static void test_pinned(void)
{
	uint8_t src[20 * 30 * 3], dst[12 * 12 * 3];
	char hex[HASH_HEX];

	for (int i = 0; i < (int)sizeof src; i++)
		src[i] = (uint8_t)((uint32_t)i * 2654435761u >> 24);
	resize_square(src, 20, 30, 3, dst, 12);
	hash_buffer(dst, sizeof dst, hex);
	CU_ASSERT_STRING_EQUAL(hex,
			       "f4bc7fd129aaaccef5b13c3a0a5d9a249c07267bd983ee3433294f1d66d8aa7f");
}

int main(void)
{
	static const struct check_case cases[] = {{"the triangle filter", test_definition},
						  {"flat images stay flat", test_flat},
						  {"the same bytes for ever", test_pinned},
						  {0}};

	return check_run("data/resize", cases);
}
