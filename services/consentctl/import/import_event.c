#include "import.h"

#include "base/hex.h"
#include "codec/put.h"
#include "crypto/digest.h"

#include <stdio.h>
#include <string.h>

#define ID_DIGITS 32

static void put_id(struct import *im, int64_t line, const struct import_row *row,
                   const char *raw, size_t raw_len)
{
    char from[512], id[ID_DIGITS + 8] = "import-";
    uint8_t digest[DIGEST_BYTES];
    struct err err;
    const int n = snprintf(from, sizeof(from), "%s %s %lld %lld %d ", im->source->urn,
                           im->digest, (long long)line, (long long)row->at_us, row->type);

    if (!digest_sha256(from, (size_t)n, raw, raw_len, digest, &err))
        memset(digest, 0, sizeof(digest)); /* checked when the file's was made */
    hex_print(digest, ID_DIGITS / 2, id + strlen(id));
    put_name(&im->line, ",id");
    put_text(&im->line, id);
}

static void put_contact(struct buf *out, const struct import_row *row)
{
    buf_add_str(out, "{");
    if (row->profile != TOKEN_NONE) {
        put_name(out, "hashed");
        buf_add_str(out, "{");
        put_name(out, "kind");
        put_text(out, contact_kind_name(row->kind));
        put_name(out, ",profile");
        put_text(out, token_profile_name(row->profile));
        put_name(out, ",hash");
        put_text(out, row->contact);
        buf_add_str(out, "}}");
        return;
    }
    put_name(out, row->kind == CONTACT_PHONE ? "phone" : "email");
    put_text(out, row->contact);
    buf_add_str(out, "}");
}

static void put_said(struct buf *out, const struct import_row *row)
{
    put_name(out, row->type == EVENT_OPTOUT_RECORDED ? ",optout" : ",feedback");
    buf_add_str(out, "{");
    put_name(out, "via");
    put_text(out, row->via);
    if (row->feedback != NULL) {
        put_name(out, ",kind");
        put_text(out, row->feedback);
    }
    if (row->status[0] != '\0') {
        put_name(out, ",status");
        put_text(out, row->status);
    }
    if (row->type == EVENT_FEEDBACK_BOUNCED) {
        put_name(out, ",confirmed");
        buf_add_str(out, row->confirmed ? "true" : "false");
    }
    buf_add_str(out, "}");
}

static void put_provenance(struct import *im, int64_t line)
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
    buf_addf(out, ",\"uri\":\"sha256:%s#line=%lld\"}]}", im->digest, (long long)line);
}

void import_event_write(struct import *im, int64_t line, const char *raw, size_t raw_len,
                        const struct import_row *row)
{
    struct buf *out = &im->line;

    buf_reset(out);
    buf_add_str(out, "{");
    put_name(out, "specversion");
    put_text(out, "1.0");
    put_id(im, line, row, raw, raw_len);
    put_name(out, ",source");
    put_text(out, im->source->urn);
    put_name(out, ",type");
    put_text(out, event_type_name(row->type));
    put_name(out, ",time");
    put_time(out, row->at_us);
    put_name(out, ",importbatch");
    put_text(out, im->batch);
    put_name(out, ",data");
    buf_add_str(out, "{");
    put_name(out, "contact");
    put_contact(out, row);
    if (im->controller != NULL) {
        put_name(out, ",controllers");
        buf_add_str(out, "[");
        put_text(out, im->controller);
        buf_add_str(out, "]");
    }
    if (row->type != EVENT_FEEDBACK_BOUNCED) {
        put_name(out, ",scope");
        buf_addf(out, "[{\"purpose\":\"*promotional\",\"channels\":[%s]}]",
                 row->kind == CONTACT_PHONE ? "\"phone\",\"sms\"" : "\"email\"");
    }
    put_said(out, row);
    put_provenance(im, line);
    buf_add_str(out, "}}");
}
