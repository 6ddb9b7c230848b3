/*
 * door_texts.h - the words of the opt-out door, in the languages of the policy's web
 * sites.
 *
 * They stand in door_texts.def.
 */
#ifndef CONSENT_LOOKUP_DOOR_TEXTS_H
#define CONSENT_LOOKUP_DOOR_TEXTS_H

#include <stdbool.h>

/* tag, its own name */
#define DOOR_LANGUAGES(X)                                                                \
    X(en, "English")                                                                     \
    X(fr, "Français")                                                                    \
    X(de, "Deutsch")                                                                     \
    X(es, "Español")                                                                     \
    X(it, "Italiano")                                                                    \
    X(nl, "Nederlands")                                                                  \
    X(pt, "Português")                                                                   \
    X(sv, "Svenska")                                                                     \
    X(da, "Dansk")

enum door_language {
#define X(tag, name) DOOR_##tag,
    DOOR_LANGUAGES(X)
#undef X
        N_DOOR_LANGUAGES,
};

#define DOOR_TEXT_NAMES(X)                                                               \
    X(TITLE)                                                                             \
    X(FOR)                                                                               \
    X(ASK)                                                                               \
    X(ASK_WHY)                                                                           \
    X(ALL)                                                                               \
    X(ALL_HINT)                                                                          \
    X(CHOOSE)                                                                            \
    X(ABOUT)                                                                             \
    X(BY)                                                                                \
    X(EMAIL)                                                                             \
    X(PHONE)                                                                             \
    X(SMS)                                                                               \
    X(SAVE)                                                                              \
    X(SERVICE)                                                                           \
    X(DONE)                                                                              \
    X(DONE_ALL)                                                                          \
    X(DONE_SOME)                                                                         \
    X(DONE_SOON)                                                                         \
    X(BACK)                                                                              \
    X(AGAIN)                                                                             \
    X(LATER)                                                                             \
    X(LATER_WHY)                                                                         \
    X(WRITE)                                                                             \
    X(NOTHING)                                                                           \
    X(BAD_ADDRESS)                                                                       \
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
    X(LANGUAGE)                                                                          \
    X(OFFERS)                                                                            \
    X(TARGETED)                                                                          \
    X(TAILORED)                                                                          \
    X(EVENTS)                                                                            \
    X(NEWS)                                                                              \
    X(SURVEYS)                                                                           \
    X(ENRICHMENT)                                                                        \
    X(ACQUISITION)

enum door_text {
#define X(id) TEXT_##id,
    DOOR_TEXT_NAMES(X)
#undef X
        N_DOOR_TEXTS,
};

const char *door_text(enum door_language language, enum door_text text);

/* In which order people read them: ours as listed, then what else there is. */
int door_purpose_rank(const char *purpose);

/* What a purpose is called, NULL when only the register knows it. */
const char *door_purpose(enum door_language language, const char *purpose);

const char *door_language_tag(enum door_language language);
const char *door_language_name(enum door_language language);

/* False: it is none of ours. "pt-BR" is pt. */
bool door_language_read(const char *tag, enum door_language *ret);

/* By an Accept-Language field, which may be NULL; English when it wants none of ours. */
enum door_language door_language_of(const char *accept);

#endif
