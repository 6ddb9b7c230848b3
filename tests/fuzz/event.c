/*
 * event.c - fuzz target: the event decoder, and the repair under it.
 *
 * The input is the value of a record. One that begins with 'H' has Kafka headers first:
 * "Hkey: value\n" and so on, then an empty line. Whatever the bytes: a fault has a code
 * of the table and a pointer, an event without one is whole, every text ends within its
 * field, and decoding again gives the same. Repaired bytes are JSON, no deeper than
 * asked, and repairing a good event changes nothing that is read of it. As a batch, a
 * good array has as many elements as it has. The reader of plain JSON agrees with
 * jansson.
 */
#include "require.h"

#include "base/buf.h"
#include "codec/codec.h"
#include "codec/event/event_batch.h"
#include "codec/event/event_json.h"
#include "codec/event/event_load.h"
#include "codec/event/event_repair.h"
#include "codec/event/event_value.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
#define HEADERS_MAX 12

static struct event first, second;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    json_object_seed(1); /* the same hash tables in every run */
    codec_init();
    return 0;
}

static void require_text(const char *text, size_t cap, const char *what)
{
    size_t len = strnlen(text, cap);
    require(len < cap, what);
    json_t *v = json_stringn(text, len);
    require(v != NULL, "every text is UTF-8");
    json_decref(v);
}

