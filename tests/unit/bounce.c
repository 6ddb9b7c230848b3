/*
 * bounce - what a bounce says by its status and its words: the table of the rules, row by
 * row, and where two of them meet.
 */
#include "core/event/bounce.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct {
    const char *status, *words;
    enum bounce says;
} cases[] = {
    /* the recipient does not exist */
    {"5.1.1", "", BOUNCE_ADDRESS},
    {"5.1.2", "", BOUNCE_ADDRESS},
    {"5.1.3", "", BOUNCE_ADDRESS},
    {"5.1.6", "", BOUNCE_ADDRESS},
    {"5.1.10", "", BOUNCE_ADDRESS},
    {"5.4.4", "", BOUNCE_ADDRESS},
    {"5.2.1", "", BOUNCE_ADDRESS},
    {"5.2.1", "550 5.2.1 account disabled", BOUNCE_ADDRESS},
    {"5.4.1", "550 5.4.1 Recipient address rejected: Access denied", BOUNCE_ADDRESS},
    {"", "550 User unknown", BOUNCE_ADDRESS},
    {"", "550 USER\t\r\n  UNKNOWN", BOUNCE_ADDRESS},
    {"5.0.0", "550 no such user", BOUNCE_ADDRESS},
    {"5.5.0", "550 5.5.0 mailbox unavailable", BOUNCE_ADDRESS},
    {"5.3.0", "553 5.3.0 <ann@example.org>... No such user here", BOUNCE_ADDRESS},
    {"", "Domain not found", BOUNCE_ADDRESS},
    {"", "原因：收件人邮件地址（ann@example.org）不存在。", BOUNCE_ADDRESS},
    {"", "L’utilisateur n’existe pas", BOUNCE_ADDRESS},
    {"", "El usuario no existe", BOUNCE_ADDRESS},
    {"", "La casella non esiste", BOUNCE_ADDRESS},
    {"", "Het adres bestaat niet", BOUNCE_ADDRESS},
    {"", "O destinatário não existe", BOUNCE_ADDRESS},
    {"", "okänd användare", BOUNCE_ADDRESS},
    {"", "ukendt bruger", BOUNCE_ADDRESS},
    {"", "tuntematon käyttäjä", BOUNCE_ADDRESS},
    {"", "odbiorca nie istnieje", BOUNCE_ADDRESS},
    {"", "neznámý uživatel", BOUNCE_ADDRESS},
    {"", "ismeretlen felhasználó", BOUNCE_ADDRESS},
    {"", "utilizator necunoscut", BOUNCE_ADDRESS},
    {"", "Пользователь не существует", BOUNCE_ADDRESS},
    {"", "потребителят не съществува", BOUNCE_ADDRESS},
    {"", "άγνωστος χρήστης", BOUNCE_ADDRESS},
    {"", "kullanıcı bulunamadı", BOUNCE_ADDRESS},
    {"", "người dùng không tồn tại", BOUNCE_ADDRESS},
    {"", "משתמש לא קיים", BOUNCE_ADDRESS},
    {"", "المستخدم غير موجود", BOUNCE_ADDRESS},
    {"", "使用者不存在", BOUNCE_ADDRESS},
    {"", "la boîte pleine", BOUNCE_MAILBOX},
    {"", "buzón lleno", BOUNCE_MAILBOX},
    {"", "casella piena", BOUNCE_MAILBOX},
    {"", "postvak vol", BOUNCE_MAILBOX},
    {"", "brevlådan är full", BOUNCE_MAILBOX},
    {"", "skrzynka jest pełna", BOUNCE_MAILBOX},
    {"", "ящик переполнен", BOUNCE_MAILBOX},
    {"", "posta kutusu dolu", BOUNCE_MAILBOX},
    {"", "550 recipient does not accept mail from your domain", BOUNCE_SENDER},
    {"", "skupina pravděpodobně neexistuje", BOUNCE_UNCLEAR},
    {"", "DNS lookup failure: host example.org not found", BOUNCE_ADDRESS},
    {"", "Message could not be delivered to mobile. No valid recipients for this MM",
     BOUNCE_ADDRESS},
    {"5.4.4",
     "Name service error for name=example.org type=MX: Malformed or unexpected name "
     "server reply",
     BOUNCE_SENDER},
    {"5.4.4", "type=AAAA: Host not found, try again", BOUNCE_SENDER},
    {"5.4.4", "type=A: Host not found", BOUNCE_ADDRESS},
    {"4.4.3", "Malformed or unexpected name server reply", BOUNCE_MAILBOX},
    {"", "mailbox ann@example.org does not exist", BOUNCE_ADDRESS},
    {"", "this user doesn\xe2\x80\x99t have an account", BOUNCE_ADDRESS},
    {"", "see https://support.example/?p=NoSuchUser", BOUNCE_ADDRESS},
    {"5.1.1", "450 try again later, 551 not our user", BOUNCE_ADDRESS},

    /* full, too large, not now */
    {"5.2.2", "", BOUNCE_MAILBOX},
    {"5.2.3", "", BOUNCE_MAILBOX},
    {"5.3.4", "", BOUNCE_MAILBOX},
    {"4.2.2", "", BOUNCE_MAILBOX},
    {"4.1.1", "450 4.1.1 User unknown", BOUNCE_MAILBOX},
    {"4.7.1", "451 blocked", BOUNCE_MAILBOX},
    {"5.1.1", "552 mailbox is over quota (#5.1.1)", BOUNCE_MAILBOX},
    {"", "552 Mailbox full", BOUNCE_MAILBOX},
    {"5.0.0", "account has been disabled", BOUNCE_MAILBOX},
    {"5.2.2", "552 5.2.2 our spam folder is full", BOUNCE_MAILBOX},
    /* after the message: a filter of somebody who exists */
    {"", "550 Unknown user ann@example.org (in reply to end of DATA command)",
     BOUNCE_MAILBOX},
    {"5.1.1", "550 5.1.1 user unknown (in reply to DATA)", BOUNCE_MAILBOX},
    {"5.1.1", "(in reply to end of DATA command)", BOUNCE_MAILBOX},
    {"", "554 This user doesn't have a mailbox (in reply to end of DATA command)",
     BOUNCE_ADDRESS},

    /* our server, our content */
    {"5.7.1", "", BOUNCE_SENDER},
    {"5.6.0", "", BOUNCE_SENDER},
    {"5.7.1", "550 5.7.1 User unknown", BOUNCE_SENDER},
    {"5.7.1", "550 5.7.1 No such user!", BOUNCE_ADDRESS},
    {"5.6.0", "User unknown in virtual alias table", BOUNCE_ADDRESS},
    {"5.1.1", "550 5.1.1 blocked using zen.example", BOUNCE_SENDER},
    {"5.1.1", "550 5.1.1 Sender address rejected: User unknown", BOUNCE_SENDER},
    {"5.1.2", "550 Host unknown (in reply to MAIL FROM command)", BOUNCE_SENDER},
    {"", "550 after MAIL FROM:<news@example.com>: no such domain", BOUNCE_SENDER},
    {"5.1.3", "553 https://www.spamhaus.example/query", BOUNCE_SENDER},
    {"5.0.0", "554 rejected for policy reasons", BOUNCE_SENDER},

    /* nothing certain */
    {"", "", BOUNCE_UNCLEAR},
    {"5.0.0", "", BOUNCE_UNCLEAR},
    {"5.5.0", "", BOUNCE_UNCLEAR},
    {"5.3.0", "Other mail system problem", BOUNCE_UNCLEAR},
    {"5.4.6", "", BOUNCE_UNCLEAR},
    {"5.4.7", "", BOUNCE_UNCLEAR},
    {"5.4.1", "541 5.4.1 rejected by the destination", BOUNCE_UNCLEAR},
    {"1.1", "", BOUNCE_UNCLEAR},
    {"", "superuser unknownst", BOUNCE_UNCLEAR}, /* phrases begin at words */
    {"", "9user unknown", BOUNCE_UNCLEAR},
    {"", "~user unknown", BOUNCE_ADDRESS},
    {"", ":user unknown", BOUNCE_ADDRESS},
    {"", "(user unknown)", BOUNCE_ADDRESS},
    {"", "https://example.org/user-unknown", BOUNCE_UNCLEAR},
};

