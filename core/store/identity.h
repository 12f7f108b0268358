/*
 * What a metric's value measures. NAME stands for the settings of the run's own recipe and for the
 * newest version of the rules; whatever differs from these is part of the name:
 *
 *     test.knn.top1/k=200    test.linear.top1/l2=100,steps=3    test.knn.top5/rule=1
 *
 * KEY=VALUE by key, joined by commas; bytes of a value other than letters, digits and . _ + - are
 * written %2C. So values of one metric are never mixed within a run. Between runs the recipes may
 * differ: eval.measure holds everything that a value depends on beside encoder and images, and only
 * values of equal measure can be compared.
 */
#ifndef SSL_STORE_IDENTITY_H
#define SSL_STORE_IDENTITY_H

#include "core/base/strbuf.h"
#include "core/store/store.h"

/* Letters of the name in front of "/KEY=VALUE,..."; all of them where there is none. A name that
 * another program gave may have slashes of its own. */
size_t identity_base(const char *name);

/* Appends KEY=VALUE, behind a comma unless `out` is empty. */
void identity_add_setting(const char *key, const char *value, struct strbuf *out);

/* Appends the settings of `name` ("steps=3,l2=1e2") as they are recorded: by key, numbers at their
 * shortest. */
void identity_canonical(const char *settings, struct strbuf *out);

/* Appends the measure of an evaluation: "bank=300, images=100, k=20, temperature=0.07", from its
 * settings (JSON), by key, without what is an outcome. bank: training images. */
void identity_measure(const char *protocol, const char *settings_json, struct strbuf *out);

/* Remembers that the metric has values of this measure; in the caller's transaction. */
int identity_add_measure(struct store *s, int64_t name_id, const char *measure, struct error *err);

/* Gives the values of a run (0: of all runs) that an older ssl recorded their identity, in the
 * caller's transaction: measures; names where settings were not the recipe's; /rule=1 where a newer
 * rule gives something else, and a missing value beside it where that is all there is. Nothing that
 * the digest chain covers changes. What has its identity stays as it is. */
int identity_migrate(struct store *s, int64_t run, struct error *err);

/* identity_migrate() of a run that was just imported, from whatever version; and its measures. */
int identity_import(struct store *s, int64_t run, struct error *err);

#endif
