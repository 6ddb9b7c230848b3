#include "event_json.h"
#include "event_load.h"
#include "event_repair.h"
#include "event_unwrap.h"
#include "event_mode.h"
#include "event_parts.h"

#include <string.h>

/* --- a first look at the bytes --- */

#define CARD_LEAST 13 /* digits of a card number, at least */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Of what a number in groups is made. */
static bool in_number(char c)
{
    return is_digit(c) || c == ' ' || c == '-' || c == '.';
}

/* Does a character stand there by its number, which may be a digit's? */
static bool has_unit(const char *s, size_t len)
{
    const char *end = s + len, *at = s;

    while (at < end && (at = memchr(at, '\\', (size_t)(end - at))) != NULL) {
        if (end - at >= 2 && at[1] == 'u')
            return true;
        at += 2;
    }
    return false;
}

/* Are there enough digits for a card number, so that a closer look is worth it? A run of
 * so many characters lies over one of every so many. */
static bool has_many_digits(const char *s, size_t len)
{
    for (size_t i = CARD_LEAST - 1; i < len; i += CARD_LEAST) {
        size_t from = i, to = i, digits = 0;

        if (!in_number(s[i]))
            continue;
        while (from > 0 && in_number(s[from - 1]))
            from--;
        while (to < len && in_number(s[to]))
            to++;
        for (size_t k = from; k < to; k++)
            digits += is_digit(s[k]);
        if (digits >= CARD_LEAST)
            return true;
        i = to; /* the next run begins behind that one */
    }
    return has_unit(s, len);
}

/* Deepest nesting of brackets outside of texts. */
static int depth_of(const char *s, size_t len)
{
    int depth = 0, deepest = 0;
    bool quoted = false;

    for (size_t i = 0; i < len; i++) {
        char c = s[i];

        if (c == '"') {
            quoted = !quoted;
        } else if (c == '\\' && quoted) {
            i++;
        } else if (!quoted && (c == '{' || c == '[')) {
            depth++;
            deepest = depth > deepest ? depth : deepest;
        } else if (!quoted && (c == '}' || c == ']')) {
            depth--;
        }
    }
    return deepest;
}

/* What is not plain, as jansson reads it. */
static struct value *load_odd(struct values *mem, const char *s, size_t len,
                              enum event_fault *ret)
{
    struct value *root;
    json_t *json;

    if (depth_of(s, len) > EVENT_DEPTH) {
        *ret = EVENT_FAULT_TOO_DEEP;
        return NULL;
    }
    json = event_load(s, len, ret);
    root = event_value_copy(mem, json);
    json_decref(json);
    return root;
}

/* What came of a record's bytes beside the value. */
struct parsed {
    bool cards;     /* enough digits for a card number, or cannot say */
    uint32_t twice; /* bits of enum repair_twice */
};

/* The value as JSON: as it is, or repaired with a fault noted. */
static struct value *parse_value(struct reader *r, const struct at *at, const char *s,
                                 size_t len, size_t limit, struct parsed *ret)
{
    enum event_fault fault = EVENT_FAULT_TOO_LARGE;
    struct value *root = NULL;

    if (len <= limit) {
        root = event_value_parse(r->mem, s, len, EVENT_DEPTH);
        if (root == NULL)
            root = load_odd(r->mem, s, len, &fault);
    }
    if (root == NULL) {
        read_fault(r, at, fault);
        root = event_mended(r->mem, s, len, &ret->twice);
        ret->cards = true;
    }
    ret->cards = ret->cards || has_many_digits(s, len);
    return root;
}

/* --- the envelope --- */

static void read_type(struct reader *r, struct value *root)
{
    struct value *v = value_get(root, "type");

    if (value_is(v, VALUE_TEXT))
        r->ev->type = event_type_parse(value_text(v));
    if (r->ev->type == EVENT_NONE) {
        read_fault_in(r, NULL, "type",
                      v == NULL                 ? EVENT_FAULT_MISSING
                      : value_is(v, VALUE_TEXT) ? EVENT_FAULT_UNKNOWN_TYPE
                                                : EVENT_FAULT_TYPE_MISMATCH);
        r->ev->type = event_broken_type(root);
    }
    r->class = event_type_class(r->ev->type);
}

/* data_base64 is data in another spelling. Beside data, a denial's scope is neither's. */
static void read_base64(struct reader *r, struct value *root, struct parsed *parsed)
{
    const struct at at = {NULL, "data_base64", 0};
    struct value *v = value_get(root, at.name);
    size_t len = value_text_bytes(v);
    struct buf bytes;

    if (v == NULL)
        return;
    if (value_get(root, "data")) {
        read_fault(r, &at, EVENT_FAULT_BAD_VALUE);
        parsed->twice |= MEND_TWICE_SCOPE | MEND_TWICE_CONTROLLERS;
        return;
    }
    if (!value_is(v, VALUE_TEXT)) {
        read_fault(r, &at, EVENT_FAULT_TYPE_MISMATCH);
        return;
    }
    buf_init(&bytes, len + 1);
    if (!event_from_base64(value_text(v), len, &bytes))
        read_fault(r, &at, EVENT_FAULT_BAD_VALUE);
    if (bytes.len > 0)
        value_set(r->mem, root, "data",
                  parse_value(r, &at, bytes.data, bytes.len, bytes.len, parsed));
    else
        read_fault(r, &at, EVENT_FAULT_EMPTY);
    buf_done(&bytes);
}

