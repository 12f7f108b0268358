/* The edit distance between words, for "did you mean". */
#ifndef SSL_BASE_WORDS_H
#define SSL_BASE_WORDS_H

enum { WORD_LONGEST = 63 };

/* The number of edits (insert, delete, replace, swap two neighbours) that turn a into b: the
 * restricted Damerau-Levenshtein distance. WORD_LONGEST + 1 if either word is longer than
 * WORD_LONGEST. */
int word_distance(const char *a, const char *b);

#endif
