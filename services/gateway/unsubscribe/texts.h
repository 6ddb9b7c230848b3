/*
 * texts.h - the words of the unsubscribe page, in the languages of the policy's web
 * sites.
 *
 * They stand in texts.def.
 */
#ifndef CONSENT_GATEWAY_TEXTS_H
#define CONSENT_GATEWAY_TEXTS_H

#include "base/language.h"

#define TEXT_NAMES(X)                                                                    \
    X(TITLE)                                                                             \
    X(FOR)                                                                               \
    X(ASK)                                                                               \
    X(ASK_WHY)                                                                           \
    X(ASK_PHONE)                                                                         \
    X(PHONE_WHY)                                                                         \
    X(ALL)                                                                               \
    X(ALL_HINT)                                                                          \
    X(GROUP)                                                                             \
    X(CHOOSE)                                                                            \
    X(STOPPED)                                                                           \
    X(ABOUT)                                                                             \
    X(USE)                                                                               \
    X(BY)                                                                                \
    X(EMAIL)                                                                             \
    X(PHONE)                                                                             \
    X(SMS)                                                                               \
    X(SAVE)                                                                              \
    X(SERVICE)                                                                           \
    X(DONE)                                                                              \
    X(DONE_ALL)                                                                          \
    X(DONE_SOME)                                                                         \
    X(DONE_FOR)                                                                          \
    X(DONE_SOON)                                                                         \
    X(REFERENCE)                                                                         \
    X(RECORDED)                                                                          \
    X(KEEP)                                                                              \
    X(BACK)                                                                              \
    X(AGAIN)                                                                             \
    X(LATER)                                                                             \
    X(LATER_WHY)                                                                         \
    X(WRITE)                                                                             \
    X(NOTHING)                                                                           \
    X(BAD_ADDRESS)                                                                       \
    X(BAD_PHONE)                                                                         \
    X(C_TITLE)                                                                           \
    X(C_INTRO)                                                                           \
    X(C_ABOUT)                                                                           \
    X(C_YES)                                                                             \
    X(C_NO)                                                                              \
    X(C_DONE)                                                                            \
    X(C_DONE_WHY)                                                                        \
    X(C_OVER)                                                                            \
    X(C_OVER_WHY)                                                                        \
    X(CONTACT)                                                                           \
    X(POLICY)                                                                            \
    X(LANGUAGE)                                                                          \
    X(OFFERS)                                                                            \
    X(EVENTS)                                                                            \
    X(NEWS)                                                                              \
    X(SURVEYS)                                                                           \
    X(TARGETED)                                                                          \
    X(TAILORED)                                                                          \
    X(ENRICHMENT)                                                                        \
    X(ACQUISITION)                                                                       \
    X(ALSO_GROUP)                                                                        \
    X(SALE)                                                                              \
    X(P_LINK)                                                                            \
    X(P_TITLE)                                                                           \
    X(P_NOW)                                                                             \
    X(P_TOPIC)                                                                           \
    X(P_STATE)                                                                           \
    X(P_ON)                                                                              \
    X(P_OFF)                                                                             \
    X(P_STOPPED)                                                                         \
    X(P_PAUSED)                                                                          \
    X(P_UNKNOWN)                                                                         \
    X(P_CHANGE)                                                                          \
    X(P_TOPICS)                                                                          \
    X(P_BRANDS)                                                                          \
    X(P_PAUSE)                                                                           \
    X(P_PAUSE_HINT)                                                                      \
    X(P_BACK)                                                                            \
    X(P_BACK_HINT)                                                                       \
    X(P_DONE)                                                                            \
    X(P_STAYS)                                                                           \
    X(P_ALL)                                                                             \
    X(P_ASKED)                                                                           \
    X(P_ASKED_WHY)                                                                       \
    X(P_STATEMENT)                                                                       \
    X(P_NOT_BACK)

enum text {
#define X(id) TEXT_##id,
    TEXT_NAMES(X)
#undef X
        N_TEXTS,
};

const char *text_words(enum language language, enum text text);

/* In which order people read them: ours as listed, then what else there is. */
int text_purpose_rank(const char *purpose);

/* Is it about data that are used, rather than about messages that are sent? */
bool text_purpose_uses_data(const char *purpose);

/* What a purpose is called, NULL when only the register knows it. */
const char *text_purpose(enum language language, const char *purpose);

/* By an Accept-Language field, which may be NULL; English when it wants none of ours. */
enum language language_of(const char *accept);

#endif
