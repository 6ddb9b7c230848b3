/* consentctl rights list, show: what persons have asked for, and until when. */
#include "rights.h"

#include "commands.h"

#include "base/clock.h"
#include "base/mem.h"
#include "codec/put.h"
#include "codec/casework/rights_json.h"
#include "store/casework/certificate_store.h"
#include "vault/vault.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void rights_kinds_text(uint16_t kinds, char *ret, size_t bytes)
{
    size_t len = 0;

    ret[0] = '\0';
    for (int kind = 0; kind < RIGHT_END; kind++)
        if ((kinds & RIGHTS_BIT(kind)) != 0 && len < bytes)
            len += (size_t)snprintf(ret + len, bytes - len, "%s%s", len > 0 ? "," : "",
                                    right_name((enum right)kind));
}

bool rights_kinds_parse(const char *words, uint16_t *ret, struct err *err)
{
    char word[64], all[160];

    *ret = 0;
    while (*words != '\0') {
        const size_t len = strcspn(words, ",");
        enum right right;

        snprintf(word, sizeof(word), "%.*s", (int)(len < 63 ? len : 63), words);
        right = right_parse(word);
        if (right == RIGHT_NONE) {
            rights_kinds_text(
                (uint16_t)(RIGHTS_BIT(RIGHT_END) - RIGHTS_BIT(RIGHT_ACCESS)), all,
                sizeof(all));
            return err_set(err, ERR_CONFIG, "NO_SUCH_RIGHT",
                           "there is no right called '%s': %s", word, all);
        }
        *ret |= RIGHTS_BIT(right);
        words += len + (words[len] == ',');
    }
    return true;
}

bool rights_find(struct ctl *ctl, const struct register_snapshot *s, const char *id,
                 struct rights_set *set, struct rights_request *ret, struct err *err)
{
    struct rights_request found[RIGHTS_SOURCES];
    const char *source = ctl_option(ctl, "source");
    size_t at = 0, n, which = 0;

    if (!rights_load(ctl->pg, id, WHEN_NEVER, set, err))
        return false;
    n = set->n > 0 ? rights_next(set, &at, found) : 0;
    if (n > 1 && source == NULL)
        return err_set(err, ERR_CONFIG, "SEVERAL",
                       "several sources have a request of this id: say which, --source");
    while (source != NULL && which < n &&
           strcmp(register_source_name(s, found[which].source), source) != 0)
        which++;
    if (which >= n)
        return err_set(err, ERR_INPUT, "NO_REQUEST", "there is no such request");
    *ret = found[which];
    return true;
}

/* --- list --- */

struct listed {
    const char *id;
    struct rights_request r;
};

/* Overdue first: by the day it is due; what is paused after that, what is closed last. */
static int by_due(const void *a, const void *b)
{
    const struct listed *x = a, *y = b;

    if (x->r.state != y->r.state)
        return x->r.state < y->r.state ? -1 : 1;
    if (x->r.due_us != y->r.due_us)
        return x->r.due_us < y->r.due_us ? -1 : 1;
    return x->r.ledger_id < y->r.ledger_id ? -1 : 1;
}

static void list_print(const struct register_snapshot *s, const struct listed *l,
                       int64_t now_us)
{
    char kinds[160], left[32] = "", due[WHEN_TEXT_BYTES] = "";

    rights_kinds_text(l->r.state == RIGHTS_CLOSED ? l->r.kinds : l->r.open, kinds,
                      sizeof(kinds));
    if (l->r.state == RIGHTS_OPEN) {
        const int32_t days = rights_days_left(&l->r, now_us);

        snprintf(left, sizeof(left), days < 0 ? "%d days late" : "%d days left",
                 days < 0 ? -days : days);
    }
    if (l->r.due_us != WHEN_NEVER)
        when_format(l->r.due_us - 1, due);
    printf("%-20s %-10.10s %-14s %-7s %-16s %s%s%s\n", l->id, due, left,
           rights_state_name(l->r.state), register_source_name(s, l->r.source), kinds,
           l->r.extended ? ", extended" : "",
           l->r.customer_wanted ? ", ask which customer" : "");
}

