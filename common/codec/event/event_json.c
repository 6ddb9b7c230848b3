#include "event_json.h"
#include "event_load.h"
#include "event_mend.h"
#include "event_mode.h"
#include "event_parts.h"

#include <string.h>
#include <strings.h>

/* --- a first look at the bytes, before the parser sees them --- */
struct look {
    int depth;        /* deepest nesting of brackets outside of texts */
    bool many_digits; /* enough for a card number: worth a closer look */
};

static struct look look_at(const char *s, size_t len)
{
    struct look look = {0, false};
    int depth = 0, digits = 0;
    bool quoted = false;

    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c >= '0' && c <= '9') {
            look.many_digits |= ++digits >= 13;
            continue;
        }
        if (c == ' ' || c == '-' || c == '.')
            continue;
        digits = 0;
        if (c == '"') {
            quoted = !quoted;
        } else if (c == '\\' && quoted) {
            look.many_digits |= i + 1 < len && s[i + 1] == 'u'; /* may spell a digit */
            i++;
        } else if (!quoted && (c == '{' || c == '[')) {
            depth++;
            look.depth = depth > look.depth ? depth : look.depth;
        } else if (!quoted && (c == '}' || c == ']')) {
            depth--;
        }
    }
    return look;
}

/* NULL when there is too much of it. */
static json_t *parse_mended(const char *s, size_t len, uint32_t *ret_twice)
{
    struct buf text, mended;
    uint32_t twice;

    if (len > EVENT_SALVAGE_BYTES)
        return NULL;
    buf_init(&text, 2 * len + 8);
    if (event_from_utf16(s, len, &text)) {
        s = text.data;
        len = text.len;
    }
    buf_init(&mended, 8 * len + 64);
    event_mend(s, len, EVENT_DEPTH, &mended, &twice);
    json_t *root = json_loadb(mended.data, mended.len, JSON_DECODE_ANY, NULL);
    buf_done(&mended);
    buf_done(&text);
    *ret_twice |= twice;
    return root;
}

/* What came of a record's bytes beside the value. */
struct parsed {
    bool cards;     /* enough digits for a card number, or cannot say */
    uint32_t twice; /* bits of enum mend_twice */
};

/* The value as JSON: as it is, or mended with a fault noted. */
static json_t *parse_value(struct reader *r, const struct at *at, const char *s,
                           size_t len, size_t limit, struct parsed *ret)
{
    struct look look = len <= limit ? look_at(s, len) : (struct look){0, true};
    enum event_fault fault = EVENT_FAULT_NONE;
    json_t *root = NULL;

    ret->cards |= look.many_digits;
    if (len > limit)
        fault = EVENT_FAULT_TOO_LARGE;
    else if (look.depth > EVENT_DEPTH)
        fault = EVENT_FAULT_TOO_DEEP;
    else
        root = event_load(s, len, &fault);
    if (root == NULL) {
        read_fault(r, at, fault);
        root = parse_mended(s, len, &ret->twice);
        ret->cards = true;
    }
    return root;
}

/* --- the envelope --- */
/* A type that we do not know, or none, may still be recognisable as somebody's no:
 * another version or spelling of the name, or the part that only a denial has. */
static enum event_type type_of_broken(json_t *root)
{
    static const enum event_type denials[] = {
        EVENT_OPTOUT_RECORDED, EVENT_OBJECTION_RECORDED, EVENT_CONSENT_WITHDRAWN,
        EVENT_CONSENT_REFUSED, EVENT_FEEDBACK_COMPLAINED};
    static const char *const parts[] = {"optout", "objection", "withdrawal"};
    const char *said = json_string_value(json_object_get(root, "type"));
    json_t *data = json_object_get(root, "data");

    for (size_t i = 0; said && i < sizeof denials / sizeof denials[0]; i++) {
        const char *name = event_type_name(denials[i]);
        size_t stem = strlen(name) - strlen(".v1");
        if (strncasecmp(said + strspn(said, " \t\r\n"), name, stem) == 0)
            return denials[i];
    }
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (json_object_get(data, parts[i]) && !json_object_get(data, "consent"))
            return denials[i];
    return EVENT_NONE;
}

