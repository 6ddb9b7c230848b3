/* change_json: what a desk asks to be changed is read whole, or refused with a pointer.
 */
#include "codec/register/change_json.h"

#include "base/when.h"

#include <criterion/criterion.h>
#include <string.h>

typedef bool reader(const char *body, size_t len, struct change_asked *ret,
                    struct fault *fault);

#define FILE_OF(members) "{\"files\":[{" members "}]}"

static const struct {
    reader *read;
    const char *body, *reason, *pointer;
} bad[] = {
    {change_register_read, "{", "BAD_JSON", ""},
    {change_register_read, "{\"why\":\"a\",\"why\":\"b\"}", "BAD_JSON", ""},
    {change_register_read, "[]", "BAD_TYPE", ""},
    {change_register_read, "{\"more\":1}", "UNKNOWN_MEMBER", ""},
    {change_register_read, "{}", "MISSING", "/files"},
    {change_register_read, "{\"files\":{}}", "BAD_TYPE", "/files"},
    {change_register_read, "{\"files\":[]}", "BAD_VALUE", "/files"},
    {change_register_read, "{\"files\":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]}", "BAD_VALUE",
     "/files"},
    {change_register_read, "{\"files\":[1]}", "BAD_TYPE", "/files/0"},
    {change_register_read, FILE_OF("\"x\":1"), "UNKNOWN_MEMBER", "/files/0"},
    {change_register_read, FILE_OF("\"text\":\"{}\""), "MISSING", "/files/0/name"},
    {change_register_read, FILE_OF("\"name\":\"a\""), "MISSING", "/files/0/text"},
    {change_register_read, FILE_OF("\"name\":\"a\",\"text\":{}"), "BAD_TYPE",
     "/files/0/text"},
    {change_register_read, FILE_OF("\"name\":\"a\",\"text\":\"\""), "BAD_VALUE",
     "/files/0/text"},
    {change_register_read, "{\"files\":[{\"name\":\"a\",\"text\":\"b\"}],\"why\":1}",
     "BAD_TYPE", "/why"},
    {change_register_read,
     "{\"files\":[{\"name\":\"a\",\"text\":\"b\"}],\"difference\":\"\"}", "BAD_VALUE",
     "/difference"},
    {change_token_read, "{\"note\":\"x\"}", "MISSING", "/source"},
    {change_token_read, "{\"source\":\"x\"}", "MISSING", "/note"},
    {change_token_read, "{\"source\":\"x\",\"note\":\"y\",\"expires\":\"z\"}", "BAD_TIME",
     "/expires"},
    {change_agreement_read, "{}", "MISSING", "/change"},
    {change_agreement_read, "{\"change\":\"ended\",\"files\":[]}", "UNKNOWN_MEMBER", ""},
    {change_agreement_read, "{\"change\":\"ended\",\"at\":\"soon\"}", "BAD_TIME", "/at"},
    {change_agreement_read, "{\"change\":\"ended\",\"at\":7}", "BAD_TYPE", "/at"},
};

Test(change_json, refused)
{
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct change_asked asked;
        struct fault fault = {0};

        cr_expect_not(bad[i].read(bad[i].body, strlen(bad[i].body), &asked, &fault), "%s",
                      bad[i].body);
        cr_expect_str_eq(fault.reason, bad[i].reason, "%s: %s", bad[i].body,
                         fault.reason);
        cr_expect_str_eq(fault.pointer, bad[i].pointer, "%s: %s", bad[i].body,
                         fault.pointer);
        change_asked_done(&asked);
    }
}

Test(change_json, agreement)
{
    static const char body[] =
        "{\"change\":\"breached\",\"at\":\"2026-11-30T00:00:00Z\"}";
    static const char now[] = "{\"change\":\"ended\",\"why\":\"their wish\"}";
    struct change_asked asked;
    struct fault fault;

    cr_assert(change_agreement_read(body, strlen(body), &asked, &fault));
    cr_expect_str_eq(asked.change, "breached");
    cr_expect_eq(asked.at_us, when_day_of(2026, 11, 30) * WHEN_DAY_US);
    cr_expect_null(asked.why);
    change_asked_done(&asked);
    cr_assert(change_agreement_read(now, strlen(now), &asked, &fault));
    cr_expect_eq(asked.at_us, WHEN_NEVER);
    cr_expect_str_eq(asked.why, "their wish");
    change_asked_done(&asked);
}

Test(change_json, files)
{
    static const char body[] = "{\"files\":[{\"name\":\"a.json\",\"text\":\"{}\"},"
                               "{\"name\":\"b\",\"text\":\"12345\"}],"
                               "\"difference\":\"ab\",\"why\":\"since\"}";
    struct change_asked asked;
    struct fault fault;

    cr_assert(change_register_read(body, strlen(body), &asked, &fault));
    cr_expect_eq(asked.n, 2);
    cr_expect_str_eq(asked.files[0].name, "a.json");
    cr_expect_eq(asked.files[1].len, 5);
    cr_expect_str_eq(asked.difference, "ab");
    cr_expect_str_eq(asked.why, "since");
    change_asked_done(&asked);
}
