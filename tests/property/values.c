/*
 * values - the reader of plain JSON agrees with jansson on every input.
 *
 * Where it gives a value, jansson takes the same bytes for the same value; where it gives
 * none, jansson is asked, so nothing can differ. Texts of every kind of JSON and
 * near-JSON, and events, as they are and changed at random: bytes flipped, cut, put in,
 * doubled.
 *
 * PROPERTY_SEED repeats a run; it is printed.
 */
#include "../unit/chance.h"
#include "codec/event/event_json.h"
#include "codec/event/event_load.h"
#include "codec/event/event_value.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define CHANGED     200000

static const char *const plain[] = {
    "{}",
    "[]",
    "\"\"",
    "\"a\"",
    "0",
    "-0",
    "1",
    "-1",
    "123456789012345678",
    "true",
    "false",
    "null",
    " \t\r\n[ ] ",
    "[1,2,3]",
    "[[],[[]]]",
    "{\"a\":1,\"b\":{}}",
    "{\"\":1}",
    "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]",
    "[\"\\u0041\\u00e9\\u20ac\"]",
    "[\"\\ud834\\udd1e\"]",
    "[\"\xc3\xa9\xe2\x82\xac\xf0\x9d\x84\x9e\"]",
    "[\"\x7f\"]",
    "{\"a\":[true,false,null,-12,\"\"]}",
    "\"\xef\xbf\xbf\"",
    "\"\xf4\x8f\xbf\xbf\"",
    "{\"specversion\":\"1.0\",\"id\":\"acme-hosting-000000123\",\"source\":"
    "\"urn:consent:src:reseller:acme-hosting\",\"type\":\"consent.granted.v1\",\"time\":"
    "\"2026-03-01T00:00:00.123456Z\",\"data\":{\"contact\":{\"email\":"
    "\"person7@host7.example\",\"country\":\"DE\"},\"controllers\":[\"sectigo-limited\"],"
    "\"scope\":[{\"purpose\":\"marketing.promotional\",\"channels\":[\"email\"]}],"
    "\"consent\":{\"statement\":\"Ja, gerne \xc3\xbc"
    "ber \\\"alles\\\"\","
    "\"bundled\":false},\"provenance\":{\"warranty\":{\"asserted\":true}}}}",
};

/* Right or wrong, but nothing that the plain reader may take. */
static const char *const odd[] = {
    "",
    " ",
    "{",
    "}",
    "[",
    "]",
    "[1,]",
    "[,1]",
    "[1 2]",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\":1,}",
    "{a:1}",
    "{'a':1}",
    "{\"a\":1,\"a\":2}",
    "{\"a\":1,\"\\u0061\":2}",
    "[1][2]",
    "[1]x",
    "{} {}",
    "\"",
    "\"a",
    "\"\\\"",
    "\"\\x\"",
    "\"\\u\"",
    "\"\\u12\"",
    "\"\\u123g\"",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "\"\\udc00\"",
    "\"\\ud800\\u0041\"",
    "\"\\ud800x\"",
    "\"\n\"",
    "\"\t\"",
    "\"\x01\"",
    "\"\x80\"",
    "\"\xc0\xaf\"",
    "\"\xe0\x80\x80\"",
    "\"\xed\xa0\x80\"",
    "\"\xf5\x80\x80\x80\"",
    "\"\xf4\x90\x80\x80\"",
    "\"\xe2\x82\"",
    "\"\xc3",
    "01",
    "-",
    "-01",
    "+1",
    "1.",
    ".5",
    "1.5",
    "1e5",
    "1E+2",
    "1e",
    "-1.0",
    "0.0",
    "1234567890123456789",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    "1a",
    "0x10",
    "tru",
    "truex",
    "TRUE",
    "nul",
    "NaN",
    "Infinity",
    "-Infinity",
    "[true\"a\"]",
    "[1\"a\"]",
    "// a\n1",
    "/* */1",
    "\xef\xbb\xbf{}",
    "\xfe\xff",
    "\f1",
    "\xc2\xa0"
    "1",
    "[1;2]",
    "{\"a\":1;}",
    "[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]",
};

static uint64_t seed_of_run(void)
{
    const char *given = getenv("PROPERTY_SEED");
    uint64_t seed =
        given ? strtoull(given, NULL, 0) : (uint64_t)time(NULL) * UINT64_C(0x9e3779b9);

    printf("values: PROPERTY_SEED=%" PRIu64 "\n", seed);
    return seed;
}

