/* "did you mean": the nearest of a list of names. */
#include <string.h>

#include "core/recipe/hparam.h"

enum { LONGEST = 63 };

static int least(int a, int b)
{
	return a < b ? a : b;
}

/* Edits (insert, delete, replace, swap two neighbours) that turn a into b. */
static int distance(const char *a, int n, const char *b, int m)
{
	int row[3][LONGEST + 1]; /* i-2, i-1, i, modulo 3 */

	for (int j = 0; j <= m; j++)
		row[0][j] = j;
	for (int i = 1; i <= n; i++) {
		int *cur = row[i % 3], *up = row[(i + 2) % 3], *up2 = row[(i + 1) % 3];

		cur[0] = i;
		for (int j = 1; j <= m; j++) {
			cur[j] =
			    least(least(up[j], cur[j - 1]) + 1, up[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				cur[j] = least(cur[j], up2[j - 2] + 1);
		}
	}
	return row[n % 3][m];
}

static const char *only_completion(const char *word, size_t len, const char *const *names, int n)
{
	const char *found = NULL;

	for (int i = 0; i < n; i++) {
		if (strncmp(names[i], word, len) != 0)
			continue;
		if (found)
			return NULL;
		found = names[i];
	}
	return found;
}

const char *nearest_word(const char *word, const char *const *names, int n)
{
	const size_t len = strlen(word);
	const char *best = NULL;
	int allowed;

	if (len > LONGEST || len < 2)
		return NULL;
	allowed = len < 6 ? 1 + (len > 3) : (int)len / 3;
	for (int i = 0; i < n; i++) {
		size_t m = strlen(names[i]);
		int d = m > LONGEST ? allowed + 1 : distance(word, (int)len, names[i], (int)m);

		if (d > allowed || (size_t)d >= m)
			continue;
		best = names[i];
		allowed = d - 1; /* the next one must be nearer: ties go to the first */
		if (d == 0)
			break;
	}
	return best ? best : only_completion(word, len, names, n);
}
