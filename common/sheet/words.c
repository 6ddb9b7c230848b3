#include "sheet/words.h"

#include "sheet/names.h"

#include <string.h>

static const struct {
    const char *word;
    enum saying saying;
} sayings[] = {
    {"unsubscribed", SAYS_OPTOUT},
    {"unsubscribe", SAYS_OPTOUT},
    {"unsub", SAYS_OPTOUT},
    {"optedout", SAYS_OPTOUT},
    {"optout", SAYS_OPTOUT},
    {"blocklisted", SAYS_OPTOUT},
    {"blacklisted", SAYS_OPTOUT},
    {"blacklist", SAYS_OPTOUT},
    {"blocklist", SAYS_OPTOUT},
    {"suppressed", SAYS_OPTOUT},
    {"suppression", SAYS_OPTOUT},
    {"donotcontact", SAYS_OPTOUT},
    {"donotemail", SAYS_OPTOUT},
    {"donotmail", SAYS_OPTOUT},
    {"dnc", SAYS_OPTOUT},
    {"refused", SAYS_OPTOUT},
    {"withdrawn", SAYS_OPTOUT},
    {"revoked", SAYS_OPTOUT},
    {"objected", SAYS_OPTOUT},
    {"stop", SAYS_OPTOUT},
    {"stopped", SAYS_OPTOUT},
    {"disabled", SAYS_OPTOUT},
    {"manual", SAYS_OPTOUT},
    {"manuallyadded", SAYS_OPTOUT},
    {"manualsuppression", SAYS_OPTOUT},
    {"manuallydeactivated", SAYS_OPTOUT},
    {"compliance", SAYS_OPTOUT},
    {"listunsubscribe", SAYS_OPTOUT},
    {"unsubscribelink", SAYS_OPTOUT},
    {"unsubscribedviama", SAYS_OPTOUT},
    {"unsubscribedviaemail", SAYS_OPTOUT},
    {"unsubscribedviaapi", SAYS_OPTOUT},
    {"unsubscribedviaadmin", SAYS_OPTOUT},
    {"adminblocked", SAYS_OPTOUT},
    {"globalunsubscribe", SAYS_OPTOUT},
    {"groupunsubscribe", SAYS_OPTOUT},
    {"abgemeldet", SAYS_OPTOUT},
    {"ausgetragen", SAYS_OPTOUT},
    {"gesperrt", SAYS_OPTOUT},
    {"widerrufen", SAYS_OPTOUT},
    {"desabonne", SAYS_OPTOUT},
    {"desinscrit", SAYS_OPTOUT},
    {"baja", SAYS_OPTOUT},
    {"dadodebaja", SAYS_OPTOUT},
    {"cancelado", SAYS_OPTOUT},
    {"disiscritto", SAYS_OPTOUT},
    {"uitgeschreven", SAYS_OPTOUT},
    {"afgemeld", SAYS_OPTOUT},
    {"removed", SAYS_OPTOUT},
    {"removal", SAYS_OPTOUT},
    {"rejected", SAYS_OPTOUT},
    {"declined", SAYS_OPTOUT},
    {"globaloptout", SAYS_OPTOUT},
    {"globallyunsubscribed", SAYS_OPTOUT},
    {"unsubscribedglobally", SAYS_OPTOUT},
    {"unsubscribedbyuser", SAYS_OPTOUT},
    {"unsubscribedbycontact", SAYS_OPTOUT},
    {"unsubscribedbyadmin", SAYS_OPTOUT},
    {"unsubscribedfromall", SAYS_OPTOUT},
    {"oneclick", SAYS_OPTOUT},
    {"oneclickunsubscribe", SAYS_OPTOUT},
    {"abbestellt", SAYS_OPTOUT},
    {"abmeldung", SAYS_OPTOUT},
    {"widerspruch", SAYS_OPTOUT},
    {"widersprochen", SAYS_OPTOUT},
    {"gekundigt", SAYS_OPTOUT},
    {"blockiert", SAYS_OPTOUT},
    {"desinscription", SAYS_OPTOUT},
    {"desabonnement", SAYS_OPTOUT},
    {"desabonnee", SAYS_OPTOUT},
    {"desinscrite", SAYS_OPTOUT},
    {"resilie", SAYS_OPTOUT},
    {"oppose", SAYS_OPTOUT},
    {"opposition", SAYS_OPTOUT},
    {"cancelada", SAYS_OPTOUT},
    {"desuscrito", SAYS_OPTOUT},
    {"bloqueado", SAYS_OPTOUT},
    {"descadastrado", SAYS_OPTOUT},
    {"desinscrito", SAYS_OPTOUT},
    {"cancellato", SAYS_OPTOUT},
    {"disiscritta", SAYS_OPTOUT},
    {"revocato", SAYS_OPTOUT},
    {"opgezegd", SAYS_OPTOUT},
    {"geblokkeerd", SAYS_OPTOUT},
    {"avregistrerad", SAYS_OPTOUT},
    {"afmeldt", SAYS_OPTOUT},
    {"avmeldt", SAYS_OPTOUT},
    {"peruttu", SAYS_OPTOUT},
    {"wypisany", SAYS_OPTOUT},
    {"wypisana", SAYS_OPTOUT},
    {"zrezygnowal", SAYS_OPTOUT},
    {"odhlasen", SAYS_OPTOUT},
    {"odhlaseny", SAYS_OPTOUT},
    {"leiratkozott", SAYS_OPTOUT},
    {"dezabonat", SAYS_OPTOUT},
    {"odjavljen", SAYS_OPTOUT},
    {"отписан", SAYS_OPTOUT},
    {"отписался", SAYS_OPTOUT},
    {"відписаний", SAYS_OPTOUT},
    {"配信停止", SAYS_OPTOUT},
    {"退订", SAYS_OPTOUT},
    {"已退订", SAYS_OPTOUT},
    {"수신거부", SAYS_OPTOUT},
    {"denied", SAYS_OPTOUT},
    {"optedoutbyuser", SAYS_OPTOUT},
    {"cancelou", SAYS_OPTOUT},
    {"desinscrever", SAYS_OPTOUT},
    {"wypisano", SAYS_OPTOUT},
    {"отписана", SAYS_OPTOUT},
    {"отписалась", SAYS_OPTOUT},
    {"отписка", SAYS_OPTOUT},
    {"відписався", SAYS_OPTOUT},
    {"停止", SAYS_OPTOUT},
    {"退会", SAYS_OPTOUT},
    {"解除", SAYS_OPTOUT},
    {"退訂", SAYS_OPTOUT},
    {"取消订阅", SAYS_OPTOUT},
    {"已取消订阅", SAYS_OPTOUT},
    {"구독취소", SAYS_OPTOUT},
    {"구독해지", SAYS_OPTOUT},
    {"avregistrert", SAYS_OPTOUT},
    {"aboneliktencikti", SAYS_OPTOUT},
    {"abonelikiptal", SAYS_OPTOUT},
    {"aboneligiiptal", SAYS_OPTOUT},
    {"iptal", SAYS_OPTOUT},
    {"iptaledildi", SAYS_OPTOUT},
    {"ayrildi", SAYS_OPTOUT},
    {"avslutad", SAYS_OPTOUT},
    {"avanmald", SAYS_OPTOUT},
    {"odhlaseno", SAYS_OPTOUT},
    {"отписани", SAYS_OPTOUT},
    {"διαγραμμενοσ", SAYS_OPTOUT},
    {"berhentiberlangganan", SAYS_OPTOUT},
    {"huydangky", SAYS_OPTOUT},
    {"frameldt", SAYS_OPTOUT},

    {"complaint", SAYS_COMPLAINT},
    {"complained", SAYS_COMPLAINT},
    {"spam", SAYS_COMPLAINT},
    {"spamcomplaint", SAYS_COMPLAINT},
    {"spamnotification", SAYS_COMPLAINT},
    {"spamreport", SAYS_COMPLAINT},
    {"markedasspam", SAYS_COMPLAINT},
    {"reportedasspam", SAYS_COMPLAINT},
    {"contactflaggedasspam", SAYS_COMPLAINT},
    {"abuse", SAYS_COMPLAINT},
    {"abusecomplaint", SAYS_COMPLAINT},
    {"complainer", SAYS_COMPLAINT},
    {"beschwerde", SAYS_COMPLAINT},
    {"plainte", SAYS_COMPLAINT},

    {"bounce", SAYS_HARD},
    {"bounced", SAYS_HARD},
    {"hard", SAYS_HARD},
    {"hardbounce", SAYS_HARD},
    {"hardbounced", SAYS_HARD},
    {"hardbounces", SAYS_HARD},
    {"bouncerule", SAYS_HARD},
    {"cleaned", SAYS_HARD},
    {"undeliverable", SAYS_HARD},
    {"invalid", SAYS_INVALID},
    {"invalidemail", SAYS_INVALID},
    {"bademailaddress", SAYS_INVALID},
    {"soft", SAYS_SOFT},
    {"softbounce", SAYS_SOFT},
    {"softbounced", SAYS_SOFT},
    {"transient", SAYS_SOFT},
    {"dnserror", SAYS_SOFT},
    {"blocked", SAYS_BLOCK},
    {"block", SAYS_BLOCK},
    {"dmarcpolicy", SAYS_BLOCK},

    {"enabled", SAYS_NOTHING},
    {"active", SAYS_NOTHING},
    {"subscribed", SAYS_NOTHING},
    {"subscribe", SAYS_NOTHING},
    {"confirmed", SAYS_NOTHING},
    {"optedin", SAYS_NOTHING},
    {"optin", SAYS_NOTHING},
    {"doubleoptin", SAYS_NOTHING},
    {"singleoptin", SAYS_NOTHING},
    {"confirmedoptin", SAYS_NOTHING},
    {"pending", SAYS_NOTHING},
    {"unconfirmed", SAYS_NOTHING},
    {"ok", SAYS_NOTHING},
    {"valid", SAYS_NOTHING},
    {"deliverable", SAYS_NOTHING},
    {"delivered", SAYS_NOTHING},
    {"nonsubscribed", SAYS_NOTHING},
    {"notsubscribed", SAYS_NOTHING},
    {"neversubscribed", SAYS_NOTHING},
    {"transactional", SAYS_NOTHING},
    {"archived", SAYS_NOTHING},
    {"aktiv", SAYS_NOTHING},
    {"angemeldet", SAYS_NOTHING},
    {"abonne", SAYS_NOTHING},
    {"inscrit", SAYS_NOTHING},
    {"activo", SAYS_NOTHING},
    {"suscrito", SAYS_NOTHING},
    {"attivo", SAYS_NOTHING},
    {"iscritto", SAYS_NOTHING},
    {"actief", SAYS_NOTHING},
    {"abonnee", SAYS_NOTHING},
    {"abone", SAYS_NOTHING},
    {"abonelik", SAYS_NOTHING},
    {"aktif", SAYS_NOTHING},
    {"εγγεγραμμενος", SAYS_NOTHING},
    {"subscris", SAYS_NOTHING},
    {"prihlaseny", SAYS_NOTHING},
    {"prijavljen", SAYS_NOTHING},
    {"абониран", SAYS_NOTHING},
    {"подписка", SAYS_NOTHING},
    {"berlangganan", SAYS_NOTHING},
    {"inscrite", SAYS_NOTHING},
    {"alta", SAYS_NOTHING},
    {"actif", SAYS_NOTHING},
    {"ativo", SAYS_NOTHING},
    {"inscrito", SAYS_NOTHING},
    {"ingeschreven", SAYS_NOTHING},
    {"aktywny", SAYS_NOTHING},
    {"подписан", SAYS_NOTHING},
    {"активен", SAYS_NOTHING},
    {"подписана", SAYS_NOTHING},
    {"подписался", SAYS_NOTHING},
    {"активный", SAYS_NOTHING},
    {"підписаний", SAYS_NOTHING},
    {"zapisany", SAYS_NOTHING},
    {"zapisana", SAYS_NOTHING},
    {"subskrybuje", SAYS_NOTHING},
    {"tilmeldt", SAYS_NOTHING},
    {"pameldt", SAYS_NOTHING},
    {"prenumererar", SAYS_NOTHING},
    {"prihlasen", SAYS_NOTHING},
    {"feliratkozott", SAYS_NOTHING},
    {"abonat", SAYS_NOTHING},
    {"activa", SAYS_NOTHING},
    {"suscrita", SAYS_NOTHING},
    {"iscritta", SAYS_NOTHING},
    {"inscrita", SAYS_NOTHING},
    {"aangemeld", SAYS_NOTHING},
    {"abonniert", SAYS_NOTHING},
    {"配信中", SAYS_NOTHING},
    {"配信", SAYS_NOTHING},
    {"登録", SAYS_NOTHING},
    {"登録済み", SAYS_NOTHING},
    {"購読中", SAYS_NOTHING},
    {"有効", SAYS_NOTHING},
    {"订阅", SAYS_NOTHING},
    {"已订阅", SAYS_NOTHING},
    {"訂閱", SAYS_NOTHING},
    {"구독", SAYS_NOTHING},
    {"구독중", SAYS_NOTHING},
    {"granted", SAYS_NOTHING},
    {"accepted", SAYS_NOTHING},
    {"neveroptedin", SAYS_NOTHING},
    {"autoresponder", SAYS_NOTHING},
    {"addresschange", SAYS_NOTHING},
    {"opennotification", SAYS_NOTHING},
    {"challengeverification", SAYS_NOTHING},
    {"templaterenderingfailed", SAYS_NOTHING},
    {"smtpapierror", SAYS_NOTHING},
    {"inbounderror", SAYS_NOTHING},
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

enum saying word_saying(const char *s, size_t len)
{
    char word[NAME_BYTES];

    name_fold(s, len, word);
    return saying_of(word);
}

/* "unsubscribed: active" could be either; "unsubscribed: subscribed" is a no. */
static bool of_a_subscription(const char *word)
{
    static const char *const parts[] = {
        "subscri", "optin",     "optedin", "abonn", "inscrit", "suscrit",
        "iscritt", "ingeschre", "angemel", "alta",  "подпис",  "підпис",
        "zapisan", "aangemeld", "tilmeld", "pamel", "购",      "订阅",
        "訂閱",    "購読",      "配信",    "구독"};

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (strstr(word, parts[i]) != NULL)
            return true;
    return false;
}

/* word: the cell folded; says: what that says. */
static int flag_of(const char *word, const char *s, size_t len, enum saying says)
{
    static const char *const yes[] = {
        "1",         "true", "yes",   "y",       "t",        "x",      "on",   "ja",
        "j",         "oui",  "si",    "s",       "wahr",     "vrai",   "vero", "sim",
        "verdadero", "tak",  "check", "checked", "waar",     "prawda", "igen", "ano",
        "kylla",     "evet", "da",    "да",      "так",      "истина", "はい", "有",
        "是",        "예",   "네",    "可",      "希望する", "許可"};
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

bool word_channels(const char *s, size_t len, unsigned int *ret)
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
