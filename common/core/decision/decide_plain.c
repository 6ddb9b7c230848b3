/* What a decision says, for who does not know our codes: in a cell, and as a sentence. */
#include "decide.h"

// clang-format off
static const char *const reasons[][2] = {
    [REASON_NONE] = {"", ""},
    [REASON_CONSENT] = {"consented", "The person has consented, and the consent is valid."},
    [REASON_SOFT_OPT_IN] = {"customer", "An existing customer, similar products, and an opt-out was offered each time (soft opt-in)."},
    [REASON_NOT_PROMOTIONAL] = {"no marketing", "The message is no marketing: it belongs to a service or a duty, so opt-outs do not stop it."},
    [REASON_PURPOSE_NOT_DISCLOSED] = {"not disclosed", "The policy then in force has no such company, channel or purpose."},
    [REASON_PROCESSOR_ONLY] = {"customer's data", "We hold this contact for a customer only, as a processor."},
    [REASON_UNDER_16] = {"under 16", "The person is recorded as under sixteen."},
    [REASON_ERASED] = {"asked for erasure", "The person has asked for their data to be erased."},
    [REASON_UNREACHABLE] = {"unreachable", "Messages to this contact do not arrive."},
    [REASON_RESTRICTED] = {"restricted", "The person has had the processing restricted."},
    [REASON_OBJECTION] = {"objected", "The person has objected to direct marketing."},
    [REASON_OPTOUT] = {"opted out", "The person has opted out, or has written something that nobody has read yet."},
    [REASON_WITHDRAWN] = {"withdrew", "The person has withdrawn the consent."},
    [REASON_COMPLAINT] = {"complained", "The person has reported a message as spam."},
    [REASON_DIRECT_OPTOUT_BEATS_THIRD_PARTY] = {"said no", "The person said no, and what a third party brought cannot undo that."},
    [REASON_NO_AGREEMENT] = {"no agreement", "No agreement with the source was in force."},
    [REASON_NO_WARRANTY] = {"no warranty", "The source has not warranted the consent."},
    [REASON_CONTROLLER_NOT_NAMED] = {"not named", "The consent does not name this company."},
    [REASON_CHANNEL_NOT_IN_STATEMENT] = {"other channel", "What the person agreed to does not mention this channel."},
    [REASON_EVIDENCE_MISSING] = {"no evidence", "There is no evidence of the consent."},
    [REASON_STALE] = {"too old", "The consent was collected by a third party, and was not used in time."},
    [REASON_SOURCE_SUSPENDED] = {"source suspended", "The source that brought the consent is suspended."},
    [REASON_AGREEMENT_EXPIRED] = {"agreement ended", "The agreement under which the consent came has expired."},
    [REASON_TERMINATED] = {"terminated", "The agreement under which the consent came was terminated."},
    [REASON_INVALIDATED] = {"invalidated", "The source's warranty proved false, so the consents since then do not count."},
    [REASON_EXPIRED] = {"expired", "The consent has expired."},
    [REASON_ART14_OVERDUE] = {"notice overdue", "The person was not told in time where we have the data from (article 14)."},
    [REASON_NOT_GIVEN] = {"not given", "A consent was asked for, and was refused or not confirmed."},
    [REASON_SALE_DEFAULT] = {"no sale", "Data is not sold or rented without an explicit consent."},
    [REASON_SALE_OPTED_OUT] = {"no sale", "The person has opted out of the sale of data."},
    [REASON_NO_GRANT] = {"no consent", "There is no consent on record; so it is for contacts nobody has heard of, too."},
    [REASON_PURPOSE_INCOMPATIBLE_WITH_SOURCE] = {"wrong source", "A source of this kind cannot bring a consent for this purpose."},
    [REASON_PLATFORM_LIST] = {"on a public list", "The person is on a public do-not-contact list."},
    [REASON_DECEASED] = {"deceased", "The person has died."},
};

static const char *const questions[] = {
    [RULE_NONE] = "",
    [RULE_P1] = "Is the purpose disclosed?",
    [RULE_P2] = "Only a customer's data?",
    [RULE_P3] = "Under sixteen?",
    [RULE_P4] = "Erased?",
    [RULE_P5] = "Do messages arrive?",
    [RULE_P6] = "Restricted, or deceased?",
    [RULE_P7] = "Is it marketing at all?",
    [RULE_P8] = "Sale or rental of data?",
    [RULE_P9] = "Has the person said no to us?",
    [RULE_P10] = "A later yes that counts?",
    [RULE_P11] = "A no that a partner passed on?",
    [RULE_P12] = "Does the third party's consent count?",
    [RULE_P13] = "A third party's yes against a no?",
    [RULE_P14] = "Does its agreement still hold?",
    [RULE_P15] = "Has the consent expired?",
    [RULE_P16] = "Was the article 14 notice sent?",
    [RULE_P17] = "Given, or only asked for?",
    [RULE_P18] = "Soft opt-in?",
    [RULE_P19] = "A consent with nothing wrong?",
    [RULE_P20] = "Sale: an explicit yes?",
    [RULE_P21] = "Nothing found: no",
};
// clang-format on

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* One for each, so that the last one's neighbour cannot be forgotten. */
#define X(num, id) +1
_Static_assert(COUNT(reasons) == 1 REASONS(X), "each reason has its words");
#undef X
_Static_assert(COUNT(questions) == RULE_P21 + 1, "each rule has its question");

const char *reason_brief(enum reason reason)
{
    return (size_t)reason < COUNT(reasons) ? reasons[reason][0] : "?";
}

const char *reason_sentence(enum reason reason)
{
    return (size_t)reason < COUNT(reasons) ? reasons[reason][1] : "?";
}

const char *rule_question(enum rule rule)
{
    return (size_t)rule < COUNT(questions) ? questions[rule] : "?";
}

const char *obligation_text(enum obligation obligation)
{
    switch (obligation) {
    case OBLIGATION_OPT_OUT_LINK: return "carry a working opt-out link";
    case OBLIGATION_ART14_NOTICE:
        return "tell the person where we have the data from (article 14)";
    case OBLIGATION_ART21_4_STATEMENT:
        return "point out the right to object (article 21(4))";
    case OBLIGATION_NO_PROMOTIONAL_CONTENT: return "contain no marketing";
    case OBLIGATION_VERIFY_RELATIONSHIP:
        return "be sent only after you have checked that the person is a customer";
    case OBLIGATION_COMPLAINT_RISK:
        return "be considered with care: the person has complained before";
    default: return "?";
    }
}
