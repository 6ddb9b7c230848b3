/* The case as a page of HTML: nothing in it is loaded from anywhere, so that it prints
 * the same in ten years. */
#include "export/evidence_parts.h"

#include "codec/event/event_show.h"

#include <stdio.h>
#include <string.h>

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
    "<title>Evidence</title><style>\n"
    "body{font:11pt/1.45 serif;max-width:44em;margin:2em auto;padding:0 1em;color:#000}\n"
    "h1{font-size:18pt}h2{font-size:13pt;margin-top:2em}table{border-collapse:collapse}\n"
    "td,th{text-align:left;vertical-align:top;padding:.15em .8em .15em 0}\n"
    "section{break-inside:avoid;border-top:1px solid #999;padding-top:.4em}\n"
    "pre{white-space:pre-wrap;word-break:break-all;font-size:9pt;background:#f4f4f4;"
    "padding:.5em}\n@media print{body{margin:0;max-width:none}}\n</style></head><body>\n";

void evidence_escape(struct buf *out, const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        switch (s[i]) {
        case '<': buf_add_str(out, "&lt;"); break;
        case '>': buf_add_str(out, "&gt;"); break;
        case '&': buf_add_str(out, "&amp;"); break;
        case '"': buf_add_str(out, "&quot;"); break;
        default: buf_add(out, &s[i], 1);
        }
}

static void put_row(struct buf *out, const char *name, const char *value)
{
    buf_addf(out, "<tr><th>%s</th><td>", name);
    evidence_escape(out, value, strlen(value));
    buf_add_str(out, "</td></tr>\n");
}

static void put_effects(struct buf *out, const struct evidence *e,
                        const struct trace_event *ev)
{
    struct effect did[EFFECTS_MAX];
    bool any = false, part;
    const size_t n = provenance_effects(&e->p, ev, did, &part);

    for (size_t i = 0; i < n; i++) {
        char text[512];

        if (!did[i].changed)
            continue;
        any = true;
        snprintf(
            text, sizeof(text), "%s, %s, %s: %s (%s) before, %s (%s) after",
            register_controller_name(e->reg, did[i].controller),
            register_purpose_name(e->reg, did[i].purpose), channel_name(did[i].channel),
            verdict_name(did[i].before.verdict), reason_sentence(did[i].before.reason),
            verdict_name(did[i].after.verdict), reason_sentence(did[i].after.reason));
        put_row(out, "changed", text);
    }
    if (part)
        put_row(out, "changed", "and more than are shown here");
    if (!any)
        put_row(out, "changed", "no answer");
}

static void put_words(struct buf *out, const struct trace_event *e)
{
    char words[KEPT_WORDS_BYTES];
    struct buf data;

    if (e->kept != KEPT_OPEN || e->raw == NULL) {
        buf_addf(out, "<p>%s</p>\n", kept_words(e->kept, e->forgotten_us, words));
        return;
    }
    buf_init(&data, EVIDENCE_BYTES_MOST);
    event_show_data(e->raw, e->raw_len, (e->flags & LEDGER_BINARY) != 0, &data);
    buf_add_str(out, "<pre>");
    evidence_escape(out, data.data != NULL ? data.data : "", data.len);
    buf_add_str(out, "</pre>\n");
    buf_done(&data);
}

void evidence_page_event(const struct evidence *e, const struct trace_event *ev, size_t i,
                         struct buf *out)
{
    static const char *const proofs[] = {
        [PROVEN] = "yes: see its file in proofs/",
        [PROVEN_NOT_YET] = "no: it is in no checkpoint of the log (yet)",
        [PROVEN_ALTERED] = "NO: the row is not what it was when it was sealed",
    };
    const struct source *s = provenance_source(&e->p, ev);
    char text[WHEN_TEXT_BYTES], where[300];

    buf_addf(out, "<section id=\"e%zu\"><h2>%s: %s</h2>\n<table>\n", i,
             when_format(ev->known_us, text),
             ev->type ? event_type_name(ev->type) : "an event that could not be used");
    put_row(out, "from", s != NULL ? s->urn : "a feed without a source");
    put_row(out, "event", ev->event_id);
    if (ev->ledger_id != 0)
        put_row(out, "occurred", when_format(ev->occurred.from_us, text));
    put_row(out, "known since", when_format(ev->known_us, text));
    snprintf(where, sizeof(where), "%.200s, partition %d, offset %lld", ev->topic,
             (int)ev->partition, (long long)ev->offset);
    put_row(out, "in Kafka", where);
    put_row(out, "outcome", outcome_name(ev->outcome));
    if (ev->reason[0] != '\0')
        put_row(out, "because", ev->reason);
    put_row(out, "in the log", proofs[e->proven[i]]);
    put_effects(out, e, ev);
    buf_add_str(out, "</table>\n");
    put_words(out, ev);
    buf_add_str(out, "</section>\n");
}

static void put_answers(struct buf *out, const struct evidence *e)
{
    struct effect now[EFFECTS_MAX];
    bool part;
    const size_t n = provenance_answers(&e->p, now, &part);

    buf_add_str(out, "<h2>So the answer is</h2>\n<table>\n");
    for (size_t i = 0; i < n; i++) {
        char text[400];

        snprintf(text, sizeof(text), "%s, %s, %s: %s",
                 register_controller_name(e->reg, now[i].controller),
                 register_purpose_name(e->reg, now[i].purpose),
                 channel_name(now[i].channel), reason_sentence(now[i].after.reason));
        put_row(out, verdict_name(now[i].after.verdict), text);
    }
    if (part)
        put_row(out, "more", "there are more answers than are shown here");
    buf_add_str(out, "</table>\n");
}

void evidence_page_begin(const struct evidence *e, struct buf *out)
{
    buf_add_str(out, head);
    evidence_cover(e, out);
}

void evidence_page_end(const struct evidence *e, struct buf *out)
{
    put_answers(out, e);
    buf_add_str(out, "</body></html>\n");
}
