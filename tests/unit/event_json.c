/*
 * The event decoder against tests/golden/events (each NAME.json decodes to NAME.expect; a
 * new case needs no C: `build/debug/tools/event_text NAME.json > NAME.expect`, and read
 * it), the example events, and records too large or too odd for a file.
 */
#include "../golden/events/event_text.h"
#include "codec/codec.h"
#include "codec/event/event_repair.h"

#include <criterion/criterion.h>
#include <glob.h>
#include <jansson.h>

static struct event event;
static struct fault fault;

TestSuite(event_json, .init = codec_init);

static bool decode(const char *value, size_t len)
{
    struct event_input in = {
        .value = value, .value_len = len, .has_value = value != NULL};
    return event_from_json(&in, &event, &fault);
}

static void expect_fault(const char *reason, const char *pointer, const char *what)
{
    cr_expect_str_eq(fault.reason, reason, "%s: %s", what, fault.reason);
    cr_expect_str_eq(fault.pointer, pointer, "%s: %s", what, fault.pointer);
}

static size_t check_folder(const char *pattern, bool whole)
{
    glob_t found;
    struct buf text;

    cr_assert_eq(glob(pattern, 0, NULL, &found), 0, "no %s", pattern);
    buf_init(&text, 1 << 20);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *path = found.gl_pathv[i];
        char expect[512];
        size_t len;

        buf_reset(&text);
        cr_assert(event_file_text(path, &text));
        snprintf(expect, sizeof expect, "%.*s.expect", (int)(strlen(path) - 5), path);
        char *wanted = file_read(expect, &len);
        cr_assert(wanted != NULL, "%s is missing", expect);
        cr_expect_str_eq(text.data, wanted, "%s\n--- got\n%s--- wanted\n%s", path,
                         text.data, wanted);
        cr_expect_eq(strncmp(text.data, "fault ", 6) != 0, whole, "%s", path);
        free(wanted);
    }
    buf_done(&text);
    size_t n = found.gl_pathc;
    globfree(&found);
    return n;
}

Test(event_json, golden_valid)
{
    cr_expect_geq(check_folder("tests/golden/events/valid/*.json", true), 14);
}

Test(event_json, golden_bad)
{
    cr_expect_geq(check_folder("tests/golden/events/bad/*.json", false), 60);
}

Test(event_json, examples_are_whole)
{
    FILE *f = fopen("schemas/examples/events.jsonl", "r");
    char *line = NULL;
    size_t cap = 0;
    int n = 0;

    cr_assert(f != NULL);
    for (ssize_t len; (len = getline(&line, &cap, f)) > 0; n++)
        cr_expect(decode(line, (size_t)len), "line %d: %s %s", n + 1, fault.reason,
                  fault.pointer);
    cr_expect_eq(n, 12);
    free(line);
    fclose(f);
}

Test(event_json, no_bytes)
{
    cr_expect(!decode(NULL, 0));
    expect_fault("TOMBSTONE", "", "null value");
    cr_expect(!decode("", 0));
    expect_fault("EMPTY", "", "no bytes");
}

#define DENIAL                                                                           \
    "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"urn:consent:src:mailing:mta-"    \
    "eu1\","                                                                             \
    "\"type\":\"optout.recorded.v1\",\"time\":\"2026-03-12T09:00:00Z\",\"data\":{"       \
    "\"contact\":{\"email\":\"enough@example.com\"}"

/* A denial of exactly len bytes, padded within its data. */
static char *padded(size_t len)
{
    static const char head[] = DENIAL ",\"pad\":\"", tail[] = "\"}}";
    char *s = malloc(len + 1);
    memset(s, 'x', len);
    memcpy(s, head, sizeof head - 1);
    memcpy(s + len - (sizeof tail - 1), tail, sizeof tail);
    return s;
}

Test(event_json, sizes)
{
    static const struct {
        size_t bytes;
        bool ok;
        bool salvaged;
    } rows[] = {{EVENT_RECORD_BYTES, true, true},
                {EVENT_RECORD_BYTES + 1, false, true},
                {EVENT_SALVAGE_BYTES, false, true},
                {EVENT_SALVAGE_BYTES + 1, false, false}};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *s = padded(rows[i].bytes);
        cr_expect_eq(decode(s, rows[i].bytes), rows[i].ok, "%zu", rows[i].bytes);
        expect_fault(rows[i].ok ? "" : "TOO_LARGE", "", "size");
        cr_expect_str_eq(event.email, rows[i].salvaged ? "enough@example.com" : "");
        free(s);
    }
}

