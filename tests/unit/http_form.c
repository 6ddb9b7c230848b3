/* http_form: forms in both encodings, ranges and entity tags, as text. */
#include "http/form.h"
#include "http/range.h"
#include "http/reply.h"
#include "http/request.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof(*(a)))
#define URL      "application/x-www-form-urlencoded"
#define MULTI    "multipart/form-data; boundary=b"
#define PART     "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\n"

static const struct {
    const char *type, *body, *name, *value; /* NULL: not there */
} forms[] = {
    {URL, "List-Unsubscribe=One-Click", "List-Unsubscribe", "One-Click"},
    {URL "; charset=UTF-8", "a=1&b=x+y%2Bz", "b", "x y+z"},
    {"Application/X-WWW-Form-Urlencoded", "%61=1", "a", "1"},
    {URL, "a=1&a=2", "a", "1"},
    {URL, "a", "a", ""},
    {URL, "a=", "a", ""},
    {URL, "&&a=1&&", "a", "1"},
    {URL, "a=1=2", "a", "1=2"},
    {URL, "aa=1", "a", NULL},
    {URL, "a=%", "a", NULL},
    {URL, "a=%4", "a", NULL},
    {URL, "a=%zz", "a", NULL},
    {URL, "a=%00", "a", NULL},
    {URL, "a=0123456789", "a", "0123456789"},
    {URL, "a=0123456789012345678901234567890", "a", "0123456789012345678901234567890"},
    {URL, "a=01234567890123456789012345678901", "a", NULL},
    {URL, "", "a", NULL},
    {"text/plain", "a=1", "a", NULL},
    {"", "a=1", "a", NULL},
    {URL "x", "a=1", "a", NULL},
    {MULTI, PART "One-Click\r\n--b--\r\n", "List-Unsubscribe", "One-Click"},
    {MULTI, PART "One-Click\r\n--b--", "List-Unsubscribe", "One-Click"},
    {MULTI, "preamble\r\n" PART "v\r\n--b--\r\nepilogue", "List-Unsubscribe", "v"},
    {MULTI, PART "\r\n--b--\r\n", "List-Unsubscribe", ""},
    {MULTI, PART "x\r\ny\r\n--b--\r\n", "List-Unsubscribe", "x\r\ny"},
    {MULTI, PART "v", "List-Unsubscribe", NULL},
    {MULTI, PART "v\r\n--c--", "List-Unsubscribe", NULL},
    {MULTI, PART "v\r\n--b--\r\n", "list-unsubscribe", NULL},
    {MULTI, "--b\r\n\r\nv\r\n" PART "w\r\n--b--", "List-Unsubscribe", "w"},
    {MULTI,
     "--b\r\nContent-Type: text/plain\r\ncontent-disposition: form-data; "
     "filename=\"name=a\"; name=a\r\n\r\nv\r\n--b--",
     "a", "v"},
    {MULTI, "--b\r\nContent-Disposition: form-data; name=\"q\\\"q\"\r\n\r\nv\r\n--b--",
     "q\"q", "v"},
    {MULTI, "--b\r\nContent-Disposition: form-data; name=\"a\r\n\r\nv\r\n--b--", "a",
     NULL},
    {MULTI, "--b--\r\n" PART "v\r\n--b--", "List-Unsubscribe", NULL},
    {MULTI, "--b", "a", NULL},
    {MULTI, "--", "a", NULL},
    {MULTI, "\r\n--b", "a", NULL},
    {MULTI, "--b\r\n\r\n--b--", "a", NULL},
    {"multipart/form-data; boundary=\"b\"", PART "v\r\n--b--", "List-Unsubscribe", "v"},
    {"multipart/form-data; charset=x; boundary=b", PART "v\r\n--b--", "List-Unsubscribe",
     "v"},
    {"multipart/form-data", PART "v\r\n--b--", "List-Unsubscribe", NULL},
    {"multipart/form-data; boundary=", PART "v\r\n--b--", "List-Unsubscribe", NULL},
    {"multipart/form-data; boundary=\"b", PART "v\r\n--b--", "List-Unsubscribe", NULL},
    {"multipart/form-data; "
     "boundary=01234567890123456789012345678901234567890123456789012345678901234567890",
     PART "v\r\n--b--", "List-Unsubscribe", NULL},
    {"multipart/mixed; boundary=b", PART "v\r\n--b--", "List-Unsubscribe", NULL},
};

