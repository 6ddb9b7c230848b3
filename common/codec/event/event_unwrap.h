/*
 * event_unwrap.h - an event in somebody else's wrapping, and data in the wrong place.
 *
 * Bridges, framework defaults and hand-written producers put a CloudEvent into a text,
 * into another envelope ({"schema", "payload"}, {"records": [{"value"}]}, a CloudEvent of
 * their own), or its data one level too high or too low. All of that is a fault, so that
 * a person sees it and a consent waits; but somebody's no inside is still readable.
 */
#ifndef CONSENT_CODEC_EVENT_UNWRAP_H
#define CONSENT_CODEC_EVENT_UNWRAP_H

#include "event_value.h"

#include "core/event/event.h"

/* Any bytes as the value that they still say (event_repair.h); NULL: there is too much of
 * it. Adds to *ret_twice bits of enum repair_twice. */
struct value *event_mended(struct values *mem, const char *s, size_t len,
                           uint32_t *ret_twice);

/* The one CloudEvent inside root, itself not looked at; NULL: there is none, or several,
 * for then nobody knows which is meant. */
struct value *event_unwrap(struct values *mem, struct value *root, uint32_t *ret_twice);

/* The type of an event whose type we do not know, or that has none, if it is recognisable
 * as somebody's no: another version or spelling of the name, or the part that only a
 * denial has. */
enum event_type event_broken_type(const struct value *root);

/* A denial's data, given its event: where data says no contact, the object with a contact
 * that stands in its place. NULL: there is none. */
struct value *event_misplaced_data(struct value *root, struct value *data);

#endif
