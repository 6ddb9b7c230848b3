/*
 * import_effect.h - what would come of an import: for each list, whom it names already
 * and whom it would add.
 *
 * The rules are asked twice about each contact, without and with the facts that ingest
 * would make of the event. Each contact counts once, by its first line.
 */
#ifndef CONSENT_CTL_IMPORT_EFFECT_H
#define CONSENT_CTL_IMPORT_EFFECT_H

#include "import.h"

struct effect;

/* Without the setting contact_secret_file nobody is recognised: *ret is NULL then. */
bool effect_open(struct ctl *ctl, struct effect **ret, struct err *err);
void effect_close(struct effect *e); /* NULL is fine */

/* im->event would be sent. */
bool effect_event(struct effect *e, struct import *im, struct err *err);

/* The facts of an event about a contact that is known otherwise: by a hash. */
bool effect_contact(struct effect *e, struct import *im, const struct event *event,
                    const struct contact_key *key, enum contact_kind kind,
                    struct err *err);
bool effect_end(struct effect *e, struct import *im, struct err *err);

void effect_json(const struct effect *e, struct buf *out);
void effect_print(const struct effect *e);

#endif
