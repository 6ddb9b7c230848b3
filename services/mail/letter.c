#include "letter.h"

#include "reading.h"

#include "base/hex.h"
#include "codec/event/event_write.h"
#include "codec/put.h"
#include "core/event/event.h"
#include "crypto/digest.h"
#include "crypto/verp.h"
#include "ident/email.h"

#include <stdio.h>
#include <string.h>

/* A run of digits that ingest might take for a payment card: it would keep no byte of the
 * event, and the request with it. Twelve digits or fewer are none. */
static void digits_mask(char *s)
{
    while (*s != '\0') {
        size_t len = 0, digits = 0;

        for (; s[len] != '\0'; len++) {
            if (s[len] >= '0' && s[len] <= '9')
                digits++;
            else if (digits == 0 || strchr(" -.", s[len]) == NULL || s[len + 1] < '0' ||
                     s[len + 1] > '9')
                break;
        }
        for (size_t i = 0; digits > 12 && i < len; i++)
            if (s[i] >= '0' && s[i] <= '9')
                s[i] = 'x';
        s += len > 0 ? len : 1;
    }
}

/* One request however often the letter is sent: by its Message-ID and who writes. */
static bool request_name(struct letter *l, struct err *err)
{
    char of[IDENT_EMAIL_BYTES + LETTER_HEX_BYTES + 2], name[LETTER_HEX_BYTES];
    uint8_t digest[DIGEST_BYTES];

    snprintf(of, sizeof(of), "%s %s", l->id_sha256[0] ? l->id_sha256 : l->sha256,
             l->mail.n_from > 0 ? l->mail.from[0] : "");
    if (!digest_sha256(of, strlen(of), NULL, 0, digest, err))
        return false;
    hex_print(digest, DIGEST_BYTES, name);
    snprintf(l->request, sizeof(l->request), "mail-%.24s", name);
    return true;
}

/* The first that somebody with a key has made. One that is revoked is one nevertheless: a
 * link that leaked opts out nobody but whom it was made for. */
static void token_find(struct letter *l)
{
    struct err ignored;

    l->token = MAIL_TOKEN_NONE;
    for (size_t i = 0;
         l->keys != NULL && l->token == MAIL_TOKEN_NONE && i < l->mail.n_tokens; i++)
        if (link_token_find(l->keys, l->mail.tokens[i], &l->link, &ignored))
            l->token = i < l->mail.n_said ? MAIL_TOKEN_SAID : MAIL_TOKEN_CARRIED;
}

/* Of a report: whether the address that it was sent to was made for that recipient. */
static void made_for_find(struct letter *l)
{
    memset(l->made_for, 0, sizeof(l->made_for));
    for (size_t k = 0; l->keys != NULL && k < l->mail.n_tokens; k++)
        for (size_t i = 0; i < l->mail.n_reported; i++)
            l->made_for[i] = l->made_for[i] || verp_fits(l->keys, l->mail.tokens[k],
                                                         l->mail.reported[i].address);
}

/* A letter that quotes or passes on a message of ours is its writer's and of whom that
 * message went to: the same person, often, under another address. */
static void carried_add(struct letter *l)
{
    struct mail_verdict *v = &l->verdict;

    if (l->token != MAIL_TOKEN_CARRIED || v->n == 0 || v->outcome < MAIL_OPTOUT ||
        v->outcome > MAIL_REQUEST)
        return;
    for (size_t i = 0; i < v->n; i++)
        if (strcmp(v->people[i], l->link.address) == 0)
            return;
    if (strlen(l->link.address) < IDENT_EMAIL_BYTES)
        memcpy(v->people[v->n++], l->link.address, strlen(l->link.address) + 1);
}

bool letter_read(struct letter *l, const char *data, size_t len, bool whole,
                 enum mailbox box, const char *own, const char *recipient, int64_t now_us,
                 struct err *err)
{
    uint8_t digest[DIGEST_BYTES];
    const char *id;

    l->box = box;
    l->whole = whole;
    l->id_sha256[0] = '\0';
    if (!digest_sha256(data, len, NULL, 0, digest, err))
        return false;
    hex_print(digest, DIGEST_BYTES, l->sha256);
    reading_do(data, len, own, recipient, &l->mail);
    digits_mask(l->mail.words);
    digits_mask(l->mail.text);
    digits_mask(l->mail.subject);
    for (size_t i = 0; i < l->mail.n_reported; i++)
        digits_mask(l->mail.reported[i].words);
    token_find(l);
    made_for_find(l);
    mail_judge(&l->mail, box, l->token, &l->verdict);
    carried_add(l);
    l->time_us = l->mail.has_received ? l->mail.received_us : now_us;
    id = l->mail.message_id;
    if (id[0] != '\0') {
        if (!digest_sha256(id, strlen(id), NULL, 0, digest, err))
            return false;
        hex_print(digest, DIGEST_BYTES, l->id_sha256);
    }
    return request_name(l, err);
}

