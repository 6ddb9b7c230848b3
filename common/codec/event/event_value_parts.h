/* event_value_parts.h - for event_value*.c, and what a well-formed character is. */
#ifndef CONSENT_CODEC_EVENT_VALUE_PARTS_H
#define CONSENT_CODEC_EVENT_VALUE_PARTS_H

#include "event_value.h"

/* So many bytes that live as long as the values do. */
void *values_take(struct values *v, size_t bytes);
struct value *value_new(struct values *v, enum value_kind kind);
void value_append(struct value *to, struct value *v);
/* object is one. */
struct value *value_find(const struct value *object, const char *name, size_t len);

/* Length of the well-formed UTF-8 sequence at p, 0 when there is none. */
size_t event_utf8_at(const unsigned char *p, const unsigned char *end);

#endif