static void require_bounded(const struct event *e)
{
#define TEXT(field)                                                                      \
    require_text(e->field, sizeof e->field, #field " ends within its field")
    TEXT(id), TEXT(source), TEXT(sequence), TEXT(import_batch), TEXT(email), TEXT(phone);
    TEXT(postal), TEXT(country), TEXT(website), TEXT(method), TEXT(notice_policy);
    TEXT(notice_version), TEXT(via), TEXT(party), TEXT(agreement), TEXT(request_id);
    TEXT(rights_outcome);
    require(e->n_controllers <= EVENT_CONTROLLERS && e->n_scopes <= EVENT_SCOPES &&
                e->n_named <= EVENT_NAMED && e->n_rights <= EVENT_RIGHTS,
            "lists are within their bounds");
    for (size_t i = 0; i < e->n_controllers; i++)
        TEXT(controllers[i]);
    for (size_t i = 0; i < e->n_scopes; i++) {
        TEXT(scopes[i].purpose);
        require(e->scopes[i].channels != 0 && e->scopes[i].channels <= CHANNELS_ALL,
                "a scope has channels");
    }
    for (size_t i = 0; i < e->n_named; i++)
        TEXT(named[i]);
    for (size_t i = 0; i < e->n_rights; i++)
        TEXT(rights[i]);
#undef TEXT
}

static void require_whole(const struct event *e)
{
    enum event_class class = event_type_class(e->type);

    require(e->id[0] && e->source[0] && e->type != EVENT_NONE && e->has_time,
            "a whole event has its attributes");
    require(class == EVENT_CLASS_AGREEMENT || e->email[0] || e->phone[0] || e->postal[0],
            "a whole event reaches somebody");
    require(class != EVENT_CLASS_GRANT || (e->n_scopes > 0 && e->art6 && e->method[0]),
            "a whole grant says for what, on which basis and how");
    for (size_t i = 0; i < e->n_scopes; i++)
        require(class == EVENT_CLASS_DENIAL || class == EVENT_CLASS_RIGHTS ||
                    (e->scopes[i].purpose[0] != '*' && !e->scopes[i].any_channel),
                "only what says no says it to everything");
}

static void require_fault(const struct fault *fault)
{
    bool known = false;
#define X(id) known |= strcmp(fault->reason, #id) == 0;
    EVENT_FAULTS(X)
#undef X
    require(known, "the reason stands in the table");
    require(memchr(fault->pointer, '\0', sizeof fault->pointer) != NULL &&
                (fault->pointer[0] == '\0' || fault->pointer[0] == '/'),
            "the pointer is one");
}

static int depth_of(const json_t *v)
{
    const char *name;
    json_t *child;
    size_t i;
    int most = 0;

    if (json_is_object(v)) {
        json_object_foreach((json_t *)(uintptr_t)v, name, child) most =
            depth_of(child) > most ? depth_of(child) : most;
    } else if (json_is_array(v)) {
        json_array_foreach(v, i, child) most =
            depth_of(child) > most ? depth_of(child) : most;
    } else {
        return 0;
    }
    return most + 1;
}

/* depth_of is exponential in the depth without this: at most 2^4 calls a value. */
#define MEND_DEPTH 4

static void fuzz_mend(const char *value, size_t len)
{
    struct buf out;
    uint32_t twice;

    buf_init(&out, 8 * len + 64);
    event_repair(value, len, MEND_DEPTH, &out, &twice);
    require(!out.overrun, "eight bytes for one are enough");
    json_t *root = json_loadb(out.data, out.len, JSON_DECODE_ANY, NULL);
    require(root != NULL, "repaired bytes are JSON");
    require(depth_of(root) <= MEND_DEPTH, "and no deeper than asked");
    json_decref(root);
    buf_done(&out);
}

/* A structured event that is whole stays what it is when its bytes are repaired. */
static void fuzz_mend_whole(const struct event_input *in)
{
    struct buf out;
    struct fault fault;
    uint32_t twice;

    buf_init(&out, 8 * in->value_len + 64);
    event_repair(in->value, in->value_len, EVENT_DEPTH, &out, &twice);
    struct event_input repaired = {
        .value = out.data, .value_len = out.len, .has_value = true};
    if (out.len <= EVENT_RECORD_BYTES) {
        require(event_from_json(&repaired, &second, &fault), "still whole when repaired");
        require(memcmp(&first, &second, sizeof first) == 0, "and the same");
    }
    buf_done(&out);
}

/* Elements lie within the record one after the other; of an array that a parser takes
 * there are as many as it says, and nothing is wrong with the frame. */
static void fuzz_batch(const char *value, size_t len)
{
    struct event_batch batch;
    struct event_input in;
    enum event_fault fault, last = EVENT_FAULT_NONE;
    const char *at = value;
    size_t n = 0;
    json_t *array = memchr(value, '\0', len) ? NULL : json_loadb(value, len, 0, NULL);

    event_batch_open(&batch, value, len, EVENT_SALVAGE_BYTES);
    while (event_batch_next(&batch, &in, &fault)) {
        require(last == EVENT_FAULT_NONE, "the frame's fault is the last word");
        last = fault;
        if (fault != EVENT_FAULT_NONE) {
            require(in.value == value && in.value_len == len, "it is the whole record's");
            continue;
        }
        n++;
        require(in.value >= at && in.value + in.value_len <= value + len,
                "elements follow each other");
        at = in.value + in.value_len;
    }
    require(n > 0 || last != EVENT_FAULT_NONE, "a record leaves something behind");
    if (json_is_array(array)) {
        require(n == json_array_size(array), "an element is an element");
        require((last == EVENT_FAULT_EMPTY) == (n == 0) &&
                    (n == 0 || last == EVENT_FAULT_NONE),
                "nothing is wrong with a good array");
    }
    json_decref(array);
}

static void fuzz_value(const char *s, size_t len)
{
    enum event_fault ignored;
    struct values mem;
    struct value *ours;

    values_init(&mem);
    ours = event_value_parse(&mem, s, len, EVENT_DEPTH);
    if (ours != NULL) {
        json_t *json = event_load(s, len, &ignored);

        require(value_same(ours, event_value_copy(&mem, json)),
                "what the plain reader takes, jansson takes for the same");
        json_decref(json);
    }
    values_done(&mem);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct record_header headers[HEADERS_MAX];
    struct event_input in = {.headers = headers, .has_value = true};
    struct fault fault, again;
    char *copy = malloc(size + 1);
    char *rest = copy;

    memcpy(copy, data, size);
    copy[size] = '\0';
    while (size > 0 && *rest == 'H' && in.n_headers < HEADERS_MAX) {
        char *line = rest + 1, *end = memchr(line, '\n', size - (size_t)(line - copy));
        char *colon = end ? memchr(line, ':', (size_t)(end - line)) : NULL;
        if (colon == NULL || memchr(line, '\0', (size_t)(colon - line)))
            break;
        *colon = '\0';
        headers[in.n_headers++] =
            (struct record_header){line, colon + 1, (size_t)(end - colon - 1)};
        rest = end + 1;
    }
    in.value = rest;
    in.value_len = size - (size_t)(rest - copy);

    bool ok = event_from_json(&in, &first, &fault);
    require_bounded(&first);
    require(ok == (fault.reason[0] == '\0'), "whole, or with a reason");
    if (ok)
        require_whole(&first);
    else
        require_fault(&fault);
    require(event_from_json(&in, &second, &again) == ok &&
                memcmp(&first, &second, sizeof first) == 0 &&
                memcmp(&fault, &again, sizeof fault) == 0,
            "decoding again gives the same");
    fuzz_mend(in.value, in.value_len);
    fuzz_batch(in.value, in.value_len);
    fuzz_value(in.value, in.value_len);
    if (ok && in.n_headers == 0)
        fuzz_mend_whole(&in);
    free(copy);
    return 0;
}
