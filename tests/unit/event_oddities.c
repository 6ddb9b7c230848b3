/*
 * JSON as senders write it, well or badly: each row is a value put into a member that
 * means nothing to us. What RFC 8259 allows cannot refuse the event, wherever it stands
 * (in the value, in binary mode's data, in data_base64, in a batch); what it does not
 * allow refuses it, and the denial holds all the same.
 */
#include "codec/codec.h"
#include "codec/event/event_batch.h"
#include "codec/event/event_load.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

struct oddity {
    const char *bytes;
    size_t len;
    const char *reason; /* NULL: fine */
};

#define FINE(text)                                                                       \
    {                                                                                    \
        text, sizeof(text) - 1, NULL                                                     \
    }
#define FAULT(text, which)                                                               \
    {                                                                                    \
        text, sizeof(text) - 1, which                                                    \
    }

static const struct oddity oddities[] = {
    /* numbers: any size, any exponent */
    FINE("0"), FINE("-0"), FINE("1E+2"), FINE("1e400"), FINE("-1e400"), FINE("1e-400"),
    FINE("0.1e99999"), FINE("123456789012345678901234567890"),
    FINE("-9223372036854775809"), FINE("9223372036854775807"), FINE("1.5"),
    FINE("[1e9999,2,-3e+9999]"), FAULT("01", "NOT_JSON"), FAULT("-01", "NOT_JSON"),
    FAULT("+1", "NOT_JSON"), FAULT("1.", "NOT_JSON"), FAULT(".5", "NOT_JSON"),
    FAULT("1e", "NOT_JSON"), FAULT("1e400e1", "NOT_JSON"), FAULT("--1e400", "NOT_JSON"),
    FAULT("0x1f", "NOT_JSON"), FAULT("1_000", "NOT_JSON"), FAULT("NaN", "NOT_JSON"),
    FAULT("-Infinity", "NOT_JSON"), FAULT("1e400.5", "NOT_JSON"),
    FAULT("01e400", "NOT_JSON"), FAULT("1 000", "NOT_JSON"),
    FAULT("\xef\xbc\x91", "NOT_JSON"), /* a full-width digit */
    /* texts: any escape, whole characters */
    FINE("\"\\ud800\""), FINE("\"\\udc00x\""), FINE("\"\\ud83d\\ud83d\\ude00\""),
    FINE("\"\\uDBFF\\u0041\""), FINE("\"\\ufffe\\uffff\\u0000\""), FINE("\"\\u007f\""),
    FINE("\"\\\\ud800\""), FINE("\"\\\"\\/\\b\\f\\n\\r\\t\""), FINE("\"\xe2\x80\xa8\""),
    FINE("\"\xf4\x8f\xbf\xbf\""), FINE("{\"\\ud800\":1,\"\\ud801\":2}"),
    FINE("{\"\":0,\" \":0,\"\\u0000\":0}"), FAULT("\"\\x41\"", "NOT_JSON"),
    FAULT("\"\\u12\"", "NOT_JSON"), FAULT("\"\\ud800\\u\"", "NOT_JSON"),
    FAULT("\"\\a\"", "NOT_JSON"), FAULT("\"\t\"", "NOT_JSON"),
    FAULT("\"\n\"", "NOT_JSON"), FAULT("'x'", "NOT_JSON"), FAULT("\"\xc3\"", "BAD_UTF8"),
    FAULT("\"\xed\xa0\x80\"", "BAD_UTF8"), FAULT("\"\xc0\xaf\"", "BAD_UTF8"),
    FAULT("\"\xff\"", "BAD_UTF8"), FAULT("\"\0\"", "NUL_CHARACTER"),
    FAULT("1\0", "NUL_CHARACTER"), FAULT("null\0", "NUL_CHARACTER"),
    FAULT("\0 1", "NUL_CHARACTER"),
    /* words, arrays, objects */
    FINE("null"), FINE("true"), FINE("[]"), FINE("{}"), FINE("[ [ ] , { } ]"),
    FINE(" \t\r\n 1 \t\r\n "), FINE("[[[[[[[[[[[[1]]]]]]]]]]]]"),
    FAULT("True", "NOT_JSON"), FAULT("nul", "NOT_JSON"), FAULT("undefined", "NOT_JSON"),
    FAULT("[1,]", "NOT_JSON"), FAULT("[,1]", "NOT_JSON"), FAULT("[1 2]", "NOT_JSON"),
    FAULT("[1]]", "NOT_JSON"), FAULT("{\"a\":}", "NOT_JSON"), FAULT("{a:1}", "NOT_JSON"),
    FAULT("{\"a\" 1}", "NOT_JSON"), FAULT("{1:1}", "NOT_JSON"), FAULT("", "NOT_JSON"),
    FAULT("{\"a\":1,\"a\":1}", "DUPLICATE_KEY"), FAULT("1//c", "NOT_JSON"),
    FAULT("/**/1", "NOT_JSON"), FAULT("\f1", "NOT_JSON"),
    FAULT("\xc2\xa0"
          "1",
          "NOT_JSON"),
    FAULT("\xef\xbb\xbf"
          "1",
          "NOT_JSON"), /* a byte order mark within */
};

