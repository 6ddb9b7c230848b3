/*
 * rulebook.h - the register as the rules need it: plain arrays, effective-dated.
 *
 * A rulebook is what the register said as known at one instant K. Validity inside it is
 * by [from_us, until_us) so that any time T can be asked. Entries of one id may stand
 * several times with different periods. The arrays belong to whoever built the rulebook
 * (codec/register_json, store/register_store); the rules only read.
 */
#ifndef CONSENT_CORE_RULEBOOK_H
#define CONSENT_CORE_RULEBOOK_H

#include "base/when.h"
#include "core/fact.h"

#define REGISTER_ID_BYTES 64

struct period {
    int64_t from_us;  /* included */
    int64_t until_us; /* excluded */
};

struct controller {
    char id[REGISTER_ID_BYTES]; /* "sectigo-limited" */
    char name[128];             /* "Sectigo Limited" */
    char country[3];
    struct period valid;
    int16_t number;        /* 1.. */
    char soft_opt_in[128]; /* P18: countries of its soft opt-in, "GB IE" */
};

struct website {
    char host[REGISTER_ID_BYTES]; /* "ssl247.fr": this host and those below it */
    char brand[32];
    struct period valid;
    int16_t controller;
};

struct purpose {
    char id[REGISTER_ID_BYTES]; /* "marketing.promotional" */
    struct period valid;        /* as long as a policy version in force discloses it */
    int64_t reconsent_us;       /* its meaning changed then: older grants no longer count;
                                   0: never changed */
    int16_t number;             /* 1.. */
    uint8_t class;              /* enum purpose_class */
    bool despite_restriction; /* on the DPO's list of article 18(2); never promotional */
};

/* A version of one of our own policies; what partners call theirs is not in the register.
 */
struct policy {
    char id[REGISTER_ID_BYTES]; /* "sectigo-privacy" */
    char version[REGISTER_ID_BYTES];
    struct period valid;
};

struct source {
    char id[REGISTER_ID_BYTES];    /* "acme-hosting": also its feed's name */
    char urn[128];                 /* "urn:consent:src:reseller:acme-hosting" */
    char party[REGISTER_ID_BYTES]; /* party of its agreements; usually its id */
    struct period valid;
    struct period suspended; /* empty (from == until) when not */
    int64_t late_after_us;   /* promise: known - occurred at most; 0: 24 hours */
    int32_t number;          /* 1.. */
    uint8_t type;            /* enum source_type */
    bool sandbox;            /* for trying events: they are checked, and go no further */
    int64_t grants_per_day;  /* what is over that waits for a person; 0: any number */
};

/* Folded from the register and from agreement events known at K. */
struct agreement {
    char id[REGISTER_ID_BYTES]; /* "AGR-2024-0117" */
    char party[REGISTER_ID_BYTES];
    struct period valid;        /* the term; until_us WHEN_NEVER: open */
    int64_t terminated_us;      /* WHEN_NEVER: not */
    int64_t breach_from_us;     /* warranty false from (ex tunc); WHEN_NEVER: not */
    int64_t evidence_ledger_id; /* the event that ended or breached it; 0: register */
    int32_t number;             /* 1.. */
    bool warranty;              /* it holds a consent warranty */
    bool warranty_survives;     /* third-party grants outlive its end */
    bool relay_symmetric;       /* its party's later grant may lift its own denial */
};

/* A web site passed from one controller to another: denials given to the first before
 * then bind the second as well, grants stay where they were given (rules, part 4). */
struct succession {
    int64_t at_us;
    int16_t from, to;
};

/* Windows: configuration, defaults of the rules' part 6. */
struct windows {
    int64_t skew_us;                      /* 5 min                                      */
    struct when_length third_party_stale; /* 6 months from collection                   */
    int64_t backdated_grant_us;           /* 30 days on live feeds                      */
    struct when_length art14;             /* 1 month                                    */
    struct when_length sale_reoptin;      /* 12 months                                  */
    int64_t soft_bounce_us;               /* 7 days                                     */
    struct when_length direct_reconfirm;  /* 0: off; 24 months where wanted (P15)       */
    bool soft_opt_in;                     /* P18, off                                   */
    bool third_party_evidence;            /* P12 asks for evidence, on                  */
};

struct rulebook {
    int64_t known_us; /* K */
    int64_t version;  /* of the register: rises with every change */
    const struct controller *controllers;
    size_t n_controllers;
    const struct website *websites;
    size_t n_websites;
    const struct purpose *purposes;
    size_t n_purposes;
    const struct source *sources;
    size_t n_sources;
    const struct agreement *agreements;
    size_t n_agreements;
    const struct policy *policies; /* none: what a consent cites is not checked */
    size_t n_policies;
    const struct succession *successions; /* from rulebook_successions */
    size_t n_successions;
    int16_t default_controller; /* of an event that names none (S3): sectigo-limited */
    struct windows windows;
};

/* The defaults above. */
void windows_init(struct windows *w);

/* What the web sites' entries say of successions, also over several steps, each pair
 * once. Returns how many there are; writes at most cap. */
size_t rulebook_successions(const struct website *websites, size_t n,
                            struct succession *ret, size_t cap);

bool period_holds(const struct period *p, int64_t at_us);

/* Entry in force at at_us, or NULL. Ids compare exactly; numbers are the register's. */
const struct controller *rulebook_controller(const struct rulebook *rb, const char *id,
                                             int64_t at_us);
const struct controller *rulebook_controller_n(const struct rulebook *rb, int16_t number,
                                               int64_t at_us);
const struct purpose *rulebook_purpose(const struct rulebook *rb, const char *id,
                                       int64_t at_us);
const struct purpose *rulebook_purpose_n(const struct rulebook *rb, int16_t number,
                                         int64_t at_us);
const struct source *rulebook_source(const struct rulebook *rb, const char *id,
                                     int64_t at_us);
const struct source *rulebook_source_at(const struct rulebook *rb, int32_t number,
                                        int64_t at_us);
/* The newest entry of that number, in force or not: for names. */
const struct source *rulebook_source_n(const struct rulebook *rb, int32_t number);
const struct agreement *rulebook_agreement(const struct rulebook *rb, const char *id);
const struct agreement *rulebook_agreement_n(const struct rulebook *rb, int32_t number);

/* The ids behind numbers, in force or not: "?" when there is none, "*" and "*promotional"
 * for wild cards. */
/* The id that a mistyped one is closest to (base/nearest.h); NULL: nothing is near. */
const char *rulebook_near_controller(const struct rulebook *rb, const char *written);
const char *rulebook_near_purpose(const struct rulebook *rb, const char *written);

const char *rulebook_controller_name(const struct rulebook *rb, int16_t number);
const char *rulebook_purpose_name(const struct rulebook *rb, int16_t number);

/* The version of a policy if in force at at_us; whether any version of it is known. */
const struct policy *rulebook_policy(const struct rulebook *rb, const char *id,
                                     const char *version, int64_t at_us);
bool rulebook_has_policy(const struct rulebook *rb, const char *id);

/* The controller of a host, matched at label boundaries, longest first ("evil-ssl247.fr"
 * and "ssl247.fr.evil.example" do not match); NULL: no such site (S3, S4, S6). */
const struct controller *rulebook_website(const struct rulebook *rb, const char *host,
                                          int64_t at_us);

#endif
