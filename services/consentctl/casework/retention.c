/* consentctl retention due: whose data must go, or be looked at, before a day, and why.
 */
#include "commands.h"

#include "base/clock.h"
#include "base/hex.h"
#include "base/mem.h"
#include "codec/put.h"
#include "codec/casework/retention_json.h"
#include "store/people/fact_store.h"
#include "store/register/register_store.h"
#include "store/casework/retention_store.h"
#include "store/scan.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEP 1000 /* contacts at a time */

struct due_run {
    const struct ctl *ctl;
    struct register_snapshot *s;
    struct retention_rules given;
    struct retention_rule *rules; /* resolved, in force at at_us */
    size_t n_rules;
    int64_t before_us, at_us, known_us;
    struct scan scan;
    struct fact_set facts;
    struct anchor_set said;
    struct anchor *anchors; /* of one contact, controller and row */
    size_t anchors_cap;
    size_t found;
};

/* One finding. */
struct finding {
    char contact[37];
    enum contact_kind kind;
    int16_t controller;
    const struct retention_rule *rule;
    struct retention_result r;
};

static const char *day(int64_t us, char text[WHEN_TEXT_BYTES])
{
    if (us == WHEN_NEVER)
        return "-";
    when_format(us, text);
    text[10] = '\0';
    return text;
}

/* --- saying --- */

static void print_why(const struct due_run *d, const struct finding *f)
{
    char text[WHEN_TEXT_BYTES];

    for (size_t t = 0; t < f->rule->n_terms; t++) {
        const size_t i = f->r.used[t];

        if (i != RETENTION_NOT_USED)
            printf("    %s %s + %s (ledger %" PRId64 ")\n",
                   retention_anchor_name(d->anchors[i].event),
                   day(d->anchors[i].at_us, text), f->rule->terms[t].offset_text,
                   d->anchors[i].ledger_id);
    }
    for (int event = 1; event <= ANCHOR_EMPLOYMENT_BEGAN; event++)
        if (f->r.state != RETENTION_DATED && (f->r.missing & (1U << event)) != 0)
            printf("    waits for %s\n", anchor_event_name((enum anchor_event)event));
    if (f->r.overridden)
        printf("    %s %s ends it, GDPR articles 17(1) and 21(3); by its words: %s "
               "(ledger %" PRId64 ")\n",
               retention_anchor_name(d->anchors[f->r.override_by].event),
               day(d->anchors[f->r.override_by].at_us, text),
               day(f->r.literal_us, (char[WHEN_TEXT_BYTES]){0}),
               d->anchors[f->r.override_by].ledger_id);
}

static void finding_print(const struct due_run *d, const struct finding *f)
{
    char date[WHEN_TEXT_BYTES], backup[WHEN_TEXT_BYTES];
    const bool dated = f->r.state == RETENTION_DATED;

    printf("%s %-6s %-18s %-5s %s %s", f->contact, contact_kind_name(f->kind),
           register_controller_name(d->s, f->controller), f->rule->id,
           dated ? "goes  " : "review",
           day(dated ? f->r.effective_us : f->r.review_us, date));
    if (dated && f->r.backup_us != f->r.effective_us)
        printf(", backups %s", day(f->r.backup_us, backup));
    puts("");
    print_why(d, f);
}

static void finding_json(const struct due_run *d, const struct finding *f)
{
    struct buf out;

    buf_init(&out, CTL_ANSWER_BYTES);
    buf_add_str(&out, d->found > 0 ? ",{" : "{");
    put_name(&out, "contact");
    put_text(&out, f->contact);
    put_name(&out, ",kind");
    put_text(&out, contact_kind_name(f->kind));
    buf_add_str(&out, ",");
    retention_to_json(f->rule, register_controller_name(d->s, f->controller), d->anchors,
                      &f->r, &out);
    buf_add_str(&out, "}");
    fwrite(out.data, 1, out.len, stdout);
    buf_done(&out);
}

/* --- looking --- */

static void row_look(struct due_run *d, struct finding *f, const struct fact *facts,
                     size_t n_facts, const struct anchor *said, size_t n_said)
{
    if (!retention_concerns(f->rule, facts, n_facts, said, n_said, f->controller))
        return;
    if (n_said + 5 > d->anchors_cap) {
        d->anchors_cap = n_said + 64;
        d->anchors = mem_resize(d->anchors, d->anchors_cap, sizeof(*d->anchors));
    }
    const size_t n =
        retention_anchors(f->rule, facts, n_facts, said, n_said, f->controller, f->kind,
                          d->anchors, d->anchors_cap);
    retention_date(f->rule, d->anchors, n, d->at_us, &f->r);
    if (f->r.effective_us >= d->before_us && f->r.review_us >= d->before_us)
        return;
    if (d->ctl->json)
        finding_json(d, f);
    else
        finding_print(d, f);
    d->found++;
}

