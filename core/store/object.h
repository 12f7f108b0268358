/*
 * Objects: immutable files .ssl/objects/ab/cdef..., named by their SHA-256. A complete file that
 * has been fsynced gets its name by rename, before any row names it.
 */
#ifndef SSL_STORE_OBJECT_H
#define SSL_STORE_OBJECT_H

#include "core/base/hash.h"
#include "core/store/store.h"

/* Checks that objects/ is a folder, not a link, and that it belongs to this store: the file
 * objects/store has the store's id. ERR_CORRUPT otherwise, since this store must not remove files
 * that rows of another store name. With `claim`, creates the folders and the file if they are
 * missing. */
int objects_check(struct store *s, int claim, struct error *err);
/* The same for a store whose database is yet to be made. */
int objects_check_new(struct store *s, struct error *err);

/* Opens the folder objects/NAME, or objects/ itself (NULL), without following links: the
 * descriptor, or -1 and errno. */
int objects_open(const struct store *s, const char *name);

/* Writes the path of the object, whether or not it exists; if the text is no hash, a path where no
 * file can be. */
void object_path(const struct store *s, const char *sha256, char *out, size_t size);
/* 1 if the object's file exists, 0 if not, -1 if that cannot be determined. */
int object_exists(const struct store *s, const char *sha256, struct error *err);

/* Renames the finished file `tmp` (in store_tmp_dir()) to the object's name. It replaces a file of
 * that name, which may be damaged. */
int object_adopt(struct store *s, const char *tmp, const char *sha256, struct error *err);

/* Hashes the object's file: ERR_CORRUPT if it is missing or its hash differs. */
int object_verify(const struct store *s, const char *sha256, struct error *err);

/* ERR_CORRUPT unless the text is a hash, and so can be the name of an object. */
int object_check_name(const char *sha256, struct error *err);

/* Removes the object's row and file if no other row refers to it any more. */
int object_drop_unused(struct store *s, const char *sha256, struct error *err);

#endif
