/* frame.h - whon the unsubscribe page's pages are put together from; all of it goes into
 * the reply. */
#ifndef CONSENT_GATEWAY_FRAME_H
#define CONSENT_GATEWAY_FRAME_H

#include "unsubscribe/unsubscribe.h"

#include "base/when.h"

/* Escaped. */
void frame_text(struct buf *out, const char *s);

const char *frame_word(const struct visit *v, enum text text);
void frame_say(const struct visit *v, enum text text);

/* The words with what goes into their {}, which stands between open and close. */
void frame_say_with(const struct visit *v, enum text text, const char *open,
                    const char *what, const char *close);

/* class: " class=..." or "" */
void frame_paragraph(const struct visit *v, const char *class, enum text text);
void frame_paragraph_with(const struct visit *v, enum text text, const char *what);

/* "a…@example.com": enough for its owner; whoever was sent the link by mistake learns
 * little. */
#define FRAME_MASKED_BYTES 400
const char *frame_masked(const char *address, char ret[FRAME_MASKED_BYTES]);

/* The controller's name, "" when it is not available. */
const char *frame_controller(const struct visit *v);

/* Whose advertising it is: the link's controller's or, where somebody has typed who they
 * are, that of all of them; group: of all of them in any case. */
#define FRAME_NAME_BYTES 400
const char *frame_whose(const struct visit *v, bool group, char ret[FRAME_NAME_BYTES]);

/* "2026-05-01" */
#define FRAME_DATE_BYTES WHEN_TEXT_BYTES
const char *frame_date(int64_t us, char ret[FRAME_DATE_BYTES]);

/* From the header fields to the heading; switchable: with the other languages. */
void frame_begin(struct visit *v, unsigned status, enum text title, bool switchable);
void frame_end(const struct visit *v);

/* With a mailto link; nothing when the register names no contact. */
void frame_contact(const struct visit *v, enum text text);

void frame_back(const struct visit *v, enum text text); /* to the choices */
void frame_form(const struct visit *v);                 /* begins it */
void frame_button(const struct visit *v, const char *value, const char *class,
                  enum text text);

#endif
