/* How far two words are apart: for "did you mean". */
#ifndef SSL_BASE_WORDS_H
#define SSL_BASE_WORDS_H

enum { WORD_LONGEST = 63 };

/* Edits (insert, delete, replace, swap two neighbours) that turn a into b: the restricted
 * Damerau-Levenshtein distance. WORD_LONGEST + 1 where either is longer than that. */
int word_distance(const char *a, const char *b);

#endif
