/*
 * rights_store.h - the events about rights requests, from the ledger.
 *
 * Read, never written: an answer is an event like any other and goes through Kafka.
 *
 * Rights of consent_keeper, consent_lookup and consent_operator: SELECT on v_rights_event
 * and the register; for certificates on v_anchor and fact.
 */
#ifndef CONSENT_STORE_RIGHTS_STORE_H
#define CONSENT_STORE_RIGHTS_STORE_H

#include "core/event/event.h"
#include "core/fact.h"
#include "core/casework/rights.h"
#include "pg/pg.h"

#define RIGHTS_ID_BYTES (EVENT_ID_BYTES + 6) /* "event:" before the event's own */

struct rights_name {
    char request[RIGHTS_ID_BYTES];
    char event[EVENT_ID_BYTES];
};

/* By request id; events[i] is called names[i]. Zeroed to begin with. */
struct rights_set {
    size_t n, cap;
    struct rights_event *events;
    struct rights_name *names;
    struct holidays off; /* of every country that the register has */
};

/* The events about one request id, or about all (NULL), as known at known_us. */
bool rights_load(struct pg *pg, const char *request_id, int64_t known_us,
                 struct rights_set *ret, struct err *err);
void rights_set_done(struct rights_set *set);

/* Folds the requests of the id at events[at]; *at moves on to the next id. */
size_t rights_next(const struct rights_set *set, size_t *at,
                   struct rights_request ret[RIGHTS_SOURCES]);

/* The bytes of the event that asks, as the vault opened them. */
struct rights_said {
    const char *raw; /* NULL: they are gone */
    size_t raw_len;
    bool binary; /* they are its data alone */
};

/* What an answer repeats of the event that asks: contact, controllers, web site, scope,
 * role and customer, as one JSON object (heap); personal data, for the answer alone. And
 * the country of its first controller, "" when it names none. */
bool rights_asked(struct pg *pg, const struct rights_said *said, char **ret_json,
                  char ret_country[3], struct err *err);

/* Who asked, as the event says it; texts are "" when it does not, or its bytes are gone.
 * asked: contact, controllers, web site and scope as one JSON object. words: what
 * they wrote, with its subject, and where they want the answer. */
struct rights_person {
    const char *asked, *email, *phone, *country; /* borrowed from the result */
    const char *subject, *words, *reply_to;      /* these, too               */
    struct pg_result *result;
};

bool rights_person_load(struct pg *pg, const struct rights_said *said,
                        struct rights_person *ret, struct err *err);
void rights_person_done(struct rights_person *person);

/* Was a certificate ever issued to one of these contacts, as far as anybody told us? */
bool rights_certificate(struct pg *pg, const struct contact_key *contacts, size_t n,
                        bool *ret, struct err *err);

/* Whom to complain to (S37). */
struct authority {
    char country[3];
    char name[257];
    char url[257];
};

/* The authority of the first of these countries ("" for none) that has one. False with
 * ERR_CONFIG when the register knows of none of them. */
bool rights_authority(struct pg *pg, const char *const *countries, size_t n,
                      struct authority *ret, struct err *err);

extern const struct pg_stmt *const rights_statements[];
extern const size_t rights_statements_n;

#endif