static void list_say(const struct ctl *ctl, const struct register_snapshot *s,
                     const struct listed *list, size_t n, int64_t now_us)
{
    struct buf out;

    if (!ctl->json) {
        for (size_t i = 0; i < n; i++)
            list_print(s, &list[i], now_us);
        if (n == 0)
            puts("No request waits for an answer.");
        return;
    }
    buf_init(&out, CTL_ANSWER_BYTES);
    buf_add_str(&out, "[");
    for (size_t i = 0; i < n; i++) {
        buf_add_str(&out, i > 0 ? ",{" : "{");
        rights_to_json(&list[i].r, list[i].id, register_source_name(s, list[i].r.source),
                       now_us, &out);
        buf_add_str(&out, "}");
    }
    buf_add_str(&out, "]");
    ctl_say(&out);
}

int rights_list_run(struct ctl *ctl)
{
    const bool all = ctl_option(ctl, "all") != NULL;
    struct register_snapshot *s = NULL;
    struct rights_set set = {0};
    struct listed *list = NULL;
    size_t n = 0, cap = 0;
    int64_t now_us, known_us;
    struct err err;
    int code = CTL_DONE;

    if (!ctl_time(ctl_option(ctl, "at"), clock_wall_us(), &now_us, &err) ||
        !ctl_time(ctl_option(ctl, "known"), WHEN_NEVER, &known_us, &err) ||
        !ctl_pg(ctl, &err) || !register_load(ctl->pg, known_us, &s, &err) ||
        !rights_load(ctl->pg, NULL, known_us, &set, &err)) {
        code = ctl_fail(ctl, &err);
        goto out;
    }
    for (size_t at = 0; at < set.n;) {
        struct rights_request found[RIGHTS_SOURCES];
        const char *id = set.names[at].request;
        const size_t k = rights_next(&set, &at, found);

        for (size_t i = 0; i < k; i++) {
            if (!all && found[i].state == RIGHTS_CLOSED)
                continue;
            if (n == cap) {
                cap = cap * 2 + 64;
                list = mem_resize(list, cap, sizeof(*list));
            }
            list[n++] = (struct listed){id, found[i]};
        }
    }
    if (n > 0)
        qsort(list, n, sizeof(*list), by_due);
    list_say(ctl, s, list, n, now_us);
out:
    free(list);
    rights_set_done(&set);
    register_free(s);
    return code;
}

/* --- show --- */

/* What a restriction would stop beside marketing (S38). */
static bool stopped(const struct purpose *p, int64_t now_us)
{
    return period_holds(&p->valid, now_us) && !p->despite_restriction &&
           (p->class == PURPOSE_CLASS_TRANSACTIONAL ||
            p->class == PURPOSE_CLASS_ADMINISTRATIVE || p->class == PURPOSE_CLASS_LEGAL);
}

static void show_json(const struct ctl *ctl, const struct register_snapshot *s,
                      const struct rights_set *set, const struct rights_request *r,
                      const struct rights_person *p, const struct buf *erasures,
                      int64_t now_us)
{
    struct buf out;
    bool more = false;

    buf_init(&out, CTL_ANSWER_BYTES);
    buf_add_str(&out, "{");
    rights_to_json(r, ctl->args[0], register_source_name(s, r->source), now_us, &out);
    put_name(&out, ",events");
    for (size_t i = 0; i < set->n; i++) {
        const struct rights_event *e = &set->events[i];

        buf_add_str(&out, i > 0 ? "," : "[");
        rights_event_to_json(e, set->names[i].event, register_source_name(s, e->source),
                             &out);
    }
    buf_add_str(&out, "]");
    put_name(&out, ",letter");
    rights_letter_to_json(p->subject, p->words, p->reply_to, &out);
    put_name(&out, ",erasures");
    buf_add(&out, erasures->data, erasures->len);
    put_name(&out, ",would_stop");
    buf_add_str(&out, "[");
    for (size_t i = 0; i < s->book.n_purposes; i++) {
        if ((r->kinds & RIGHTS_BIT(RIGHT_RESTRICT)) == 0 ||
            !stopped(&s->book.purposes[i], now_us))
            continue;
        buf_add_str(&out, more ? "," : "");
        put_text(&out, s->book.purposes[i].id);
        more = true;
    }
    buf_add_str(&out, "]}");
    ctl_say(&out);
}

