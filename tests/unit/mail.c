/*
 * The mail reader against tests/golden/mail (its README says how a case is written), and
 * messages too large or too deep for a file.
 */
#include "base/buf.h"
#include "mail/judge.h"
#include "mail/words.h"

#include "base/when.h"
#include <criterion/criterion.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct mail mail;
static struct mail_verdict verdict;

TestSuite(mail, .init = mail_begin);

static char *file_read(const char *path, size_t *ret_len)
{
    FILE *f = fopen(path, "rb");
    char *data = NULL;
    size_t cap = 1 << 16, len = 0, n;

    if (f == NULL)
        return NULL;
    data = malloc(cap + 1);
    while ((n = fread(data + len, 1, cap - len, f)) > 0) {
        len += n;
        if (len == cap)
            data = realloc(data, (cap *= 2) + 1);
    }
    fclose(f);
    data[len] = '\0';
    *ret_len = len;
    return data;
}

static void asks_text(uint16_t asks, struct buf *out)
{
    buf_add_str(out, "asks");
    for (int right = 1; right < RIGHT_END; right++)
        if ((asks & (1u << right)) != 0)
            buf_addf(out, " %s", right_name((enum right)right));
    buf_addf(out, "%s\n", asks == 0 ? " unclassified" : "");
}

/* A person, or a recipient of a report; of a bounce only who is stopped. */
static void person_text(size_t i, struct buf *out)
{
    const struct mail_reported *r = &mail.reported[i];

    if (mail.kind != MAIL_BOUNCE && mail.kind != MAIL_COMPLAINT)
        buf_addf(out, "person %s\n", verdict.people[i]);
    else if (mail.kind == MAIL_COMPLAINT || r->says == BOUNCE_ADDRESS)
        buf_addf(out, "person %s%s%s\n", r->address, r->status[0] ? " " : "", r->status);
}

/* What became of the letter, a line each; of those in `more` only what is expected. */
static void text_of(enum mailbox box, struct buf *out)
{
    char at[WHEN_TEXT_BYTES];
    const bool request =
        verdict.outcome == MAIL_REQUEST || verdict.outcome == MAIL_OBJECTION;

    buf_addf(out, "outcome %s%s%s\n", mail_outcome_name(verdict.outcome),
             verdict.reason[0] ? " " : "", verdict.reason);
    for (size_t i = 0; i < verdict.n; i++)
        person_text(i, out);
    if (request && mail.reply_to[0] != '\0')
        buf_addf(out, "reply_to %s\n", mail.reply_to);
    if (box == MAILBOX_PRIVACY && request)
        asks_text(verdict.asks, out);
    if (verdict.n_soft > 0)
        buf_addf(out, "soft %zu\n", verdict.n_soft);
    if (mail.shut)
        buf_add_str(out, "shut\n");
    if (verdict.sale_only)
        buf_add_str(out, "sale_only\n");
    if (request && verdict.unread && verdict.asks != 0)
        buf_add_str(out, "unread\n");
    for (size_t i = 0; i < mail.n_tokens; i++)
        buf_addf(out, "token %s\n", mail.tokens[i]);
    buf_addf(out, "received %s\n",
             mail.has_received ? when_format(mail.received_us, at) : "none");
    buf_addf(out, "id%s%s\n", mail.message_id[0] ? " " : "", mail.message_id);
    buf_addf(out, "words%s%.*s\n", mail.words[0] ? " " : "",
             (int)strcspn(mail.words, "\n"), mail.words);
}

static bool is_optional(const char *line)
{
    static const char *const more[] = {"token", "received", "id", "words"};

    for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++)
        if (strncmp(line, more[i], strlen(more[i])) == 0)
            return true;
    return false;
}

/* Both ways: a line that is wanted is there; one that is there is wanted, or optional and
 * of a sort that nobody wants to see. */