Test(bounce, by_status_and_words)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        enum bounce says = bounce_of(cases[i].status, cases[i].words);
        cr_expect_eq(says, cases[i].says, "%s \"%s\": %d", cases[i].status,
                     cases[i].words, (int)says);
    }
}

Test(bounce, words_without_end)
{
    static char words[40000];
    memset(words, 'x', sizeof(words) - 1);
    cr_expect_eq(bounce_of("", words), BOUNCE_UNCLEAR);
    for (size_t i = 0; i < sizeof(words) - 1; i += 100)
        words[i] = ' ';
    cr_expect_eq(bounce_of("", words), BOUNCE_UNCLEAR);
    memcpy(words, "user unknown ", 13);
    cr_expect_eq(bounce_of("", words), BOUNCE_ADDRESS);
}

Test(bounce, as_a_mailing_system_tells_it)
{
    static const struct {
        const char *kind, *status, *words;
        bool confirmed;
        enum bounce says;
        bool sure;
    } told[] = {
        {"invalid", "", "", false, BOUNCE_ADDRESS, true},
        {"hard", "5.7.1", "", true, BOUNCE_ADDRESS, true},
        {"hard", "", "", false, BOUNCE_ADDRESS, false},
        {"", "", "", false, BOUNCE_ADDRESS, false},
        {"hard", "5.1.1", "", false, BOUNCE_ADDRESS, true},
        {"hard", "", "550 No such user", false, BOUNCE_ADDRESS, true},
        {"hard", "5.7.1", "", false, BOUNCE_SENDER, false},
        {"hard", "4.2.2", "", false, BOUNCE_MAILBOX, false},
        {"soft", "5.1.1", "", false, BOUNCE_MAILBOX, false},
        {"sender", "5.1.1", "", false, BOUNCE_SENDER, false},
        {"unclear", "", "", false, BOUNCE_UNCLEAR, false},
    };
    for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
        bool sure = told[i].confirmed;
        enum bounce says =
            bounce_told(told[i].kind, told[i].status, told[i].words, &sure);
        cr_expect_eq(says, told[i].says, "%s %s", told[i].kind, told[i].status);
        cr_expect_eq(sure, told[i].sure, "%s %s", told[i].kind, told[i].status);
    }
}
