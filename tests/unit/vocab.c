#include "core/decision/decide.h"
#include "core/event/fault_codes.h"
#include "core/vocab.h"

#include <criterion/criterion.h>
#include <string.h>

/* Every word of a table: its number gives its name, its name gives its number. */
#define ROUND(type, name_fn, parse_fn, num, text)                                        \
    do {                                                                                 \
        cr_assert_str_eq(name_fn((type)(num)), text);                                    \
        cr_assert_eq((int)parse_fn(text), (int)(num));                                   \
    } while (0)

Test(vocab, every_word)
{
#define X(num, id, name, class)                                                          \
    ROUND(enum event_type, event_type_name, event_type_parse, num, name);
    EVENT_TYPES(X)
#undef X
#define X(bit, id, name) ROUND(uint16_t, channel_name, channel_parse, 1 << bit, name);
    CHANNELS(X)
#undef X
#define X(num, id, name)                                                                 \
    ROUND(enum contact_kind, contact_kind_name, contact_kind_parse, num, name);
    CONTACT_KINDS(X)
#undef X
#define X(num, id, name, rank, direct, grants)                                           \
    ROUND(enum source_type, source_type_name, source_type_parse, num, name);             \
    cr_assert_eq(source_type_rank((enum source_type)num), rank);                         \
    cr_assert_eq(source_type_direct((enum source_type)num), direct);                     \
    cr_assert_eq(source_type_grants((enum source_type)num), grants);
    SOURCE_TYPES(X)
#undef X
#define X(num, id, name)                                                                 \
    ROUND(enum purpose_class, purpose_class_name, purpose_class_parse, num, name);
    PURPOSE_CLASSES(X)
#undef X
#define X(num, id, name)                                                                 \
    ROUND(enum token_profile, token_profile_name, token_profile_parse, num, name);
    TOKEN_PROFILES(X)
#undef X
#define X(num, id, name, denial)                                                         \
    cr_assert_str_eq(fact_kind_name((enum fact_kind)num), name);                         \
    cr_assert_eq(fact_kind_denial((enum fact_kind)num), denial);
    FACT_KINDS(X)
#undef X
#define X(num, id, name) cr_assert_str_eq(outcome_name((enum outcome)num), name);
    OUTCOMES(X)
#undef X
#define X(num, id, name) cr_assert_str_eq(list_status_name((enum list_status)num), name);
    LIST_STATUSES(X)
#undef X
}

Test(vocab, unknown_words)
{
    cr_assert_eq(event_type_parse("consent.granted"), EVENT_NONE);
    cr_assert_eq(channel_parse("Email"), 0);
    cr_assert_eq(contact_kind_parse(""), CONTACT_NONE);
    cr_assert_eq(source_type_parse("?"), SOURCE_NONE);
    cr_assert_eq(purpose_class_parse("marketing"), PURPOSE_CLASS_NONE);
    cr_assert_eq(token_profile_parse("sha3"), TOKEN_NONE);
    cr_assert_eq(right_parse(""), RIGHT_NONE);
    cr_assert_eq(right_parse("forget"), RIGHT_NONE);
    cr_assert_eq(rights_outcome_parse(""), RIGHTS_OUTCOME_NONE);
}

Test(vocab, unknown_numbers)
{
    cr_assert_str_eq(event_type_name((enum event_type)99), "?");
    cr_assert_str_eq(event_type_name(EVENT_NONE), "?");
    cr_assert_eq(event_type_class((enum event_type)99), EVENT_CLASS_NONE);
    cr_assert_eq(event_type_class(EVENT_OPTOUT_RECORDED), EVENT_CLASS_DENIAL);
    cr_assert_str_eq(channel_name(3), "?");
    cr_assert_str_eq(contact_kind_name((enum contact_kind)9), "?");
    cr_assert_str_eq(source_type_name((enum source_type)99), "?");
    cr_assert_gt(source_type_rank((enum source_type)99), source_type_rank(SOURCE_CT_LOG));
    cr_assert_not(source_type_direct(SOURCE_NONE));
    cr_assert_not(source_type_grants((enum source_type)99));
    cr_assert_str_eq(purpose_class_name(PURPOSE_CLASS_NONE), "?");
    cr_assert_str_eq(fact_kind_name((enum fact_kind)99), "?");
    cr_assert_not(fact_kind_denial((enum fact_kind)99));
    cr_assert_str_eq(outcome_name(OUTCOME_NONE), "?");
    cr_assert_str_eq(list_status_name(LIST_ABSENT), "?");
    cr_assert_str_eq(token_profile_name(TOKEN_NONE), "?");
    cr_assert(rights_outcome_closes((enum rights_outcome)99));
    cr_assert(rights_outcome_closes(RIGHTS_OUTCOME_NONE));
}