/* depth arrays inside data, which is inside the event. */
static void decode_deep(size_t depth, bool closed)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_add_str(&b, DENIAL ",\"deep\":");
    for (size_t i = 0; i < depth; i++)
        buf_add_str(&b, i % 2 ? "{\"a\":" : "[");
    buf_add_str(&b, "1");
    for (size_t i = depth; closed && i-- > 0;)
        buf_add_str(&b, i % 2 ? "}" : "]");
    buf_add_str(&b, closed ? "}}" : "");
    decode(b.data, b.len);
    buf_done(&b);
}

Test(event_json, depths)
{
    decode_deep(14, true);
    expect_fault("", "", "16 in all");
    decode_deep(15, true);
    expect_fault("TOO_DEEP", "", "17 in all");
    cr_expect_str_eq(event.email, "enough@example.com");
    decode_deep(10000, true);
    expect_fault("TOO_DEEP", "", "a bomb");
    cr_expect_str_eq(event.email, "enough@example.com");
    decode_deep(20000, false);
    expect_fault("TOO_DEEP", "", "a bomb that never closes");
    cr_expect_str_eq(event.email, "enough@example.com");
    cr_expect_eq(event.type, EVENT_OPTOUT_RECORDED);
}

Test(event_json, header_limits)
{
    /* attributes count towards the record in binary mode */
    size_t len = EVENT_RECORD_BYTES - 8;
    char *s = malloc(len + 1);
    memset(s, ' ', len);
    memcpy(s, "{}", 2);
    struct record_header h[] = {{"ce_type", "optout.recorded.v1", 18}};
    struct event_input in = {
        .value = s, .value_len = len, .has_value = true, .headers = h, .n_headers = 1};
    cr_expect(!event_from_json(&in, &event, &fault));
    expect_fault("TOO_LARGE", "", "with its attributes");
    free(s);
}

Test(event_json, headers_of_no_text)
{
    struct record_header h[] = {{"ce_specversion", "1.0", 3},
                                {"CE_Type", "optout.recorded.v1", 18},
                                {"ce_id", "\xff\xfe", 2},
                                {"ce_source", "a\0b", 3},
                                {"ce_time", NULL, 0},
                                {"ce_", "x", 1},
                                {"ce_averyveryveryveryveryverylongname", "x", 1},
                                {"ce_data", "x", 1},
                                {"unrelated", "x", 1}};
    static const char value[] = "{\"contact\":{\"email\":\"enough@example.com\"}}";
    struct event_input in = {.value = value,
                             .value_len = sizeof value - 1,
                             .has_value = true,
                             .headers = h,
                             .n_headers = sizeof h / sizeof h[0]};
    cr_expect(!event_from_json(&in, &event, &fault));
    expect_fault("BAD_UTF8", "/id", "first fault");
    cr_expect_eq(event.type, EVENT_OPTOUT_RECORDED);
    cr_expect_str_eq(event.email, "enough@example.com");
    cr_expect_str_eq(event.source, "");
}

Test(event_json, repaired_is_always_json)
{
    /* every truncation, and every single byte changed, of a denial with all kinds of text
     */
    static const char whole[] = DENIAL
        ",\"n\":[1,-2,3.5,true,false,null,{}],\"s\":\"\\u00e9\\ud83d\\ude00\xc3\xa9"
        "\\\"\\\\\",\"scope\":[{\"purpose\":\"*\"}]}}";
    static const char bytes[] = {'"', '\\', '{', '}', '[', ']', ',',    ':',
                                 'u', '0',  'x', ' ', 0,   1,   '\x80', '\xff'};
    size_t len = sizeof whole - 1;
    struct buf out;
    uint32_t twice;

    buf_init(&out, 8 * sizeof whole + 64);
    for (size_t i = 0; i < len; i++) {
        for (size_t k = 0; k <= sizeof bytes; k++) {
            char s[sizeof whole];
            memcpy(s, whole, sizeof whole);
            if (k < sizeof bytes)
                s[i] = bytes[k];
            buf_reset(&out);
            event_repair(s, k < sizeof bytes ? len : i, EVENT_DEPTH, &out, &twice);
            json_t *root = json_loadb(out.data, out.len, JSON_DECODE_ANY, NULL);
            cr_expect(root != NULL && !out.overrun, "at %zu: %s", i, out.data);
            json_decref(root);
        }
    }
    buf_done(&out);
}

Test(event_json, every_reason_has_a_name)
{
    cr_expect_str_eq(event_fault_name(EVENT_FAULT_NONE), "");
#define X(id) cr_expect_str_eq(event_fault_name(EVENT_FAULT_##id), #id);
    EVENT_FAULTS(X)
#undef X
}
