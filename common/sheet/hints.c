/* names.h: names that nobody knows whole, by a part that they have. They decide only
 * together with what the cells look like (agree.c). */
#include "sheet/names.h"

#include "base/ascii.h"

#include <string.h>

static const struct hint {
    const char *part;
    enum sheet_meaning meaning;
} hints[] = {
    {"pending", SHEET_UNKNOWN},
    {"fax", SHEET_UNKNOWN},
    {"reason", SHEET_UNKNOWN},
    {"grund", SHEET_UNKNOWN},
    {"motiv", SHEET_UNKNOWN},
    {"raison", SHEET_UNKNOWN},
    {"razon", SHEET_UNKNOWN},
    {"reden", SHEET_UNKNOWN},
    {"powod", SHEET_UNKNOWN},
    {"причин", SHEET_UNKNOWN},
    {"理由", SHEET_UNKNOWN},
    {"unsub", SHEET_NO_FLAG},
    {"optout", SHEET_NO_FLAG},
    {"optedout", SHEET_NO_FLAG},
    {"donot", SHEET_NO_FLAG},
    {"dontemail", SHEET_NO_FLAG},
    {"dontcontact", SHEET_NO_FLAG},
    {"noemail", SHEET_NO_FLAG},
    {"nomail", SHEET_NO_FLAG},
    {"nocontact", SHEET_NO_FLAG},
    {"nomarket", SHEET_NO_FLAG},
    {"nonewsletter", SHEET_NO_FLAG},
    {"blacklist", SHEET_NO_FLAG},
    {"blocklist", SHEET_NO_FLAG},
    {"suppress", SHEET_NO_FLAG},
    {"exclu", SHEET_NO_FLAG},
    {"withdr", SHEET_NO_FLAG},
    {"revok", SHEET_NO_FLAG},
    {"revoc", SHEET_NO_FLAG},
    {"refus", SHEET_NO_FLAG},
    {"abgemeldet", SHEET_NO_FLAG},
    {"abmeld", SHEET_NO_FLAG},
    {"abbestell", SHEET_NO_FLAG},
    {"austrag", SHEET_NO_FLAG},
    {"ausgetragen", SHEET_NO_FLAG},
    {"widerspr", SHEET_NO_FLAG},
    {"widerruf", SHEET_NO_FLAG},
    {"werbesperr", SHEET_NO_FLAG},
    {"keinewerb", SHEET_NO_FLAG},
    {"keinemail", SHEET_NO_FLAG},
    {"keinenews", SHEET_NO_FLAG},
    {"desabonn", SHEET_NO_FLAG},
    {"desinscr", SHEET_NO_FLAG},
    {"oppos", SHEET_NO_FLAG},
    {"pasdepub", SHEET_NO_FLAG},
    {"desuscr", SHEET_NO_FLAG},
    {"abonelikten", SHEET_NO_FLAG},
    {"descadastr", SHEET_NO_FLAG},
    {"cancelou", SHEET_NO_FLAG},
    {"cancelamento", SHEET_NO_FLAG},
    {"disiscri", SHEET_NO_FLAG},
    {"uitgeschre", SHEET_NO_FLAG},
    {"uitschrij", SHEET_NO_FLAG},
    {"afgemeld", SHEET_NO_FLAG},
    {"afmeld", SHEET_NO_FLAG},
    {"wypisan", SHEET_NO_FLAG},
    {"wypisz", SHEET_NO_FLAG},
    {"rezygn", SHEET_NO_FLAG},
    {"avmeld", SHEET_NO_FLAG},
    {"frameld", SHEET_NO_FLAG},
    {"afmeldt", SHEET_NO_FLAG},
    {"avregistr", SHEET_NO_FLAG},
    {"avprenum", SHEET_NO_FLAG},
    {"odhlas", SHEET_NO_FLAG},
    {"leiratkoz", SHEET_NO_FLAG},
    {"dezabon", SHEET_NO_FLAG},
    {"kielto", SHEET_NO_FLAG},
    {"eimarkkin", SHEET_NO_FLAG},
    {"отпис", SHEET_NO_FLAG},
    {"відпис", SHEET_NO_FLAG},
    {"отказ", SHEET_NO_FLAG},
    {"配信停止", SHEET_NO_FLAG},
    {"配信不要", SHEET_NO_FLAG},
    {"退会", SHEET_NO_FLAG},
    {"解除", SHEET_NO_FLAG},
    {"退订", SHEET_NO_FLAG},
    {"退訂", SHEET_NO_FLAG},
    {"取消订阅", SHEET_NO_FLAG},
    {"수신거부", SHEET_NO_FLAG},
    {"optin", SHEET_YES_FLAG},
    {"optedin", SHEET_YES_FLAG},
    {"subscribed", SHEET_YES_FLAG},
    {"subscription", SHEET_YES_FLAG},
    {"consen", SHEET_YES_FLAG},
    {"einwillig", SHEET_YES_FLAG},
    {"einverst", SHEET_YES_FLAG},
    {"zustimm", SHEET_YES_FLAG},
    {"acceptsmarketing", SHEET_YES_FLAG},
    {"acceptsemail", SHEET_YES_FLAG},
    {"acceptmarketing", SHEET_YES_FLAG},
    {"newsletter", SHEET_YES_FLAG},
    {"nieuwsbrief", SHEET_YES_FLAG},
    {"odber", SHEET_YES_FLAG},
    {"novinek", SHEET_YES_FLAG},
    {"nyhetsbrev", SHEET_YES_FLAG},
    {"nyhedsbrev", SHEET_YES_FLAG},
    {"uutiskirje", SHEET_YES_FLAG},
    {"hirlevel", SHEET_YES_FLAG},
    {"izindurum", SHEET_YES_FLAG},
    {"aceptapub", SHEET_YES_FLAG},
    {"aceptacom", SHEET_YES_FLAG},
    {"preferenc", SHEET_YES_FLAG},
    {"preferenz", SHEET_YES_FLAG},
    {"permission", SHEET_YES_FLAG},
    {"permiso", SHEET_YES_FLAG},
    {"erlaubt", SHEET_YES_FLAG},
    {"erlaubnis", SHEET_YES_FLAG},
    {"maycontact", SHEET_YES_FLAG},
    {"mayemail", SHEET_YES_FLAG},
    {"cancontact", SHEET_YES_FLAG},
    {"canemail", SHEET_YES_FLAG},
    {"mailable", SHEET_YES_FLAG},
    {"contactable", SHEET_YES_FLAG},
    {"allowemail", SHEET_YES_FLAG},
    {"allowmail", SHEET_YES_FLAG},
    {"allowsms", SHEET_YES_FLAG},
    {"allowmarket", SHEET_YES_FLAG},
    {"allowcontact", SHEET_YES_FLAG},
    {"receiveemail", SHEET_YES_FLAG},
    {"receivesemail", SHEET_YES_FLAG},
    {"receivemail", SHEET_YES_FLAG},
    {"receivenews", SHEET_YES_FLAG},
    {"receivemarket", SHEET_YES_FLAG},
    {"wantsemail", SHEET_YES_FLAG},
    {"toestemm", SHEET_YES_FLAG},
    {"zgod", SHEET_YES_FLAG},
    {"suscri", SHEET_YES_FLAG},
    {"souscri", SHEET_YES_FLAG},
    {"inscrit", SHEET_YES_FLAG},
    {"iscritt", SHEET_YES_FLAG},
    {"ingeschre", SHEET_YES_FLAG},
    {"aanmeld", SHEET_YES_FLAG},
    {"angemeldet", SHEET_YES_FLAG},
    {"abonn", SHEET_YES_FLAG},
    {"samtykk", SHEET_YES_FLAG},
    {"samtyck", SHEET_YES_FLAG},
    {"suostum", SHEET_YES_FLAG},
    {"souhlas", SHEET_YES_FLAG},
    {"hozzajar", SHEET_YES_FLAG},
    {"prenumer", SHEET_YES_FLAG},
    {"tilmeld", SHEET_YES_FLAG},
    {"подпис", SHEET_YES_FLAG},
    {"підпис", SHEET_YES_FLAG},
    {"соглас", SHEET_YES_FLAG},
    {"згода", SHEET_YES_FLAG},
    {"同意", SHEET_YES_FLAG},
    {"配信希望", SHEET_YES_FLAG},
    {"メルマガ", SHEET_YES_FLAG},
    {"订阅", SHEET_YES_FLAG},
    {"訂閱", SHEET_YES_FLAG},
    {"동의", SHEET_YES_FLAG},
    {"구독", SHEET_YES_FLAG},
    {"phone", SHEET_PHONE},
    {"mobil", SHEET_PHONE},
    {"telefon", SHEET_PHONE},
    {"handy", SHEET_PHONE},
    {"cellular", SHEET_PHONE},
    {"msisdn", SHEET_PHONE},
    {"whatsapp", SHEET_PHONE},
};

