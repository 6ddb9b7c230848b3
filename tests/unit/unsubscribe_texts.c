/* door_texts: every text in every language, and which language somebody gets. */
#include "../../services/gateway/unsubscribe/texts.c"

#include <criterion/criterion.h>

static int places(const char *text)
{
    int n = 0;

    for (const char *at = text; (at = strstr(at, "{}")) != NULL; at += 2)
        n++;
    return n;
}

/* And a place for a name or an address wherever the English text has one. */
Test(unsubscribe_texts, complete)
{
    cr_assert_eq(N_LANGUAGES, 9);
    for (int l = 0; l < N_LANGUAGES; l++) {
        for (int t = 0; t < N_TEXTS; t++) {
            const char *text = texts[l][t];

            cr_assert_not_null(text, "%s has no text %d", language_tag((enum language)l),
                               t);
            cr_assert_gt(strlen(text), 1, "%s text %d", language_tag((enum language)l),
                         t);
            cr_assert_eq(places(text), places(texts[LANGUAGE_en][t]), "%s text %d",
                         language_tag((enum language)l), t);
        }
    }
}

/* No sentence was left in another language: long ones differ from language to language.
 */
Test(unsubscribe_texts, translated)
{
    for (int t = 0; t < N_TEXTS; t++)
        for (int a = 0; a < N_LANGUAGES; a++)
            for (int b = 0; b < a; b++)
                cr_assert(strlen(texts[a][t]) < 20 ||
                              strcmp(texts[a][t], texts[b][t]) != 0,
                          "%s and %s say the same: %s", language_tag((enum language)a),
                          language_tag((enum language)b), texts[a][t]);
}

static const struct {
    const char *accept;
    enum language language;
} wishes[] = {
    {NULL, LANGUAGE_en},
    {"", LANGUAGE_en},
    {"fr", LANGUAGE_fr},
    {"fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", LANGUAGE_fr},
    {"pl, de-AT;q=0.3, sv;q=0.4", LANGUAGE_sv},
    {"pl,ja", LANGUAGE_en},
    {"pt-BR", LANGUAGE_pt},
    {"DA", LANGUAGE_da},
    {"fra, deu", LANGUAGE_en},
    {"nl;q=0, it;q=0.001", LANGUAGE_it},
    {"nl;q=0", LANGUAGE_en},
    {"es ; q=0.5 , it;q=0.6", LANGUAGE_it},
    {",,, es", LANGUAGE_es},
    {"en;q=0.1, de;level=1", LANGUAGE_de},
    {"de;q=0.12345678901234567890", LANGUAGE_de},
    {";q=1,fr", LANGUAGE_fr},
};

Test(unsubscribe_texts, accept_language)
{
    for (size_t i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++)
        cr_assert_eq(language_of(wishes[i].accept), wishes[i].language, "row %zu", i);
}

Test(unsubscribe_texts, purposes)
{
    cr_assert_str_eq(text_purpose(LANGUAGE_de, "communication.surveys"), "Umfragen");
    cr_assert_null(text_purpose(LANGUAGE_de, "communication"));
    cr_assert_lt(text_purpose_rank("marketing.promotional"),
                 text_purpose_rank("communication.surveys"));
    cr_assert_lt(text_purpose_rank("communication.surveys"), text_purpose_rank("new"));
}
