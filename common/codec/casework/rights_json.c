#include "rights_json.h"

#include "codec/put.h"

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

bool rights_to_json(const struct rights_request *r, const char *id, const char *source,
                    int64_t now_us, struct buf *out)
{
    put_name(out, "request");
    put_text(out, id);
    put_name(out, ",source");
    put_text(out, source);
    put_name(out, ",ledger_id");
    put_int(out, r->ledger_id);
    put_name(out, ",state");
    put_text(out, rights_state_name(r->state));
    put_kinds(out, ",kinds", r->kinds);
    put_kinds(out, ",open", r->open);
    put_day(out, ",received", r->received_day * WHEN_DAY_US);
    put_day(out, ",due", r->due_us == WHEN_NEVER ? WHEN_NEVER : r->due_us - 1);
    put_name(out, ",due_rule");
    put_text(out, RIGHTS_DUE_RULE);
    put_name(out, ",answered_from");
    put_text(out, r->by);
    put_day(out, ",acknowledge_by",
            r->acknowledge_us == WHEN_NEVER ? WHEN_NEVER : r->acknowledge_us - 1);
    put_member_bool(out, ",acknowledged", r->acknowledged_us != 0);
    put_member_bool(out, ",acknowledgement_overdue",
                    r->acknowledged_us == 0 && now_us >= r->acknowledge_us);
    put_name(out, ",days_left");
    if (r->state == RIGHTS_OPEN)
        put_int(out, rights_days_left(r, now_us));
    else
        buf_add_str(out, "null");
    put_member_bool(out, ",overdue", r->state == RIGHTS_OPEN && now_us >= r->due_us);
    put_member_bool(out, ",extended", r->extended);
    put_member_bool(out, ",extension_void", r->extension_void && !r->extended);
    put_name(out, ",paused_since");
    put_time(out, r->paused_since_us != 0 ? r->paused_since_us : WHEN_NEVER);
    put_name(out, ",paused_days");
    put_int(out, r->paused_days);
    put_name(out, ",closed_at");
    put_time(out, r->closed_us != 0 ? r->closed_us : WHEN_NEVER);
    put_member_bool(out, ",answered_late", r->answered_late);
    put_member_bool(out, ",processor", r->processor);
    put_name(out, ",customer");
    put_text(out, r->customer);
    put_member_bool(out, ",customer_wanted", r->customer_wanted);
    put_member_bool(out, ",not_in_france", r->not_in_france);
    put_answers(out, r);
    return !out->overrun;
}

bool rights_event_to_json(const struct rights_event *e, const char *id,
                          const char *source, struct buf *out)
{
    buf_add_str(out, "{");
    put_name(out, "ledger_id");
    put_int(out, e->ledger_id);
    put_name(out, ",event_id");
    put_text(out, id);
    put_name(out, ",source");
    put_text(out, source);
    put_name(out, ",at");
    put_time(out, e->at_us);
    put_name(out, ",known_at");
    put_time(out, e->known_us);
    put_name(out, ",says");
    put_text(out,
             e->request ? "asked" : rights_outcome_name((enum rights_outcome)e->outcome));
    put_kinds(out, ",kinds", e->kinds);
    return buf_add_str(out, "}") && !out->overrun;
}

bool rights_letter_to_json(const char *subject, const char *words, const char *reply_to,
                           struct buf *out)
{
    if (subject[0] == '\0' && words[0] == '\0')
        return buf_add_str(out, "null");
    buf_add_str(out, "{");
    put_member(out, "subject", subject);
    put_member(out, ",words", words);
    put_member(out, ",reply_to", reply_to);
    return buf_add_str(out, "}");
}
