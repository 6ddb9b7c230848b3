/*
 * door.h - the opt-out door: what stands behind the link in a message. DOOR.md says why
 * it is as it is.
 *
 *   GET  /u/{token}   a page, which changes nothing      door_page.c, door_texts.def
 *   POST /u/{token}   one click (RFC 8058), or the       door.c
 *                     page's form, or "yes, confirm"
 *                         │ event                        door_event.c
 *                         └> Kafka's acknowledgement, and only then the answer
 *
 * One a worker. PostgreSQL is asked whether a link was revoked and what purposes are
 * called; an opt-out does not wait for it when it is away.
 */
#ifndef CONSENT_LOOKUP_DOOR_H
#define CONSENT_LOOKUP_DOOR_H

#include "door_texts.h"
#include "settings.h"

#include "crypto/link_token.h"
#include "http/server.h"
#include "kafka/producer.h"
#include "store/people/link_store.h"

#define DOOR_PATH "/u/{token}"

struct worker;

struct door {
    const struct settings *settings;
    struct link_keys *keys;
    int64_t keys_us; /* monotonic: when they were read */
    struct producer *producer;
    int64_t retry_us;          /* no new producer before then */
    bool doubted;              /* the last one failed: ask before sending */
    int64_t version, names_us; /* of the register; when it was asked */
    size_t n_purposes, n_controllers, n_feeds;
    struct link_name *purposes, *controllers;
    struct link_feed *feeds;
    char policy[256]; /* the pages' Content-Security-Policy */
};

/* Which boxes of the page are ticked. */
#define DOOR_PURPOSES_MAX 64
#define DOOR_CHANNELS     3
struct door_choice {
    bool all;
    bool purpose[DOOR_PURPOSES_MAX]; /* by place in door.purposes */
    bool channel[DOOR_CHANNELS];     /* by place in door_channels */
    char address[320];               /* as typed; "" when the link says whose it is */
};
extern const char *const door_channels[DOOR_CHANNELS];
extern const enum door_text door_channel_texts[DOOR_CHANNELS];

/* Can the contact be reached by it? Of an address that is no telephone number nothing can
 * be said about calls but to stop everything, which goes on to linked contact points. */
struct visit;
bool door_suits(const struct visit *v, size_t channel);

/* One request. */
struct visit {
    struct worker *w;
    struct door *door;
    const struct http_request *rq;
    struct http_reply *reply;
    enum door_language language;
    bool known;                  /* link is there, and may act */
    bool asked;                  /* standing was found out */
    enum link_standing standing; /* GOOD or DOUBTED */
    struct link link;
    int64_t now_us;
};

/* False when it cannot be; *ret NULL: it is not configured. */
bool door_open(const struct settings *settings, struct door **ret, struct err *err);
void door_close(struct door *d); /* NULL is fine */

void door_show(void *worker, const struct http_request *rq, struct http_reply *reply);
void door_take(void *worker, const struct http_request *rq, struct http_reply *reply);

/* --- door_supply.c -------------------------------------------------------------------
 */

/* New keys are taken up and removed ones forgotten without a restart. */
void door_keys_follow(struct door *d);

/* The register's names; former ones will do when it cannot be asked. */
bool door_names_follow(struct door *d, struct pg *pg, struct err *err);

/* True: the brokers have it. feed NULL: nothing to say, only whether they would. After a
 * failure: door_drop. */
bool door_deliver(struct door *d, const char *feed, const struct buf *event,
                  struct err *err);
void door_drop(struct door *d);

/* --- door_page.c ---------------------------------------------------------------------
 */

void door_policy(char *ret, size_t cap);

enum door_fault { FAULT_NONE, FAULT_NOTHING, FAULT_ADDRESS };

/* Each makes the whole answer, with its header fields. */
void page_choices(struct visit *v, const struct door_choice *choice,
                  enum door_fault fault);
void page_done(struct visit *v, const struct door_choice *choice);
void page_later(struct visit *v);
void page_confirm(struct visit *v);
void page_confirmed(struct visit *v);
void page_over(struct visit *v);

/* --- door_event.c --------------------------------------------------------------------
 */

/* An opt-out: one-click when choice is NULL, else as chosen on the page. Returns the feed
 * it belongs to. */
const char *event_optout(const struct visit *v, const struct door_choice *choice,
                         struct buf *out);
const char *event_confirmed(const struct visit *v, struct buf *out);

/* Does the link of a confirmation name a controller and purposes that there are? Ingest
 * would not take the consent otherwise, and its person be thanked for nothing. True while
 * the register is not to be had. */
bool event_can_confirm(const struct visit *v);

/* The controller's entry of the register: that of the link, else the default; NULL. */
const struct link_name *door_controller(const struct visit *v);

/* What a purpose is called, in the visitor's language if we have it. */
const char *door_purpose_name(const struct visit *v, const struct link_name *purpose);

#endif
