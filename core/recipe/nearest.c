/* The nearest of a list of names, for "did you mean". */
#include <string.h>

#include "core/base/words.h"
#include "core/recipe/hparam.h"

enum { LONG_START = 4 };

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

	if (len > WORD_LONGEST || len < 2)
		return NULL;
	if (len >= LONG_START && (best = only_completion(word, len, names, n)))
		return best; /* "stat" is more likely short for status than a misspelt start */
	allowed = len < 6 ? 1 + (len > 3) : (int)len / 3;
	for (int i = 0; i < n; i++) {
		int d = word_distance(word, names[i]);

		if (d > allowed || (size_t)d >= strlen(names[i]))
			continue;
		best = names[i];
		allowed = d - 1; /* the next one must be nearer: ties go to the first */
		if (d == 0)
			break;
	}
	return best ? best : only_completion(word, len, names, n);
}
