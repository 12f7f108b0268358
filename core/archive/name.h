/* Names of files, as they come from an archive or a folder. Internal to core/archive. */
#ifndef SSL_ARCHIVE_NAME_H
#define SSL_ARCHIVE_NAME_H

#include "core/base/error.h"
#include "core/base/strbuf.h"

/* Sets *out to the clean form of a name in the archive: no "." component, no double '/'. ERR_USAGE where
 * it is absolute, leads out of the folder by "..", or is Windows's. */
int name_clean(const char *archive, const char *whole, struct strbuf *out, struct error *err);

/* A control character, such as a newline: in a class's name it would break every list that shows it. */
int name_has_control(const char *s);

/* ERR_USAGE: the name is not safe, and why. It is shown with what a terminal would act on written out.
 */
int name_unsafe(const char *path, int in_folder, const char *name, const char *why, struct error *err);

#endif
