#include "event_json.h"
#include "event_mend.h"
#include "event_parts.h"

#include <string.h>
#include <strings.h>

/* --- a first look at the bytes, before the parser sees them
 * ------------------------------ */
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

static enum event_fault fault_of_parser(const json_error_t *error)
{
    switch ((int)json_error_code(error)) {
    case json_error_stack_overflow: return EVENT_FAULT_TOO_DEEP;
    case json_error_invalid_utf8: return EVENT_FAULT_BAD_UTF8;
    case json_error_null_character:
    case json_error_null_byte_in_key: return EVENT_FAULT_NUL_CHARACTER;
    case json_error_duplicate_key: return EVENT_FAULT_DUPLICATE_KEY;
    default: return EVENT_FAULT_NOT_JSON;
    }
}

/* NULL when there is too much of it. */
static json_t *parse_mended(const char *s, size_t len, uint32_t *ret_twice)
{
    struct buf mended;

    if (len > EVENT_SALVAGE_BYTES)
        return NULL;
    buf_init(&mended, 8 * len + 64);
    event_mend(s, len, EVENT_DEPTH, &mended, ret_twice);
    json_t *root = json_loadb(mended.data, mended.len, JSON_DECODE_ANY, NULL);
    buf_done(&mended);
    return root;
}

/* The value as JSON: as it is, or mended with a fault noted. */
static json_t *parse_value(struct reader *r, const char *s, size_t len, size_t limit,
                           bool *ret_cards, uint32_t *ret_twice)
{
    struct look look = len <= limit ? look_at(s, len) : (struct look){0, true};
    json_error_t error;
    json_t *root = NULL;

    *ret_cards = look.many_digits;
    if (len > limit) {
        read_fault(r, NULL, EVENT_FAULT_TOO_LARGE);
    } else if (look.depth > EVENT_DEPTH) {
        read_fault(r, NULL, EVENT_FAULT_TOO_DEEP);
    } else {
        root = json_loadb(s, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
        if (root == NULL)
            read_fault(r, NULL, fault_of_parser(&error));
    }
    if (root == NULL) {
        root = parse_mended(s, len, ret_twice);
        *ret_cards = true;
    }
    return root;
}

/* --- the envelope
 * ------------------------------------------------------------------------- */
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

static void read_event(struct reader *r, json_t *root, bool cards, uint32_t twice)
{
    struct event *ev = r->ev;
    struct at at = {NULL, "data", 0};
    json_t *version = json_object_get(root, "specversion");
    char type[64];

    if (!json_is_object(root) || version == NULL)
        read_fault(r, NULL, EVENT_FAULT_NOT_CLOUDEVENT);
    else if (!json_is_string(version))
        read_fault_in(r, NULL, "specversion", EVENT_FAULT_TYPE_MISMATCH);
    else if (strcmp(json_string_value(version), "1.0") != 0)
        read_fault_in(r, NULL, "specversion", EVENT_FAULT_BAD_VALUE);
    if (!json_is_object(root))
        return;

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
        (strncasecmp(type, "application/json", 16) != 0 || !strchr("; ", type[16])))
        read_fault_in(r, NULL, "datacontenttype", EVENT_FAULT_BAD_VALUE);

    json_t *data = json_incref(read_object(r, root, NULL, "data", true));
    json_t *text = json_object_get(root, "data");
    if (json_is_string(text)) { /* JSON within JSON: readable all the same */
        data = parse_mended(json_string_value(text), json_string_length(text), &twice);
        cards = true;
    }
    event_read_data(r, data, &at, twice);
    if (cards)
        event_refuse_cards(r, data, &at);
    json_decref(data);
}

/* --- the two modes
 * ------------------------------------------------------------------------ */
static bool is_attribute(const struct event_header *h)
{
    return strncasecmp(h->key, "ce_", 3) == 0;
}

enum mode { MODE_STRUCTURED, MODE_BINARY, MODE_OTHER };

/* By the content-type if it speaks of CloudEvents, else by the presence of attributes. */
static enum mode mode_of(const struct event_input *in)
{
    static const char events[] = "application/cloudevents";
    enum mode mode = MODE_STRUCTURED;

    for (size_t i = 0; i < in->n_headers; i++) {
        const struct event_header *h = &in->headers[i];
        size_t n = sizeof events - 1;
        if (is_attribute(h))
            mode = MODE_BINARY;
        if (strcasecmp(h->key, "content-type") != 0 || h->value == NULL ||
            h->value_len < n || strncasecmp(h->value, events, n) != 0)
            continue;
        const char *rest = h->value + n;
        size_t len = h->value_len - n;
        if (len >= 5 && strncasecmp(rest, "+json", 5) == 0) {
            rest += 5;
            len -= 5;
        }
        if (len == 0 || *rest == ';' || *rest == ' ' || *rest == '\t')
            return MODE_STRUCTURED;
        return MODE_OTHER;
    }
    return mode;
}

static size_t attribute_bytes(const struct event_input *in)
{
    size_t n = 0;
    for (size_t i = 0; i < in->n_headers; i++)
        if (is_attribute(&in->headers[i]))
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

static json_t *parse_binary(struct reader *r, const struct event_input *in,
                            bool *ret_cards, uint32_t *ret_twice)
{
    json_t *root = json_object();
    size_t attributes = attribute_bytes(in);
    size_t limit = attributes < EVENT_RECORD_BYTES ? EVENT_RECORD_BYTES - attributes : 0;
    json_t *data = parse_value(r, in->value, in->value_len, limit, ret_cards, ret_twice);

    if (attributes <= EVENT_SALVAGE_BYTES)
        for (size_t i = 0; i < in->n_headers; i++)
            if (is_attribute(&in->headers[i]))
                add_attribute(r, root, &in->headers[i]);
    if (data)
        json_object_set_new(root, "data", data);
    return root;
}

bool event_from_json(const struct event_input *in, struct event *ret, struct fault *fault)
{
    struct reader r = {ret, fault, EVENT_CLASS_NONE};
    bool cards = false;
    uint32_t twice = 0;
    json_t *root;

    memset(ret, 0, sizeof *ret);
    memset(fault, 0, sizeof *fault);
    if (!in->has_value || in->value_len == 0) {
        read_fault(&r, NULL, in->has_value ? EVENT_FAULT_EMPTY : EVENT_FAULT_TOMBSTONE);
        return false;
    }
    enum mode mode = mode_of(in);
    if (mode == MODE_OTHER)
        read_fault(&r, NULL, EVENT_FAULT_CONTENT_TYPE);
    if (mode == MODE_BINARY)
        root = parse_binary(&r, in, &cards, &twice);
    else
        root =
            parse_value(&r, in->value, in->value_len, EVENT_RECORD_BYTES, &cards, &twice);
    if (root)
        read_event(&r, root, cards, twice);
    json_decref(root);
    return fault->reason[0] == '\0';
}