/* True: the plain reader took it. */
static bool agree(const char *s, size_t len)
{
    enum event_fault fault;
    struct values mem;
    struct value *ours;
    bool ret;

    values_init(&mem);
    ours = event_value_parse(&mem, s, len, EVENT_DEPTH);
    ret = ours != NULL;
    if (ret) {
        json_t *json = event_load(s, len, &fault);

        cr_assert_not_null(json, "jansson refuses what we took: %.*s", (int)len, s);
        cr_assert(value_same(ours, event_value_copy(&mem, json)),
                  "jansson reads something else: %.*s", (int)len, s);
        json_decref(json);
    }
    values_done(&mem);
    return ret;
}

Test(values, plain_and_odd)
{
    for (size_t i = 0; i < COUNT(plain); i++)
        cr_assert(agree(plain[i], strlen(plain[i])), "not taken: %s", plain[i]);
    for (size_t i = 0; i < COUNT(odd); i++)
        cr_assert_not(agree(odd[i], strlen(odd[i])), "taken: %s", odd[i]);
    cr_assert_not(agree("1\0", 2), "a NUL behind it");
    cr_assert_not(agree("\"a\0b\"", 5), "a NUL within");
}

static void splice(char *text, size_t *len, size_t cap, size_t at, const char *s,
                   size_t n)
{
    if (*len + n > cap)
        return;
    memmove(text + at + n, text + at, *len - at);
    memcpy(text + at, s, n);
    *len += n;
}

static void change(uint64_t *state, char *text, size_t *len, size_t cap)
{
    static const char bits[] =
        "{}[]:,\"\\0123456789-+.eEutfn/ \t\n\x01\x7f\x80\xc3\xe2\xf0";
    const char *word;
    char copy[64];
    size_t at = *len > 0 ? chance_next(state) % *len : 0, n;

    switch (*len > 0 ? chance_next(state) % 6 : 4) {
    case 0: text[at] = (char)chance_next(state); break;
    case 1: text[at] = bits[chance_next(state) % (sizeof(bits) - 1)]; break;
    case 2: *len = at; break;
    case 3:
        n = chance_next(state) % sizeof(copy);
        n = n < *len - at ? n : *len - at;
        memcpy(copy, text + at, n);
        splice(text, len, cap, chance_next(state) % *len, copy, n);
        break;
    case 4:
        word = chance_next(state) % 2 ? odd[chance_next(state) % COUNT(odd)]
                                      : plain[chance_next(state) % (COUNT(plain) - 1)];
        splice(text, len, cap, at, word, strlen(word));
        break;
    default:
        n = 1 + chance_next(state) % 4;
        n = n < *len - at ? n : *len - at;
        memmove(text + at, text + at + n, *len - at - n);
        *len -= n;
    }
}

Test(values, changed_at_random)
{
    uint64_t state = seed_of_run();
    int taken = 0;

    for (int i = 0; i < CHANGED; i++) {
        const char *from = plain[chance_next(&state) % COUNT(plain)];
        char text[2048];
        size_t len = strlen(from);

        memcpy(text, from, len);
        for (uint64_t n = 1 + chance_next(&state) % 4; n > 0; n--)
            change(&state, text, &len, sizeof(text));
        taken += agree(text, len);
    }
    cr_assert_gt(taken, CHANGED / 20, "most of it says nothing: %d", taken);
}

/* More than what has room without an allocation, and more members than it looks through.
 */
Test(values, large)
{
    static char text[60000];
    size_t len = 0;

    text[len++] = '[';
    for (int i = 0; i < 5000; i++)
        len +=
            (size_t)snprintf(text + len, sizeof(text) - len, "%s\"%d\"", i ? "," : "", i);
    text[len++] = ']';
    cr_assert(agree(text, len));
    len = 0;
    text[len++] = '{';
    for (int i = 0; i < 64; i++)
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s\"%d\":1",
                                i ? "," : "", i);
    text[len++] = '}';
    cr_assert(agree(text, len));
    len--;
    len += (size_t)snprintf(text + len, sizeof(text) - len, ",\"x\":1}");
    cr_assert_not(agree(text, len));
}
