/*
 * letters - what programs write around a person's words changes nothing of what they say.
 *
 * Every row of the tables in common/mail/marks_*.inc is put around letters, as the
 * programs do it: above a quotation, before a subject, below a signature, in HTML. Below
 * it stands a message of ours that says "unsubscribe" in several languages. A letter that
 * asks for nothing must ask for nothing still, and one that says no must say no.
 *
 * PROPERTY_SEED repeats a run; it is printed.
 */
#include "../unit/chance.h"
#include "base/buf.h"
#include "mail/judge.h"
#include "mail/words.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

enum kind {
    LEAD,
    DIVIDER,
    FROM,
    SENT,
    TO,
    SUBJECT,
    REPLY,
    TAG,
    AWAY,
    GONE,
    DEVICE,
    BANNER,
    NOTICE,
    FOOT,
    CLAUSE,
};

static const struct row {
    enum kind kind;
    const char *language, *text;
} rows[] = {
#define MARK(kind, language, text) {kind, language, text},
#include "../../common/mail/marks_quoted.inc"
#include "../../common/mail/marks_added.inc"
#undef MARK
};

enum sort { QUOTE, CUT, OUTER };

static const struct {
    const char *word;
    enum sort sort;
} html_rows[] = {
#define HTML_MARK(word, sort) {word, sort},
#include "../../common/mail/marks_html.inc"
#undef HTML_MARK
};

/* They ask for nothing. */
static const char *const neutral[] = {
    "What are your opening hours?",
    "Thank you, that answers my question.",
    "Dear team,\n\nis the certificate for two years or for three?\n\nKind regards\nAnn",
    "Wann haben Sie ge\xc3\xb6"
    "ffnet?",
    "Quels sont vos horaires ?\n\nCordialement",
    "Dzi\xc4\x99kuj\xc4\x99, wszystko ju\xc5\xbc wiem.",
    "\xd0\xa1\xd0\xba\xd0\xbe\xd0\xbb\xd1\x8c\xd0\xba\xd0\xbe \xd1\x8d\xd1\x82\xd0\xbe "
    "\xd1\x81\xd1\x82\xd0\xbe\xd0\xb8\xd1\x82?",
    "\xe5\x96\xb6\xe6\xa5\xad\xe6\x99\x82\xe9\x96\x93\xe3\x82\x92\xe6\x95\x99\xe3\x81\x88"
    "\xe3\x81\xa6\xe3\x81\x8f\xe3\x81\xa0\xe3\x81\x95\xe3\x81\x84\xe3\x80\x82",
};

/* They say no. */
static const char *const no[] = {
    "Stop",
    "STOP!\n\nKind regards,\nAnn Example\nExample Ltd",
    "Please unsubscribe me.",
    "unsuscribe please",
    "Hello,\n\ntake me off your list, will you?\n\nAnn",
    "Bitte abmelden",
    "Merci de me d\xc3\xa9sabonner",
    "Darme de baja, por favor",
    "Prosz\xc4\x99 o wypisanie mnie",
    "\xd0\x9e\xd1\x82\xd0\xbf\xd0\xb8\xd1\x88\xd0\xb8\xd1\x82\xd0\xb5 "
    "\xd0\xbc\xd0\xb5\xd0\xbd\xd1\x8f",
    "\xe9\x85\x8d\xe4\xbf\xa1\xe5\x81\x9c\xe6\xad\xa2\xe3\x82\x92\xe3\x81\x8a\xe9\xa1\x98"
    "\xe3\x81\x84\xe3\x81\x97\xe3\x81\xbe\xe3\x81\x99",
};

/* A message of ours, a line each. */
static const char *const ours[] = {
    "Our November offers are here.",
    "You get this because you asked for it. To unsubscribe click here:",
    "https://ours.example/u/ABC",
    "Wenn Sie keine Werbung mehr wollen: abmelden. Pour vous d\xc3\xa9sabonner : ici.",
    "STOP",
};

static uint64_t state;
static struct mail mail;
static struct mail_verdict verdict;
static struct buf letter;

static size_t below(size_t n)
{
    return (size_t)(chance_next(&state) % n);
}

