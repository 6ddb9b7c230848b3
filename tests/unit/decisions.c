/*
 * decisions - the rules by example: tests/golden/decisions/ *.txt, in the language that
 * the README there explains. Every event takes the whole road: admission, facts,
 * decision.
 */
#include "core/event/admit.h"
#include "core/lists/list.h"
#include "story.h"
#include "testbook.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVENTS_MAX 64
#define FACTS_MAX  2048

struct held {
    struct fact fact;
    enum contact_kind kind; /* of the contact it is about */
    int event;
};

struct agreed {
    int64_t known_us;
    struct agreement_fact fact;
    int64_t ledger_id;
};

/* One case as far as it is read. */
struct scene {
    char name[200];
    struct testbook book;
    int events;
    size_t n_held;
    struct held held[FACTS_MAX];
    size_t n_agreed;
    struct agreed agreed[EVENTS_MAX];
    bool linked[4][4]; /* contact kinds named together in an event */
};

static struct scene scene;
static struct admission admission;
static int cases, questions, failures;

static void fail(const struct line *l, const char *what, const char *detail)
{
    fprintf(stderr, "%s:%d: (%s) %s%s%s\n", l->file, l->number, scene.name, what,
            detail[0] ? ": " : "", detail);
    failures++;
}

static void hold(const struct admit_input *in, int64_t ledger_id)
{
    for (size_t i = 0; i < admission.n_facts; i++) {
        struct held *h = &scene.held[scene.n_held++];
        cr_assert_lt(scene.n_held, FACTS_MAX);
        h->fact = admission.facts[i];
        h->fact.ledger_id = ledger_id;
        h->kind = in->contacts[admission.fact_contact[i]].kind;
    }
    for (size_t a = 0; a < in->n_contacts; a++) {
        for (size_t b = 0; b < in->n_contacts; b++)
            scene.linked[in->contacts[a].kind][in->contacts[b].kind] = true;
    }
    if (admission.has_agreement)
        scene.agreed[scene.n_agreed++] =
            (struct agreed){in->known_us, admission.agreement, ledger_id};
}

/* "quarantined FUTURE_DATED", "accepted", "refused UNDER_16" */
static void check_admission(const struct line *l)
{
    const char *want = l->expect < l->n ? l->word[l->expect] : "accepted";
    const char *reason = l->expect + 1 < l->n ? l->word[l->expect + 1] : "";
    char got[128];
    snprintf(got, sizeof(got), "%s %s", outcome_name(admission.outcome),
             admission.fault.reason);
    if (strcmp(want, outcome_name(admission.outcome)) != 0 ||
        strcmp(reason, admission.fault.reason) != 0)
        fail(l, "the event is", got);
}

static void play_event(struct line *l)
{
    static struct event ev;
    struct admit_input in = {.event = &ev};
    memset(&ev, 0, sizeof(ev));
    for (size_t i = 0; i < COUNT_OF(scene.book.sources); i++) {
        if (strcmp(scene.book.sources[i].id, l->word[0]) == 0)
            in.source = &scene.book.sources[i];
    }
    ev.type = type_of(l->word[1]);
    if (in.source == NULL || ev.type == EVENT_NONE || l->n < 3 ||
        !read_time(l->word[2], &ev.time_us)) {
        fail(l, "cannot read SOURCE WHAT TIME", l->word[0]);
        return;
    }
    ev.has_time = true;
    in.known_us = ev.time_us;
    snprintf(ev.source, sizeof(ev.source), "%s", in.source->urn);
    snprintf(ev.controllers[0], EVENT_NAME_BYTES, "sectigo-limited");
    ev.n_controllers = 1;
    if (ev.type == EVENT_CONSENT_GRANTED)
        ev.basis = BASIS_EXPRESSED;
    if (ev.type == EVENT_FEEDBACK_BOUNCED)
        ev.bounce = BOUNCE_ADDRESS;
    read_contacts(&in, "email");
    for (size_t i = 3; i < words_before(l); i++) {
        const char *word = l->word[i], *v;
        if ((v = value_of(word, "known")) != NULL) {
            if (!read_time(v, &in.known_us))
                fail(l, "cannot read the time", v);
        } else if ((v = value_of(word, "contact")) != NULL)
            read_contacts(&in, v);
        else if ((v = value_of(word, "fault")) != NULL)
            snprintf(in.fault.reason, sizeof(in.fault.reason), "%s", v);
        else if ((v = value_of(word, "badcontact")) != NULL)
            snprintf(in.contact_fault.reason, sizeof(in.contact_fault.reason), "%s", v);
        else if (strcmp(word, "told") == 0)
            in.told = true;
        else if ((v = value_of(word, "says")) != NULL)
            snprintf(ev.source, sizeof(ev.source), "%s", v);
        else if (read_flag(&ev, word) || read_value(&ev, word))
            continue;
        else if (strchr(word, '=') == NULL && (strchr(word, '.') || word[0] == '*'))
            add_scope(&ev, word);
        else
            fail(l, "unknown word", word);
    }
    admit(&scene.book.book, &in, &admission);
    check_admission(l);
    hold(&in, ++scene.events);
}