/* --- the event --- */

static void member(struct buf *out, const char *name, const char *text)
{
    put_name(out, name);
    put_text(out, text);
}

static enum event_type type_of(const struct letter *l)
{
    switch (l->verdict.outcome) {
    case MAIL_OPTOUT: return EVENT_OPTOUT_RECORDED;
    case MAIL_OBJECTION: return EVENT_OBJECTION_RECORDED;
    case MAIL_REQUEST: return EVENT_RIGHTS_REQUESTED;
    case MAIL_BOUNCED: return EVENT_FEEDBACK_BOUNCED;
    case MAIL_COMPLAINED: return EVENT_FEEDBACK_COMPLAINED;
    case MAIL_IGNORED: break;
    }
    return l->mail.kind == MAIL_BOUNCE ? EVENT_FEEDBACK_BOUNCED : EVENT_NONE;
}

/* The person's own words, or, when they only quoted, all of it. */
static void words_put(struct buf *out, const struct letter *l)
{
    const struct mail *m = &l->mail;

    member(out, ",verbatim",
           m->words[0] != '\0'  ? m->words
           : m->text[0] != '\0' ? m->text
           : m->beyond          ? "(no program could read it: see the message itself)"
           : m->shut ? "(encrypted, or cannot be opened: see the message itself)"
                     : "");
}

static void denial_put(struct buf *out, const struct letter *l, const char *name)
{
    put_name(out, name);
    buf_add_str(out, "{");
    member(out, "via",
           l->box == MAILBOX_PRIVACY     ? "email:privacy"
           : l->token == MAIL_TOKEN_SAID ? "list_unsubscribe_mailto"
                                         : "email:optout");
    words_put(out, l);
    if (l->verdict.sale_only) {
        put_name(out, ",limited_by_subject");
        buf_add_str(out, "true");
    }
    buf_add_str(out, "}");
    if (l->verdict.outcome == MAIL_OPTOUT && l->verdict.sale_only) {
        put_name(out, ",scope");
        buf_add_str(out, "[{\"purpose\":\"data.sale\",\"channels\":[\"*\"]},"
                         "{\"purpose\":\"data.rent\",\"channels\":[\"*\"]}]");
    }
}

static void rights_put(struct buf *out, const struct letter *l)
{
    const struct mail *m = &l->mail;
    size_t n = 0;

    put_name(out, ",rights");
    buf_add_str(out, "{");
    member(out, "request_id", l->request);
    put_name(out, ",kinds");
    buf_add_str(out, "[");
    for (int right = 1; right < RIGHT_END && n < 8; right++)
        if ((l->verdict.asks & (1u << right)) != 0) {
            buf_add_str(out, n++ > 0 ? "," : "");
            put_text(out, right_name((enum right)right));
        }
    if (l->verdict.unread || n == 0) {
        buf_add_str(out, n > 0 ? "," : "");
        put_text(out, "unclassified");
    }
    buf_add_str(out, "]");
    put_name(out, ",received_at");
    put_time(out, l->time_us);
    put_name(out, ",unverified");
    buf_add_str(out, "true");
    if (m->subject[0] != '\0')
        member(out, ",subject", m->subject);
    if (m->reply_to[0] != '\0')
        member(out, ",reply_to", m->reply_to);
    else if (l->token == MAIL_TOKEN_SAID && m->n_from > 0 &&
             strcmp(m->from[0], l->link.address) != 0)
        member(out, ",reply_to", m->from[0]); /* the token is another's: look closely */
    if (l->verdict.outcome == MAIL_REQUEST)
        words_put(out, l);
    buf_add_str(out, "}");
}

/* What ties the i-th recipient of a bounce to mail of ours. A token, or an address made
 * for one recipient, is that person's: of anybody else the report proves nothing, for its
 * writer may have had our mail. */
static enum event_tie tie_of(const struct letter *l, size_t i)
{
    char owner[IDENT_EMAIL_BYTES];
    struct err ignored;

    if (l->token != MAIL_TOKEN_NONE && ident_email(l->link.address, owner, &ignored) &&
        strcmp(owner, l->mail.reported[i].address) == 0)
        return TIE_TOKEN;
    if (l->made_for[i])
        return TIE_VERP;
    return l->mail.original_id[0] != '\0' ? TIE_MESSAGE : TIE_NONE;
}