#define ONE_OF(list) (list)[below(COUNT(list))]

static void begin(void)
{
    const char *seed = getenv("PROPERTY_SEED");

    mail_begin();
    state = seed != NULL ? strtoull(seed, NULL, 10) : (uint64_t)time(NULL);
    fprintf(stderr, "letters: PROPERTY_SEED=%" PRIu64 "\n", state);
    buf_init(&letter, 1 << 16);
}

static void end(void)
{
    buf_done(&letter);
}

TestSuite(letters, .init = begin, .fini = end);

/* Our message, with something before every line. */
static void ours_add(const char *before)
{
    for (size_t i = 0; i < COUNT(ours); i++)
        buf_addf(&letter, "%s%s\n", before, ours[i]);
}

static void header_add(const char *subject, const char *type)
{
    buf_reset(&letter);
    buf_addf(&letter,
             "From: ann@person.example\nTo: privacy@ours.example\nSubject: %s\n"
             "MIME-Version: 1.0\nContent-Type: %s; charset=utf-8\n\n",
             subject, type);
}

/* How a letter is made: with the row, the person's words above or below. */
typedef void maker(const struct row *row, const char *words);

static bool asks(const struct row *row, maker *make, const char *words)
{
    make(row, words);
    cr_assert_not(letter.overrun);
    mail_read(letter.data, letter.len, NULL, NULL, &mail);
    mail_judge(&mail, MAILBOX_PRIVACY, MAIL_TOKEN_NONE, &verdict);
    return verdict.outcome == MAIL_OBJECTION;
}

static void both(const struct row *row, maker *make)
{
    const char *words = ONE_OF(neutral);

    cr_expect(!asks(row, make, words), "%s \"%s\" makes an opt-out of:\n%s",
              row->language, row->text, letter.data);
    words = ONE_OF(no);
    cr_expect(asks(row, make, words), "%s \"%s\" unmakes the opt-out:\n%s\nread as: %s",
              row->language, row->text, letter.data, mail.words);
}

static void every_row(enum kind kind, maker *make)
{
    size_t n = 0;

    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].kind == kind) {
            both(&rows[i], make);
            n++;
        }
    cr_expect_gt(n, 0);
}

/* --- subjects --- */

static const char *const our_subjects[] = {
    "Offers - unsubscribe any time",
    "Newsletter jederzeit abmelden",
    "Stop! Our offers end today",
};

static void prefix(const struct row *row, const char *words)
{
    static const char *const ends[] = {
        ":", ": ", " : ", "[2]: ", "(3): ", "^2: ", "\xef\xbc\x9a", ". :"};
    static const char *const befores[] = {"", "[EXTERNAL] ", "Re: ", "(ext) ", "  "};
    char subject[200];

    snprintf(subject, sizeof(subject), "%s%s%s%s", ONE_OF(befores), row->text,
             ONE_OF(ends), ONE_OF(our_subjects));
    header_add(subject, "text/plain");
    buf_addf(&letter, "%s\n", words);
}

Test(letters, prefixes)
{
    for (int i = 0; i < 4; i++)
        every_row(REPLY, prefix);
}

static void tag(const struct row *row, const char *words)
{
    static const struct {
        const char *before, *after;
    } forms[] = {{"", ": Re: "},   {"[", "] AW: "},     {"(", ") RE: "},
                 {"*", "* Fwd: "}, {"***", "*** Re: "}, {"", ": [1234] Re: "}};
    const size_t form = below(COUNT(forms));
    char subject[200];

    snprintf(subject, sizeof(subject), "%s%s%s%s", forms[form].before, row->text,
             forms[form].after, ONE_OF(our_subjects));
    header_add(subject, "text/plain");
    buf_addf(&letter, "%s\n", words);
}

Test(letters, tags)
{
    every_row(TAG, tag);
}

/* --- quotations in plain text --- */

