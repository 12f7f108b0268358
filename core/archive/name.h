/* Inside core/archive: names of files in archives and folders. */
#ifndef SSL_ARCHIVE_NAME_H
#define SSL_ARCHIVE_NAME_H

#include "core/base/error.h"
#include "core/base/strbuf.h"

/* Sets *out to the clean form of a name in the archive, without "." components and double '/'.
 * ERR_USAGE if the name is absolute, leaves the folder by "..", or is a Windows path. */
int name_clean(const char *archive, const char *whole, struct strbuf *out, struct error *err);

/* True if the name has a control character, such as a newline, which in the name of a class would
 * corrupt every list of classes. */
int name_has_control(const char *s);

/* Sets ERR_USAGE: the name is unsafe, for the reason `why`. Control characters are escaped in the
 * message. Returns -1. */
int name_unsafe(const char *path, int in_folder, const char *name, const char *why, struct error *err);

#endif
