/*
 * known.h - what the gateway knows without asking anybody: keys of links, which links
 * were revoked, and what the register calls things.
 *
 * A thread of its own follows what changes; who answers a request takes what was found
 * last, and never waits for PostgreSQL. When it goes away, what was known stays in use;
 * when it is away from the start there are keys, and no names.
 */
#ifndef CONSENT_GATEWAY_KNOWN_H
#define CONSENT_GATEWAY_KNOWN_H

#include "settings.h"

#include "crypto/link_token.h"
#include "store/access/token_store.h"
#include "store/people/link_store.h"
#include "store/register/register_store.h"

struct knowledge;

/* Never changes once it can be seen. */
struct known {
    struct link_keys *keys;
    bool heard;     /* of the register and of revocations, at some time */
    int64_t age_us; /* of that, when this was made: at most a look ago */
    int64_t version;
    const struct link_revoked *revoked; /* NULL: not heard */
    size_t n_purposes, n_controllers, n_feeds;
    const struct link_name *purposes, *controllers;
    const struct link_feed *feeds;
    size_t n_rights;
    const struct link_right *rights;
    size_t n_tokens;
    const struct source_token *tokens;
    const struct register_snapshot *reg; /* NULL: not heard */
    const char *policy; /* where the privacy policy can be read; "": not known */
};

/* Reads the keys. ERR_CONFIG LINK_KEYS and what is wrong with a key's file. */
bool knowledge_open(const struct settings *settings, const struct contact_marks *marks,
                    struct knowledge **ret, struct err *err);
void knowledge_close(struct knowledge *k); /* NULL is fine; ends the thread */

/* From here on it follows. ERR_FATAL: no thread to be had. */
bool knowledge_start(struct knowledge *k, struct err *err);

/* From any thread. Give each back. */
const struct known *known_take(struct knowledge *k);
void known_release(const struct known *known);

#endif