static void lead_line(const struct row *row, const char *colon)
{
    static const char *const forms[] = {"On Fri, 27 Nov 2026 at 09:00, Ours "
                                        "<news@ours.example> ",
                                        "27.11.2026 9.00, Ours ",
                                        "Ours (2026-11-27 09:00) "};

    buf_addf(&letter, "%s%s%s\n", ONE_OF(forms), row->text, colon);
}

static void lead_above(const struct row *row, const char *words)
{
    header_add("Re: hello", "text/plain");
    buf_addf(&letter, "%s\n\n", words);
    lead_line(row, ":");
    if (below(2) == 0)
        buf_add_str(&letter, "\n");
    ours_add(below(2) == 0 ? "> " : ">> ");
}

static void lead_bare(const struct row *row, const char *words)
{
    header_add("Re: hello", "text/plain");
    buf_addf(&letter, "%s\n\n", words);
    lead_line(row, " :");
    buf_add_str(&letter, "\n");
    ours_add("");
}

static void answer_below(const struct row *row, const char *words)
{
    header_add("Re: hello", "text/plain");
    lead_line(row, ":");
    ours_add("> ");
    buf_addf(&letter, "\n%s\n", words);
}

Test(letters, leads)
{
    every_row(LEAD, lead_above);
    every_row(LEAD, lead_bare);
    every_row(LEAD, answer_below);
}

static void divider(const struct row *row, const char *words)
{
    header_add("Re: hello", "text/plain");
    buf_addf(&letter, "%s\n\n", words);
    switch (below(5)) {
    case 0: buf_addf(&letter, "-----%s-----\n", row->text); break;
    case 1: buf_addf(&letter, "-------- %s --------\n", row->text); break;
    case 2: buf_addf(&letter, "________ %s ________\n", row->text); break;
    case 3: buf_addf(&letter, "%s:\n\n", row->text); break;
    default: buf_addf(&letter, "---------- %s ---------\n", row->text); break;
    }
    ours_add("");
}

Test(letters, dividers)
{
    for (int i = 0; i < 4; i++)
        every_row(DIVIDER, divider);
}

/* A row of that kind in that language, or in English. */
static const char *label(enum kind kind, const char *language)
{
    const char *found = NULL;

    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].kind == kind &&
            (strcmp(rows[i].language, language) == 0 ||
             (found == NULL && strcmp(rows[i].language, "en") == 0)))
            found = rows[i].text;
    return found;
}

static void header_copied(const struct row *row, const char *words)
{
    const char *language = row->language, *bold = below(3) == 0 ? "*" : "";
    const bool sent_first = below(3) == 0;

    header_add("Re: hello", "text/plain");
    buf_addf(&letter, "%s\n\n", words);
    if (below(2) == 0)
        buf_add_str(&letter, "________________________________\n");
    if (sent_first)
        buf_addf(&letter, "%s%s:%s 27 11 2026 09:00\n", bold, label(SENT, language),
                 bold);
    buf_addf(&letter, "%s%s:%s Ours <news@ours.example>\n", bold, label(FROM, language),
             bold);
    if (!sent_first)
        buf_addf(&letter, "%s%s:%s 27 11 2026 09:00\n", bold, label(SENT, language),
                 bold);
    buf_addf(&letter, "%s%s:%s Ann\n", bold, label(TO, language), bold);
    buf_addf(&letter, "%s%s :%s Our offers\n\n", bold, label(SUBJECT, language), bold);
    ours_add("");
}

Test(letters, copied_headers)
{
    for (int i = 0; i < 3; i++) {
        every_row(FROM, header_copied);
        every_row(SENT, header_copied);
        every_row(TO, header_copied);
        every_row(SUBJECT, header_copied);
    }
}

/* Languages that no table has: what such a header looks like is enough. */
static void header_strange(const struct row *row, const char *words)
{
    (void)row;
    header_add("Re: hello", "text/plain");
    buf_addf(&letter,
             "%s\n\nQvr: Ours <news@ours.example>\nZzxg: 27 blip 2026 09:00\nXob: Ann\n"
             "Wjoul: Our offers\n\n",
             words);
    ours_add("");
}

