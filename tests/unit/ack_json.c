/* ack_json: an acknowledgement is read whole, or refused with a pointer. */
#include "codec/lists/ack_json.h"
#include "codec/codec.h"

#include "base/when.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define ZEROS "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0"
#define HASH  "b4c9a289323b21a01c3e940f150eb9b8c542587f1abfd8f0e1cc1ffc5e475514"
#define FOUR  "\"" HASH "\",\"" HASH "\",\"" HASH "\",\"" HASH "\""
#define GOOD  "\"version\":\"" ZEROS "\",\"digest\":\"" HASH "\",\"entries\":3"

static struct ack_text ack;
static struct fault fault;

static bool read(const char *body)
{
    return ack_from_json(body, strlen(body), &ack, &fault);
}

Test(ack_json, good)
{
    cr_assert(read("{" GOOD "}"));
    cr_assert_eq(ack.entries, 3);
    cr_assert_eq(ack.applied_us, WHEN_ALWAYS);
    cr_assert_not(ack.has_buckets);
    cr_assert_eq(ack.digest[0], 0xb4);
    cr_assert_eq(ack.digest[31], 0x14);
    cr_assert(read("{" GOOD ",\"applied_at\":\"2026-03-02T10:15:30Z\",\"buckets\":[" FOUR
                   "," FOUR "," FOUR "," FOUR "]}"));
    cr_assert_eq(ack.applied_us, 1772446530000000);
    cr_assert(ack.has_buckets);
    cr_assert_eq(ack.buckets[15][1], 0xc9);
}

/* A digest in capitals is the same digest. */
Test(ack_json, capitals)
{
    char body[512];

    snprintf(body, sizeof(body), "{%s}", GOOD);
    for (char *c = strstr(body, HASH); *c != '"'; c++)
        if (*c >= 'a')
            *c = (char)(*c - 'a' + 'A');
    cr_assert(read(body));
    cr_assert_eq(ack.digest[1], 0xc9);
}

static const struct {
    const char *body, *reason, *pointer;
} bad[] = {
    {"", "BAD_JSON", ""},
    {"{" GOOD "} x", "BAD_JSON", ""},
    {"{" GOOD ",\"entries\":3}", "BAD_JSON", ""},
    {"[]", "BAD_TYPE", ""},
    {"{}", "MISSING", "/version"},
    {"{\"version\":\"" ZEROS "\",\"digest\":\"" HASH "\"}", "MISSING", "/entries"},
    {"{\"version\":\"" ZEROS "\",\"entries\":3}", "MISSING", "/digest"},
    {"{\"version\":1,\"digest\":\"" HASH "\",\"entries\":3}", "BAD_TYPE", "/version"},
    {"{\"version\":\"1\",\"digest\":\"" HASH "\",\"entries\":3}", "BAD_VALUE",
     "/version"},
    {"{\"version\":\"" ZEROS "\",\"digest\":1,\"entries\":3}", "BAD_TYPE", "/digest"},
    {"{\"version\":\"" ZEROS "\",\"digest\":\"ab\",\"entries\":3}", "BAD_VALUE",
     "/digest"},
    {"{\"version\":\"" ZEROS "\",\"digest\":\"" HASH "\",\"entries\":-1}", "BAD_VALUE",
     "/entries"},
    {"{\"version\":\"" ZEROS "\",\"digest\":\"" HASH "\",\"entries\":1.0}", "BAD_TYPE",
     "/entries"},
    {"{" GOOD ",\"more\":1}", "UNKNOWN_MEMBER", ""},
    {"{" GOOD ",\"applied_at\":5}", "BAD_TYPE", "/applied_at"},
    {"{" GOOD ",\"applied_at\":\"now\"}", "BAD_TIME", "/applied_at"},
    {"{" GOOD ",\"buckets\":{}}", "BAD_TYPE", "/buckets"},
    {"{" GOOD ",\"buckets\":[" FOUR "]}", "BAD_VALUE", "/buckets"},
    {"{" GOOD ",\"buckets\":[" FOUR "," FOUR "," FOUR ",1,2,3,4]}", "BAD_TYPE",
     "/buckets"},
};

Test(ack_json, refusals)
{
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        cr_assert_not(read(bad[i].body), "row %zu", i);
        cr_expect_str_eq(fault.reason, bad[i].reason, "row %zu: %s", i, fault.reason);
        cr_expect_str_eq(fault.pointer, bad[i].pointer, "row %zu: %s", i, fault.pointer);
    }
}

Test(ack_json, too_long)
{
    static char body[5000];

    memset(body, '[', sizeof(body) - 1);
    cr_assert_not(read(body));
    cr_expect_str_eq(fault.reason, "BAD_VALUE");
}
