/* door_texts: every text in every language, and which language somebody gets. */
#include "../../services/lookup/door_texts.c"

#include <criterion/criterion.h>

static int places(const char *text)
{
    int n = 0;

    for (const char *at = text; (at = strstr(at, "{}")) != NULL; at += 2)
        n++;
    return n;
}

/* And a place for a name or an address wherever the English text has one. */
Test(door_texts, complete)
{
    cr_assert_eq(N_DOOR_LANGUAGES, 9);
    for (int l = 0; l < N_DOOR_LANGUAGES; l++) {
        for (int t = 0; t < N_DOOR_TEXTS; t++) {
            const char *text = texts[l][t];

            cr_assert_not_null(text, "%s has no text %d", tags[l], t);
            cr_assert_gt(strlen(text), 1, "%s text %d", tags[l], t);
            cr_assert_eq(places(text), places(texts[DOOR_en][t]), "%s text %d", tags[l],
                         t);
        }
    }
}

/* No sentence was left in another language: long ones differ from language to language.
 */
Test(door_texts, translated)
{
    for (int t = 0; t < N_DOOR_TEXTS; t++)
        for (int a = 0; a < N_DOOR_LANGUAGES; a++)
            for (int b = 0; b < a; b++)
                cr_assert(strlen(texts[a][t]) < 20 ||
                              strcmp(texts[a][t], texts[b][t]) != 0,
                          "%s and %s say the same: %s", tags[a], tags[b], texts[a][t]);
}

static const struct {
    const char *accept;
    enum door_language language;
} wishes[] = {
    {NULL, DOOR_en},
    {"", DOOR_en},
    {"fr", DOOR_fr},
    {"fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", DOOR_fr},
    {"pl, de-AT;q=0.3, sv;q=0.4", DOOR_sv},
    {"pl,ja", DOOR_en},
    {"pt-BR", DOOR_pt},
    {"DA", DOOR_da},
    {"fra, deu", DOOR_en},
    {"nl;q=0, it;q=0.001", DOOR_it},
    {"nl;q=0", DOOR_en},
    {"es ; q=0.5 , it;q=0.6", DOOR_it},
    {",,, es", DOOR_es},
    {"en;q=0.1, de;level=1", DOOR_de},
    {"de;q=0.12345678901234567890", DOOR_de},
    {";q=1,fr", DOOR_fr},
};

Test(door_texts, accept_language)
{
    for (size_t i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++)
        cr_assert_eq(door_language_of(wishes[i].accept), wishes[i].language, "row %zu",
                     i);
}

Test(door_texts, purposes)
{
    cr_assert_str_eq(door_purpose(DOOR_de, "communication.surveys"), "Umfragen");
    cr_assert_null(door_purpose(DOOR_de, "communication"));
    cr_assert_lt(door_purpose_rank("marketing.promotional"),
                 door_purpose_rank("communication.surveys"));
    cr_assert_lt(door_purpose_rank("communication.surveys"), door_purpose_rank("new"));
}