/* The numbers stand in the database: whoever changes one must change this test. */
Test(vocab, numbers_are_for_life)
{
    cr_assert_eq(EVENT_RIGHTS_COMPLETED, 13);
    cr_assert_eq(FACT_ERASURE_REFUSED, 21);
    cr_assert_eq(SOURCE_EMPLOYER, 17);
    cr_assert_eq(PURPOSE_CLASS_RECRUITMENT, 8);
    cr_assert_eq(TOKEN_PLAIN, 8);
    cr_assert_eq(CHANNEL_SOCIAL, 1 << 5);
}

Test(vocab, channels_and_contacts)
{
    cr_assert_eq(contact_kind_channels(CONTACT_EMAIL),
                 CHANNEL_EMAIL | CHANNEL_WEB | CHANNEL_SOCIAL);
    cr_assert_eq(contact_kind_channels(CONTACT_PHONE), CHANNEL_PHONE | CHANNEL_SMS);
    cr_assert_eq(contact_kind_channels(CONTACT_POSTAL), CHANNEL_POST);
    cr_assert_eq(contact_kind_channels(CONTACT_NONE), 0);
    cr_assert_eq(channel_contact_kind(CHANNEL_EMAIL | CHANNEL_SMS), CONTACT_NONE);
    cr_assert_eq(channel_contact_kind(0), CONTACT_NONE);
}

/* Has it words of its own: not none, and not "?"? */
static bool said(const char *text)
{
    return text[0] != '\0' && strcmp(text, "?") != 0;
}

Test(vocab, every_code_has_a_title)
{
#define X(num, id, name, class) cr_expect(said(event_type_title(EVENT_##id)), name);
    EVENT_TYPES(X)
#undef X
#define X(num, id, name) cr_expect(said(purpose_class_title(PURPOSE_CLASS_##id)), name);
    PURPOSE_CLASSES(X)
#undef X
#define X(bit, id, name) cr_expect(said(channel_title(CHANNEL_##id)), name);
    CHANNELS(X)
#undef X
#define X(num, id, name, other) cr_expect(said(right_title(RIGHT_##id)), name);
    RIGHTS(X)
#undef X
    cr_expect(!said(event_type_title(EVENT_NONE)));
    cr_expect(!said(purpose_class_title(PURPOSE_CLASS_NONE)));
    cr_expect(!said(channel_title((enum channel)0)));
    cr_expect(!said(right_title(RIGHT_NONE)) && !said(right_title(RIGHT_END)));
}

Test(vocab, every_answer_has_its_words)
{
#define X(num, id)                                                                       \
    cr_expect(said(reason_brief(REASON_##id)), #id);                                     \
    cr_expect(said(reason_sentence(REASON_##id)), #id);
    REASONS(X)
#undef X
#define X(bit, id) cr_expect(said(obligation_text(OBLIGATION_##id)), #id);
    OBLIGATIONS(X)
#undef X
    for (enum rule rule = RULE_P1; rule < RULE_END; rule++)
        cr_expect(said(rule_question(rule)), "%s", rule_name(rule));
    cr_expect_str_eq(rule_question(RULE_END), "?");
    cr_expect_str_eq(reason_brief((enum reason)99), "?");
    cr_expect_str_eq(reason_sentence((enum reason)99), "?");
    cr_expect_str_eq(obligation_text((enum obligation)0), "?");
}

Test(vocab, every_fault_has_a_sentence)
{
#define X(id, sentence, advice)                                                          \
    cr_expect_str_eq(fault_sentence(#id), sentence);                                     \
    cr_expect_str_eq(fault_advice(#id), advice);
    FAULT_CODES(X)
#undef X
    cr_expect_str_eq(fault_sentence("NO_SUCH_CODE"), "");
    cr_expect_str_eq(fault_advice("NO_SUCH_CODE"), "");
}
