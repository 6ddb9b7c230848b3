/* consentctl rights list, show: what persons have asked for, and until when. */
#include "rights.h"

#include "commands.h"

#include "base/clock.h"
#include "base/mem.h"
#include "codec/put.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const states[] = {"open", "paused", "closed"};

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
    char word[64];

    *ret = 0;
    while (*words != '\0') {
        const size_t len = strcspn(words, ",");
        enum right right;

        snprintf(word, sizeof(word), "%.*s", (int)(len < 63 ? len : 63), words);
        right = right_parse(word);
        if (right == RIGHT_NONE)
            return err_set(err, ERR_CONFIG, "NO_SUCH_RIGHT",
                           "there is no right called '%s'", word);
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

/* --- saying ---------------------------------------------------------------------------
 */

static void put_kinds(struct buf *out, const char *name, uint16_t kinds)
{
    bool more = false;

    put_name(out, name);
    buf_add_str(out, "[");
    for (int kind = 0; kind < RIGHT_END; kind++) {
        if ((kinds & RIGHTS_BIT(kind)) == 0)
            continue;
        buf_add_str(out, more ? "," : "");
        put_text(out, right_name((enum right)kind));
        more = true;
    }
    buf_add_str(out, "]");
}

static void put_flag(struct buf *out, const char *name, bool flag)
{
    put_name(out, name);
    buf_add_str(out, flag ? "true" : "false");
}

static void put_day(struct buf *out, const char *name, int64_t us)
{
    char text[WHEN_TEXT_BYTES];

    put_name(out, name);
    if (us == WHEN_NEVER)
        buf_add_str(out, "null");
    else
        buf_addf(out, "\"%.10s\"", when_format(us, text));
}

static void put_answers(struct buf *out, const struct rights_request *r)
{
    bool more = false;

    put_name(out, ",answers");
    buf_add_str(out, "{");
    for (int kind = 0; kind < RIGHT_END; kind++) {
        if (r->outcome[kind] == 0)
            continue;
        buf_add_str(out, more ? "," : "");
        more = true;
        put_name(out, right_name((enum right)kind));
        buf_add_str(out, "{");
        put_name(out, "outcome");
        put_text(out, rights_outcome_name((enum rights_outcome)r->outcome[kind]));
        if (r->refusal[kind] != 0) {
            put_name(out, ",reason");
            put_text(out, refusal_name((enum refusal)r->refusal[kind]));
            put_name(out, ",article");
            put_text(out, refusal_article((enum refusal)r->refusal[kind]));
        }
        buf_add_str(out, "}");
    }
    buf_add_str(out, "}");
}

void rights_put(struct buf *out, const struct register_snapshot *s, const char *id,
                const struct rights_request *r, int64_t now_us)
{
    put_name(out, "request");
    put_text(out, id);
    put_name(out, ",source");
    put_text(out, register_source_name(s, r->source));
    put_name(out, ",ledger_id");
    put_int(out, r->ledger_id);
    put_name(out, ",state");
    put_text(out, states[r->state]);
    put_kinds(out, ",kinds", r->kinds);
    put_kinds(out, ",open", r->open);
    put_day(out, ",received", r->received_day * WHEN_DAY_US);
    put_day(out, ",due", r->due_us == WHEN_NEVER ? WHEN_NEVER : r->due_us - 1);
    put_name(out, ",due_rule");
    put_text(out, RIGHTS_DUE_RULE);
    put_name(out, ",days_left");
    if (r->state == RIGHTS_OPEN)
        put_int(out, rights_days_left(r, now_us));
    else
        buf_add_str(out, "null");
    put_flag(out, ",overdue", r->state == RIGHTS_OPEN && now_us >= r->due_us);
    put_flag(out, ",extended", r->extended);
    put_flag(out, ",extension_void", r->extension_void && !r->extended);
    put_name(out, ",paused_since");
    put_time(out, r->paused_since_us != 0 ? r->paused_since_us : WHEN_NEVER);
    put_name(out, ",paused_days");
    put_int(out, r->paused_days);
    put_name(out, ",closed_at");
    put_time(out, r->closed_us != 0 ? r->closed_us : WHEN_NEVER);
    put_flag(out, ",answered_late", r->answered_late);
    put_flag(out, ",processor", r->processor);
    put_name(out, ",customer");
    put_text(out, r->customer);
    put_flag(out, ",customer_wanted", r->customer_wanted);
    put_flag(out, ",not_in_france", r->not_in_france);
    put_answers(out, r);
}

/* --- list -----------------------------------------------------------------------------
 */

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
           states[l->r.state], register_source_name(s, l->r.source), kinds,
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
        rights_put(&out, s, list[i].id, &list[i].r, now_us);
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

/* --- show -----------------------------------------------------------------------------
 */

/* What a restriction would stop beside marketing (S38). */
static bool stopped(const struct purpose *p, int64_t now_us)
{
    return period_holds(&p->valid, now_us) && !p->despite_restriction &&
           (p->class == PURPOSE_CLASS_TRANSACTIONAL ||
            p->class == PURPOSE_CLASS_ADMINISTRATIVE || p->class == PURPOSE_CLASS_LEGAL);
}

static void show_json(const struct ctl *ctl, const struct register_snapshot *s,
                      const struct rights_set *set, const struct rights_request *r,
                      int64_t now_us)
{
    struct buf out;
    bool more = false;

    buf_init(&out, CTL_ANSWER_BYTES);
    buf_add_str(&out, "{");
    rights_put(&out, s, ctl->args[0], r, now_us);
    put_name(&out, ",events");
    for (size_t i = 0; i < set->n; i++) {
        const struct rights_event *e = &set->events[i];

        buf_add_str(&out, i > 0 ? ",{" : "[{");
        put_name(&out, "ledger_id");
        put_int(&out, e->ledger_id);
        put_name(&out, ",event_id");
        put_text(&out, set->names[i].event);
        put_name(&out, ",source");
        put_text(&out, register_source_name(s, e->source));
        put_name(&out, ",at");
        put_time(&out, e->at_us);
        put_name(&out, ",known_at");
        put_time(&out, e->known_us);
        put_name(&out, ",says");
        put_text(&out, e->request ? "asked"
                                  : rights_outcome_name((enum rights_outcome)e->outcome));
        put_kinds(&out, ",kinds", e->kinds);
        buf_add_str(&out, "}");
    }
    buf_add_str(&out, "]");
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

static void show_print(const struct ctl *ctl, const struct register_snapshot *s,
                       const struct rights_set *set, const struct rights_request *r,
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
    for (size_t i = 0; i < set->n; i++) {
        const struct rights_event *e = &set->events[i];

        rights_kinds_text(e->kinds, kinds, sizeof(kinds));
        printf(
            "  %s  %s %s (event %s of %s, ledger %" PRId64 ")\n",
            when_format(e->at_us, at),
            e->request ? "asked" : rights_outcome_name((enum rights_outcome)e->outcome),
            kinds, set->names[i].event, register_source_name(s, e->source), e->ledger_id);
    }
}

int rights_show_run(struct ctl *ctl)
{
    struct register_snapshot *s = NULL;
    struct rights_set set = {0};
    struct rights_request r;
    int64_t now_us;
    struct err err;
    int code = CTL_DONE;

    if (!ctl_time(ctl_option(ctl, "at"), clock_wall_us(), &now_us, &err) ||
        !ctl_pg(ctl, &err) || !register_load(ctl->pg, WHEN_NEVER, &s, &err) ||
        !rights_find(ctl, s, ctl->args[0], &set, &r, &err))
        code = ctl_fail(ctl, &err);
    else if (ctl->json)
        show_json(ctl, s, &set, &r, now_us);
    else
        show_print(ctl, s, &set, &r, now_us);
    rights_set_done(&set);
    register_free(s);
    return code;
}
