#include "core/archive/name.h"

#include <string.h>

#include "core/base/utf8.h"

int name_unsafe(const char *path, int in_folder, const char *name, const char *why,
		struct error *err)
{
	struct strbuf text = STRBUF_INIT;

	utf8_visible(name, &text);
	error_set(err, ERR_USAGE, "%s: %s: '%s': %s", path,
		  in_folder ? "unsafe name" : "unsafe path in the archive", text.buf, why);
	strbuf_release(&text);
	return -1;
}

int name_has_control(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 127)
			return 1;
	return 0;
}

int name_clean(const char *archive, const char *whole, struct strbuf *out, struct error *err)
{
	const char *name = whole;
	int letter = (name[0] | 32) >= 'a' && (name[0] | 32) <= 'z';

	if (name[0] == '/')
		return name_unsafe(archive, 0, name, "it is absolute", err);
	if (letter && name[1] == ':')
		return name_unsafe(archive, 0, name, "it has a drive letter", err);
	if (strchr(name, '\\'))
		return name_unsafe(archive, 0, name, "it has a backslash", err);
	strbuf_clear(out);
	while (*name) {
		size_t n = strcspn(name, "/");

		if (n == 2 && name[0] == '.' && name[1] == '.')
			return name_unsafe(archive, 0, whole, "'..' leads out of the folder", err);
		if (n && !(n == 1 && name[0] == '.')) {
			if (out->len)
				strbuf_addc(out, '/');
			strbuf_add(out, name, n);
		}
		name += n + (name[n] == '/');
	}
	return 0;
}
