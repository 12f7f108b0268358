/*
 * Fuzzing: what every target shares. A target is one file fuzz_NAME.c that hands bytes to the functions
 * to which the commands hand a file's. With clang and SSL_FUZZ it is linked with libFuzzer, which finds
 * new inputs by what they cover; otherwise with drive.c, which replays the corpus and draws mutations of
 * it from a seed.
 *
 * A target fails by a crash, by a sanitizer's report, or by FUZZ_CHECK.
 */
#ifndef SSL_TESTS_FUZZ_H
#define SSL_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/base/rng.h"
#include "core/base/strbuf.h"

/* What libFuzzer calls. A target defines all three. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* Changes the input in place, by LLVMFuzzerMutate() and by what is known of its structure; returns the
 * new size, at most max_size. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

/* libFuzzer's own mutation of bytes, or that of drive.c. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

/* Makes a scratch folder (of the name fuzz_dir()), which goes at the end. */
void fuzz_begin(void);
const char *fuzz_dir(void);

/* "DIR/NAME" in the scratch folder, in a buffer of the caller. Returns it. */
enum { FUZZ_PATH = 400 };
const char *fuzz_path(char path[FUZZ_PATH], const char *name);

/* Writes the bytes to DIR/NAME. */
void fuzz_put(const char *name, const void *data, size_t n);

/* Prints the message to standard error as it was at the beginning, and aborts. */
_Noreturn void fuzz_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
#define FUZZ_CHECK(condition)                                                                      \
	do {                                                                                       \
		if (!(condition))                                                                  \
			fuzz_fail("%s:%d: not so: %s", __FILE__, __LINE__, #condition);            \
	} while (0)

/* An error is one line with a code of its own. */
void fuzz_check_error(const struct error *err);

/* The sum of the bytes: chooses between ways to read an input. */
uint32_t fuzz_sum(const uint8_t *data, size_t n);

/* One line of a dictionary of odd values, by number; NULL past the end. JSON: quoted where it is text. */
const char *fuzz_odd_json(uint32_t i);

/* Copies `from` over the input where it fits: the new size, or `size` where it does not. */
size_t fuzz_take(uint8_t *data, size_t size, size_t max_size, const struct strbuf *from);

/* Runs `ssl -C DIR WORDS` inside this process, words separated by blanks, "@/" for the scratch
 * folder, and throws its output away: its exit code. Checks the error, if any. */
int fuzz_command(const char *dir, const char *words);

#endif
