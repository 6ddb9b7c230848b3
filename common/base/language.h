/* language.h - the languages that people are written to in: those of the policy's web
 * sites. */
#ifndef CONSENT_BASE_LANGUAGE_H
#define CONSENT_BASE_LANGUAGE_H

#include <stdbool.h>

/* tag, its own name */
#define LANGUAGES(X)                                                                     \
    X(en, "English")                                                                     \
    X(fr, "Français")                                                                    \
    X(de, "Deutsch")                                                                     \
    X(es, "Español")                                                                     \
    X(it, "Italiano")                                                                    \
    X(nl, "Nederlands")                                                                  \
    X(pt, "Português")                                                                   \
    X(sv, "Svenska")                                                                     \
    X(da, "Dansk")

enum language {
#define X(tag, name) LANGUAGE_##tag,
    LANGUAGES(X)
#undef X
        N_LANGUAGES,
};

const char *language_tag(enum language language);
const char *language_name(enum language language);

/* False: it is none of ours. "pt-BR" is pt. */
bool language_read(const char *tag, enum language *ret);

#endif
