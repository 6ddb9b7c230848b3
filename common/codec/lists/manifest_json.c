#include "manifest_json.h"

#include "base/when.h"
#include "codec/put.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

static const char *const formats[] = {
    [LIST_CSV] = "csv", [LIST_NDJSON] = "ndjson", [LIST_PLAIN] = "plain"};
static const char *const packings[] = {
    [LIST_PACK_NONE] = "none", [LIST_PACK_GZIP] = "gzip", [LIST_PACK_ZSTD] = "zstd"};

const char *list_format_name(enum list_format format)
{
    return format == LIST_FORMAT_NONE ? "?" : formats[format];
}

enum list_format list_format_parse(const char *name)
{
    for (int f = LIST_CSV; f <= LIST_PLAIN; f++)
        if (strcmp(formats[f], name) == 0)
            return (enum list_format)f;
    return LIST_FORMAT_NONE;
}

const char *list_packing_name(enum list_packing packing)
{
    return packings[packing];
}

bool list_packing_parse(const char *name, enum list_packing *ret)
{
    for (int p = LIST_PACK_NONE; p <= LIST_PACK_ZSTD; p++)
        if (strcmp(packings[p], name) == 0) {
            *ret = (enum list_packing)p;
            return true;
        }
    return false;
}

/* --- writing --- */

static void text_member(struct buf *out, const char *name, const char *text)
{
    put_name(out, name);
    put_text(out, text);
}

static void int_member(struct buf *out, const char *name, int64_t n)
{
    put_name(out, name);
    put_int(out, n);
}

static void kafka_put(struct buf *out, const struct manifest *m)
{
    if (m->topic[0] == '\0') {
        buf_add_str(out, "null");
        return;
    }
    buf_add_str(out, "{");
    text_member(out, "topic", m->topic);
    put_name(out, ",partitions");
    for (size_t i = 0; i < m->n_offsets; i++) {
        buf_add_str(out, i == 0 ? "[{" : ",{");
        int_member(out, "partition", m->offset[i].partition);
        int_member(out, ",offset", m->offset[i].offset);
        buf_add_str(out, "}");
    }
    buf_add_str(out, m->n_offsets == 0 ? "[]}" : "]}");
}

bool manifest_to_json(const struct manifest *m, struct buf *out)
{
    char version[CURSOR_TEXT_BYTES];

    cursor_format(&m->version, version);
    buf_add_str(out, "{");
    text_member(out, "list", m->list);
    text_member(out, ",recipient", m->recipient);
    text_member(out, ",polarity", m->polarity == LIST_DENY ? "deny" : "permit");
    text_member(out, ",profile", token_profile_name(m->profile));
    text_member(out, ",format", list_format_name(m->format));
    text_member(out, ",compression", list_packing_name(m->packing));
    text_member(out, ",version", version);
    text_member(out, ",digest", m->digest);
    int_member(out, ",count", m->count);
    buf_add_str(out, ",\"entries\":{");
    int_member(out, "suppressed", m->suppressed);
    int_member(out, ",released", m->released);
    int_member(out, ",permitted", m->permitted);
    buf_add_str(out, "}");
    text_member(out, ",file", m->file);
    int_member(out, ",bytes", m->bytes);
    int_member(out, ",rows", m->rows);
    text_member(out, ",sha256", m->sha256);
    put_name(out, ",made_at");
    put_time(out, m->made_us);
    put_name(out, ",kafka");
    kafka_put(out, m);
    return buf_add_str(out, "}\n") && !out->overrun;
}

/* --- reading --- */

/* A text that fits; false otherwise. */
static bool text_of(const json_t *o, const char *name, char *ret, size_t bytes)
{
    const char *text = json_string_value(json_object_get(o, name));

    return text != NULL && (size_t)snprintf(ret, bytes, "%s", text) < bytes;
}

static bool int_of(const json_t *o, const char *name, int64_t *ret)
{
    const json_t *v = json_object_get(o, name);

    *ret = json_integer_value(v);
    return json_is_integer(v) && *ret >= 0;
}

static bool hex_of(const json_t *o, const char *name, char ret[MANIFEST_DIGEST_BYTES])
{
    return text_of(o, name, ret, MANIFEST_DIGEST_BYTES) &&
           strspn(ret, "0123456789abcdef") == MANIFEST_DIGEST_BYTES - 1;
}

static bool words_read(const json_t *o, struct manifest *m)
{
    char format[16], packing[16], polarity[16], profile[32];

    if (!text_of(o, "format", format, sizeof(format)) ||
        !text_of(o, "compression", packing, sizeof(packing)) ||
        !text_of(o, "polarity", polarity, sizeof(polarity)) ||
        !text_of(o, "profile", profile, sizeof(profile)))
        return false;
    m->format = list_format_parse(format);
    m->polarity = strcmp(polarity, "permit") == 0 ? LIST_PERMIT : LIST_DENY;
    m->profile = token_profile_parse(profile);
    return m->format != LIST_FORMAT_NONE && list_packing_parse(packing, &m->packing) &&
           (m->polarity == LIST_PERMIT || strcmp(polarity, "deny") == 0);
}

static bool kafka_read(const json_t *kafka, struct manifest *m)
{
    const json_t *parts = json_object_get(kafka, "partitions");

    if (json_is_null(kafka))
        return true;
    if (!text_of(kafka, "topic", m->topic, sizeof(m->topic)) || !json_is_array(parts) ||
        json_array_size(parts) > MANIFEST_PARTITIONS_MAX)
        return false;
    m->n_offsets = json_array_size(parts);
    for (size_t i = 0; i < m->n_offsets; i++) {
        const json_t *part = json_array_get(parts, i);
        int64_t number;

        if (!int_of(part, "partition", &number) || number > INT32_MAX ||
            !int_of(part, "offset", &m->offset[i].offset))
            return false;
        m->offset[i].partition = (int32_t)number;
    }
    return true;
}

static bool all_read(const json_t *o, struct manifest *m)
{
    const json_t *entries = json_object_get(o, "entries");
    char version[CURSOR_TEXT_BYTES], made[64];

    return text_of(o, "list", m->list, sizeof(m->list)) &&
           text_of(o, "recipient", m->recipient, sizeof(m->recipient)) &&
           words_read(o, m) && text_of(o, "version", version, sizeof(version)) &&
           cursor_parse(version, strlen(version), &m->version) &&
           hex_of(o, "digest", m->digest) && int_of(o, "count", &m->count) &&
           int_of(entries, "suppressed", &m->suppressed) &&
           int_of(entries, "released", &m->released) &&
           int_of(entries, "permitted", &m->permitted) &&
           text_of(o, "file", m->file, sizeof(m->file)) && strchr(m->file, '/') == NULL &&
           m->file[0] != '.' && m->file[0] != '\0' && int_of(o, "bytes", &m->bytes) &&
           int_of(o, "rows", &m->rows) && hex_of(o, "sha256", m->sha256) &&
           text_of(o, "made_at", made, sizeof(made)) &&
           when_parse(made, strlen(made), &m->made_us) == WHEN_OK &&
           kafka_read(json_object_get(o, "kafka"), m);
}

bool manifest_from_json(const char *text, size_t len, struct manifest *ret,
                        struct err *err)
{
    json_t *root = len <= MANIFEST_BYTES
                       ? json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL)
                       : NULL;
    bool ok;

    memset(ret, 0, sizeof(*ret));
    ok = root != NULL && all_read(root, ret);
    json_decref(root);
    return ok || err_set(err, ERR_INPUT, "BAD_MANIFEST",
                         "this is no manifest of a snapshot, or not a whole one");
}
