#include "core/base/words.h"

#include <string.h>

#include "core/base/ints.h"

int word_distance(const char *a, const char *b)
{
	int row[3][WORD_LONGEST + 1]; /* i-2, i-1, i, modulo 3 */
	const size_t n = strlen(a), m = strlen(b);

	if (n > WORD_LONGEST || m > WORD_LONGEST)
		return WORD_LONGEST + 1;
	for (size_t j = 0; j <= m; j++)
		row[0][j] = (int)j;
	for (size_t i = 1; i <= n; i++) {
		int *cur = row[i % 3], *up = row[(i + 2) % 3], *up2 = row[(i + 1) % 3];

		cur[0] = (int)i;
		for (size_t j = 1; j <= m; j++) {
			cur[j] = min_int(min_int(up[j], cur[j - 1]) + 1,
					 up[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				cur[j] = min_int(cur[j], up2[j - 2] + 1);
		}
	}
	return row[n % 3][m];
}
