#include "base/language.h"

#include <string.h>
#include <strings.h>

static const char *const tags[] = {
#define X(tag, name) [LANGUAGE_##tag] = #tag,
    LANGUAGES(X)
#undef X
};

static const char *const names[] = {
#define X(tag, name) [LANGUAGE_##tag] = name,
    LANGUAGES(X)
#undef X
};

const char *language_tag(enum language language)
{
    return tags[language];
}

const char *language_name(enum language language)
{
    return names[language];
}

bool language_read(const char *tag, enum language *ret)
{
    size_t n = strcspn(tag, "-_;, \t");

    for (int i = 0; i < N_LANGUAGES; i++) {
        if (strlen(tags[i]) == n && strncasecmp(tags[i], tag, n) == 0) {
            *ret = (enum language)i;
            return true;
        }
    }
    return false;
}
