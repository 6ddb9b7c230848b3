/*
 * reports - bounces and complaints in every form of tests/golden/reports: who is meant,
 * and what is said of them.
 */
#include "mail/judge.h"
#include "reports.h"

#include <criterion/criterion.h>

static struct mail mail;
static struct mail_verdict verdict;
static struct answer answers[REPORTS_ANSWERS];
static struct format formats[REPORTS_FORMATS];
static size_t n_answers, n_formats;
static char *text;
static struct buf message;

static void set_up(void)
{
    mail_begin();
    buf_init(&message, 1 << 20);
    n_answers = answers_read(answers);
}

static void tear_down(void)
{
    buf_done(&message);
    free(text);
}

TestSuite(reports, .init = set_up, .fini = tear_down);

static void read_message(void)
{
    mail_read(message.data, message.len, NULL, NULL, &mail);
    mail_judge(&mail, MAILBOX_OPTOUT, MAIL_TOKEN_NONE, &verdict);
}

static const struct mail_reported *reported(const char *address)
{
    for (size_t i = 0; i < mail.n_reported; i++)
        if (strcmp(mail.reported[i].address, address) == 0)
            return &mail.reported[i];
    return NULL;
}

static void check(const struct format *f, const struct failing *of, size_t n)
{
    static const char *const names[] = {"unclear", "sender", "mailbox", "address"};
    bool gone = false;

    report_make(&message, f, of, n);
    read_message();
    cr_expect_eq(mail.kind, MAIL_BOUNCE, "%s, \"%s\": no bounce", f->name,
                 of[0].answer->words);
    cr_expect_eq(mail.n_reported, n, "%s, \"%s\": %zu recipients\n%s", f->name,
                 of[0].answer->words, mail.n_reported, message.data);
    for (size_t i = 0; i < n; i++) {
        const struct mail_reported *r = reported(of[i].address);
        const char *got = r != NULL ? names[r->says] : "nothing";

        gone = gone || strcmp(of[i].answer->means, "address") == 0;
        cr_expect_str_eq(got, of[i].answer->means, "%s: %s, \"%s %s %s\": %s\n%s",
                         f->name, of[i].address, of[i].answer->reply,
                         of[i].answer->status, of[i].answer->words, got, message.data);
    }
    cr_expect_eq(verdict.outcome, gone ? MAIL_BOUNCED : MAIL_IGNORED, "%s", f->name);
}

Test(reports, every_form_with_every_answer)
{
    size_t n = 0;

    text = reports_read("formats.txt");
    n_formats = formats_read(text, formats);
    for (size_t f = 0; f < n_formats; f++)
        for (size_t a = 0; a < n_answers; a++) {
            const struct failing two[] = {
                {"ann+a=b@example.org", &answers[a]},
                {"bob@sub.example.net", &answers[(a + 11) % n_answers]},
            };

            check(&formats[f], two, 1);
            n++;
            if (!formats[f].two)
                continue;
            check(&formats[f], two, 2);
            n++;
        }
    cr_expect_geq(n, 1500, "%zu messages", n);
}

Test(reports, every_complaint)
{
    text = reports_read("complaints.txt");
    n_formats = formats_read(text, formats);
    cr_expect_geq(n_formats, 13);
    for (size_t i = 0; i < n_formats; i++) {
        const struct format *f = &formats[i];
        char expect[120], *rest = expect, *one;
        size_t n = 0;

        buf_reset(&message);
        buf_addf(&message,
                 "From: complaints@fbl.example.net\nTo: fbl@example.com\n"
                 "Subject: complaint\nMIME-Version: 1.0\nContent-Type: multipart/report; "
                 "report-type=feedback-report; boundary=\"C\"\n\n"
                 "--C\nContent-Type: text/plain\n\nThis is a complaint.\n\n%.*s--C--\n",
                 (int)(f->end - f->text), f->text);
        read_message();
        cr_expect_eq(mail.kind, MAIL_COMPLAINT, "%s", f->name);
        if (f->expect[0] == '-' || f->expect[0] == '!') {
            cr_expect_eq(verdict.outcome, MAIL_IGNORED, "%s", f->name);
            cr_expect_str_eq(verdict.reason,
                             f->expect[0] == '-' ? "complaint_unreadable"
                                                 : "no_complaint",
                             "%s: %s", f->name, verdict.reason);
            continue;
        }
        cr_expect_eq(verdict.outcome, MAIL_COMPLAINED, "%s", f->name);
        snprintf(expect, sizeof(expect), "%s", f->expect);
        while ((one = strsep(&rest, " ")) != NULL) {
            cr_expect_not_null(reported(one), "%s: not %s", f->name, one);
            n++;
        }
        cr_expect_eq(mail.n_reported, n, "%s: %zu people", f->name, mail.n_reported);
    }
}

/* A server takes a thousand recipients at once, and may name every one of them. */
Test(reports, a_thousand_recipients)
{
    buf_add_str(&message, "From: MAILER-DAEMON@mx.example.net\nSubject: Undelivered\n"
                          "Content-Type: multipart/report; report-type=delivery-status; "
                          "boundary=\"P\"\n\n--P\nContent-Type: text/plain\n\nNo.\n\n"
                          "--P\nContent-Type: message/delivery-status\n\n"
                          "Reporting-MTA: dns; mx.example.net\n\n");
    for (int i = 0; i < MAIL_REPORTED; i++)
        buf_addf(&message,
                 "Final-Recipient: rfc822; u%d@example.org\nAction: failed\n"
                 "Status: 5.1.1\n\n",
                 i);
    buf_add_str(&message, "--P--\n");
    read_message();
    cr_expect_eq(mail.n_reported, MAIL_REPORTED);
    cr_expect_eq(verdict.n, MAIL_REPORTED);
    cr_expect_str_eq(mail.reported[MAIL_REPORTED - 1].address, "u999@example.org");
}

/* The same failure once as gone and once as full: the stronger word counts. */
Test(reports, what_is_said_twice)
{
    buf_add_str(&message, "From: MAILER-DAEMON@mx.example.net\nSubject: Undelivered\n"
                          "Content-Type: message/delivery-status\n\n"
                          "Reporting-MTA: dns; mx.example.net\n\n"
                          "Final-Recipient: rfc822; ann@example.org\nAction: failed\n"
                          "Status: 4.2.2\n\n"
                          "Final-Recipient: rfc822; ann@example.org\nAction: failed\n"
                          "Status: 5.1.1\n\n"
                          "Final-Recipient: rfc822; bob@example.org\nAction: delayed\n"
                          "Status: 5.1.1\n\n"
                          "Final-Recipient: rfc822; cat@example.org\nAction: relayed\n"
                          "Status: 2.1.9\n");
    read_message();
    cr_assert_eq(mail.n_reported, 2);
    cr_expect_eq(mail.reported[0].says, BOUNCE_ADDRESS);
    cr_expect_eq(mail.reported[1].says, BOUNCE_MAILBOX);
}
