#include "sheet/words.h"

#include "sheet/names.h"

#include <string.h>

static const struct {
    const char *word;
    enum saying saying;
} sayings[] = {
#include "sheet/words.inc"
};

/* Hardly any of a list begins as the word does. */
static bool is_same(const char *row, const char *word)
{
    return row[0] == word[0] && strcmp(row, word) == 0;
}

static enum saying saying_of(const char *word)
{
    for (size_t i = 0; i < sizeof(sayings) / sizeof(sayings[0]); i++)
        if (is_same(sayings[i].word, word))
            return sayings[i].saying;
    return SAYS_UNKNOWN;
}

/* "Unsubscribed (GDPR)", "Opt-Out: Admin": the word, and what is added to it. A yes with
 * an addition may be a no: "Active (unsubscribed)". */
static enum saying saying_added(const char *s, size_t len)
{
    char word[NAME_BYTES];
    enum saying says, added;
    size_t n = 0;

    while (n < len && s[n] != '(' && s[n] != ':')
        n++;
    if (n == 0 || n == len || (s[0] >= '0' && s[0] <= '9')) /* no word, or a time */
        return SAYS_UNKNOWN;
    name_fold(s, n, word);
    says = saying_of(word);
    if (says != SAYS_NOTHING)
        return says;
    name_fold(s + n, len - n, word);
    added = saying_of(word);
    return added == SAYS_NOTHING ? SAYS_NOTHING : SAYS_UNKNOWN;
}

enum saying word_saying(const char *s, size_t len)
{
    char word[NAME_BYTES];
    enum saying says;

    name_fold(s, len, word);
    says = saying_of(word);
    return says != SAYS_UNKNOWN ? says : saying_added(s, len);
}

/* "unsubscribed: active" could be either; "unsubscribed: subscribed" is a no. */
static bool of_a_subscription(const char *word)
{
    static const char *const parts[] = {
        "subscri", "optin",     "optedin",  "abonn",     "inscrit", "suscrit",
        "iscritt", "ingeschre", "angemel",  "alta",      "подпис",  "підпис",
        "zapisan", "allow",     "zulassen", "aangemeld", "tilmeld", "pamel",
        "购",      "订阅",      "訂閱",     "購読",      "配信",    "구독"};

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (strstr(word, parts[i]) != NULL)
            return true;
    return false;
}

/* word: the cell folded; says: what that says. */
static int flag_of(const char *word, const char *s, size_t len, enum saying says)
{
    static const char *const yes[] = {
        "1",         "true",  "yes",   "y",       "t",    "x",        "on",     "ja",
        "j",         "oui",   "si",    "s",       "wahr", "vrai",     "vero",   "sim",
        "verdadero", "tak",   "check", "checked", "waar", "prawda",   "igen",   "ano",
        "all",       "kylla", "evet",  "da",      "да",   "так",      "истина", "はい",
        "有",        "是",    "예",    "네",      "可",   "希望する", "許可"};
    static const char *const no[] = {
        "",       "0",      "false", "no",        "n",    "f",      "off",
        "nein",   "non",    "nao",   "falsch",    "faux", "falso",  "nie",
        "null",   "none",   "na",    "unchecked", "nee",  "nej",    "nei",
        "onwaar", "falsz",  "nem",   "ne",        "ei",   "hayir",  "nu",
        "нет",    "ні",     "ложь",  "いいえ",    "無",   "无",     "否",
        "아니오", "아니요", "不可",  "不要",      "拒否", "しない", "希望しない"};

    for (size_t i = 0; i < len && word[0] == '\0'; i++)
        if (strchr(" \t\r\n-\"'", s[i]) == NULL)
            return s[i] == '+' || memmem(s, len, "\xe2\x9c\x93", 3) != NULL ||
                           memmem(s, len, "\xe2\x9c\x94", 3) != NULL
                       ? 1
                       : -1;
    for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
        if (is_same(yes[i], word))
            return 1;
    for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
        if (is_same(no[i], word))
            return 0;
    if (strcmp(word, "10") == 0 && len == 3) /* 1.0, as a table with gaps has it */
        return 1;
    if (strcmp(word, "00") == 0 && len == 3)
        return 0;
    switch (says) {
    case SAYS_OPTOUT: return strcmp(word, "disabled") == 0 ? -1 : 1;
    case SAYS_NOTHING: return of_a_subscription(word) ? 0 : -1;
    case SAYS_UNKNOWN:
    case SAYS_COMPLAINT:
    case SAYS_HARD:
    case SAYS_INVALID:
    case SAYS_SOFT:
    case SAYS_BLOCK: break;
    }
    return -1;
}

