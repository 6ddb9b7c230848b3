/* What the words of a consent name. A row is one statement, as a form might have it. */
#include "core/event/admit.h"

#include <criterion/criterion.h>
#include <string.h>

#define E CHANNEL_EMAIL
#define P CHANNEL_PHONE
#define S CHANNEL_SMS
#define L CHANNEL_POST
#define O CHANNEL_SOCIAL

static const struct {
    const char *text;
    uint16_t channels;
} rows[] = {
    /* nothing named */
    {"", 0},
    {"I agree", 0},
    {"Quiero recibir ofertas", 0},
    {"Yes, send me offers and the text of your policy", 0},
    {"Read our blog posts", 0},
    {"A call for papers, and a call to action", 0},
    /* English */
    {"Yes, email me offers and news", E},
    {"I agree that Sectigo Limited may email me", E},
    {"You may contact me by e-mail, phone, SMS or post.", E | P | S | L},
    {"EMAIL", E},
    {"E-mails are fine", E},
    {"e\xe2\x80\x91mail", E},
    {"Call me", P},
    {"by telephone", P},
    {"text me", S},
    {"by text message", S},
    {"via text", S},
    {"by mail", E | L},
    {"on social media", O},
    {"LinkedIn", O},
    /* German */
    {"Ja, Sectigo darf mir Angebote per E-Mail senden", E},
    {"per E-Mail, Telefon, SMS und Post", E | P | S | L},
    {"Sie dürfen mich anrufen", P},
    {"telefonisch oder brieflich per Brief", P | L},
    {"per elektronischer Post", E},
    {"in sozialen Medien oder soziale Netzwerke", O},
    /* French */
    {"J'accepte de recevoir des offres par courriel", E},
    {"par téléphone et par courrier", P | L},
    {"par courrier électronique", E},
    {"par TÉLÉPHONE", P},
    {"par te\xcc\x81le\xcc\x81phone", P}, /* decomposed */
    {"un appel de votre part", P},
    {"sur les réseaux sociaux", O},
    /* Spanish */
    {"por correo electrónico", E},
    {"por correo postal", L},
    {"por teléfono o SMS", P | S},
    {"una llamada", P},
    {"redes sociales", O},
    /* Italian */
    {"via posta elettronica", E},
    {"per posta", L},
    {"per telefono", P},
    {"una chiamata", P},
    /* Dutch */
    {"per e-mail of telefonisch", E | P},
    {"u mag mij bellen", P},
    {"per post", L},
    /* Portuguese */
    {"por correio eletrónico", E},
    {"por correio", L},
    {"por telefone", P},
    {"uma chamada", P},
    /* Swedish */
    {"via e-post", E},
    {"ni får ringa mig", P},
    {"per brev", L},
    /* Danish */
    {"pr. e-mail, sms og telefon", E | S | P},
    {"et opkald", P},
    /* what is denied is not named */
    {"Email me, but do not call me", E},
    {"Email me, but please don't phone", E},
    {"Email me, but not by phone, SMS or post", E},
    {"Not by phone but by SMS", S},
    {"No calls. Email only.", E},
    {"Kein Telefon, nur E-Mail", E},
    {"pas de téléphone, seulement par courriel", E},
    {"sin llamadas, solo correo electrónico", E},
    {"No phone! No post!", 0},
    /* words that only look alike */
    {"remailing, smartphone cases, compost", 0},
    {"a very long word: donaudampfschifffahrtselektrizitätentelefon", 0},
    {"emaille", E},
    /* broken bytes do no harm */
    {"e-mail \xff\xfe phone", E | P},
    {"phone \xc3", P},
    {"phone \xe2\x80", P},
    {"tele\xc2\xadphone", P},
    {"×÷ phone", P},
    {"電話 email", E},
    {"👍 sms", S},
    {"e\xe2\x80\xa6mail", E | L},
    {"e\xe2\x80\x99mail", E},
    {"\xcd\x80phone \xcd\xb0phone", P},
    {"\xc4\x81 \xc2\xa0phone", P},
    {"\xc2\xb7phone\xe2\x86\x92sms", P | S},
    {"\xe2\x80\x8bphone \xe2\x80\x98sms\xe2\x80\x99", P | S},
    {"\xe9\x9b phone", P},
    {"24/7 {phone} [sms] ~post~ `email` @", E | P | S | L},
    {"x-mail", E | L},
    {"be-mail", E | L},
    {"don't phone", 0},
};

Test(statement, rows)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint16_t found = statement_channels(rows[i].text, strlen(rows[i].text));
        cr_expect_eq(found, rows[i].channels, "\"%s\" names %x, not %x", rows[i].text,
                     found, rows[i].channels);
    }
}

Test(statement, reads_no_further_than_told)
{
    cr_assert_eq(statement_channels("email phone", 5), E);
    cr_assert_eq(statement_channels("email phone", 0), 0);
    cr_assert_eq(statement_channels("\xe2\x80\x91", 1), 0);
}