/* --- the register --- */

static void set_register(const struct line *l)
{
    struct windows *w = &scene.book.book.windows;
    const char *what = l->n > 1 ? l->word[1] : "";
    const char *a = l->n > 2 ? l->word[2] : "", *b = l->n > 3 ? l->word[3] : "";
    int64_t from_us, until_us;
    if (strcmp(what, "soft-opt-in") == 0) {
        w->soft_opt_in = true;
        return;
    }
    if (strcmp(what, "no-evidence") == 0) {
        w->third_party_evidence = false;
        return;
    }
    if (strcmp(what, "reconfirm") == 0 &&
        when_parse_length(a, strlen(a), &w->direct_reconfirm))
        return;
    if (strcmp(what, "stale") == 0 &&
        when_parse_length(a, strlen(a), &w->third_party_stale))
        return;
    for (size_t i = 0; i < COUNT_OF(scene.book.sources) && l->n > 4; i++) {
        struct source *s = &scene.book.sources[i];
        if (strcmp(what, "suspended") == 0 && strcmp(s->id, a) == 0 &&
            read_time(b, &from_us) && read_time(l->word[4], &until_us)) {
            s->suspended = (struct period){from_us, until_us};
            return;
        }
    }
    for (size_t i = 0; i < COUNT_OF(scene.book.purposes); i++) {
        struct purpose *p = &scene.book.purposes[i];
        if (strcmp(what, "reconsent") == 0 && strcmp(p->id, a) == 0 &&
            read_time(b, &p->reconsent_us))
            return;
    }
    fail(l, "cannot set", what);
}

/* Agreements as known at K: what events say is folded over the register. */
static void fold_agreements(struct testbook *ret, int64_t known_us)
{
    *ret = scene.book;
    ret->book.agreements = ret->agreements;
    for (size_t i = 0; i < scene.n_agreed; i++) {
        const struct agreed *said = &scene.agreed[i];
        for (size_t j = 0; j < COUNT_OF(ret->agreements); j++) {
            struct agreement *a = &ret->agreements[j];
            if (said->known_us > known_us || strcmp(a->id, said->fact.id) != 0)
                continue;
            a->evidence_ledger_id = said->ledger_id;
            if (said->fact.terminated_us < a->terminated_us)
                a->terminated_us = said->fact.terminated_us;
            if (said->fact.breach_from_us < a->breach_from_us)
                a->breach_from_us = said->fact.breach_from_us;
            if (said->fact.until_us < a->valid.until_us)
                a->valid.until_us = said->fact.until_us;
        }
    }
}

/* --- questions --- */

static size_t facts_of(enum contact_kind kind, struct fact *ret)
{
    size_t n = 0;
    for (size_t i = 0; i < scene.n_held; i++) {
        const struct held *h = &scene.held[i];
        if (h->kind == kind ||
            (scene.linked[kind][h->kind] && (h->fact.flags & FACT_IS_WIDE) != 0))
            ret[n++] = h->fact;
    }
    return n;
}

static void check_decision(const struct line *l, const struct decision *d)
{
    char got[256], obligations[128] = "";
    uint32_t wanted = 0;
    for (uint32_t bit = 1; bit < 1U << 6; bit <<= 1) {
        if ((d->obligations & bit) != 0) {
            size_t len = strlen(obligations);
            snprintf(obligations + len, sizeof(obligations) - len, " %s",
                     obligation_name(bit));
        }
    }
    char until[WHEN_TEXT_BYTES];
    snprintf(got, sizeof(got), "%s %s %s%s until=%s", verdict_name(d->verdict),
             rule_name(d->rule), reason_name(d->reason), obligations,
             when_format(d->valid_until_us, until));
    bool same = l->n >= l->expect + 3 &&
                strcmp(l->word[l->expect], verdict_name(d->verdict)) == 0 &&
                strcmp(l->word[l->expect + 1], rule_name(d->rule)) == 0 &&
                strcmp(l->word[l->expect + 2], reason_name(d->reason)) == 0;
    bool said = false;
    for (size_t i = l->expect + 3; i < l->n; i++) {
        const char *v = value_of(l->word[i], "until");
        const char *ids = value_of(l->word[i], "by");
        if (v != NULL) {
            int64_t us = WHEN_NEVER;
            same = same && (strcmp(v, "never") == 0 || read_time(v, &us)) &&
                   us == d->valid_until_us;
        } else if (ids != NULL) {
            char by[128] = "";
            for (size_t e = 0; e < d->n_evidence; e++)
                snprintf(by + strlen(by), sizeof(by) - strlen(by), "%s%lld", e ? "," : "",
                         (long long)d->evidence[e]);
            same = same && strcmp(by, ids) == 0;
        } else {
            said = true;
            uint32_t bit = 1;
            while (bit < 1U << 6 && strcmp(obligation_name(bit), l->word[i]) != 0)
                bit <<= 1;
            wanted |= bit;
        }
    }
    if (!same || (said && wanted != d->obligations))
        fail(l, "the answer is", got);
}