int word_flag(const char *s, size_t len, enum saying *ret_says)
{
    char word[NAME_BYTES];

    name_fold(s, len, word);
    *ret_says = saying_of(word);
    if (*ret_says == SAYS_UNKNOWN)
        *ret_says = saying_added(s, len);
    return flag_of(word, s, len, *ret_says);
}

enum contact_kind word_kind(const char *s, size_t len)
{
    static const char *const mail[] = {"email", "mail",        "emailaddress",
                                       "em",    "emailsha256", "emailhash",
                                       "e",     "hashedemail"};
    static const char *const call[] = {
        "phone", "phonenumber", "telephone", "tel", "mobile",  "sms",        "msisdn",
        "ph",    "phonesha256", "phonehash", "p",   "telefon", "hashedphone"};
    char word[NAME_BYTES];

    name_fold(s, len, word);
    for (size_t i = 0; i < sizeof(mail) / sizeof(mail[0]); i++)
        if (is_same(mail[i], word))
            return CONTACT_EMAIL;
    for (size_t i = 0; i < sizeof(call) / sizeof(call[0]); i++)
        if (is_same(call[i], word))
            return CONTACT_PHONE;
    return CONTACT_NONE;
}

/* One channel. False: nobody knows it. */
static bool channel_one(const char *s, size_t len, unsigned int *ret)
{
    static const struct {
        const char *word;
        unsigned int kinds;
    } channels[] = {
        {"emailmarketing", 1u << CONTACT_EMAIL},
        {"newsletter", 1u << CONTACT_EMAIL},
        {"text", 1u << CONTACT_PHONE},
        {"textmessage", 1u << CONTACT_PHONE},
        {"whatsapp", 1u << CONTACT_PHONE},
        {"call", 1u << CONTACT_PHONE},
        {"voice", 1u << CONTACT_PHONE},
        {"all", 1u << CONTACT_EMAIL | 1u << CONTACT_PHONE},
        {"any", 1u << CONTACT_EMAIL | 1u << CONTACT_PHONE},
        {"both", 1u << CONTACT_EMAIL | 1u << CONTACT_PHONE},
        {"push", 0},
        {"notification", 0},
        {"webpush", 0},
        {"web", 0},
        {"browser", 0},
        {"inapp", 0},
        {"post", 0},
        {"postal", 0},
        {"fax", 0},
        {"social", 0},
        {"twitter", 0},
    };
    const enum contact_kind kind = word_kind(s, len);
    char word[NAME_BYTES];

    *ret = 1u << kind;
    if (kind != CONTACT_NONE)
        return true;
    name_fold(s, len, word);
    for (size_t i = 0; i < sizeof(channels) / sizeof(channels[0]); i++)
        if (is_same(channels[i].word, word)) {
            *ret = channels[i].kinds;
            return true;
        }
    return false;
}

bool word_channels(const char *s, size_t len, bool several, unsigned int *ret)
{
    static const char marks[] = ",;|/+&[]\"'\n";
    unsigned int found = 0, one;
    size_t n = 0;

    if (channel_one(s, len, ret))
        return true;
    if (!several)
        return false;
    for (size_t at = 0; at < len; at++) {
        const char *begin = s + at;
        size_t filled = 0;

        while (at < len && (s[at] == '\0' || strchr(marks, s[at]) == NULL))
            filled += s[at++] != ' ';
        if (filled == 0)
            continue;
        if (!channel_one(begin, (size_t)(s + at - begin), &one))
            return false;
        found |= one;
        n++;
    }
    *ret = found;
    return n > 0;
}