static void lines_compare(const char *path, const char *got, const char *wanted)
{
    for (int way = 0; way < 2; way++) {
        const char *s = way == 0 ? wanted : got, *other = way == 0 ? got : wanted;

        while (*s != '\0') {
            const size_t len = strcspn(s, "\n");
            char line[600], key[40], framed[610];
            bool there;

            snprintf(line, sizeof(line), "%.*s", (int)(len < 599 ? len : 599), s);
            snprintf(framed, sizeof(framed), "\n%s\n", line);
            snprintf(key, sizeof(key), "\n%.*s", (int)strcspn(line, " "), line);
            there = strstr(other, framed + 1) == other || strstr(other, framed) != NULL;
            if (way == 1 && !there && is_optional(line))
                there = strstr(wanted, key) == NULL;
            cr_expect(there, "%s: %s\"%s\"\n--- got\n%s--- wanted\n%s", path,
                      way == 0 ? "no " : "but there is ", line, got, wanted);
            s += len + (s[len] == '\n');
        }
    }
}

static void check(const char *path)
{
    const char *name = strrchr(path, '/') + 1;
    const enum mailbox box =
        strncmp(name, "privacy-", 8) == 0 ? MAILBOX_PRIVACY : MAILBOX_OPTOUT;
    char expect[512];
    size_t len, wanted_len;
    char *data = file_read(path, &len);
    struct buf text;

    snprintf(expect, sizeof(expect), "%.*s.expect", (int)(strlen(path) - 4), path);
    char *wanted = file_read(expect, &wanted_len);
    cr_assert(wanted != NULL, "%s is missing", expect);
    mail_read(data, len, NULL, NULL, &mail);
    mail_judge(&mail, box, false, &verdict);
    buf_init(&text, 1 << 20);
    text_of(box, &text);
    lines_compare(path, text.data, wanted);
    buf_done(&text);
    free(wanted);
    free(data);
}

