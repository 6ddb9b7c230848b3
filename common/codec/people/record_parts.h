/* record_parts.h - what both kinds of record read of event and register. */
#ifndef CONSENT_CODEC_RECORD_PARTS_H
#define CONSENT_CODEC_RECORD_PARTS_H

#include "record_json.h"

#include <jansson.h>

#define RECORD_WITHDRAWAL                                                                \
    "the link in every message, or a word to the data protection officer"

struct record_book {
    json_t *root;
};

/* A pair of controller and purpose, with the states of its channels. */
struct record_pair {
    const char *controller, *purpose; /* ids; "?" when the register has none */
    int16_t controller_n, purpose_n;
};

/* The event's data object, the caller's; an empty object when there is none. */
json_t *record_data(const struct record_input *in);

/* Borrowed; NULL when the register has none. */
const json_t *record_entry(const struct record_book *book, const char *kind,
                           const char *id);
/* A member as text, "" when it is none. */
const char *record_text(const json_t *o, const char *name);
/* The member of a member, and of a member of that. */
const json_t *record_at(const json_t *o, const char *a, const char *b);

/* Each pair once, in the order of the states; how many. */
size_t record_pairs(const struct record_input *in,
                    struct record_pair ret[RECORD_STATES_MAX]);

/* "urn:consent:event:SOURCE:EVENT" */
json_t *record_id(const struct record_input *in);

/* The policy that was shown: "sectigo-privacy@2021-11-15". "" when the event does not
 * say. */
void record_policy(const json_t *data, char *ret, size_t bytes);

/* DPV's word for a purpose of the register. */
const char *record_purpose_type(const struct record_book *book, const char *purpose);

/* How a controller is called, lies and is reached; the parent's, where it has none. */
const char *record_controller(const struct record_book *book, const char *id,
                              const char *member);

/* Recipients of the lists of that controller and purpose: ids, each once, borrowed. */
#define RECORD_RECIPIENTS 32
size_t record_recipients(const struct record_book *book, const char *controller,
                         const char *purpose, const char *ret[RECORD_RECIPIENTS]);

/* What stands in the register of a purpose's retention: "R12: until consent_withdrawn".
 */
json_t *record_retention(const struct record_book *book, const char *purpose);

/* What data there are: the contact's members in the event. */
json_t *record_data_types(const json_t *data);

json_t *record_make_27560(const struct record_input *in);
json_t *record_make_kantara(const struct record_input *in);

#endif