#define HEAD                                                                             \
    "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"urn:consent:src:mailing:mta-"    \
    "eu1\",\"type\":\"optout.recorded.v1\",\"time\":\"2026-03-12T09:00:00Z\","
#define DATA "{\"contact\":{\"email\":\"enough@example.com\"},\"x\":"

static struct event event;
static struct fault fault;
static char value[4096];
static size_t value_len;

TestSuite(event_oddities, .init = codec_init);

static void put(const char *s, size_t len)
{
    cr_assert_lt(value_len + len, sizeof(value));
    memcpy(value + value_len, s, len);
    value_len += len;
}

#define PUT(text) put(text, sizeof(text) - 1)

static void expect(bool whole, const struct oddity *o, const char *pointer,
                   const char *how)
{
    cr_expect_eq(whole, o->reason == NULL, "%s, %s: %s", how, o->bytes, fault.reason);
    cr_expect_str_eq(fault.reason, o->reason ? o->reason : "", "%s, %s", how, o->bytes);
    cr_expect_str_eq(fault.pointer, o->reason ? pointer : "", "%s, %s", how, o->bytes);
    cr_expect_str_eq(event.email, "enough@example.com", "%s, %s", how, o->bytes);
}

static bool decode(const struct record_header *headers, size_t n)
{
    const struct event_input in = {value, value_len, true, headers, n};

    return event_from_json(&in, &event, &fault);
}

static void put_event(const struct oddity *o)
{
    PUT(HEAD "\"data\":" DATA);
    put(o->bytes, o->len);
    PUT("}}");
}

static void each(void (*check)(const struct oddity *o))
{
    for (size_t i = 0; i < sizeof(oddities) / sizeof(oddities[0]); i++) {
        value_len = 0;
        check(&oddities[i]);
    }
}

static void in_the_value(const struct oddity *o)
{
    put_event(o);
    expect(decode(NULL, 0), o, "", "structured");
}

Test(event_oddities, in_the_value)
{
    each(in_the_value);
}

static void in_binary_mode(const struct oddity *o)
{
    static const struct record_header headers[] = {
        {"ce_specversion", "1.0", 3},
        {"ce_id", "1", 1},
        {"ce_source", "urn:consent:src:mailing:mta-eu1", 31},
        {"ce_type", "optout.recorded.v1", 18},
        {"ce_time", "2026-03-12T09:00:00Z", 20}};

    PUT(DATA);
    put(o->bytes, o->len);
    PUT("}");
    expect(decode(headers, 5), o, "", "binary");
}

Test(event_oddities, in_binary_mode)
{
    each(in_binary_mode);
}

static void base64(const char *s, size_t len)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < len; i += 3) {
        uint32_t bits = 0;
        char four[4];

        for (size_t k = 0; k < 3; k++)
            bits = bits << 8 | (i + k < len ? (unsigned char)s[i + k] : 0u);
        for (size_t k = 0; k < 4; k++)
            four[k] = i + k > len ? '=' : letters[bits >> (18 - 6 * k) & 63];
        put(four, 4);
    }
}

static void in_base64(const struct oddity *o)
{
    char data[1024];
    size_t len = sizeof(DATA) - 1;

    memcpy(data, DATA, len);
    memcpy(data + len, o->bytes, o->len);
    data[len + o->len] = '}';
    PUT(HEAD "\"data_base64\":\"");
    base64(data, len + o->len + 1);
    PUT("\"}");
    expect(decode(NULL, 0), o, "/data_base64", "base64");
}

Test(event_oddities, in_base64)
{
    each(in_base64);
}

/* Between two good events: those are none the worse for it, unless the array's own
 * brackets, commas and quotation marks no longer tell where an event ends. */
