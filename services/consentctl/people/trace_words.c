/* trace for people: a time line, oldest first. */
#include "trace.h"

#include "codec/event/event_json.h"
#include "codec/event/event_show.h"

#include <stdio.h>
#include <string.h>

#define MARGIN TRACE_MARGIN

static const char *basis_name(enum event_basis basis)
{
    switch (basis) {
    case BASIS_NONE: return NULL;
    case BASIS_UNKNOWN: return "unknown";
    case BASIS_IMPLIED: return "implied";
    case BASIS_EXPRESSED: return "expressed";
    case BASIS_EXPLICIT: return "explicit";
    }
    return NULL;
}

static void basis_say(const struct event *ev)
{
    if (ev->art6 == 0 && ev->method[0] == '\0' && basis_name(ev->basis) == NULL)
        return;
    printf(MARGIN "basis       ");
    if (ev->art6 != 0)
        printf("GDPR 6(1)(%c)", ev->art6);
    if (basis_name(ev->basis) != NULL)
        printf(", %s", basis_name(ev->basis));
    if (ev->method[0] != '\0')
        printf(", by %s", ev->method);
    if (ev->confirm != CONFIRM_NONE)
        printf(", double opt-in %s",
               ev->confirm == CONFIRM_DONE ? "confirmed" : "pending");
    putchar('\n');
}

static void provenance_say(const struct trace_event *e)
{
    const struct event_input in = {
        .value = e->raw, .value_len = e->raw_len, .has_value = true};
    char words[KEPT_WORDS_BYTES];
    static struct event ev;
    struct fault fault;
    struct buf evidence;

    if (e->kept != KEPT_OPEN && e->kept != KEPT_NOT)
        printf(MARGIN "its words   %s\n", kept_words(e->kept, e->forgotten_us, words));
    if (e->raw == NULL || (e->flags & LEDGER_BINARY) != 0)
        return;
    event_from_json(&in, &ev, &fault);
    basis_say(&ev);
    if (ev.via[0] != '\0')
        printf(MARGIN "came by     %s\n", ev.via);
    if (ev.agreement[0] != '\0')
        printf(MARGIN "agreement   %s of %s, consent %swarranted\n", ev.agreement,
               ev.party, ev.warranty ? "" : "not ");
    buf_init(&evidence, 65536);
    event_show_evidence(e->raw, e->raw_len, false, MARGIN "evidence    ", &evidence);
    fputs(evidence.len > 0 ? evidence.data : "", stdout);
    buf_done(&evidence);
}

static void part_say(bool part)
{
    if (part)
        printf(MARGIN "            only a part: there are more than %d\n", EFFECTS_MAX);
}

static void effects_say(const struct traced *t, const struct trace_event *ev)
{
    static struct effect e[EFFECTS_MAX];
    bool part;
    const size_t n = provenance_effects(&t->p, ev, e, &part);

    if (!trace_did_say(t, e, n))
        puts(MARGIN "did         nothing to the answer");
    part_say(part);
}

static void times_say(const struct trace_event *e)
{
    char from[WHEN_TEXT_BYTES];
    char to[WHEN_TEXT_BYTES];
    char known[WHEN_TEXT_BYTES];

    when_format(e->known_us, known);
    when_format(e->occurred.from_us, from);
    when_format(e->occurred.to_us, to);
    if (e->ledger_id == 0)
        printf(MARGIN "known       %s\n", known);
    else if (e->occurred.from_us == e->occurred.to_us)
        printf(MARGIN "occurred    %s, known %s%s\n", from, known,
               e->flags & LEDGER_LATE ? " (late)" : "");
    else
        printf(MARGIN "occurred    between %s and %s, known %s%s\n", from, to, known,
               e->flags & LEDGER_LATE ? " (late)" : "");
}

void trace_words_event(const struct traced *t, const struct trace_event *e)
{
    const struct source *s = provenance_source(&t->p, e);
    char known[WHEN_TEXT_BYTES];

    printf("%s  %s from %s%s\n", when_format(e->known_us, known),
           e->type ? event_type_name(e->type) : "an event that could not be used",
           s ? s->id : "a feed without a source",
           e->linked ? ", about a linked contact point" : "");
    printf(MARGIN "event       %s of %s\n", e->event_id[0] ? e->event_id : "(no id)",
           s ? s->urn : "?");
    times_say(e);
    printf(MARGIN "kafka       %s, partition %d, offset %lld\n", e->topic,
           (int)e->partition, (long long)e->offset);
    provenance_say(e);
    printf(MARGIN "outcome     %s%s%s%s%s\n", outcome_name(e->outcome),
           e->reason[0] ? ", " : "", e->reason, e->pointer[0] ? " at " : "", e->pointer);
    if (e->quarantine_id != 0)
        printf(MARGIN "quarantine  number %lld, %s\n", (long long)e->quarantine_id,
               e->quarantine_state == 0   ? "waits for a person"
               : e->quarantine_state == 1 ? "replayed"
                                          : "discarded");
    effects_say(t, e);
    putchar('\n');
}

static void tie_say(const struct same_tie *tie)
{
    static const char *const how[] = {
        [CHANGE_CHANGED] = "a contact point that changed",
        [CHANGE_SAME_PERSON] = "another contact point of the same person",
        [CHANGE_RESPELT] = "the same address as we spell it otherwise since",
    };
    char since[WHEN_TEXT_BYTES], until[WHEN_TEXT_BYTES];

    printf("%s  shares every no with %s", when_format(tie->since_us, since),
           how[tie->change]);
    if (tie->until_us != WHEN_NEVER)
        printf(", until that proved a mistake on %s", when_format(tie->until_us, until));
    putchar('\n');
}

void trace_words_begin(const struct traced *t)
{
    for (size_t i = 0; i < t->n_ties; i++)
        tie_say(&t->ties[i]);
    if (t->ids.n == 0 && t->n_ties == 0)
        puts("nothing is known of this contact");
}

void trace_words_end(const struct traced *t)
{
    static struct effect e[EFFECTS_MAX];
    bool part;
    size_t n;

    if (t->ids.n == 0 && t->n_ties == 0)
        return;
    n = provenance_answers(&t->p, e, &part);
    puts("so the answer is");
    trace_answers_say(t, e, n);
    part_say(part);
}