static void read_attributes(struct reader *r, struct value *root)
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

/* What is not an event by its type may hold one. */
static struct value *without_wrapping(struct reader *r, struct value *root,
                                      struct parsed *parsed)
{
    const char *type = value_text(value_get(root, "type"));
    struct value *inner;

    if (type != NULL && event_type_parse(type) != EVENT_NONE)
        return root;
    inner = event_unwrap(r->mem, root, &parsed->twice);
    if (inner == NULL)
        return root;
    read_fault(r, NULL, EVENT_FAULT_NOT_CLOUDEVENT);
    parsed->cards = true;
    return inner;
}

/* data, or what stands in its place in a denial. */
static struct value *read_place(struct reader *r, struct value *root,
                                struct parsed *parsed)
{
    const struct at at = {NULL, "data", 0};
    struct value *data = read_object(r, root, NULL, "data", true);
    struct value *text = value_get(root, "data"), *other;

    if (value_is(text, VALUE_TEXT)) { /* JSON within JSON: readable all the same */
        data = event_mended(r->mem, value_text(text), value_text_bytes(text),
                            &parsed->twice);
        parsed->cards = true;
    }
    if (r->class != EVENT_CLASS_DENIAL || value_get(data, "contact") != NULL)
        return data;
    other = event_misplaced_data(root, data != NULL ? data : value_get(root, "data"));
    if (other == NULL)
        return data;
    read_fault_in(r, &at, "contact", EVENT_FAULT_MISSING);
    parsed->cards = true;
    return other;
}

static void read_event(struct reader *r, struct value *root, struct parsed *parsed)
{
    struct at at = {NULL, "data", 0};
    struct value *version;

    root = without_wrapping(r, root, parsed);
    version = value_get(root, "specversion");
    if (!value_is(root, VALUE_OBJECT) || version == NULL || value_is(version, VALUE_NULL))
        read_fault(r, NULL, EVENT_FAULT_NOT_CLOUDEVENT);
    else if (!value_is(version, VALUE_TEXT))
        read_fault_in(r, NULL, "specversion", EVENT_FAULT_TYPE_MISMATCH);
    else if (strcmp(value_text(version), "1.0") != 0)
        read_fault_in(r, NULL, "specversion", EVENT_FAULT_BAD_VALUE);
    if (!value_is(root, VALUE_OBJECT))
        return;

    /* CloudEvents: null is unset. data is no attribute, but beside data_base64 its null
     * is an SDK's word for "not here". */
    const struct value *encoded = value_get(root, "data_base64");
    const bool has_base64 = encoded != NULL && !value_is(encoded, VALUE_NULL);

    value_drop_nulls(root, has_base64 ? "" : "data");
    read_attributes(r, root);
    read_base64(r, root, parsed);
    struct value *data = read_place(r, root, parsed);
    event_read_data(r, data, &at, parsed->twice);
    if (parsed->cards)
        event_refuse_cards(r, data, &at);
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

/* An attribute as a member; bytes that are no text become what the repair makes of them.
 */
static void add_attribute(struct reader *r, struct value *root,
                          const struct record_header *h)
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
    if (value_get(root, name))
        read_fault_in(r, NULL, name, EVENT_FAULT_DUPLICATE_KEY);
    struct value *v = value_text_new(r->mem, h->value, h->value_len);
    if (v != NULL && memchr(h->value, '\0', h->value_len)) {
        read_fault_in(r, NULL, name, EVENT_FAULT_NUL_CHARACTER);
        return;
    }
    if (v == NULL)
        read_fault_in(r, NULL, name, EVENT_FAULT_BAD_UTF8);
    else
        value_set(r->mem, root, name, v);
}

/* The content-type is an attribute too. */
static void add_content_type(struct values *mem, struct value *root,
                             const struct event_input *in)
{
    const struct record_header *said = event_content_type(in);

    if (said != NULL && value_get(root, "datacontenttype") == NULL)
        value_set(mem, root, "datacontenttype",
                  value_text_new(mem, said->value, said->value_len));
}

static struct value *parse_binary(struct reader *r, const struct event_input *in,
                                  struct parsed *parsed)
{
    struct value *root = value_object(r->mem);
    size_t attributes = attribute_bytes(in);
    size_t limit = attributes < EVENT_RECORD_BYTES ? EVENT_RECORD_BYTES - attributes : 0;
    struct value *data = parse_value(r, NULL, in->value, in->value_len, limit, parsed);

    if (attributes <= EVENT_SALVAGE_BYTES)
        for (size_t i = 0; i < in->n_headers; i++)
            if (event_is_attribute(&in->headers[i]))
                add_attribute(r, root, &in->headers[i]);
    add_content_type(r->mem, root, in);
    if (data)
        value_set(r->mem, root, "data", data);
    return root;
}

bool event_from_json(const struct event_input *in, struct event *ret, struct fault *fault)
{
    struct values mem;
    struct reader r = {ret, fault, EVENT_CLASS_NONE, &mem};
    struct parsed parsed = {false, 0};
    struct value *root;

    memset(ret, 0, sizeof *ret);
    memset(fault, 0, sizeof *fault);
    if (!in->has_value || in->value_len == 0) {
        read_fault(&r, NULL, in->has_value ? EVENT_FAULT_EMPTY : EVENT_FAULT_TOMBSTONE);
        return false;
    }
    values_init(&mem);
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
    values_done(&mem);
    return fault->reason[0] == '\0';
}
