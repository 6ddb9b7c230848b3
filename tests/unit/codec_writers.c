/* What we write is read back by jansson, which we did not write. */
#include "base/when.h"
#include "codec/codec.h"
#include "codec/people/decision_json.h"
#include "codec/lists/entry_json.h"
#include "codec/lists/entry_read.h"
#include "codec/put.h"
#include "codec/event/receipt_json.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdio.h>

static struct buf out;

static void begin(void)
{
    codec_init();
    buf_init(&out, 1 << 20);
}

static void end(void)
{
    buf_done(&out);
}

TestSuite(codec_writers, .init = begin, .fini = end);

static json_t *read_back(void)
{
    json_t *v =
        json_loadb(out.data, out.len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
    cr_assert(v != NULL, "%s", out.data);
    return v;
}

Test(codec_writers, text_survives)
{
    static const char *const rows[] = {
        "",    "plain", "\"quoted\" \\ back", "\x01\x1f\n\r\t\b", "é 𝒳 \xef\xbf\xbd",
        "\x7f"};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        buf_reset(&out);
        put_text(&out, rows[i]);
        json_t *v = read_back();
        cr_expect_str_eq(json_string_value(v), rows[i]);
        json_decref(v);
    }
}

Test(codec_writers, integers_survive)
{
    static const int64_t rows[] = {0, 1, -1, 10, INT64_MAX, INT64_MIN, 65537000, -999};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        buf_reset(&out);
        put_int(&out, rows[i]);
        json_t *v = read_back();
        cr_expect_eq(json_integer_value(v), rows[i]);
        json_decref(v);
    }
}

Test(codec_writers, times_are_those_of_when_format)
{
    static const int64_t rows[] = {0,
                                   1,
                                   -1,
                                   999999,
                                   1000000,
                                   INT64_C(1772446530123000),
                                   INT64_C(951782399999999), /* 2000-02-28 */
                                   INT64_C(951868800000000), /* 2000-02-29 */
                                   INT64_C(253402300799999999),
                                   INT64_C(253402300800000000),
                                   INT64_MAX - 1,
                                   INT64_MIN + 1};
    char text[WHEN_TEXT_BYTES], wanted[WHEN_TEXT_BYTES + 2];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        buf_reset(&out);
        put_time(&out, rows[i]);
        snprintf(wanted, sizeof wanted, "\"%s\"", when_format(rows[i], text));
        cr_expect_str_eq(out.data, wanted);
    }
    buf_reset(&out);
    put_time(&out, WHEN_NEVER);
    put_time(&out, WHEN_ALWAYS);
    cr_expect_str_eq(out.data, "nullnull");
}

Test(codec_writers, entry)
{
    struct entry_text e = {"promotional-email",
                           "b4c9",
                           LIST_SUPPRESSED,
                           REASON_OPTOUT,
                           WHEN_ALWAYS,
                           1772446530123000,
                           2,
                           65537};
    cr_assert(entry_to_json(&e, &out));
    cr_expect_str_eq(
        out.data, "{\"list\":\"promotional-email\",\"token\":\"b4c9\","
                  "\"status\":\"suppressed\",\"reason\":\"OPTOUT\",\"effective_at\":null,"
                  "\"known_at\":\"2026-03-02T10:15:30.123000Z\",\"version\":2,"
                  "\"epoch\":0,\"entry\":65537}");
    e.version += INT64_C(3) << LIST_EPOCH_BITS;
    buf_reset(&out);
    cr_assert(entry_to_json(&e, &out));
    cr_expect_not_null(
        strstr(out.data, "\"version\":3298534883330,\"epoch\":3,\"entry\":65537}"));
    json_decref(read_back());
}

