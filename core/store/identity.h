/*
 * What a metric's value measures. NAME alone means the settings of the run's own recipe and the
 * newest version of the rules; anything that differs from these is part of the name:
 *
 *     test.knn.top1/k=200    test.linear.top1/l2=100,steps=3    test.knn.top5/rule=1
 *
 * KEY=VALUE pairs are sorted by key and joined by commas; bytes of a value other than letters,
 * digits and . _ + - are written as %2C. So all values of one metric within a run have the same
 * settings. Between runs the recipes may differ: eval.measure holds everything that a value depends
 * on except the encoder and the images, and only values of equal measure can be compared.
 */
#ifndef SSL_STORE_IDENTITY_H
#define SSL_STORE_IDENTITY_H

#include "core/base/strbuf.h"
#include "core/store/store.h"

/* Length of the name without "/KEY=VALUE,...". Names given by other programs may contain other
 * slashes. */
size_t identity_base(const char *name);

/* Appends KEY=VALUE, after a comma unless `out` is empty. */
void identity_add_setting(const char *key, const char *value, struct strbuf *out);

/* Appends the settings ("steps=3,l2=1e2") in recorded form: sorted by key, numbers in their
 * shortest form. */
void identity_canonical(const char *settings, struct strbuf *out);

/* Appends the measure of an evaluation: "bank=300, images=100, k=20, temperature=0.07", from its
 * settings (JSON), sorted by key, without those that are results. bank: number of training images.
 * */
void identity_measure(const char *protocol, const char *settings_json, struct strbuf *out);

/* Records that the metric has values of this measure; in the caller's transaction. */
int identity_add_measure(struct store *s, int64_t name_id, const char *measure, struct error *err);

/* Adds the identity of values that an older ssl recorded, of one run (0: of all runs), in the
 * caller's transaction: the measures; settings in names, if they differ from the recipe's; and
 * /rule=1 if a newer rule computes the metric differently, with a missing value of the newer rule
 * if there is no other. Nothing that the digest chain covers changes, and neither do values that
 * have their identity. */
int identity_migrate(struct store *s, int64_t run, struct error *err);

/* identity_migrate() for a run that was just imported from any version; also adds its measures. */
int identity_import(struct store *s, int64_t run, struct error *err);

#endif