static void letter_print(const struct rights_person *p)
{
    if (p->subject[0] != '\0')
        printf("  Subject: %s\n", p->subject);
    if (p->reply_to[0] != '\0')
        printf("  Answer to: %s\n", p->reply_to);
    for (const char *s = p->words; *s != '\0';) {
        const size_t len = strcspn(s, "\n");

        printf("  | %.*s\n", (int)len, s);
        s += len + (s[len] == '\n');
    }
}

static void show_print(const struct ctl *ctl, const struct register_snapshot *s,
                       const struct rights_set *set, const struct rights_request *r,
                       const struct rights_person *p, const struct buf *erasures,
                       int64_t now_us)
{
    const struct listed l = {ctl->args[0], *r};
    char at[WHEN_TEXT_BYTES], kinds[160];

    list_print(s, &l, now_us);
    for (int kind = 0; kind < RIGHT_END; kind++) {
        if (r->outcome[kind] != 0)
            printf("  %s: %s %s\n", right_name((enum right)kind),
                   rights_outcome_name((enum rights_outcome)r->outcome[kind]),
                   r->refusal[kind] != 0 ? refusal_text((enum refusal)r->refusal[kind])
                                         : "");
    }
    if (r->acknowledge_us != WHEN_NEVER && r->acknowledged_us == 0)
        printf(
            "  A complaint: acknowledge it by %.10s (30 days, Data (Use and Access) Act "
            "2025).\n",
            when_format(r->acknowledge_us - 1, at));
    if (r->not_in_france)
        puts("  A directive after death is a French right; this person is elsewhere.");
    if (r->customer_wanted)
        puts("  A customer's data, and the customer is not named: ask the person.");
    if (r->extension_void && !r->extended)
        puts("  An extension came too late, or without a reason, and does not count.");
    if ((r->open & RIGHTS_BIT(RIGHT_RESTRICT)) != 0) {
        printf("  The restriction stops:");
        for (size_t i = 0; i < s->book.n_purposes; i++)
            if (stopped(&s->book.purposes[i], now_us))
                printf(" %s", s->book.purposes[i].id);
        puts(" and everything promotional.");
    }
    letter_print(p);
    if ((r->open & RIGHTS_BIT(RIGHT_UNCLASSIFIED)) != 0)
        printf("  Nobody has read it: until then no marketing, and no sale or rental of "
               "the data.\n  consentctl rights read %s --as RIGHT,... (or nothing)\n",
               ctl->args[0]);
    for (size_t i = 0; i < set->n; i++) {
        const struct rights_event *e = &set->events[i];

        rights_kinds_text(e->kinds, kinds, sizeof(kinds));
        printf(
            "  %s  %s %s (event %s of %s, ledger %" PRId64 ")\n",
            when_format(e->at_us, at),
            e->request ? "asked" : rights_outcome_name((enum rights_outcome)e->outcome),
            kinds, set->names[i].event, register_source_name(s, e->source), e->ledger_id);
    }
    fwrite(erasures->data, 1, erasures->len, stdout);
}

int rights_show_run(struct ctl *ctl)
{
    struct register_snapshot *s = NULL;
    struct rights_set set = {0};
    struct rights_person person = {0};
    struct rights_said said;
    struct rights_request r;
    struct buf bytes, erasures;
    int64_t now_us;
    struct err err;
    int code = CTL_DONE;

    buf_init(&bytes, CTL_ANSWER_BYTES);
    buf_init(&erasures, CTL_ANSWER_BYTES);

    if (!ctl_time(ctl_option(ctl, "at"), clock_wall_us(), &now_us, &err) ||
        !ctl_pg(ctl, &err) || !register_load(ctl->pg, WHEN_NEVER, &s, &err) ||
        !rights_find(ctl, s, ctl->args[0], &set, &r, &err) || !ctl_vault(ctl, &err) ||
        !vault_rights(ctl->vault, ctl->pg, r.ledger_id, &bytes, &said, &err) ||
        !rights_person_load(ctl->pg, &said, &person, &err) ||
        !erasure_of_request(ctl->pg, r.ledger_id, ctl->json, &erasures, &err))
        code = ctl_fail(ctl, &err);
    else if (ctl->json)
        show_json(ctl, s, &set, &r, &person, &erasures, now_us);
    else
        show_print(ctl, s, &set, &r, &person, &erasures, now_us);
    buf_done(&bytes);
    buf_done(&erasures);
    rights_person_done(&person);
    rights_set_done(&set);
    register_free(s);
    return code;
}
