/*
 * mail.c - fuzz target: the reader of messages, and the judge above it.
 *
 * The first byte says which mailbox. Whatever follows: every text ends within its field
 * and is UTF-8 without control characters, every address is its own canonical form, a
 * machine's letter is ignored unless it says stop, and reading it again gives the same.
 */
#include "require.h"

#include "mail/judge.h"
#include "mail/words.h"

#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
static struct mail first, second;
static struct mail_verdict verdict, again;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    mail_begin();
    return 0;
}

static void require_text(const char *text, size_t cap, bool lines)
{
    const size_t len = strnlen(text, cap);

    require(len < cap, "every text ends within its field");
    for (size_t i = 0; i < len; i++) {
        const unsigned char c = (unsigned char)text[i];

        require((c >= 0x20 && c != 0x7f) || (lines && c == '\n'), "no control character");
        if (c >= 0x80) { /* as long as its first byte says */
            const size_t more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;

            require(c >= 0xc2 && c <= 0xf4, "UTF-8");
            for (size_t k = 0; k < more; k++)
                require((text[++i] & 0xc0) == 0x80, "UTF-8");
        }
    }
}

static void require_address(const char *address)
{
    char canonical[IDENT_EMAIL_BYTES];
    struct err err;

    require(ident_email(address, canonical, &err) && strcmp(canonical, address) == 0,
            "an address is its own canonical form");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const enum mailbox box = size > 0 && (data[0] & 1) ? MAILBOX_PRIVACY : MAILBOX_OPTOUT;
    const char *text = (const char *)data + 1;
    bool report;

    if (size == 0)
        return 0;
    mail_read(text, size - 1, "box@example.com", NULL, &first);
    mail_judge(&first, box, false, &verdict);
    report = first.kind == MAIL_BOUNCE || first.kind == MAIL_COMPLAINT;
    require_text(first.subject, sizeof(first.subject), false);
    require_text(first.message_id, sizeof(first.message_id), false);
    require_text(first.words, sizeof(first.words), true);
    require_text(first.text, sizeof(first.text), true);
    require(verdict.n <= (report ? MAIL_REPORTED : MAIL_PEOPLE + 2) &&
                first.n_said <= first.n_tokens && first.n_tokens <= MAIL_TOKENS,
            "bounds");
    for (size_t i = 0; i < verdict.n; i++) {
        require_address(report ? first.reported[i].address : verdict.people[i]);
        if (report)
            require_text(first.reported[i].words, sizeof(first.reported[i].words), false);
    }
    for (size_t i = 0; i < first.n_tokens; i++)
        require_text(first.tokens[i], sizeof(first.tokens[i]), false);
    require(first.kind != MAIL_AUTOMATIC || verdict.outcome == MAIL_IGNORED ||
                (first.sign != MAIL_SIGN_OWN &&
                 (first.unsubscribes || words_ask(first.words) != 0 ||
                  words_bare_no(first.words) || words_ask(first.subject) != 0)),
            "a machine says nothing but stop");
    require(verdict.outcome == MAIL_IGNORED ? verdict.reason[0] != '\0' : verdict.n > 0,
            "somebody, or a reason");
    mail_read(text, size - 1, "box@example.com", NULL, &second);
    mail_judge(&second, box, false, &again);
    require(memcmp(&first, &second, offsetof(struct mail, reported)) == 0 &&
                memcmp(first.reported, second.reported,
                       first.n_reported * sizeof(first.reported[0])) == 0 &&
                again.outcome == verdict.outcome && again.asks == verdict.asks,
            "reading it again gives the same");
    return 0;
}