static void in_a_batch(const struct oddity *o)
{
    struct event_batch batch;
    struct event_input in;
    enum event_fault frame;
    size_t n = 0;

    PUT("[" HEAD "\"data\":" DATA "1}} ,\n");
    put_event(o);
    PUT(", " HEAD "\"data\":" DATA "1}} ]");
    event_batch_open(&batch, value, value_len, EVENT_SALVAGE_BYTES);
    while (event_batch_next(&batch, &in, &frame)) {
        const struct oddity good = FINE("1");
        bool whole = event_from_json(&in, &event, &fault);

        cr_expect_eq(frame, EVENT_FAULT_NONE);
        expect(whole, n == 1 ? o : &good, "", "batch");
        n++;
    }
    cr_expect_eq(n, 3, "%s", o->bytes);
}

Test(event_oddities, in_a_batch)
{
    each(in_a_batch);
}

/* --- frames of batches --- */

static void expect_frame(const char *text, const char *elements, enum event_fault frame)
{
    struct event_batch batch;
    struct event_input in;
    enum event_fault found, last = EVENT_FAULT_NONE;
    char got[256] = "";

    event_batch_open(&batch, text, strlen(text), EVENT_SALVAGE_BYTES);
    while (event_batch_next(&batch, &in, &found)) {
        last = found;
        if (found == EVENT_FAULT_NONE)
            snprintf(got + strlen(got), sizeof(got) - strlen(got), "%.*s|",
                     (int)in.value_len, in.value);
        else
            cr_expect(in.value == text && in.value_len == strlen(text));
    }
    cr_expect_str_eq(got, elements, "%s", text);
    cr_expect_eq(last, frame, "%s: %s", text, event_fault_name(last));
}

Test(event_oddities, frames)
{
    expect_frame("[{},{\"a\":[1,{}]}]", "{}|{\"a\":[1,{}]}|", EVENT_FAULT_NONE);
    expect_frame(EVENT_BOM " [ {} ,\t{} ] ", "{}|{}|", EVENT_FAULT_NONE);
    expect_frame("[\"],{\\\"\",1]", "\"],{\\\"\"|1|", EVENT_FAULT_NONE);
    expect_frame("[]", "", EVENT_FAULT_EMPTY);
    expect_frame("[", "|", EVENT_FAULT_NOT_JSON);
    expect_frame("[{}", "{}|", EVENT_FAULT_NOT_JSON);
    expect_frame("[{},", "{}||", EVENT_FAULT_NOT_JSON);
    expect_frame("[{}]x", "{}|", EVENT_FAULT_NOT_JSON);
    expect_frame("[{}},{}]", "{}}|{}|", EVENT_FAULT_NONE);
    expect_frame("{\"a\":1}", "{\"a\":1}|", EVENT_FAULT_NONE);
    /* one a line */
    expect_frame("{\"a\":1}\n{\"}\\\"\":[{}]}\r\n", "{\"a\":1}|{\"}\\\"\":[{}]}|",
                 EVENT_FAULT_NONE);
    expect_frame("{}{}\n\n{\"a\":", "{}|{}|{\"a\":|", EVENT_FAULT_NONE);
    expect_frame("{},{}", "{}|,{}|", EVENT_FAULT_NONE);
    expect_frame("{}]\nx", "{}|]\nx|", EVENT_FAULT_NONE);
    expect_frame("x", "x|", EVENT_FAULT_NONE);
}

Test(event_oddities, more_elements_than_can_be_events)
{
    static char many[2 * EVENT_BATCH_MAX + 4];
    struct event_batch batch;
    struct event_input in;
    enum event_fault frame = EVENT_FAULT_NONE;
    size_t n = 0;

    many[0] = '[';
    for (size_t i = 0; i <= EVENT_BATCH_MAX; i++)
        memcpy(many + 1 + 2 * i, "0,", 2);
    many[2 * EVENT_BATCH_MAX + 2] = ']';
    event_batch_open(&batch, many, 2 * EVENT_BATCH_MAX + 3, EVENT_SALVAGE_BYTES);
    while (event_batch_next(&batch, &in, &frame))
        n += frame == EVENT_FAULT_NONE;
    cr_expect_eq(n, EVENT_BATCH_MAX);
    frame = EVENT_FAULT_NONE;
    event_batch_open(&batch, many, 2 * EVENT_BATCH_MAX + 3, EVENT_SALVAGE_BYTES);
    while (event_batch_next(&batch, &in, &frame) && frame == EVENT_FAULT_NONE)
        ;
    cr_expect_eq(frame, EVENT_FAULT_TOO_LONG);
}