static const struct hint *hint_of(const char *name)
{
    for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
        if (strstr(name, hints[i].part) != NULL)
            return &hints[i];
    return NULL;
}

/* "subscriptions[].id" does not say how somebody stands. */
static bool names_a_list(const char *s, size_t len)
{
    static const char *const ends[] = {"id",    "name", "type", "list",
                                       "label", "url",  "key"};
    const char *const dot = memmem(s, len, "[].", 3);

    for (size_t i = 0; dot != NULL && i < sizeof(ends) / sizeof(ends[0]); i++) {
        const size_t n = strlen(ends[i]);

        if (len >= n && memcmp(s + len - n, ends[i], n) == 0)
            return true;
    }
    return false;
}

enum sheet_meaning name_hint(const char *s, size_t len)
{
    char name[NAME_BYTES];
    const struct hint *hint;

    if (names_a_list(s, len))
        return SHEET_UNKNOWN;
    name_fold(s, len, name);
    hint = hint_of(name);
    return hint != NULL ? hint->meaning : SHEET_UNKNOWN;
}

/* The name's next word, of its letters and digits; capitals begin one: "isNotOptedIn". */
static size_t word_next(const char **s, const char *end, char ret[NAME_BYTES])
{
    const char *p = *s;
    size_t n = 0;

    while (p < end && strchr(" _-.,:;()[]/?!'\"", *p) != NULL)
        p++;
    while (p < end && strchr(" _-.,:;()[]/?!'\"", *p) == NULL && n + 1 < NAME_BYTES &&
           !(n > 0 && *p >= 'A' && *p <= 'Z' && p[-1] >= 'a' && p[-1] <= 'z')) {
        ret[n++] = ascii_lower(*p);
        p++;
    }
    ret[n] = '\0';
    *s = p;
    return n;
}