Test(mail, golden)
{
    glob_t found;

    cr_assert_eq(glob("tests/golden/mail/*.eml", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        check(found.gl_pathv[i]);
    cr_expect_geq(found.gl_pathc, 60);
    globfree(&found);
}

static void read_buf(const struct buf *b, enum mailbox box)
{
    mail_read(b->data, b->len, NULL, NULL, &mail);
    mail_judge(&mail, box, false, &verdict);
}

Test(mail, ten_megabytes)
{
    static char line[77];
    struct buf b;

    memset(line, 'A', 76);
    buf_init(&b, 20 << 20);
    buf_add_str(&b, "From: ann@example.org\nTo: privacy@example.com\n"
                    "Content-Type: multipart/mixed; boundary=B\n\n"
                    "--B\nContent-Type: text/plain\n\nPlease delete my data.\n"
                    "--B\nContent-Type: application/zip\n"
                    "Content-Disposition: attachment; filename=a.zip\n"
                    "Content-Transfer-Encoding: base64\n\n");
    while (b.len < 10 << 20)
        buf_addf(&b, "%s\n", line);
    buf_add_str(&b, "--B--\n");
    read_buf(&b, MAILBOX_PRIVACY);
    cr_expect_eq(verdict.outcome, MAIL_REQUEST);
    cr_expect_eq(verdict.asks, 1u << RIGHT_ERASE);
    cr_expect_str_eq(mail.words, "Please delete my data.");
    cr_expect_not(mail.cut);

    /* and all of it words */
    buf_reset(&b);
    buf_add_str(&b, "From: ann@example.org\nSubject: unsubscribe\n\n");
    while (b.len < 10 << 20)
        buf_add_str(&b, "m\xc3\xbc\xc3\x9fig, so m\xc3\xbc\xc3\x9fig. ");
    read_buf(&b, MAILBOX_PRIVACY);
    cr_expect_eq(verdict.outcome, MAIL_OBJECTION);
    cr_expect(mail.cut);
    cr_expect_leq(strlen(mail.words), MAIL_TEXT_BYTES);
    buf_done(&b);
}

Test(mail, ten_thousand_levels)
{
    struct buf b;

    buf_init(&b, 8 << 20);
    buf_add_str(&b, "From: ann@example.org\n");
    for (int i = 0; i < 10000; i++)
        buf_addf(&b, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i);
    buf_add_str(&b, "Content-Type: text/plain\n\nstop\n");
    read_buf(&b, MAILBOX_OPTOUT);
    cr_expect_eq(verdict.outcome, MAIL_OPTOUT);

    buf_reset(&b);
    buf_add_str(&b, "From: ann@example.org\n");
    for (int i = 0; i < 10000; i++)
        buf_add_str(&b, "Content-Type: message/rfc822\n\n");
    read_buf(&b, MAILBOX_OPTOUT);
    cr_expect_eq(verdict.outcome, MAIL_OPTOUT);
    buf_done(&b);
}

/* Read in a time that grows with its length: with its square, this took minutes. */
Test(mail, nothing_but_at_signs, .timeout = 120)
{
    struct buf b;

    buf_init(&b, 4 << 20);
    buf_add_str(&b, "unsubscribe me a");
    while (b.len < 1 << 20)
        buf_add_str(&b, "@@@@@@@@@@@@@@@@");
    buf_add(&b, "", 1);
    cr_expect(words_ask(b.data) & (1u << RIGHT_OBJECT));
    buf_done(&b);
    cr_expect(words_ask("remove @@ @ann@example.org") & (1u << RIGHT_OBJECT));
    cr_expect(words_ask("a@b, remove a@@ann@example.org") & (1u << RIGHT_OBJECT));
}

Test(mail, every_cut_of_a_message)
{
    size_t len;
    char *data = file_read("tests/golden/mail/bounce-sendmail-two.eml", &len);

    for (size_t i = 0; i <= len; i++) {
        mail_read(data, i, NULL, NULL, &mail);
        mail_judge(&mail, MAILBOX_OPTOUT, false, &verdict);
        cr_assert_neq(verdict.outcome, MAIL_COMPLAINED);
    }
    free(data);
}

Test(mail, from_the_mailbox_itself)
{
    static const char data[] = "From: Opt out <OPTOUT@example.com>\n\nstop\n";

    mail_read(data, sizeof(data) - 1, "optout@example.com", NULL, &mail);
    mail_judge(&mail, MAILBOX_OPTOUT, false, &verdict);
    cr_expect_eq(verdict.outcome, MAIL_IGNORED);
    cr_expect_str_eq(verdict.reason, "own");
    mail_read(data, sizeof(data) - 1, "optout@example.net", NULL, &mail);
    mail_judge(&mail, MAILBOX_OPTOUT, false, &verdict);
    cr_expect_eq(verdict.outcome, MAIL_OPTOUT);
}

Test(mail, a_known_token_says_who_it_is)
{
    static const char data[] = "From: somebody@example.org\nTo: x@example.com\n\nstop\n";

    mail_read(data, sizeof(data) - 1, NULL, "optout+abcdefgh@example.com", &mail);
    cr_assert_eq(mail.n_tokens, 1);
    cr_expect_str_eq(mail.tokens[0], "abcdefgh");
    mail_judge(&mail, MAILBOX_OPTOUT, true, &verdict);
    cr_expect_eq(verdict.outcome, MAIL_OPTOUT);
    cr_expect_eq(verdict.n, 0);
}

/* A row as somebody would write it, of its alternatives the which-th, or the last where
 * it has not so many. False: none has. */
static bool row_text(const char *phrase, int which, char text[static 200])
{
    bool any = which == 0;
    size_t n = 0;

    while (*phrase != '\0') {
        const size_t len = strcspn(phrase, " ");
        const char *s = phrase;

        for (int i = 0; i < which && memchr(s, '|', (size_t)(phrase + len - s)); i++) {
            s += strcspn(s, "|") + 1;
            any = any || i == which - 1;
        }
        for (; s < phrase + len && *s != '|'; s++)
            if (strchr("*=~%", *s) == NULL)
                text[n++] = *s;
        phrase += len + (phrase[len] == ' ');
        text[n++] = *phrase != '\0' ? ' ' : '\0';
    }
    text[n] = '\0';
    return any;
}

/* tests/golden/mail/sentences.tsv: what people write, and whether it says stop. */
Test(mail, sentences)
{
    size_t len, n = 0;
    char *data = file_read("tests/golden/mail/sentences.tsv", &len);

    cr_assert(data != NULL);
    for (char *s = data, *end; *s != '\0'; s = end + 1, n++) {
        char *text;
        uint16_t asks;

        end = s + strcspn(s, "\n");
        *end = '\0';
        text = strrchr(s, '\t') + 1;
        asks = words_ask(text);
        if (strncmp(s, "object", 6) == 0)
            cr_expect(asks & (1u << RIGHT_OBJECT), "does not stop: %s", text);
        else
            cr_expect_not(asks & (1u << RIGHT_OBJECT), "stops: %s", text);
        if (strncmp(s, "keep", 4) == 0)
            cr_expect(asks == 0 || asks & (1u << RIGHT_UNCLASSIFIED), "sure: %s", text);
    }
    cr_expect_geq(n, 800);
    free(data);
}

Test(mail, words_of_every_row_mean_what_they_say)
{
    static const struct {
        enum right right;
        const char *phrase;
    } rows[] = {
#define W(right, language, phrase) {RIGHT_##right, phrase},
#include "../../common/mail/words.inc"
#undef W
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[200];

        for (int which = 0; row_text(rows[i].phrase, which, text); which++)
            cr_expect(words_ask(text) & (1u << rows[i].right), "\"%s\": \"%s\"",
                      rows[i].phrase, text);
    }
    cr_expect_eq(words_ask(""), 0);
    cr_expect_eq(words_ask("\xff\xfe"), 0);
    cr_expect_eq(words_ask("Please don't delete my data"), 0);
    cr_expect_eq(words_ask("delete far too many words between them my data"), 0);
}

/* A row that is written another way than text is compared would never be found. */
Test(mail, rows_are_written_as_text_is_folded)
{
    static const char *const rows[] = {
#define W(right, language, phrase)   phrase,
#define KEEP(language, phrase)       phrase,
#define THING(language, phrase)      phrase,
#define MAIL(phrase)                 phrase,
#define OTHER(language, phrase)      phrase,
#define BUT(phrase)                  phrase,
#define MARK(kind, language, phrase) phrase,
#include "../../common/mail/words.inc"
#include "../../common/mail/words_keep.inc"
#include "../../common/mail/words_things.inc"
#include "../../common/mail/marks_quoted.inc"
#include "../../common/mail/marks_added.inc"
#undef W
#undef KEEP
#undef THING
#undef MAIL
#undef OTHER
#undef BUT
#undef MARK
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *folded = words_fold(rows[i]);

        cr_expect_str_eq(folded, rows[i], "\"%s\" has to be written \"%s\"", rows[i],
                         folded);
        free(folded);
    }
}

Test(mail, misspelled_words_are_no_others)
{
    static const char *const no[] = {"unsuscribe",  "unsubcribe me",   "usubscribe",
                                     "unsubsrcibe", "desabonnner moi", "unsubscribeme"};
    static const char *const others[] = {
        "subscribe me", "I want to subscribe", "anmelden",     "inschrijven",
        "s'abonner",    "undescribed",         "unsubstantial"};

    for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
        cr_expect(words_ask(no[i]) & (1u << RIGHT_OBJECT), "%s", no[i]);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        cr_expect_eq(words_ask(others[i]), 0, "%s", others[i]);
}

Test(mail, only_a_stop_is_nothing_else)
{
    cr_expect(words_only("unsubscribe", 6));
    cr_expect(words_only("Hello,\n\nplease unsubscribe me. Thanks", 6));
    cr_expect_not(words_only("Ann has left. Please remove her.", 6));
    cr_expect_not(words_only("Ticket 4711 was opened. To unsubscribe ...", 6));
    cr_expect_not(words_only("", 6));
    cr_expect_not(words_only("unsubscribe one two three four five six seven", 6));
}
