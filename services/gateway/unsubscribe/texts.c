#include "texts.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const texts[N_LANGUAGES][N_TEXTS] = {
#define T(tag, id, words) [LANGUAGE_##tag][TEXT_##id] = words,
#include "texts.def"
#undef T
};

/* Writing to somebody, and using what is known of them, stop under different headings. */
static const struct {
    const char *purpose;
    enum text text;
    bool uses_data;
} purposes[] = {
    {"marketing.promotional", TEXT_OFFERS, false},
    {"communication.news", TEXT_NEWS, false},
    {"communication.events", TEXT_EVENTS, false},
    {"communication.surveys", TEXT_SURVEYS, false},
    {"marketing.targeted_advertising", TEXT_TARGETED, true},
    {"marketing.tailored_advertising", TEXT_TAILORED, true},
    {"records.enrichment", TEXT_ENRICHMENT, true},
    {"customer.acquisition", TEXT_ACQUISITION, true},
};

const char *text_words(enum language language, enum text text)
{
    return texts[language][text];
}

#define N_PURPOSES (sizeof(purposes) / sizeof(purposes[0]))

int text_purpose_rank(const char *purpose)
{
    int i = 0;

    while (i < (int)N_PURPOSES && strcmp(purposes[i].purpose, purpose) != 0)
        i++;
    return i;
}

bool text_purpose_uses_data(const char *purpose)
{
    int i = text_purpose_rank(purpose);

    return i < (int)N_PURPOSES && purposes[i].uses_data;
}

const char *text_purpose(enum language language, const char *purpose)
{
    int i = text_purpose_rank(purpose);

    return i < (int)N_PURPOSES ? texts[language][purposes[i].text] : NULL;
}

/* The weight of one element, 0 to 1000: "fr-CH;q=0.8" is 800. */
static int weight(const char *element, size_t n)
{
    const char *at = memchr(element, ';', n);
    int value = 0, digit = 1000;

    if (at == NULL)
        return 1000;
    at += 1 + strspn(at + 1, " \t");
    if (strncasecmp(at, "q=", 2) != 0)
        return 1000;
    for (at += 2; at < element + n && (*at == '.' || (*at >= '0' && *at <= '9')); at++) {
        if (*at == '.')
            continue;
        value += (*at - '0') * digit;
        digit /= 10;
    }
    return value;
}

enum language language_of(const char *accept)
{
    enum language best = LANGUAGE_en, found;
    int most = 0;

    while (accept != NULL && *accept != '\0') {
        size_t n;

        accept += strspn(accept, ", \t");
        n = strcspn(accept, ",");
        if (language_read(accept, &found) && weight(accept, n) > most) {
            most = weight(accept, n);
            best = found;
        }
        accept += n;
    }
    return best;
}
