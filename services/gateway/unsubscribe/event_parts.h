/* event_parts.h - what the events of the page have in common; for its event files. */
#ifndef CONSENT_GATEWAY_EVENT_PARTS_H
#define CONSENT_GATEWAY_EVENT_PARTS_H

#include "unsubscribe/unsubscribe.h"

/* The second in which it happened: its last millisecond for a denial, its first for a
 * consent. */
int64_t event_second(int64_t now_us, bool end);

void event_start(const struct visit *v, enum event_type type, const struct link_feed *f,
                 int64_t time_us, const char **feed, struct buf *out);
void event_finish(struct visit *v, struct buf *out); /* leaves its id in v->reference */
void event_member(struct buf *out, const char *name, const char *text);
void event_provenance(const struct visit *v, const char *kind, int64_t time_us,
                      struct buf *out);
void event_scope(struct buf *out,
                 const char *purpose); /* begins one, up to its channels */
void event_link_channels(const struct visit *v, struct buf *out);

/* The next of "a,b,c"; false: no more, or longer than any word of the register. */
bool event_word(const char **at, char *ret, size_t cap);
bool event_is_digest(const char *text);
const struct link_name *event_purpose(const struct visit *v, const char *id);

/* What the register says of the key that the link was made with; NULL: nothing. */
const struct link_right *event_right(const struct visit *v);

#endif
