/*
 * unsubscribe.h - the unsubscribe page: what stands behind the link in a message.
 * UNSUBSCRIBE.md says why it is as it is.
 *
 *   GET  /u/{token}   a page, which changes nothing      page.c, preferences.c, texts.def
 *   POST /u/{token}   one click (RFC 8058), or the       unsubscribe.c, choice.c
 *                     page's form, or "yes, confirm"; done.c
 *                         │ event                        event.c, event_back.c
 *                         └> Kafka's acknowledgement,    record.c
 *                            and only then the answer
 *
 * Nothing that a person says waits for PostgreSQL: whether a link was revoked and what
 * purposes are called is taken from known.h. Pages ask it what holds now (stopped.h).
 */
#ifndef CONSENT_GATEWAY_UNSUBSCRIBE_H
#define CONSENT_GATEWAY_UNSUBSCRIBE_H

#include "texts.h"
#include "worker.h"

#include "crypto/link_token.h"
#include "http/server.h"

#define UNSUBSCRIBE_PATH "/u/{token}"

#define REFERENCE_BYTES 48 /* "unsubscribe-", 32 digits */

/* Which boxes of the page are ticked, and what was typed. */
#define CHOICE_PURPOSES_MAX 64
#define CHOICE_CHANNELS     3
#define CHOICE_TYPED_BYTES  320
#define CHOICE_BRANDS_MAX   32
struct choice {
    bool any; /* a box, or all */
    bool all;
    bool group;   /* of every company of the group, not of the link's alone */
    bool sharing; /* sale and rental; all covers it */
    bool purpose[CHOICE_PURPOSES_MAX]; /* by place in known.purposes */
    bool channel[CHOICE_CHANNELS];     /* by place in choice_channels */
    bool brand[CHOICE_BRANDS_MAX];     /* whose, by place in known.controllers; none: the
                                          link's own company, or as group says */
    bool everything;                   /* a pause of whatever is promotional */
    int64_t until_us;                  /* of a pause: when it is over; 0: for ever */
    char address[CHOICE_TYPED_BYTES];  /* "" when the link says whose it is */
    char phone[CHOICE_TYPED_BYTES];    /* "": none */
};
extern const char *const choice_channels[CHOICE_CHANNELS];
extern const enum text choice_channel_texts[CHOICE_CHANNELS];

/* Can the contact be reached by it? Calls and text messages to the person of an e-mail
 * address are stopped by typing the number. */
struct visit;
bool choice_suits(const struct visit *v, size_t channel);
bool choice_may_type_phone(const struct visit *v);

/* One request. */
struct visit {
    const struct worker *w;
    const struct http_request *rq;
    struct http_reply *reply;
    const struct known *known;
    enum language language;
    bool preferences;            /* the page with what holds now */
    bool ours;                   /* the link can be read, and may act */
    enum link_standing standing; /* GOOD or DOUBTED */
    struct link link;
    char reference[REFERENCE_BYTES]; /* of the last event made */
    int64_t now_us, began_us;        /* the wall's clock, the monotonic one */
};

void unsubscribe_show(void *worker, const struct http_request *rq,
                      struct http_reply *reply);
void unsubscribe_take(void *worker, const struct http_request *rq,
                      struct http_reply *reply);

/* --- page.c --- */

enum page_fault { FAULT_NONE, FAULT_NOTHING, FAULT_ADDRESS, FAULT_PHONE, FAULT_BACK };

/* Each makes the whole answer, with its header fields. For a link that is not ours,
 * page_choices asks for the address; with status 404, when the visit is the link's alone
 * (FAULT_NONE). */
void page_choices(struct visit *v, const struct choice *choice, enum page_fault fault);
void page_later(struct visit *v);
void page_confirm(struct visit *v);
void page_confirmed(struct visit *v);
void page_over(struct visit *v);

/* What the person has stopped with the link's company, as far as that is known: purposes
 * by place in known.purposes. for_good: by a no that has no end. False: nothing. */
bool page_stopped(const struct visit *v, bool for_good, bool purpose[CHOICE_PURPOSES_MAX],
                  bool *sharing);
void page_stopped_say(const struct visit *v, const bool *purpose, bool sharing);

/* Parts of a page: items of a list, what is wrong, and a box to tick. */
void page_item(const struct visit *v, const char *words);
void page_items(const struct visit *v, const bool *purpose, bool sharing);
void page_alert(const struct visit *v, enum page_fault fault);
void page_box(const struct visit *v, const char *group, const char *name,
              const char *words, bool ticked);

/* --- done.c --- */

/* Makes the whole answer, after what was chosen has been recorded. */
void page_done(struct visit *v, const struct choice *choice);

/* --- preferences.c: what holds now, a pause, and back again --- */

void preferences_page(struct visit *v, const struct choice *choice,
                      enum page_fault fault);
/* The companies that are ticked; room for FRAME_NAME_BYTES. */
const char *preferences_whose(const struct visit *v, const struct choice *choice,
                              char *ret);
/* Asks for a message with a link that confirms, about what is ticked; true: the brokers
 * have it. Makes the answer. */
bool preferences_back(struct visit *v);

/* --- choice.c --- */

void choice_read(const struct visit *v, bool all, struct choice *ret);
/* When a pause that begins now is over: three months from this second on. */
int64_t choice_pause_end(const struct visit *v);
/* How many companies are ticked. */
size_t choice_brands(const struct choice *choice);
enum page_fault choice_fault(const struct visit *v, const struct choice *choice);
/* May this be said, of what anybody can type? Counts. */
bool choice_room(const struct visit *v, const struct choice *choice);

/* --- record.c --- */

enum act { ACT_CLICK, ACT_CHOICE, ACT_CONFIRM };

/* True: the brokers have it. */
bool record(struct visit *v, enum act act, const struct choice *choice);

/* The same of a consent that waits for its confirmation, and of the message that asks
 * for it. Sets back's digest. */
bool record_back(struct visit *v, struct link *back, const struct link_right *right);

/* --- event.c, event_back.c --- */

/* Each returns the feed that the event belongs to, and leaves its id in v->reference. */

/* An opt-out by the link's own contact or, without one, by the address that was typed:
 * one-click when choice is NULL, else as chosen on the page. */
const char *event_optout(struct visit *v, const struct choice *choice, struct buf *out);

/* The same for the telephone number that was typed, and all calls and text messages to
 * it. An event of its own: that two contact points are one person's is not for a visitor
 * to say. */
const char *event_optout_phone(struct visit *v, const struct choice *choice,
                               struct buf *out);
const char *event_confirmed(struct visit *v, struct buf *out);

/* Does the link of a confirmation name a form, and a controller and purposes that there
 * are and that its key may confirm, by the register? Nobody is to be thanked for what
 * will not count. True while the register is not available. */
bool event_can_confirm(const struct visit *v);

/* The consent that `back`, a link that confirms, is about: it counts for nothing until
 * that is followed. */
const char *event_asked(struct visit *v, const struct link *back,
                        const struct link_right *right, struct buf *out);
/* What the mail program of the site that `right` names is to send: no event. */
void event_letter(const struct visit *v, const struct link *back, const char *token,
                  struct buf *out);

/* The controller's entry of the register: that of the link, else the default; NULL. */
const struct link_name *visit_controller(const struct visit *v);

/* What a purpose is called, in the visitor's language if we have it. */
const char *visit_purpose_name(const struct visit *v, const struct link_name *purpose);

#endif