/* kind is what the words and the status say together (core/event/bounce.h). */
static void bounce_put(struct buf *out, const struct letter *l, size_t i)
{
    const struct mail_reported *r = &l->mail.reported[i];
    const enum event_tie tie = tie_of(l, i);
    static const char *const kinds[] = {"unclear", "sender", "soft", "invalid"};

    member(out, "kind", kinds[r->says]);
    if (r->status[0] != '\0')
        member(out, ",status", r->status);
    if (r->words[0] != '\0')
        member(out, ",diagnostic", r->words);
    if (tie == TIE_TOKEN)
        member(out, ",tie", "link_token");
    if (tie == TIE_VERP)
        member(out, ",tie", "verp");
    if (tie == TIE_MESSAGE)
        member(out, ",tie", "message_id");
    if (l->mail.original_id[0] != '\0')
        member(out, ",message_id", l->mail.original_id);
}

static void feedback_put(struct buf *out, const struct letter *l, size_t i)
{
    put_name(out, ",feedback");
    buf_add_str(out, "{");
    if (l->mail.kind == MAIL_COMPLAINT) {
        member(out, "via", "complaint_fbl");
        member(out, ",kind", "complaint");
    } else {
        bounce_put(out, l, i);
    }
    buf_add_str(out, "}");
}

static void evidence_put(struct buf *out, const struct letter *l)
{
    put_name(out, ",provenance");
    buf_add_str(out, "{");
    member(out, "recorded_by", "consent-mail");
    put_name(out, ",evidence");
    buf_add_str(out, "[{");
    member(out, "kind", l->whole ? "email_message" : "email_message_begin");
    member(out, ",sha256", l->sha256);
    buf_add_str(out, "}");
    if (l->id_sha256[0] != '\0') {
        buf_add_str(out, ",{");
        member(out, "kind", "message_id");
        member(out, ",sha256", l->id_sha256);
        buf_add_str(out, "}");
    }
    buf_add_str(out, "]}");
}

size_t letter_events(const struct letter *l)
{
    if (l->mail.kind == MAIL_BOUNCE)
        return l->verdict.n;
    if (l->verdict.outcome == MAIL_IGNORED)
        return 0;
    return l->verdict.n > 0 ? l->verdict.n : 1; /* the one that the token names */
}

enum letter_effect letter_effect(const struct letter *l, size_t i)
{
    const enum event_tie tie = tie_of(l, i);

    if (l->mail.kind != MAIL_BOUNCE)
        return LETTER_STOPS;
    if (l->mail.reported[i].says != BOUNCE_ADDRESS)
        return tie == TIE_NONE ? LETTER_NONE : LETTER_NOTED;
    return tie == TIE_NONE ? LETTER_WAITS : LETTER_STOPS;
}

/* Whom it is about. A letter to privacy@ asks for more than the message was about. */
static void contact_put(struct buf *out, const struct letter *l, size_t i)
{
    const bool report = l->mail.kind == MAIL_BOUNCE || l->mail.kind == MAIL_COMPLAINT;
    const char *who = l->verdict.n == 0 ? l->link.address
                      : report          ? l->mail.reported[i].address
                                        : l->verdict.people[i];

    event_contact(out, who);
    if (l->verdict.n > 0 || l->box == MAILBOX_PRIVACY || l->link.controller[0] == '\0')
        return;
    event_controller(out, l->link.controller);
}

void letter_event(const struct letter *l, size_t i, struct buf *out)
{
    char id[96];
    const struct event_head head = {
        .id = id,
        .source = l->source,
        .type = type_of(l),
        .time_us = l->time_us,
    };

    if (i == 0)
        snprintf(id, sizeof(id), "mail:%s", l->sha256); /* and :1, :2 for the others */
    else
        snprintf(id, sizeof(id), "mail:%s:%zu", l->sha256, i);
    event_begin(out, &head);
    contact_put(out, l, i);
    if (l->verdict.outcome == MAIL_OPTOUT)
        denial_put(out, l, ",optout");
    if (l->verdict.outcome == MAIL_OBJECTION)
        denial_put(out, l, ",objection");
    if (l->verdict.outcome == MAIL_OBJECTION || l->verdict.outcome == MAIL_REQUEST)
        rights_put(out, l);
    if (l->mail.kind == MAIL_BOUNCE || l->verdict.outcome == MAIL_COMPLAINED)
        feedback_put(out, l, i);
    evidence_put(out, l);
    event_end(out);
}