static bool named_before(const struct fact *facts, size_t n_facts,
                         const struct anchor *said, size_t n_said, int16_t controller)
{
    for (size_t i = 0; i < n_facts; i++)
        if (facts[i].controller == controller)
            return true;
    for (size_t i = 0; i < n_said; i++)
        if (said[i].controller == controller)
            return true;
    return false;
}

/* Each controller that holds something of the contact has dates of its own. */
static void contact_look(struct due_run *d, struct finding *f, struct fact *facts,
                         size_t n_facts, const struct anchor *said, size_t n_said)
{
    size_t n = 0;

    for (size_t i = 0; i < n_facts; i++)
        if (facts[i].known_us <= d->known_us)
            facts[n++] = facts[i];
    for (size_t i = 0; i < n + n_said; i++) {
        f->controller = i < n ? facts[i].controller : said[i - n].controller;
        if (f->controller == CONTROLLER_ANY ||
            named_before(facts, i < n ? i : n, said, i < n ? 0 : i - n, f->controller))
            continue;
        for (size_t k = 0; k < d->n_rules; k++) {
            f->rule = &d->rules[k];
            row_look(d, f, facts, n, said, n_said);
        }
    }
}

static bool part_look(struct due_run *d, struct pg *pg, int part, struct err *err)
{
    scan_start(&d->scan, part, 0);
    for (;;) {
        if (!scan_next(pg, &d->scan, STEP, err))
            return false;
        if (d->scan.n == 0)
            return true;
        if (!fact_load(pg, d->scan.keys, d->scan.n, &d->facts, err) ||
            !anchor_load(pg, d->scan.keys, d->scan.n, d->known_us, &d->said, err))
            return false;
        for (size_t i = 0; i < d->scan.n; i++) {
            struct finding f = {.kind = (enum contact_kind)d->scan.kinds[i]};
            const size_t at = d->facts.first[i], from = d->said.first[i];

            uuid_print(d->scan.keys[i].b, f.contact);
            contact_look(d, &f, d->facts.facts + at, d->facts.first[i + 1] - at,
                         d->said.anchors + from, d->said.first[i + 1] - from);
        }
    }
}

/* Of each row the version in force at the time asked for, with the terms it follows. */
static void rules_resolve(struct due_run *d)
{
    const char *only = ctl_option(d->ctl, "row");

    d->rules = mem_zalloc(d->given.n, sizeof(*d->rules));
    for (size_t i = 0; i < d->given.n; i++) {
        const char *id = d->given.list[i].id;

        if ((i > 0 && strcmp(id, d->given.list[i - 1].id) == 0) ||
            (only != NULL && strcmp(id, only) != 0))
            continue;
        if (retention_resolve(d->given.list, d->given.n, id, d->at_us,
                              &d->rules[d->n_rules]))
            d->n_rules++;
    }
}

static bool look(struct ctl *ctl, struct due_run *d, struct err *err)
{
    char snapshot[SCAN_SNAPSHOT_BYTES];

    if (!ctl_time(ctl_option(ctl, "before"), WHEN_NEVER, &d->before_us, err) ||
        !ctl_time(ctl_option(ctl, "at"), clock_wall_us(), &d->at_us, err) ||
        !ctl_time(ctl_option(ctl, "known"), WHEN_NEVER, &d->known_us, err) ||
        !ctl_pg(ctl, err) || !register_load(ctl->pg, d->known_us, &d->s, err) ||
        !retention_rules_load(ctl->pg, d->known_us, &d->given, err))
        return false;
    rules_resolve(d);
    if (d->n_rules == 0)
        return err_set(err, ERR_CONFIG, "NO_ROW",
                       "the register has no such row in force");
    if (!scan_begin(ctl->pg, snapshot, err))
        return false;
    if (ctl->json)
        fputs("[", stdout);
    for (int part = 0; part < SCAN_PARTS; part++)
        if (!part_look(d, ctl->pg, part, err))
            return false;
    pg_rollback(ctl->pg);
    if (ctl->json)
        puts("]");
    else if (d->found == 0)
        puts("Nothing must go, or be looked at, before then.");
    return true;
}

int retention_due_run(struct ctl *ctl)
{
    struct due_run d = {.ctl = ctl};
    struct err err;
    int code = CTL_DONE;

    if (ctl_option(ctl, "before") == NULL)
        return ctl_wrong("say before which day: --before 2027-01-01");
    if (!look(ctl, &d, &err))
        code = ctl_fail(ctl, &err);
    free(d.anchors);
    free(d.rules);
    anchor_set_done(&d.said);
    fact_set_done(&d.facts);
    scan_done(&d.scan);
    retention_rules_done(&d.given);
    register_free(d.s);
    return code;
}
