/* Protects: the distance that "did you mean" goes by. */
#include "core/base/words.h"

#include "tests/check.h"

static void test_distance(void)
{
	static const struct {
		const char *a, *b;
		int edits;
	} pair[] = {
	    {"", "", 0},
	    {"", "abc", 3},
	    {"lambda", "lambda", 0},
	    {"lamda", "lambda", 1},
	    {"lamdba", "lambda", 1},
	    {"kitten", "sitting", 3},
	    {"ca", "abc", 3},
	};

	for (unsigned i = 0; i < sizeof pair / sizeof *pair; i++) {
		CU_ASSERT_EQUAL(word_distance(pair[i].a, pair[i].b), pair[i].edits);
		CU_ASSERT_EQUAL(word_distance(pair[i].b, pair[i].a), pair[i].edits);
	}
}

static void test_long(void)
{
	char word[WORD_LONGEST + 2];

	for (int i = 0; i <= WORD_LONGEST; i++)
		word[i] = 'a';
	word[WORD_LONGEST + 1] = 0;
	CU_ASSERT_EQUAL(word_distance(word, "a"), WORD_LONGEST + 1);
	CU_ASSERT_EQUAL(word_distance("a", word), WORD_LONGEST + 1);
	CU_ASSERT_EQUAL(word_distance(word + 1, "a"), WORD_LONGEST - 1);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"edits, neighbours swapped among them", test_distance},
	    {"words longer than the table", test_long},
	    {0},
	};
	return check_run("base/words", cases);
}
