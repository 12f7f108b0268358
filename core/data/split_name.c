#include "core/data/split_name.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "core/data/dataset.h"

static const struct {
	const char *word;
	int split;
} split_words[] = {
    {"train", SPLIT_TRAIN},
    {"training", SPLIT_TRAIN},
    {"trainval", SPLIT_TRAIN},
    {"test", SPLIT_TEST},
    {"testing", SPLIT_TEST},
    {"eval", SPLIT_TEST},
    {"evaluation", SPLIT_TEST},
    {"val", SPLIT_VAL},
    {"valid", SPLIT_VAL},
    {"validation", SPLIT_VAL},
    {"dev", SPLIT_VAL},
    {"devel", SPLIT_VAL},
    {"unlabeled", SPLIT_UNLABELED},
    {"unlabelled", SPLIT_UNLABELED},
    {"pred", SPLIT_UNLABELED},
};

/* Words that are ignored beside the word for a split. */
static const char *const general[] = {"images", "image", "imgs",  "img",    "pics", "photos",
				      "jpg",    "jpeg",  "jpegs", "png",    "data", "dataset",
				      "set",    "split", "files", "folder", "dir"};

static int is_word(const char *s, size_t n, const char *word)
{
	return strlen(word) == n && !strncasecmp(s, word, n);
}

static int split_of_word(const char *s, size_t n)
{
	for (unsigned i = 0; i < sizeof split_words / sizeof *split_words; i++)
		if (is_word(s, n, split_words[i].word))
			return split_words[i].split;
	return -1;
}

static int is_general(const char *s, size_t n)
{
	for (unsigned i = 0; i < sizeof general / sizeof *general; i++)
		if (is_word(s, n, general[i]))
			return 1;
	return 0;
}

static int is_letter(char c)
{
	return isalpha((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* The length of the word at s: letters up to a capital after a small letter ("trainImages"), or
 * digits. 0 at a separator. */
static size_t word_length(const char *s, size_t n)
{
	size_t k = 0;

	if (isdigit((unsigned char)*s))
		while (k < n && isdigit((unsigned char)s[k]))
			k++;
	else
		while (k < n && is_letter(s[k]) &&
		       !(k && isupper((unsigned char)s[k]) && islower((unsigned char)s[k - 1])))
			k++;
	return k;
}

static void add_rest(struct split_name *out, const char *s, size_t n)
{
	size_t len = strlen(out->rest);

	if (len + n + 2 > sizeof out->rest)
		return;
	if (len)
		out->rest[len++] = ' ';
	for (size_t i = 0; i < n; i++)
		out->rest[len++] = (char)tolower((unsigned char)s[i]);
	out->rest[len] = 0;
}

int split_name_read(const char *name, size_t n, struct split_name *out)
{
	*out = (struct split_name){.split = split_of_word(name, n)};
	if (out->split >= 0) {
		out->exact = 1;
		return 1;
	}
	for (size_t i = 0, k; i < n; i += k ? k : 1) {
		int split;

		k = word_length(name + i, n - i);
		split = k ? split_of_word(name + i, k) : -1;
		if (split >= 0 && out->split >= 0 && split != out->split)
			return 0;
		if (split >= 0)
			out->split = split;
		else if (k && !isdigit((unsigned char)name[i]) && !is_general(name + i, k))
			add_rest(out, name + i, k);
	}
	return out->split >= 0;
}

int split_name_is_images(const char *name, size_t n)
{
	static const char *const words[] = {"images", "image", "imgs", "img", "jpegimages"};

	for (unsigned i = 0; i < sizeof words / sizeof *words; i++)
		if (is_word(name, n, words[i]))
			return 1;
	return 0;
}
