/* codes.js: the codes of common/core with their words, as a module of the console. It is
 * written from the tables of this very program, so that no code can lack its words. */
#include "console.h"

#include "codec/put.h"
#include "core/casework/rights.h"
#include "core/decision/decide.h"
#include "core/event/fault_codes.h"

static void table_begin(struct buf *out, const char *name)
{
    buf_addf(out, "export const %s = {", name);
}

static void table_end(struct buf *out)
{
    buf_add_str(out, "\n};\n");
}

static void word(struct buf *out, const char *code, const char *text)
{
    buf_add_str(out, "\n  ");
    put_text(out, code);
    buf_add_str(out, ": ");
    put_text(out, text);
    buf_add_str(out, ",");
}

static void reasons(struct buf *out)
{
    table_begin(out, "REASONS");
#define X(num, id) word(out, #id, reason_sentence(REASON_##id));
    REASONS(X)
#undef X
    table_end(out);
    table_begin(out, "BRIEFS");
#define X(num, id) word(out, #id, reason_brief(REASON_##id));
    REASONS(X)
#undef X
    table_end(out);
}

static void decisions(struct buf *out)
{
    reasons(out);
    table_begin(out, "RULES");
    for (enum rule rule = RULE_P1; rule < RULE_END; rule++)
        word(out, rule_name(rule), rule_question(rule));
    table_end(out);
    table_begin(out, "OBLIGATIONS");
#define X(bit, id) word(out, #id, obligation_text(OBLIGATION_##id));
    OBLIGATIONS(X)
#undef X
    table_end(out);
}

static void events(struct buf *out)
{
    table_begin(out, "EVENTS");
#define X(num, id, name, class) word(out, name, event_type_title(EVENT_##id));
    EVENT_TYPES(X)
#undef X
    table_end(out);
    buf_add_str(out, "export const DENIALS = [");
#define X(num, id, name, class)                                                          \
    if (EVENT_CLASS_##class == EVENT_CLASS_DENIAL)                                       \
        buf_addf(out, "\"%s\",", name);
    EVENT_TYPES(X)
#undef X
    buf_add_str(out, "];\n");
    table_begin(out, "FAULTS");
#define X(id, sentence, advice) word(out, #id, sentence);
    FAULT_CODES(X)
#undef X
    table_end(out);
}

/* Which rights a reason can refuse. */
static void rights_of(struct buf *out, const char *code, uint16_t kinds)
{
    buf_addf(out, "\n  %s: [", code);
    for (int kind = 1; kind < RIGHT_END; kind++) {
        if ((kinds & RIGHTS_BIT(kind)) != 0)
            buf_addf(out, "\"%s\",", right_name((enum right)kind));
    }
    buf_add_str(out, "],");
}

static void refusals(struct buf *out)
{
    table_begin(out, "REFUSALS");
#define X(num, id, article, kinds, text) word(out, #id, text);
    REFUSALS(X)
#undef X
    table_end(out);
    table_begin(out, "REFUSES");
#define X(num, id, article, kinds, text) rights_of(out, #id, kinds);
    REFUSALS(X)
#undef X
    table_end(out);
    table_begin(out, "ARTICLES");
#define X(num, id, article, kinds, text) word(out, #id, article);
    REFUSALS(X)
#undef X
    table_end(out);
}

void console_codes(struct buf *out)
{
    decisions(out);
    events(out);
    table_begin(out, "CLASSES");
#define X(num, id, name) word(out, name, purpose_class_title(PURPOSE_CLASS_##id));
    PURPOSE_CLASSES(X)
#undef X
    table_end(out);
    table_begin(out, "RIGHTS");
#define X(num, id, name, other) word(out, name, right_title(RIGHT_##id));
    RIGHTS(X)
#undef X
    table_end(out);
    refusals(out);
    table_begin(out, "CHANNELS");
#define X(bit, id, name) word(out, name, channel_title(CHANNEL_##id));
    CHANNELS(X)
#undef X
    table_end(out);
}
