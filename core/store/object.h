/*
 * Objects: immutable files in .ssl/objects/ab/cdef..., named by their SHA-256. A file enters
 * complete and fsynced, by rename, before any row names it.
 */
#ifndef SSL_STORE_OBJECT_H
#define SSL_STORE_OBJECT_H

#include "core/base/hash.h"
#include "core/store/store.h"

/* objects/ is a folder of the store itself, and of this store: it is no link, and carries the store's
 * id in objects/store, which is written where it is missing. ERR_CORRUPT otherwise: what another
 * store's rows name must not be removed by this one's. `claim`: make what is missing. */
int objects_check(struct store *s, int claim, struct error *err);
/* The same for a store whose database is yet to be made. */
int objects_check_new(struct store *s, struct error *err);

/* The open folder objects/NAME, or objects/ itself (NULL); -1 and errno. Follows no link. */
int objects_open(const struct store *s, const char *name);

/* Path of the object, whether or not it exists; of what is no hash, a path where nothing is. */
void object_path(const struct store *s, const char *sha256, char *out, size_t size);
/* 1, 0, or -1 when it cannot be known. */
int object_exists(const struct store *s, const char *sha256, struct error *err);

/* Moves the finished file `tmp` (in store_tmp_dir) to its name, in the place of one that is there
 * already: that one may be damaged. */
int object_adopt(struct store *s, const char *tmp, const char *sha256, struct error *err);

/* Hashes the object again: ERR_CORRUPT when it is missing or differs. */
int object_verify(const struct store *s, const char *sha256, struct error *err);

/* ERR_CORRUPT unless it is a hash, and so can be the name of an object. */
int object_check_name(const char *sha256, struct error *err);

/* Removes the file if no row names it any more. */
int object_drop_unused(struct store *s, const char *sha256, struct error *err);

#endif
