/* filter_build.h - makes the file of consent_filter.h from the tokens of a list. */
#ifndef CONSENT_FILTER_FILTER_BUILD_H
#define CONSENT_FILTER_FILTER_BUILD_H

#include "filter/consent_filter.h"

#include "base/err.h"

struct filter_builder;

/* In memory: 8 bytes a token while they are added, about 30 at the end. key: random, so
 * that nobody can choose tokens that meet. */
struct filter_builder *filter_builder_open(const uint8_t key[16]);
void filter_builder_close(struct filter_builder *b); /* NULL is fine */

/* One that comes again counts once. */
void filter_builder_add(struct filter_builder *b, const void *token, size_t len);

/* The whole file, by calls of write. about: entries is filled in. The tokens are used up.
 * ERR_FATAL with FILTER_BUILD: no arrangement was found, which chance forbids. */
bool filter_builder_write(struct filter_builder *b, struct consent_filter_about *about,
                          bool (*write)(void *arg, const void *data, size_t len,
                                        struct err *err),
                          void *arg, struct err *err);

#endif
