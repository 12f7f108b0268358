/*
 * Reads the file that bundle_write() made (bundle_write.h), or the same files unpacked in a folder,
 * and imports it. Every file is first staged outside the store's objects and compared with the
 * manifest; only a bundle that agrees with it is imported. A bundle may come from anyone: what has
 * no place in a bundle is refused, and so is an archive that unpacks to more than a thousand times
 * its size.
 */
#ifndef SSL_STORE_BUNDLE_BUNDLE_READ_H
#define SSL_STORE_BUNDLE_BUNDLE_READ_H

#include "core/store/bundle/bundle.h"

/* Imports the bundle at `path`; everything or nothing. sweep_name: the name here of the bundle's
 * only sweep, or NULL. dry: objects are hashed and not kept, and `s` is a store of
 * store_open_copy(). The caller releases out->report. Errors are those of bundle_import();
 * ERR_CORRUPT for a file that is damaged, missing or unexpected; ERR_USAGE for a bundle of a newer
 * format, and for a sweep_name unless there is exactly one sweep. After an error the store has
 * neither rows nor objects of the bundle. */
int bundle_read(struct store *s, const char *path, const char *sweep_name, int dry,
		struct bundle_result *out, struct error *err);

#endif
