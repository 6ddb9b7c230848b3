/* Which answer may be given to a request: the law's limits, in sentences. */
#include "rights.h"

#include <string.h>

#define LIFTABLE (RIGHTS_BIT(RIGHT_RESTRICT) | RIGHTS_BIT(RIGHT_POST_MORTEM_DIRECTIVE))
#define UNREAD   RIGHTS_BIT(RIGHT_UNCLASSIFIED)

static bool no(struct err *err, const char *code, const char *sentence)
{
    return err_set(err, ERR_INPUT, code, "%s", sentence);
}

static const char *first_right(uint16_t kinds)
{
    for (int kind = 1; kind < RIGHT_END; kind++) {
        if ((kinds & RIGHTS_BIT(kind)) != 0)
            return right_name((enum right)kind);
    }
    return "unknown";
}

static bool may_extend(const struct rights_request *r, const struct rights_answer *a,
                       struct err *err)
{
    if (r->extended)
        return no(err, "EXTENDED",
                  "it has been extended before, and once is all that "
                  "GDPR article 12(3) allows");
    if (!a->has_reason)
        return no(err, "NO_REASON",
                  "say why it takes longer: GDPR article 12(3) asks for the reasons");
    if (a->at_us >= r->first_due_us)
        return no(err, "TOO_LATE",
                  "the first month is over, and GDPR article 12(3) wants "
                  "the person told within it");
    return true;
}

static bool may_refuse(const struct rights_request *r, const struct rights_answer *a,
                       uint16_t kinds, struct err *err)
{
    const uint16_t beyond = kinds & (uint16_t)~refusal_rights(a->refusal);
    if (a->refusal == REFUSAL_NONE)
        return no(err, "NO_REASON",
                  "a refusal needs one of the reasons that the law has");
    if (a->refusal == REFUSAL_NOT_IN_FRANCE && strcmp(r->country, "FR") == 0)
        return no(err, "IN_FRANCE",
                  "the person is in France, where directives after death are a right");
    if (a->refusal == REFUSAL_CERTIFICATE_PUBLIC_RECORD && a->without_certificate)
        return no(
            err, "NO_CERTIFICATE",
            "nothing says that a certificate was ever issued to this person: what is "
            "not in one is no public record");
    if (beyond == RIGHTS_BIT(RIGHT_OBJECT))
        return no(
            err, "NOT_REFUSABLE",
            "nothing refuses an objection to our own marketing (GDPR article 21(3)); "
            "a customer's data are referred to that customer");
    if (beyond == 0)
        return true;
    return err_set(
        err, ERR_INPUT, "NOT_REFUSABLE", "%s (article %s) cannot refuse the right '%s'%s",
        refusal_name(a->refusal), refusal_article(a->refusal), first_right(beyond),
        beyond == kinds ? "" : "; name the rights it does refuse: --kind");
}

static bool may_do(const struct rights_request *r, uint16_t kinds, struct err *err)
{
    if (r->processor)
        return no(err, "NOT_CONTROLLER",
                  "this is a customer's data, which we only process: refer the person to "
                  "that customer (--outcome referred --to CUSTOMER)");
    if (r->not_in_france && (kinds & RIGHTS_BIT(RIGHT_POST_MORTEM_DIRECTIVE)) != 0)
        return no(err, "NOT_IN_FRANCE",
                  "directives after death are a right in France alone: refuse it with "
                  "NOT_IN_FRANCE");
    return true;
}

static bool may_refer(const struct rights_request *r, const struct rights_answer *a,
                      struct err *err)
{
    if (!r->processor)
        return no(err, "NOT_PROCESSOR",
                  "this is not a customer's data: nobody else can answer for us");
    if (!a->has_customer && r->customer_wanted)
        return no(err, "NO_CUSTOMER",
                  "the request names no customer: ask the person whose service it was, "
                  "then say --to CUSTOMER");
    return true;
}

/* What an answer of that kind can be about. A letter that nobody has read can be read,
 * and nothing else; the clock of the request concerns all of it. */
static uint16_t suited(const struct rights_request *r, enum rights_outcome outcome)
{
    if (outcome == RIGHTS_LIFTED)
        return r->kinds & LIFTABLE;
    if (outcome == RIGHTS_READ)
        return r->open & UNREAD;
    if (outcome == RIGHTS_ACKNOWLEDGED)
        return r->open & RIGHTS_BIT(RIGHT_COMPLAINT);
    return rights_outcome_closes(outcome) ? r->open & (uint16_t)~UNREAD : r->open;
}

/* An answer is given after the request, by the day, and not in a time to come. */
static bool may_be_then(const struct rights_request *r, const struct rights_answer *a,
                        struct err *err)
{
    if (a->at_us > a->now_us)
        return no(err, "FUTURE_DATED", "an answer cannot be given at a time to come");
    if (a->at_us < (int64_t)r->received_day * WHEN_DAY_US)
        return no(err, "BEFORE_REQUEST",
                  "an answer cannot be given before the request was received");
    return true;
}

bool rights_answer_check(const struct rights_request *r, const struct rights_answer *a,
                         uint16_t *ret_kinds, struct err *err)
{
    if (!may_be_then(r, a, err))
        return false;
    const bool lifts = a->outcome == RIGHTS_LIFTED;
    const uint16_t suits = suited(r, a->outcome);
    const uint16_t kinds = a->kinds != 0 ? a->kinds : suits;

    if (lifts && kinds == 0)
        return no(err, "NOT_LIFTABLE",
                  "only a restriction, or a directive after death, "
                  "can be lifted");
    if (kinds == 0 && a->outcome == RIGHTS_ACKNOWLEDGED)
        return no(err, "NO_COMPLAINT", "only a complaint that is open is acknowledged");
    if (kinds == 0 && (r->open & UNREAD) != 0)
        return no(err, "UNREAD",
                  "nobody has read this letter yet: say first what it asks for "
                  "(consentctl rights read)");
    if (kinds == 0)
        return no(err, "CLOSED", "everything in this request has been answered");
    if ((kinds & (uint16_t)~suits) != 0)
        return err_set(err, ERR_INPUT, "NOT_OPEN",
                       "the right '%s' was not asked for, or is answered already",
                       first_right(kinds & (uint16_t)~suits));
    *ret_kinds = kinds;
    switch (a->outcome) { /* GCOVR_EXCL_BR_LINE: every outcome has its case */
    case RIGHTS_EXTENDED: return may_extend(r, a, err);
    case RIGHTS_REFUSED: return may_refuse(r, a, kinds, err);
    case RIGHTS_REFERRED: return may_refer(r, a, err);
    case RIGHTS_OUTCOME_NONE:
    case RIGHTS_DONE: return may_do(r, kinds, err);
    case RIGHTS_ACKNOWLEDGED:
        if (r->acknowledged_us == 0)
            break;
        return no(err, "ACKNOWLEDGED", "it has been acknowledged before");
    case RIGHTS_IDENTITY_REQUESTED:
        if (r->paused_since_us == 0)
            break;
        return no(err, "PAUSED", "the person has been asked already who they are");
    case RIGHTS_IDENTITY_CONFIRMED:
        if (r->paused_since_us != 0)
            break;
        return no(err, "NOT_PAUSED", "the person was not asked who they are");
    case RIGHTS_READ:
    case RIGHTS_LIFTED: break;
    }
    return true;
}

bool rights_erases(enum rights_outcome outcome, uint16_t kinds)
{
    return outcome == RIGHTS_DONE && (kinds & RIGHTS_BIT(RIGHT_ERASE)) != 0;
}