/* ask [k=CONTROLLER] PURPOSE CHANNEL TIME [known=TIME] => VERDICT RULE REASON ... */
static void ask(const struct line *l)
{
    struct question q = {.controller = 1, .known_us = WHEN_NEVER};
    size_t at = 1;
    const char *v = value_of(l->word[at], "k");
    if (v != NULL) {
        q.controller = 99;
        for (size_t i = 0; i < COUNT_OF(scene.book.controllers); i++) {
            if (strcmp(scene.book.controllers[i].id, v) == 0)
                q.controller = scene.book.controllers[i].number;
        }
        at++;
    }
    if (l->n < at + 3 || l->expect == l->n || !read_time(l->word[at + 2], &q.at_us)) {
        fail(l, "cannot read ask PURPOSE CHANNEL TIME => ...", "");
        return;
    }
    q.purpose = strcmp(l->word[at], "*promotional") == 0 ? PURPOSE_PROMOTIONAL : 99;
    for (size_t i = 0; i < COUNT_OF(scene.book.purposes); i++) {
        if (strcmp(scene.book.purposes[i].id, l->word[at]) == 0)
            q.purpose = scene.book.purposes[i].number;
    }
    q.channel = channel_parse(l->word[at + 1]);
    if (at + 3 < words_before(l) && (v = value_of(l->word[at + 3], "known")) != NULL &&
        !read_time(v, &q.known_us))
        fail(l, "cannot read the time", v);
    static struct fact facts[FACTS_MAX];
    static struct testbook book;
    fold_agreements(&book, q.known_us);
    size_t n = facts_of(channel_contact_kind(q.channel), facts);
    struct decision d;
    decide_any(&book.book, facts, n, &q, &d, NULL);
    check_decision(l, &d);
    questions++;
}

/* --- files --- */

static void scene_begin(const struct line *l)
{
    memset(&scene, 0, sizeof(scene));
    testbook_init(&scene.book);
    for (size_t i = 1; i < l->n; i++) {
        size_t len = strlen(scene.name);
        snprintf(scene.name + len, sizeof(scene.name) - len, "%s%s", len > 0 ? " " : "",
                 l->word[i]);
    }
    cases++;
}

static void play_file(const char *path)
{
    FILE *f = fopen(path, "r");
    cr_assert_not_null(f, "%s cannot be opened", path);
    char *text = NULL;
    size_t cap = 0;
    struct line l = {.file = path};
    while (getline(&text, &cap, f) >= 0) {
        l.number++;
        split(text, &l);
        if (l.n == 0)
            continue;
        if (strcmp(l.word[0], "case") == 0)
            scene_begin(&l);
        else if (strcmp(l.word[0], "set") == 0)
            set_register(&l);
        else if (strcmp(l.word[0], "ask") == 0 && l.n > 3)
            ask(&l);
        else if (l.n > 2)
            play_event(&l);
        else
            fail(&l, "cannot read", l.word[0]);
    }
    free(text);
    fclose(f);
}

Test(decisions, golden)
{
    static const char folder[] = "tests/golden/decisions";
    DIR *dir = opendir(folder);
    cr_assert_not_null(dir, "%s cannot be opened", folder);
    struct dirent *entry;
    while ((entry = readdir(dir)) != NULL) {
        char path[512];
        size_t len = strlen(entry->d_name);
        if (len < 4 || strcmp(entry->d_name + len - 4, ".txt") != 0)
            continue;
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        play_file(path);
    }
    closedir(dir);
    fprintf(stderr, "decisions: %d cases, %d questions, %d wrong\n", cases, questions,
            failures);
    cr_assert_eq(failures, 0, "%d answers are not as written", failures);
    cr_assert_geq(cases, 250, "only %d cases were found", cases);
}
