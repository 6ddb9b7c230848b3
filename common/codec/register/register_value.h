/*
 * register_value.h - one field of a register entry: from JSON to its normal text. For
 * codec/register_json alone, and alone with it in seeing JSON values.
 */
#ifndef CONSENT_CODEC_REGISTER_VALUE_H
#define CONSENT_CODEC_REGISTER_VALUE_H

#include "core/register/register.h"

#include <jansson.h>

/* Where we are, for sentences. */
struct register_place {
    const char *file;
    const char *section;
    const char *id; /* "" when it has none */
    size_t index;
};

/* "demo.json: lists "x": "profile" is missing"; field may be NULL. Returns false. */
bool register_fault(const struct register_place *at, const char *code, const char *field,
                    const char *what, struct err *err);

/* Checks value by rule; adds its normal form to body (may be NULL) and its texts to ret,
 * whose memory the caller frees, also after false. */
bool register_value_read(const struct register_place *at,
                         const struct register_rule *rule, const json_t *value,
                         json_t *body, struct register_value *ret, struct err *err);

/* Ids: 1 to 63 of a-z A-Z 0-9 . _ - @, beginning with a letter or digit; a website's also
 * without a final dot, in lower case, without _ and @. */
bool register_id_sound(enum register_kind kind, const char *id);

#endif
