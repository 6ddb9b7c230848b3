#include "import.h"

#include "base/clock.h"
#include "codec/event/event_write.h"
#include "codec/put.h"
#include "crypto/content_name.h"
#include "ident/email.h"

#include <stdio.h>
#include <string.h>

static void put_contact(struct buf *out, const struct sheet_said *said)
{
    if (said->profile == TOKEN_NONE) {
        event_contact(out, said->contact);
        return;
    }
    buf_add_str(out, "\"contact\":{\"hashed\":{");
    put_member(out, "kind", contact_kind_name(said->kind));
    put_member(out, ",profile", token_profile_name(said->profile));
    put_member(out, ",hash", said->contact);
    buf_add_str(out, "}}");
}

/* Of every purpose that the register has of that class. */
static bool put_class(const struct import *im, enum purpose_class class, bool first,
                      struct buf *out)
{
    const struct rulebook *rb = &im->reg->book;
    const int64_t now_us = clock_wall_us();

    for (size_t i = 0; i < rb->n_purposes; i++) {
        const struct purpose *p = &rb->purposes[i];

        if (p->class != class || !period_holds(&p->valid, now_us))
            continue;
        buf_add_str(out, first ? "{" : ",{");
        put_member(out, "purpose", p->id);
        buf_add_str(out, ",\"channels\":[\"*\"]}");
        first = false;
        if (class == PURPOSE_CLASS_SHARING)
            break; /* one of them refused is all of them, by anybody */
    }
    return first;
}

/* False: there is nothing in it. */
static bool put_scopes(const struct import *im, const struct sheet_said *said,
                       struct buf *out)
{
    bool first = true;

    put_name(out, ",scope");
    buf_add_str(out, "[");
    if ((said->scopes & SHEET_OF_PROMOTION) != 0) {
        buf_addf(out, "{\"purpose\":\"*promotional\",\"channels\":[%s]}",
                 said->kind == CONTACT_PHONE ? "\"phone\",\"sms\"" : "\"email\"");
        first = false;
    }
    if ((said->scopes & SHEET_OF_SALE) != 0)
        first = put_class(im, PURPOSE_CLASS_SHARING, first, out);
    if ((said->scopes & SHEET_OF_TRACKING) != 0)
        first = put_class(im, PURPOSE_CLASS_WEB, first, out);
    buf_add_str(out, "]");
    return !first;
}

static void put_said(struct buf *out, const struct sheet_row *row,
                     const struct sheet_said *said)
{
    const bool of_row = (said->scopes & SHEET_OF_PROMOTION) != 0;

    put_name(out, sheet_said_type(row, said) == EVENT_OPTOUT_RECORDED ? ",optout"
                                                                      : ",feedback");
    buf_add_str(out, "{");
    put_name(out, "via");
    put_text(out, sheet_said_via(row, said));
    if (row->feedback != NULL && of_row) {
        put_name(out, ",kind");
        put_text(out, row->feedback);
    }
    if (row->status[0] != '\0' && of_row) {
        put_name(out, ",status");
        put_text(out, row->status);
    }
    if (sheet_said_type(row, said) == EVENT_FEEDBACK_BOUNCED) {
        put_name(out, ",confirmed");
        buf_add_str(out, row->confirmed ? "true" : "false");
    }
    buf_add_str(out, "}");
}

static void put_provenance(struct import *im, const struct sheet_row *row)
{
    struct buf *out = &im->line;

    put_name(out, ",provenance");
    buf_add_str(out, "{");
    put_name(out, "source_type");
    put_text(out, source_type_name((enum source_type)im->source->type));
    if (im->source->party[0] != '\0') {
        put_name(out, ",party_id");
        put_text(out, im->source->party);
    }
    put_name(out, ",evidence");
    buf_add_str(out, "[{");
    put_name(out, "kind");
    put_text(out, "import_file");
    put_name(out, ",sha256");
    put_text(out, im->digest);
    buf_addf(out, ",\"uri\":\"sha256:%s#line=%lld\"}]}", im->digest,
             (long long)row->line);
}

/* False: the register has no purpose of the sort that it is about. */
static bool event_write(struct import *im, const struct sheet_row *row,
                        const struct sheet_said *said, const char *id)
{
    const struct event_head head = {
        .id = id,
        .source = im->source->urn,
        .type = sheet_said_type(row, said),
        .time_us = row->at_us,
        .import_batch = im->batch,
    };
    struct buf *out = &im->line;
    bool some = true;

    buf_reset(out);
    event_begin(out, &head);
    put_contact(out, said);
    if (im->controller != NULL)
        event_controller(out, im->controller);
    if (head.type != EVENT_FEEDBACK_BOUNCED)
        some = put_scopes(im, said, out);
    put_said(out, row, said);
    put_provenance(im, row);
    event_end(out);
    return some;
}

/* As long as a name, so that it can be put in its place. */
static const char no_name[] = CONTENT_NAME_PREFIX "00000000000000000000000000000000";

_Static_assert(sizeof(no_name) == CONTENT_NAME_BYTES, "room for a name");

bool import_event_write(struct import *im, const struct sheet_row *row,
                        const struct sheet_said *said, struct fault *ret_why,
                        struct err *err)
{
    char email[IDENT_EMAIL_BYTES] = "", name[CONTENT_NAME_BYTES];
    struct err why;

    if (!event_write(im, row, said, no_name)) {
        *ret_why = (struct fault){"NO_PURPOSE", ""};
        return false;
    }
    if (!import_check(im, im->line.data, im->line.len, ret_why))
        return false;
    if (im->event.email[0] != '\0' && !ident_email(im->event.email, email, &why)) {
        *ret_why = (struct fault){"", ""};
        snprintf(ret_why->reason, sizeof(ret_why->reason), "%s", why.code);
        return false;
    }
    if (!content_name(&im->event, email, row->own_time, name, err))
        return false;
    event_name(&im->line, no_name, name);
    memcpy(im->event.id, name, sizeof(name));
    return true;
}