static void read_type(struct reader *r, json_t *root)
{
    json_t *v = json_object_get(root, "type");

    if (json_is_string(v))
        r->ev->type = event_type_parse(json_string_value(v));
    if (r->ev->type == EVENT_NONE) {
        read_fault_in(r, NULL, "type",
                      v == NULL           ? EVENT_FAULT_MISSING
                      : json_is_string(v) ? EVENT_FAULT_UNKNOWN_TYPE
                                          : EVENT_FAULT_TYPE_MISMATCH);
        r->ev->type = type_of_broken(root);
    }
    r->class = event_type_class(r->ev->type);
}

/* What is null is unset, says CloudEvents; data is no attribute. */
static void drop_nulls(json_t *root)
{
    const char *name;
    json_t *v;
    void *next;

    json_object_foreach_safe(root, next, name, v)
    {
        if (json_is_null(v) && strcmp(name, "data") != 0)
            json_object_del(root, name);
    }
}

/* data_base64 is data in another spelling. Beside data, a denial's scope is neither's. */
static void read_base64(struct reader *r, json_t *root, struct parsed *parsed)
{
    const struct at at = {NULL, "data_base64", 0};
    json_t *v = json_object_get(root, at.name);
    size_t len = json_string_length(v);
    struct buf bytes;

    if (v == NULL)
        return;
    if (json_object_get(root, "data")) {
        read_fault(r, &at, EVENT_FAULT_BAD_VALUE);
        parsed->twice |= MEND_TWICE_SCOPE | MEND_TWICE_CONTROLLERS;
        return;
    }
    if (!json_is_string(v)) {
        read_fault(r, &at, EVENT_FAULT_TYPE_MISMATCH);
        return;
    }
    buf_init(&bytes, len + 1);
    if (!event_from_base64(json_string_value(v), len, &bytes))
        read_fault(r, &at, EVENT_FAULT_BAD_VALUE);
    if (bytes.len > 0)
        json_object_set_new(
            root, "data", parse_value(r, &at, bytes.data, bytes.len, bytes.len, parsed));
    else
        read_fault(r, &at, EVENT_FAULT_EMPTY);
    buf_done(&bytes);
}

static void read_attributes(struct reader *r, json_t *root)
{
    struct event *ev = r->ev;
    char type[64];

    read_type(r, root);
    read_text(r, root, NULL, "id", READ_NEEDED, ev->id, sizeof ev->id);
    read_text(r, root, NULL, "source", READ_NEEDED, ev->source, sizeof ev->source);
    ev->has_time = read_instant(r, root, NULL, "time", true, &ev->time_us);
    ev->has_recorded =
        read_instant(r, root, NULL, "recordedtime", false, &ev->recorded_us);
    read_text(r, root, NULL, "sequence", READ_PLAIN, ev->sequence, sizeof ev->sequence);
    read_text(r, root, NULL, "importbatch", READ_PLAIN, ev->import_batch,
              sizeof ev->import_batch);
    read_text(r, root, NULL, "dataschema", READ_PLAIN, NULL, 2049);
    if (read_text(r, root, NULL, "datacontenttype", READ_PLAIN, type, sizeof type) &&
        !event_type_is_json(type, strlen(type)))
        read_fault_in(r, NULL, "datacontenttype", EVENT_FAULT_BAD_VALUE);
}

static void read_event(struct reader *r, json_t *root, struct parsed *parsed)
{
    struct at at = {NULL, "data", 0};
    json_t *version = json_object_get(root, "specversion");

    if (!json_is_object(root) || version == NULL || json_is_null(version))
        read_fault(r, NULL, EVENT_FAULT_NOT_CLOUDEVENT);
    else if (!json_is_string(version))
        read_fault_in(r, NULL, "specversion", EVENT_FAULT_TYPE_MISMATCH);
    else if (strcmp(json_string_value(version), "1.0") != 0)
        read_fault_in(r, NULL, "specversion", EVENT_FAULT_BAD_VALUE);
    if (!json_is_object(root))
        return;

    drop_nulls(root);
    read_attributes(r, root);
    read_base64(r, root, parsed);
    json_t *data = json_incref(read_object(r, root, NULL, "data", true));
    json_t *text = json_object_get(root, "data");
    if (json_is_string(text)) { /* JSON within JSON: readable all the same */
        data = parse_mended(json_string_value(text), json_string_length(text),
                            &parsed->twice);
        parsed->cards = true;
    }
    event_read_data(r, data, &at, parsed->twice);
    if (parsed->cards)
        event_refuse_cards(r, data, &at);
    json_decref(data);
}