Test(http_form, values)
{
    for (size_t i = 0; i < COUNT(forms); i++) {
        char value[32] = "untouched";
        bool found = form_value(forms[i].type, forms[i].body, strlen(forms[i].body),
                                forms[i].name, value, sizeof(value));

        cr_assert_eq(found, forms[i].value != NULL, "row %zu", i);
        if (found)
            cr_assert_str_eq(value, forms[i].value, "row %zu", i);
    }
}

Test(http_form, a_nul_is_no_value)
{
    const char multi[] = PART "x\0y\r\n--b--";
    char value[32];

    cr_assert_not(form_value(URL, "a=x\0y", 5, "a", value, sizeof(value)));
    cr_assert_not(form_value(MULTI, multi, sizeof(multi) - 1, "List-Unsubscribe", value,
                             sizeof(value)));
}

static const struct {
    const char *text;
    uint64_t bytes;
    enum http_range what;
    uint64_t first, count;
} ranges[] = {
    {"bytes=0-0", 10, HTTP_RANGE_PART, 0, 1},
    {"bytes=0-9", 10, HTTP_RANGE_PART, 0, 10},
    {"Bytes=5-", 10, HTTP_RANGE_PART, 5, 5},
    {"bytes=5-100", 10, HTTP_RANGE_PART, 5, 5},
    {"bytes=-3", 10, HTTP_RANGE_PART, 7, 3},
    {"bytes=-30", 10, HTTP_RANGE_PART, 0, 10},
    {"bytes=0-99999999999999999999999", 10, HTTP_RANGE_PART, 0, 10},
    {"bytes=10-", 10, HTTP_RANGE_NONE, 0, 0},
    {"bytes=10-20", 10, HTTP_RANGE_NONE, 0, 0},
    {"bytes=99999999999999999999999-", 10, HTTP_RANGE_NONE, 0, 0},
    {"bytes=-0", 10, HTTP_RANGE_NONE, 0, 0},
    {"bytes=0-", 0, HTTP_RANGE_NONE, 0, 0},
    {"bytes=-1", 0, HTTP_RANGE_NONE, 0, 0},
    {"bytes=0-1,4-5", 10, HTTP_RANGE_ALL, 0, 0},
    {"bytes=5-4", 10, HTTP_RANGE_ALL, 0, 0},
    {"bytes=", 10, HTTP_RANGE_ALL, 0, 0},
    {"bytes=-", 10, HTTP_RANGE_ALL, 0, 0},
    {"bytes=5", 10, HTTP_RANGE_ALL, 0, 0},
    {"bytes=+1-2", 10, HTTP_RANGE_ALL, 0, 0},
    {"bytes=0-1x", 10, HTTP_RANGE_ALL, 0, 0},
    {"bytes=-1x", 10, HTTP_RANGE_ALL, 0, 0},
    {"bytes= 0-1", 10, HTTP_RANGE_ALL, 0, 0},
    {"lines=0-1", 10, HTTP_RANGE_ALL, 0, 0},
    {"", 10, HTTP_RANGE_ALL, 0, 0},
};

Test(http_range, table)
{
    for (size_t i = 0; i < COUNT(ranges); i++) {
        uint64_t first = 0, count = 0;

        cr_assert_eq(http_range_parse(ranges[i].text, ranges[i].bytes, &first, &count),
                     ranges[i].what, "row %zu", i);
        cr_assert(first == ranges[i].first && count == ranges[i].count, "row %zu", i);
    }
}

static const struct {
    const char *list, *tag;
    bool listed;
} tags[] = {
    {"\"a\"", "a", true},
    {"W/\"a\"", "a", true},
    {"\"b\", \"a\"", "a", true},
    {"\"b\",W/\"a\"", "a", true},
    {"*", "a", true},
    {" * ", "a", true},
    {"\"ab\"", "a", false},
    {"\"a", "a", false},
    {"a", "a", false},
    {"\"b\" x \"a\"", "a", false},
    {"", "a", false},
    {"*x", "a", false},
    {"*", "", false},
    {"\"\"", "", false},
};

Test(http_range, tags)
{
    for (size_t i = 0; i < COUNT(tags); i++)
        cr_assert_eq(http_tag_listed(tags[i].list, tags[i].tag), tags[i].listed,
                     "row %zu", i);
    cr_assert(http_tag_same("\"a\"", "a"));
    cr_assert_not(http_tag_same("W/\"a\"", "a"));
    cr_assert_not(http_tag_same("\"a\"x", "a"));
    cr_assert_not(http_tag_same("\"\"", ""));
    cr_assert_not(http_tag_same("Mon, 01 Jan 2024 00:00:00 GMT", "a"));
}