static void bars(const struct row *row, const char *words)
{
    static const char *const befores[] = {"> ", ">", "| ", "OU> ", "  > ", "> > "};

    (void)row;
    header_add("Re: hello", "text/plain");
    buf_addf(&letter, "%s\n\n", words);
    ours_add(ONE_OF(befores));
}

Test(letters, without_a_row)
{
    static const struct row none = {LEAD, "xx", "none"};

    for (int i = 0; i < 40; i++) {
        both(&none, header_strange);
        both(&none, bars);
    }
}

/* --- what stands above and below --- */

static void device(const struct row *row, const char *words)
{
    header_add("Re: hello", "text/plain");
    buf_addf(&letter, "%s\n\n%s iPhone\n\n", words, row->text);
    if (below(2) == 0) {
        buf_add_str(&letter, "On 27 Nov 2026, at 09:00, Ours wrote:\n\n");
        ours_add("> ");
    }
}

static void banner(const struct row *row, const char *words)
{
    header_add("hello", "text/plain");
    buf_addf(&letter, "%s, so look twice before you click to unsubscribe.\n", row->text);
    if (below(2) == 0)
        buf_add_str(&letter, "________________________________\n");
    buf_addf(&letter, "\n%s\n", words);
}

static void notice(const struct row *row, const char *words)
{
    header_add("hello", "text/plain");
    buf_addf(&letter, "%s\n\n", words);
    if (below(2) == 0)
        buf_add_str(&letter, "________________________________\n");
    buf_addf(&letter,
             "%s of Example Ltd, https://person.example/u\n"
             "If you got it in error, stop and delete it. Unsubscribe: "
             "https://person.example/u\n",
             row->text);
}

Test(letters, added_lines)
{
    every_row(DEVICE, device);
    every_row(BANNER, banner);
    every_row(NOTICE, notice);
    every_row(FOOT, notice);
    every_row(CLAUSE, notice);
}

/* --- HTML --- */

static const char *html_word;

static void html(const char *attribute, enum sort sort, const char *words)
{
    header_add("Re: hello", "text/html");
    buf_add_str(&letter, "<html><body><div>");
    for (const char *s = words; *s != '\0'; s++)
        if (*s == '\n')
            buf_add_str(&letter, "<br>");
        else
            buf_add(&letter, s, 1);
    buf_addf(&letter, "</div><div %s=\"%s%s\">", attribute, below(2) == 0 ? "x_" : "",
             html_word);
    if (sort == CUT)
        buf_add_str(&letter, "</div><div>");
    for (size_t i = 0; i < COUNT(ours); i++)
        buf_addf(&letter, "<p>%s</p>", ours[i]);
    buf_add_str(&letter, "</div></body></html>\n");
}

static void html_class(const struct row *row, const char *words)
{
    (void)row;
    html("class", QUOTE, words);
}

static void html_id(const struct row *row, const char *words)
{
    (void)row;
    html("id", CUT, words);
}

static void html_exact(const struct row *row, const char *words)
{
    (void)row;
    header_add("Re: hello", "text/html");
    buf_addf(&letter, "<div>%s</div><div name=\"%s\"><p>%s</p></div>", words, html_word,
             ours[1]);
}

Test(letters, html_marks)
{
    for (size_t i = 0; i < COUNT(html_rows); i++) {
        const struct row row = {LEAD, "html", html_rows[i].word};

        html_word = html_rows[i].word;
        if (html_word[0] == '=') {
            html_word++;
            both(&row, html_exact);
        } else {
            both(&row, html_rows[i].sort == CUT ? html_id : html_class);
        }
    }
}

static void html_of_text(const struct row *row, const char *words)
{
    (void)row;
    header_add("Re: hello", "text/html");
    buf_addf(
        &letter,
        "<p>%s</p><div><b>%s:</b> Ours &lt;news@ours.example&gt;<br>\n<b>%s:</b> Friday"
        "<br>\n<b>%s:</b> Ann<br></div>\n<div><p>%s</p></div>",
        words, label(FROM, row->language), label(SENT, row->language),
        label(TO, row->language), ours[1]);
}

Test(letters, html_with_copied_headers)
{
    every_row(FROM, html_of_text);
    every_row(SENT, html_of_text);
}
