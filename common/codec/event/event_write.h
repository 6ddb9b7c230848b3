/*
 * event_write.h - an event of our own, as CloudEvents JSON for a feed: what importers,
 * the mailboxes, the unsubscribe page and consentctl have to say.
 *
 *   event_begin(&out, &head);            {"specversion":"1.0", ... ,"data":{
 *   event_contact(&out, "a@b.example");  "contact":{"email":"a@b.example"}
 *   ...                                  members, each with its comma: codec/put.h
 *   event_end(&out);                     }}
 *
 * Errors are the buf's: look at its overrun once, at the end.
 */
#ifndef CONSENT_CODEC_EVENT_WRITE_H
#define CONSENT_CODEC_EVENT_WRITE_H

#include "base/buf.h"
#include "core/vocab.h"

struct event_head {
    const char *id;
    const char *source; /* its URN */
    enum event_type type;
    int64_t time_us;
    const char *import_batch; /* NULL: none */
};

void event_begin(struct buf *out, const struct event_head *head);
void event_end(struct buf *out);

/* The first member of the data. What has an @ is an e-mail address, anything else is a
 * telephone number. */
void event_contact(struct buf *out, const char *address);
/* ... of an object that was written before, {"contact":...}: all its members. */
void event_members(struct buf *out, const char *object);

void event_controller(struct buf *out, const char *id); /* after another member */

/* The id of an event may be made of its content. Then it is written with a head.id that
 * has the length of the id to come, and gets the id here. */
void event_name(struct buf *out, const char *placeholder, const char *id);

#endif
