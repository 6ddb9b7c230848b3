/* event_parts.h - the parts of an event's data, for event_json.c only. */
#ifndef CONSENT_CODEC_EVENT_PARTS_H
#define CONSENT_CODEC_EVENT_PARTS_H

#include "event_reader.h"

/* Every member of data that the schemas describe; twice: bits of enum repair_twice. */
void event_read_data(struct reader *r, struct value *data, const struct at *at,
                     uint32_t twice);

/* contact and age (event_contact.c), who and what for (event_scope.c). */
void event_read_contact(struct reader *r, struct value *data, const struct at *at,
                        bool needed);
/* contact.changed: the contact point that was, and how it changed. */
void event_read_change(struct reader *r, struct value *data, const struct at *at,
                       bool needed);
/* contact.erased: whose data have gone, by the contact's key. */
void event_read_erased(struct reader *r, struct value *data, const struct at *at);
void event_read_scope(struct reader *r, struct value *data, const struct at *at,
                      uint32_t twice);
uint16_t event_read_channels(struct reader *r, struct value *list, const struct at *at,
                             bool wild, bool *ret_any, bool *ret_whole);

/* Refuses a payment card number anywhere in data (policy S11), over any earlier fault. */
void event_refuse_cards(struct reader *r, struct value *data, const struct at *at);

#endif
