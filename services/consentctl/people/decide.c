/* consentctl decide: one question, one answer, and on request how it was found. */
#include "commands.h"

#include "compare.h"
#include "audit.h"
#include "unknown.h"
#include "who.h"

#include "base/mem.h"
#include "codec/people/decision_json.h"
#include "codec/put.h"
#include "core/lists/list.h"
#include "store/people/fact_store.h"
#include "store/people/trace_store.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct answer {
    struct question question;
    struct register_snapshot *s;
    struct decision decision;
    struct trace trace;
    struct name_set names;
    bool compares; /* --compare */
    struct compared compared;
};

/* A mistyped name must not look like a no. One that was withdrawn is answered: by P1. */
static bool names_check(struct ctl *ctl, const struct answer *a, struct err *err)
{
    const struct question *q = &a->question;
    const char *kind = q->controller == 0 ? "controller" : "purpose";
    const char *written = ctl_option(ctl, kind);
    bool known = false;

    if (q->channel == 0)
        return err_set(
            err, ERR_CONFIG, "UNKNOWN_NAME",
            "there is no channel \"%.40s\": email, phone, sms, post, social, web",
            ctl_option(ctl, "channel"));
    if (q->controller != 0 && q->purpose != 0)
        return true;
    if (!register_knows(ctl->pg, kind, written, &known, err) || known)
        return known;
    return unknown_name(a->s, q->controller == 0 ? UNKNOWN_CONTROLLER : UNKNOWN_PURPOSE,
                        written, err);
}

/* Asked with K: the register and the facts as known then. */
static bool question_read(struct ctl *ctl, struct answer *a, struct err *err)
{
    static const char *const needed[] = {"controller", "purpose", "channel"};
    struct question *q = &a->question;

    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
        if (ctl_option(ctl, needed[i]) == NULL)
            return err_set(err, ERR_CONFIG, "NO_QUESTION", "--%s is missing", needed[i]);
    if (!ctl_time(ctl_option(ctl, "at"), clock_wall_us(), &q->at_us, err) ||
        !ctl_time(ctl_option(ctl, "known"), WHEN_NEVER, &q->known_us, err) ||
        !ctl_pg(ctl, err) || !register_load(ctl->pg, q->known_us, &a->s, err))
        return false;
    q->controller = register_controller_number(a->s, ctl_option(ctl, "controller"));
    q->purpose = who_purpose(a->s, ctl_option(ctl, "purpose"));
    q->channel = channel_parse(ctl_option(ctl, "channel"));
    return names_check(ctl, a, err);
}

static bool names_load(struct ctl *ctl, struct answer *a, struct err *err)
{
    int64_t ids[DECISION_EVIDENCE_MAX * (TRACE_STEPS_MAX + 1)];
    size_t n = 0;

    for (size_t i = 0; i < a->decision.n_evidence; i++)
        ids[n++] = a->decision.evidence[i];
    for (size_t i = 0; i < a->trace.n; i++)
        for (size_t k = 0; k < a->trace.step[i].n_evidence; k++)
            ids[n++] = a->trace.step[i].evidence[k];
    return event_names_load(ctl->pg, ids, n, &a->names, err);
}

static void decide_reading(struct answer *a, const struct fact_set *facts, size_t i)
{
    decide_any(&a->s->book, facts->facts + facts->first[i],
               facts->first[i + 1] - facts->first[i], &a->question, &a->decision,
               &a->trace);
}

/* Of a number with two readings a no to either counts, and a yes to both. */
static bool answer_find(struct ctl *ctl, struct answer *a, struct err *err)
{
    struct fact_set facts = {0};
    struct contact_key keys[2];
    struct who who[2];
    size_t n, i = 0;
    bool ok;

    if (!question_read(ctl, a, err) || !who_ask_all(ctl, who, &n, err))
        return false;
    keys[0] = who[0].key;
    if (n > 1) {
        keys[1] = who[1].key;
        fprintf(stderr,
                "consentctl: note: this is %s or %s; both are asked, and a no to either "
                "counts\n",
                who[0].canonical, who[1].canonical);
    }
    ok = fact_load(ctl->pg, keys, n, &facts, err);
    if (ok)
        decide_reading(a, &facts, 0);
    if (ok && n > 1 && a->decision.verdict == VERDICT_PERMIT)
        decide_reading(a, &facts, i = 1);
    if (ok && a->compares) /* as known: at T itself, or at the K asked for */
        ok = compare_find(ctl, facts.facts + facts.first[i],
                          facts.first[i + 1] - facts.first[i], &a->question,
                          a->question.known_us != WHEN_NEVER ? a->question.known_us
                                                             : a->question.at_us,
                          &a->compared, err);
    fact_set_done(&facts);
    for (size_t k = 0; ok && k < n; k++)
        ok =
            ctl_audit(ctl,
                      &(struct ctl_look){
                          .contact = keys[k],
                          .route = LOOKUP_DECISIONS,
                          .outcome = a->decision.verdict == VERDICT_PERMIT ? LOOKUP_PERMIT
                                                                           : LOOKUP_DENY,
                          .controller = a->question.controller,
                          .purpose = a->question.purpose,
                          .channel = (uint16_t)a->question.channel,
                      },
                      err);
    return ok && names_load(ctl, a, err);
}