bool name_of_happening(const char *s, size_t len)
{
    static const char *const words[] = {
        "event",     "events", "action",   "activity",  "type",        "tag",
        "tags",      "text",   "body",     "message",   "keyword",     "reply",
        "answer",    "result", "outcome",  "labels",    "disposition", "response",
        "operation", "aktion", "ereignis", "nachricht", "antwort",     "inhalt",
        "evento",    "accion", "azione"};
    const char *const end = s + len;
    char word[NAME_BYTES];

    while (word_next(&s, end, word) > 0)
        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
            if (strcmp(word, words[i]) == 0)
                return true;
    return false;
}

bool name_of_reason(const char *s, size_t len)
{
    char name[NAME_BYTES];
    const struct hint *hint;

    name_fold(s, len, name);
    hint = hint_of(name);
    return hint != NULL &&
           (hint->meaning == SHEET_NO_FLAG ||
            (hint->meaning == SHEET_UNKNOWN && strstr(name, "pending") == NULL));
}

bool name_of_post(const char *s, size_t len)
{
    static const char *const parts[] = {
        "postal",     "directmail", "perpost", "postwerbung", "briefpost",   "courrier",
        "correopost", "bypost",     "viapost", "postmailing", "printmailing"};
    static const char *const words[] = {"post",    "posta",   "poste",   "letter",
                                        "letters", "brieven", "brief",   "fax",
                                        "faxe",    "faxes",   "telefax", "mails"};
    const char *const end = s + len;
    char name[NAME_BYTES], word[NAME_BYTES];

    name_fold(s, len, name);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (strstr(name, parts[i]) != NULL)
            return true;
    while (word_next(&s, end, word) > 0)
        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
            if (strcmp(word, words[i]) == 0)
                return strstr(name, "email") == NULL &&
                       strstr(name, "newsletter") == NULL;
    return false;
}

