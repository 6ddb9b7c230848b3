#include "codec/casework/answer_json.h"

#include "codec/event/event_write.h"
#include "codec/put.h"

void rights_refusal_to_json(const struct rights_reply *reply, struct buf *out)
{
    put_name(out, ",refusal");
    buf_add_str(out, "{");
    put_member(out, "reason", refusal_name(reply->answer.refusal));
    if (reply->reason != NULL)
        put_member(out, ",explanation", reply->reason);
    put_name(out, ",authority");
    buf_add_str(out, "{");
    put_member(out, "country", reply->authority_country);
    put_member(out, ",name", reply->authority_name);
    put_member(out, ",url", reply->authority_url);
    buf_add_str(out, "}}");
}

static void put_kinds(struct buf *out, uint16_t kinds)
{
    bool more = false;

    put_name(out, ",kinds");
    buf_add_str(out, "[");
    for (int kind = 1; kind < RIGHT_END; kind++) {
        if ((kinds & RIGHTS_BIT(kind)) == 0)
            continue;
        buf_add_str(out, more ? "," : "");
        put_text(out, right_name((enum right)kind));
        more = true;
    }
    if (!more)
        put_text(out, "other"); /* a word we do not know */
    buf_add_str(out, "]");
}

static void put_rights(struct buf *out, const struct rights_reply *reply)
{
    const enum rights_outcome outcome = reply->answer.outcome;

    put_member(out, "request_id", reply->request);
    put_member(out, ",source", reply->source);
    put_kinds(out, reply->kinds);
    put_member(out, ",outcome", rights_outcome_name(outcome));
    put_member(out, ",due_rule", RIGHTS_DUE_RULE);
    put_name(out, ",received_at");
    put_time(out, (int64_t)reply->about->received_day * WHEN_DAY_US);
    if (outcome == RIGHTS_EXTENDED) {
        put_name(out, ",extension");
        buf_add_str(out, "{");
        put_member(out, "reason", reply->reason);
        put_name(out, ",notified_at");
        put_time(out, reply->answer.at_us);
        buf_add_str(out, "}");
    } else if (outcome == RIGHTS_REFUSED) {
        rights_refusal_to_json(reply, out);
    } else if (outcome == RIGHTS_REFERRED) {
        put_name(out, ",referral");
        buf_add_str(out, "{");
        put_member(out, "to", reply->to != NULL ? reply->to : reply->about->customer);
        put_name(out, ",at");
        put_time(out, reply->answer.at_us);
        buf_add_str(out, "}");
    }
}

void rights_reply_to_event(const struct rights_reply *reply, enum event_type type,
                           int64_t at_us, struct buf *out)
{
    const struct event_head head = {
        .id = reply->event_id,
        .source = reply->feed_urn,
        .type = type,
        .time_us = at_us,
    };

    event_begin(out, &head);
    event_members(out, reply->asked); /* with whom it is about */
    put_name(out, ",rights");
    buf_add_str(out, "{");
    if (type == EVENT_RIGHTS_COMPLETED) {
        put_rights(out, reply);
    } else {
        put_member(out, "request_id", reply->request);
        put_kinds(out, reply->found);
        put_member_bool(out, ",unverified", true);
    }
    buf_add_str(out, "},\"provenance\":{");
    put_member(out, "source_type", source_type_name(reply->feed_type));
    put_member(out, ",recorded_by", reply->recorded_by);
    buf_add_str(out, "}");
    event_end(out);
}