/* --- saying --- */

static const char *urn_of(const struct answer *a, int32_t source)
{
    const struct source *s = rulebook_source_n(&a->s->book, source);

    return s != NULL ? s->urn : "?";
}

static int say_json(const struct answer *a, bool explain)
{
    struct evidence_name *names = mem_zalloc(a->names.n, sizeof(*names));
    struct buf out;

    for (size_t i = 0; i < a->names.n; i++)
        names[i] = (struct evidence_name){a->names.names[i].ledger_id,
                                          a->names.names[i].event_id,
                                          urn_of(a, a->names.names[i].source)};
    buf_init(&out, CTL_ANSWER_BYTES);
    decision_to_json(&a->decision, explain ? &a->trace : NULL, names, a->names.n, &out);
    free(names);
    if (a->compares && out.len > 0) { /* one more member of the same object */
        out.len--;
        put_name(&out, ",compare");
        compare_say_json(&a->compared, a->s, &out);
        buf_add_str(&out, "}");
    }
    return ctl_say(&out);
}

static void say_evidence(const struct answer *a, const int64_t *ids, size_t n,
                         const char *indent)
{
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;

        while (k < a->names.n && a->names.names[k].ledger_id != ids[i])
            k++;
        if (k < a->names.n)
            printf("%sevent %s of %s (ledger %lld)\n", indent, a->names.names[k].event_id,
                   urn_of(a, a->names.names[k].source), (long long)ids[i]);
        else
            printf("%sledger %lld\n", indent, (long long)ids[i]);
    }
}

static int say_words(const struct answer *a, bool explain)
{
    const struct decision *d = &a->decision;
    char text[WHEN_TEXT_BYTES];

    printf("%s  %s: %s\n", verdict_name(d->verdict), reason_name(d->reason),
           reason_sentence(d->reason));
    printf("  rule         %s (%s)\n", rule_name(d->rule), rule_source(d->rule));
    if (d->since_us != WHEN_ALWAYS)
        printf("  since        %s\n", when_format(d->since_us, text));
    if (d->valid_until_us != WHEN_NEVER)
        printf("  until        %s\n", when_format(d->valid_until_us, text));
    for (uint32_t bit = 1; bit != 0 && bit <= d->obligations; bit <<= 1)
        if (d->obligations & bit)
            printf("  obligation   %s\n", obligation_name(bit));
    say_evidence(a, d->evidence, d->n_evidence, "  evidence     ");
    for (size_t i = 0; explain && i < a->trace.n; i++) {
        const struct trace_step *s = &a->trace.step[i];

        printf("%s%2zu. %-4s %-34s %s%s\n", i == 0 ? "\n  tried in this order\n  " : "  ",
               i + 1, rule_name(s->rule), s->reason ? reason_name(s->reason) : "-",
               rule_source(s->rule), s->decided ? "  <- decides" : "");
        say_evidence(a, s->evidence, s->n_evidence, "           ");
    }
    if (a->compares)
        compare_say_words(&a->compared, a->s);
    return CTL_DONE;
}

int decide_run(struct ctl *ctl)
{
    const bool explain = ctl_option(ctl, "explain") != NULL;
    static struct answer a;
    struct err err;
    int code;

    a.compares = ctl_option(ctl, "compare") != NULL;
    if (!answer_find(ctl, &a, &err))
        code = ctl_fail(ctl, &err);
    else
        code = ctl->json ? say_json(&a, explain) : say_words(&a, explain);
    event_names_done(&a.names);
    event_names_done(&a.compared.names);
    register_free(a.s);
    return code;
}