bool name_is_turned(const char *s, size_t len)
{
    static const char *const own[] = {"donot", "dont", "no", "keine", "pasde"};
    static const char *const turns[] = {
        "not",        "no",    "non",          "never",       "isnt", "hasnt",
        "arent",      "nicht", "kein",         "keine",       "nie",  "pas",
        "sin",        "geen",  "niet",         "inte",        "ikke", "ej",
        "n\xc3\xa3o", "nao",   "\u043d\u0435", "\u043d\u0456"};
    const char *const end = s + len;
    char name[NAME_BYTES], word[NAME_BYTES];
    const struct hint *hint;
    size_t before;

    name_fold(s, len, name);
    hint = hint_of(name);
    if (hint == NULL)
        return false;
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
        if (strncmp(hint->part, own[i], strlen(own[i])) == 0)
            return false;
    before = (size_t)(strstr(name, hint->part) - name);
    if (before >= 3 && memcmp(name + before - 3, "not", 3) == 0)
        return true;
    while (word_next(&s, end, word) > 0)
        for (size_t i = 0; i < sizeof(turns) / sizeof(turns[0]); i++)
            if (strcmp(word, turns[i]) == 0)
                return true;
    return false;
}

bool name_of_other_script(const char *s, size_t len)
{
    char name[NAME_BYTES];
    size_t plain = 0, accented = 0;

    name_fold(s, len, name);
    for (const char *p = name; *p != '\0'; p++)
        if ((unsigned char)*p >= 0x80)
            return true;
    for (size_t i = 0; i < len; i++) {
        plain += (s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z');
        accented += (unsigned char)s[i] >= 0xc0;
    }
    return accented > plain;
}

bool name_of_contacting(const char *s, size_t len)
{
    static const char *const others[] = {"verif",  "valid",   "open",   "click", "sent",
                                         "send",   "count",   "num",    "score", "total",
                                         "bounce", "deliver", "domain", "client"};
    static const char *const parts[] = {
        "mail",   "contact",   "contat",   "benader",  "disturb",  "kontakt",   "market",
        "werb",   "sms",       "news",     "gdpr",     "dsgvo",    "rgpd",      "privacy",
        "opt",    "block",     "activ",    "aktiv",    "actif",    "ativo",     "attivo",
        "actief", "enabl",     "disabl",   "reach",    "subscr",   "permit",    "allow",
        "agree",  "accept",    "call",     "publicid", "reklam",   "prospect",  "izin",
        "action", "operation", "pubblic",  "publicit", "reclame",  "propagand", "ofert",
        "offert", "promo",     "comunica", "correo",   "courriel", "envoi",     "accett",
        "acept",  "aceit"};
    char name[NAME_BYTES];
    bool other = false, some = false;

    name_fold(s, len, name);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        other = other || strstr(name, others[i]) != NULL;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        some = some || strstr(name, parts[i]) != NULL;
    return (some && !other) || name_of_other_script(s, len);
}
