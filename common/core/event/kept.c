#include "kept.h"

#include "base/when.h"

#include <stdio.h>

const char *kept_name(enum kept kept)
{
    static const char *const names[] = {"not kept", "open", "forgotten", "locked",
                                        "archived"};

    return names[kept];
}

const char *kept_words(enum kept kept, int64_t forgotten_us, char ret[KEPT_WORDS_BYTES])
{
    char at[WHEN_TEXT_BYTES];

    if (kept == KEPT_FORGOTTEN && forgotten_us != WHEN_ALWAYS)
        snprintf(ret, KEPT_WORDS_BYTES, "forgotten on %s", when_format(forgotten_us, at));
    else if (kept == KEPT_FORGOTTEN)
        snprintf(ret, KEPT_WORDS_BYTES, "forgotten");
    else if (kept == KEPT_LOCKED)
        snprintf(ret, KEPT_WORDS_BYTES, "sealed, and its key is not given here");
    else if (kept == KEPT_ARCHIVED)
        snprintf(ret, KEPT_WORDS_BYTES, "in an archive, which is not given here");
    else
        snprintf(ret, KEPT_WORDS_BYTES, "the bytes were not kept");
    return ret;
}