Test(http_reply, fields)
{
    struct http_reply reply = {.status = 200};
    char longest[HTTP_FIELD_BYTES + 1];

    memset(longest, 'a', sizeof(longest));
    longest[HTTP_FIELD_BYTES] = '\0';
    cr_assert_not(http_reply_field(&reply, "Link", longest));
    longest[HTTP_FIELD_BYTES - 1] = '\0';
    cr_assert(http_reply_field(&reply, "Link", longest));
    cr_assert_not(http_reply_field(&reply, "Link", "a\r\nSet-Cookie: b"));
    cr_assert_not(http_reply_field(&reply, "Link", "\xc3\xa9"));
    cr_assert(http_reply_field(&reply, "link", "b"));
    cr_assert(reply.n_fields == 1 && strcmp(reply.field[0].value, "b") == 0);
    static const char *const names[] = {"B", "C", "D", "E", "F", "G", "H", "I", "J"};
    for (size_t i = 0; i < COUNT(names); i++)
        cr_assert(http_reply_field(&reply, names[i], "x"));
    cr_assert_not(http_reply_field(&reply, "K", "x"));
    cr_assert(http_reply_field(&reply, "J", "y"));
    cr_assert_not(http_reply_etag(&reply, ""));
    cr_assert_not(http_reply_etag(&reply, "a\"b"));
    cr_assert(http_reply_etag(&reply, "v1-a.b_c:d+e"));
}

Test(http_reply, a_problem_forgets_what_was_there)
{
    struct http_reply reply = {.status = 200};
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

    buf_init(&reply.body, 1000);
    http_reply_file(&reply, fd, 7, "tag", "text/csv");
    http_reply_field(&reply, "Content-Disposition", "attachment");
    http_problem(&reply, 404, "gone", "it \"is\" gone", "/a\\b");
    cr_assert(!reply.has_file && reply.etag[0] == '\0' && reply.n_fields == 0);
    cr_assert_eq(fcntl(fd, F_GETFD), -1, "the file is still open");
    cr_assert_str_eq(reply.body.data,
                     "{\"type\":\"urn:consent:problem:gone\",\"title\":\"Not Found\","
                     "\"status\":404,\"detail\":\"it \\\"is\\\" gone\","
                     "\"pointer\":\"/a\\\\b\"}\n");
    http_reply_done(&reply);
}

/* A number of the query: digits alone, within its ends; what is not given is the preset.
 */
Test(http_form, a_number_of_the_query)
{
    static const struct {
        const char *text;
        int64_t least, most, n; /* n -1: refused */
    } cases[] = {
        {"1", 1, 10, 1},
        {"10", 1, 10, 10},
        {"0", 0, 10, 0},
        {"007", 1, 10, 7},
        {"0", 1, 10, -1},
        {"11", 1, 10, -1},
        {"", 0, 10, -1},
        {"-1", 0, 10, -1},
        {"+1", 0, 10, -1},
        {" 1", 0, 10, -1},
        {"1 ", 0, 10, -1},
        {"1.0", 0, 10, -1},
        {"0x1", 0, 10, -1},
        {"1e1", 0, 10, -1},
        {"999999999999999999", 0, INT64_MAX, 999999999999999999},
        {"1000000000000000000", 0, INT64_MAX, -1},
    };
    struct http_request rq = {.n_arguments = 1, .argument = {{.name = "n"}}};
    struct http_reply reply = {0};
    int64_t n;

    for (size_t i = 0; i < COUNT(cases); i++) {
        snprintf(rq.argument[0].value, sizeof(rq.argument[0].value), "%s", cases[i].text);
        reply.status = 200;
        cr_assert_eq(http_number(&rq, "n", 5, cases[i].least, cases[i].most, &n, &reply),
                     cases[i].n >= 0, "\"%s\"", cases[i].text);
        if (cases[i].n >= 0)
            cr_assert_eq(n, cases[i].n);
        else
            cr_assert_eq(reply.status, 400);
    }
    cr_assert(http_number(&rq, "other", 0, 1, 10, &n, &reply) && n == 0);
    buf_done(&reply.body);
}