/* --- binary mode --- */

static size_t attribute_bytes(const struct event_input *in)
{
    size_t n = 0;
    for (size_t i = 0; i < in->n_headers; i++)
        if (event_is_attribute(&in->headers[i]))
            n += strlen(in->headers[i].key) + in->headers[i].value_len;
    return n;
}

/* An attribute as a member; bytes that are no text become what the mender makes of them.
 */
static void add_attribute(struct reader *r, json_t *root, const struct event_header *h)
{
    char name[32] = "";
    size_t len = strlen(h->key + 3);

    if (h->value == NULL || len >= sizeof name || len == 0)
        return; /* no attribute that we read has such a name */
    for (size_t i = 0; i < len; i++)
        name[i] = (char)(h->key[3 + i] | 0x20);
    bool known = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789") == len;

    if (!known || strcmp(name, "data") == 0)
        return;
    if (json_object_get(root, name))
        read_fault_in(r, NULL, name, EVENT_FAULT_DUPLICATE_KEY);
    json_t *v = json_stringn(h->value, h->value_len);
    if (v != NULL && memchr(h->value, '\0', h->value_len)) {
        read_fault_in(r, NULL, name, EVENT_FAULT_NUL_CHARACTER);
        json_decref(v);
        return;
    }
    if (v == NULL)
        read_fault_in(r, NULL, name, EVENT_FAULT_BAD_UTF8);
    else
        json_object_set_new(root, name, v);
}

/* The content-type is an attribute too. */
static void add_content_type(json_t *root, const struct event_input *in)
{
    const struct event_header *said = event_content_type(in);

    if (said != NULL && json_object_get(root, "datacontenttype") == NULL)
        json_object_set_new(root, "datacontenttype",
                            json_stringn(said->value, said->value_len));
}

static json_t *parse_binary(struct reader *r, const struct event_input *in,
                            struct parsed *parsed)
{
    json_t *root = json_object();
    size_t attributes = attribute_bytes(in);
    size_t limit = attributes < EVENT_RECORD_BYTES ? EVENT_RECORD_BYTES - attributes : 0;
    json_t *data = parse_value(r, NULL, in->value, in->value_len, limit, parsed);

    if (attributes <= EVENT_SALVAGE_BYTES)
        for (size_t i = 0; i < in->n_headers; i++)
            if (event_is_attribute(&in->headers[i]))
                add_attribute(r, root, &in->headers[i]);
    add_content_type(root, in);
    if (data)
        json_object_set_new(root, "data", data);
    return root;
}

bool event_from_json(const struct event_input *in, struct event *ret, struct fault *fault)
{
    struct reader r = {ret, fault, EVENT_CLASS_NONE};
    struct parsed parsed = {false, 0};
    json_t *root;

    memset(ret, 0, sizeof *ret);
    memset(fault, 0, sizeof *fault);
    if (!in->has_value || in->value_len == 0) {
        read_fault(&r, NULL, in->has_value ? EVENT_FAULT_EMPTY : EVENT_FAULT_TOMBSTONE);
        return false;
    }
    enum event_mode mode = event_mode_of(in);
    if (mode == EVENT_MODE_OTHER || mode == EVENT_MODE_BATCH)
        read_fault(&r, NULL, EVENT_FAULT_CONTENT_TYPE);
    if (mode == EVENT_MODE_BINARY)
        root = parse_binary(&r, in, &parsed);
    else
        root =
            parse_value(&r, NULL, in->value, in->value_len, EVENT_RECORD_BYTES, &parsed);
    if (root)
        read_event(&r, root, &parsed);
    json_decref(root);
    return fault->reason[0] == '\0';
}
