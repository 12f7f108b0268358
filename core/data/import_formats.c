/* The formats that an import can read. */
#include <stdio.h>

#include "core/data/import.h"

/* All formats, in the order in which they are tried. A new format needs its file and one line here.
 */
#define FORMATS(_)                                                                                 \
	_(cifar10)                                                                                 \
	_(cifar100)                                                                                \
	_(idx)                                                                                     \
	_(stl10)                                                                                   \
	_(folder)

#define DECLARE(name) extern const struct import_format import_##name;
FORMATS(DECLARE)
#undef DECLARE

#define ADDRESS(name) &import_##name,
static const struct import_format *const formats[] = {FORMATS(ADDRESS)};
#undef ADDRESS

enum { COUNT = sizeof formats / sizeof *formats };

const struct import_format *import_format_of(struct unpack *u, const char *name)
{
	const uint8_t *begin;
	struct error ignored;
	ssize_t n;

	for (int i = 0; i < COUNT; i++)
		if (formats[i]->has_name(name))
			return formats[i];
	n = unpack_peek(u, &begin, &ignored);
	for (int i = 0; i < COUNT && n > 0; i++)
		if (formats[i]->begins && formats[i]->begins(begin, (size_t)n))
			return formats[i];
	return NULL;
}

void import_format_titles(struct strbuf *out)
{
	const char *last = NULL;

	for (int i = 0; i < COUNT; i++) {
		if (formats[i]->is_folder)
			continue;
		if (last)
			strbuf_addf(out, "%s%s", out->len ? ", " : "", last);
		last = formats[i]->title;
	}
	if (last)
		strbuf_addf(out, "%s%s", out->len ? " or " : "", last);
}