Test(codec_writers, heartbeat)
{
    struct cursor c = {{65536, 0, 7}};
    char key[HEARTBEAT_KEY_BYTES];

    cr_assert(heartbeat_to_json("promotional-email", 1772446530000000, &c, 3, &out));
    cr_expect_str_eq(out.data, "{\"list\":\"promotional-email\",\"status\":\"heartbeat\","
                               "\"at\":\"2026-03-02T10:15:30Z\","
                               "\"version\":\"65536.0.7.0.0.0.0.0.0.0.0.0.0.0.0.0\","
                               "\"epoch\":3}");
    json_decref(read_back());

    struct cursor back;
    int64_t epoch;
    cr_assert(heartbeat_from_json(out.data, out.len, &back, &epoch));
    cr_expect(cursor_equal(&back, &c) && epoch == 3);
    cr_expect(!heartbeat_from_json("{\"status\":\"released\"}", 21, &back, &epoch));
    heartbeat_key(3, key);
    cr_expect_str_eq(key, "heartbeat-3");
    cr_expect(heartbeat_key_is(key, strlen(key)));
    cr_expect_not(heartbeat_key_is("heartbeat-", 10));
    cr_expect_not(heartbeat_key_is("heart", 5));
    cr_expect_not(heartbeat_key_is("b4c9a289323b21a01c3e940f150eb9b8", 32));
}

Test(codec_writers, receipt)
{
    struct receipt_text r = {"a\"b", OUTCOME_QUARANTINED, "BAD_TIME", "/time",
                             7,      1772446530000000};
    cr_assert(receipt_to_json(&r, &out));
    cr_expect_str_eq(out.data,
                     "{\"event_id\":\"a\\\"b\",\"outcome\":\"quarantined\","
                     "\"reason\":\"BAD_TIME\",\"pointer\":\"/time\",\"ledger_id\":7,"
                     "\"known_at\":\"2026-03-02T10:15:30Z\"}");
    json_decref(read_back());

    buf_reset(&out);
    r = (struct receipt_text){"1", OUTCOME_ACCEPTED, "", "", 0, 0};
    cr_assert(receipt_to_json(&r, &out));
    cr_expect_str_eq(out.data,
                     "{\"event_id\":\"1\",\"outcome\":\"accepted\",\"reason\":\"\","
                     "\"known_at\":\"1970-01-01T00:00:00Z\"}");
}

Test(codec_writers, decision_and_trace)
{
    static const struct evidence_name names[] = {
        {7, "0005", "urn:consent:src:mailing:m"}};
    struct decision d = {.verdict = VERDICT_PERMIT,
                         .rule = RULE_P19,
                         .reason = REASON_CONSENT,
                         .obligations = OBLIGATION_OPT_OUT_LINK | OBLIGATION_ART14_NOTICE,
                         .valid_until_us = WHEN_NEVER,
                         .n_evidence = 2,
                         .evidence = {7, 9}};
    struct trace t = {.n = 2,
                      .step = {{.rule = RULE_P1},
                               {.rule = RULE_P19,
                                .decided = true,
                                .reason = REASON_CONSENT,
                                .n_evidence = 1,
                                .evidence = {7}}}};

    cr_assert(decision_to_json(&d, NULL, names, 1, &out));
    cr_expect_str_eq(out.data,
                     "{\"verdict\":\"PERMIT\",\"reason\":\"CONSENT\",\"rule\":\"P19\","
                     "\"obligations\":[\"OPT_OUT_LINK\",\"ART14_NOTICE\"],"
                     "\"evidence\":[{\"ledger_id\":7,\"event_id\":\"0005\","
                     "\"source\":\"urn:consent:src:mailing:m\"},{\"ledger_id\":9}],"
                     "\"valid_until\":null}");

    buf_reset(&out);
    cr_assert(decision_to_json(&d, &t, names, 1, &out));
    json_t *v = read_back();
    json_t *steps = json_object_get(v, "trace");
    cr_expect_eq(json_array_size(steps), 2);
    json_t *last = json_array_get(steps, 1);
    cr_expect_str_eq(json_string_value(json_object_get(last, "rule")), "P19");
    cr_expect_str_eq(json_string_value(json_object_get(last, "source")),
                     rule_source(RULE_P19));
    cr_expect(json_is_true(json_object_get(last, "decided")));
    cr_expect_eq(json_array_size(json_object_get(last, "evidence")), 1);
    last = json_array_get(steps, 0);
    cr_expect_str_eq(json_string_value(json_object_get(last, "reason")), "");
    json_decref(v);
}

Test(codec_writers, a_full_buffer_is_told)
{
    struct buf small;
    struct entry_text e = {"l", "t", LIST_RELEASED, REASON_CONSENT, 0, 0, 1, 0};

    buf_init(&small, 40);
    cr_expect(!entry_to_json(&e, &small));
    buf_done(&small);
}
