/* log: the line's form, quoting, levels, and whole lines from many threads. */
#include "base/log.h"
#include "base/log_json.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <regex.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static FILE *caught;
static int kept_fd;
static char *text;

static void setup(void)
{
    caught = tmpfile();
    cr_assert_not_null(caught);
    kept_fd = dup(STDERR_FILENO);
    fflush(stderr);
    /* Appending, as a log file is opened: threads share the offset. */
    dup2(fileno(caught), STDERR_FILENO);
    log_open("unit", LOG_LEVEL_INFO);
}

static void release(void)
{
    dup2(kept_fd, STDERR_FILENO);
    close(kept_fd);
}

static const char *finish(void)
{
    long size;

    release();
    fseek(caught, 0, SEEK_END);
    size = ftell(caught);
    rewind(caught);
    text = calloc(1, (size_t)size + 1);
    cr_assert_eq(fread(text, 1, (size_t)size, caught), (size_t)size);
    return text;
}

static void teardown(void)
{
    fclose(caught);
    free(text);
}

static bool matches(const char *s, const char *pattern)
{
    regex_t re;
    bool yes;

    cr_assert_eq(regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB), 0);
    yes = regexec(&re, s, 0, NULL, 0) == 0;
    regfree(&re);
    return yes;
}

TestSuite(log, .init = setup, .fini = teardown);

#define STAMP                                                                            \
    "^ts=20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9](:[0-5][0-9]){2}\\.[0-9]{6}Z "

Test(log, line_has_its_form)
{
    log_write(LOG_LEVEL_INFO, "batch_committed", "rows=%d lag=%d", 5000, 0);
    finish();
    cr_assert(matches(text, STAMP "level=info prog=unit event=batch_committed rows=5000 "
                                  "lag=0\n$"),
              "%s", text);
}

Test(log, fields_may_be_absent)
{
    log_write(LOG_LEVEL_WARN, "ready", "");
    finish();
    cr_assert(matches(text, STAMP "level=warn prog=unit event=ready\n$"), "%s", text);
}

Test(log, levels_hold_back)
{
    log_write(LOG_LEVEL_DEBUG, "hidden", "a=%d", 1);
    log_open("unit", LOG_LEVEL_ERROR);
    log_write(LOG_LEVEL_WARN, "hidden", "a=%d", 1);
    log_write(LOG_LEVEL_ERROR, "shown", "a=%d", 1);
    finish();
    cr_assert_null(strstr(text, "hidden"));
    cr_assert_not_null(strstr(text, "event=shown"));
}

Test(log, no_field_can_start_a_line)
{
    log_write(LOG_LEVEL_INFO, "x", "v=%s", "a\nts=forged\r\x1b[2J\x7f");
    finish();
    cr_assert_eq(strchr(text, '\n'), text + strlen(text) - 1);
    cr_assert_not_null(strstr(text, "v=a?ts=forged??[2J?\n"));
}

Test(log, too_long_is_cut_not_lost)
{
    char big[5000];

    memset(big, 'x', sizeof(big) - 1);
    big[sizeof(big) - 1] = '\0';
    log_write(LOG_LEVEL_INFO, "big", "v=%s", big);
    log_write(LOG_LEVEL_INFO, big, "v=%d", 1);
    log_write(LOG_LEVEL_INFO, "after", "v=%d", 1);
    finish();
    cr_assert_not_null(strstr(text, "event=big v=xxx"));
    cr_assert(matches(text, "x\nts=[^\n]+x\nts=[^\n]+event=after v=1\n$"));
}

Test(log, err_is_quoted)
{
    struct err e;

    err_set(&e, ERR_RETRY, "PG_DOWN", "no \"server\" at %s", "a\\b");
    log_err(LOG_LEVEL_ERROR, "connect_failed", &e);
    finish();
    cr_assert_not_null(strstr(text, "event=connect_failed kind=retry code=PG_DOWN "
                                    "text=\"no \\\"server\\\" at a\\\\b\"\n"),
                       "%s", text);
}

static void *shout(void *arg)
{
    const char *word = arg;

    for (int i = 0; i < 500; i++)
        log_write(LOG_LEVEL_DEBUG, "shout", "word=%s end=1", word);
    return NULL;
}

Test(log, threads_write_whole_lines)
{
    static char words[4][200];
    pthread_t threads[4];
    size_t lines = 0;

    log_open("unit", LOG_LEVEL_DEBUG); /* which has no limit */
    for (int i = 0; i < 4; i++) {
        memset(words[i], 'a' + i, sizeof(words[i]) - 1);
        cr_assert_eq(pthread_create(&threads[i], NULL, shout, words[i]), 0);
    }
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    finish();
    for (char *rest, *line = strtok_r(text, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        cr_assert(matches(line, STAMP
                          "level=debug prog=unit event=shout word=(a+|b+|c+|d+) end=1$"),
                  "%s", line);
        lines++;
    }
    cr_assert_eq(lines, 2000);
}

static const struct {
    const char *in;
    unsigned long room;
    const char *out;
} quotes[] = {
    {"plain", 64, "plain"},
    {"feed.acme-hosting/0", 64, "feed.acme-hosting/0"},
    {"", 64, "\"\""},
    {"two words", 64, "\"two words\""},
    {"a=b", 64, "\"a=b\""},
    {"say \"x\"", 64, "\"say \\\"x\\\"\""},
    {"back\\slash", 64, "\"back\\\\slash\""},
    {"tab\there", 64, "\"tab?here\""},
    {"nl\n", 64, "\"nl?\""},
    {"del\x7f", 64, "\"del?\""},
    {"caf\xc3\xa9", 64, "caf\xc3\xa9"},
    {"plain", 6, "plain"},
    {"plain", 5, "plai"},
    {"two words", 6, "\"two\""},
    {"\"\"\"\"", 6, "\"\\\"\""},
    {"\"\"\"\"", 7, "\"\\\"\\\"\""},
    {"plain", 3, ""},
    {"plain", 1, ""},
};

Test(log_quote, table)
{
    for (size_t i = 0; i < sizeof(quotes) / sizeof(*quotes); i++) {
        char out[64];

        memset(out, '#', sizeof(out));
        cr_assert_str_eq(log_quote(quotes[i].in, out, quotes[i].room), quotes[i].out,
                         "row %zu", i);
        for (size_t k = quotes[i].room; k < sizeof(out); k++)
            cr_assert_eq(out[k], '#', "row %zu wrote past its room", i);
    }
}

Test(log_level, parses)
{
    enum log_level level = LOG_LEVEL_INFO;

    cr_assert(log_level_parse("debug", &level));
    cr_assert_eq(level, LOG_LEVEL_DEBUG);
    cr_assert(log_level_parse("error", &level));
    cr_assert_eq(level, LOG_LEVEL_ERROR);
    cr_assert_not(log_level_parse("INFO", &level));
    cr_assert_not(log_level_parse("", &level));
    cr_assert_eq(level, LOG_LEVEL_ERROR);
}

/* --- as JSON --- */

static const char *json(const char *line)
{
    static char out[600];

    out[log_json(line, strlen(line), out, sizeof(out) - 1)] = '\0';
    return out;
}

Test(log_json, pairs_become_members)
{
    cr_assert_str_eq(json("a=b n=12 f=-0.5"), "{\"a\":\"b\",\"n\":12,\"f\":-0.5}");
    cr_assert_str_eq(json("t=\"two \\\"words\\\\\" e=\"\" x"),
                     "{\"t\":\"two \\\"words\\\\\",\"e\":\"\",\"x\":\"\"}");
    cr_assert_str_eq(json(""), "{}");
    /* what would be no number to every reader is a string, as what was quoted */
    cr_assert_str_eq(json("a=007 b=1e5 c=- d=1. e=1234567890123456 f=\"5\" g=+1 h=0"),
                     "{\"a\":\"007\",\"b\":\"1e5\",\"c\":\"-\",\"d\":\"1.\","
                     "\"e\":\"1234567890123456\",\"f\":\"5\",\"g\":\"+1\",\"h\":0}");
}

Test(log_json, what_is_no_utf8_or_was_cut_is_still_json)
{
    cr_assert_str_eq(json("a=\xc3\xa9 b=\xc3 c=\xed\xa0\x80 d=\x01"),
                     "{\"a\":\"\xc3\xa9\",\"b\":\"\\ufffd\","
                     "\"c\":\"\\ufffd\\ufffd\\ufffd\",\"d\":\"\\u0001\"}");
    cr_assert_str_eq(json("a=1 t=\"cut \\"), "{\"a\":1,\"t\":\"cut \\\\\"}");
}

Test(log_json, what_does_not_fit_is_left_out_whole)
{
    const char line[] =
        "a=1 long=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
    char out[64];
    const size_t n = log_json(line, sizeof(line) - 1, out, sizeof(out));

    cr_assert_eq(n, 7);
    cr_assert_arr_eq(out, "{\"a\":1}", 7);
}

Test(log, in_json_when_it_was_set)
{
    enum log_format format;

    cr_assert(log_format_parse("json", &format));
    log_format_set(format);
    log_write(LOG_LEVEL_INFO, "hello", "n=%d", 3);
    finish();
    cr_assert_eq(text[0], '{');
    cr_assert_not_null(strstr(text, "\"prog\":\"unit\",\"event\":\"hello\",\"n\":3}\n"));
    cr_assert_not(log_format_parse("xml", &format));
}

Test(log, a_storm_is_cut_and_counted)
{
    size_t lines = 0;

    for (int i = 0; i < LOG_BURST + 7; i++)
        log_write(LOG_LEVEL_WARN, "storm", "i=%d", i);
    log_write(LOG_LEVEL_WARN, "other", "");
    log_close();
    finish();
    for (const char *p = text; (p = strstr(p, "event=storm")) != NULL; p++)
        lines++;
    cr_assert_eq(lines, LOG_BURST);
    cr_assert_not_null(strstr(text, "event=other"));
    cr_assert_not_null(strstr(text, "event=suppressed of=storm lines=7\n"));
}

Test(log, in_the_journal_a_line_has_its_priority)
{
    struct stat stream;
    char name[64];

    fstat(STDERR_FILENO, &stream);
    snprintf(name, sizeof(name), "%ju:%ju", (uintmax_t)stream.st_dev,
             (uintmax_t)stream.st_ino);
    setenv("JOURNAL_STREAM", name, 1);
    log_open("unit", LOG_LEVEL_DEBUG);
    log_write(LOG_LEVEL_ERROR, "a", "");
    log_write(LOG_LEVEL_DEBUG, "b", "");
    finish();
    cr_assert(strncmp(text, "<3>ts=", 6) == 0);
    cr_assert_not_null(strstr(text, "\n<7>ts="));
}

/* Whoever is refused reads it in JSON, which has to be UTF-8. */
Test(log, a_sentence_that_is_cut_stays_text)
{
    char name[400] = "";
    struct err e;

    for (size_t i = 0; i < 130; i++)
        memcpy(name + 3 * i, "\xe2\x82\xac", 4);
    for (size_t skip = 0; skip < 3; skip++) {
        err_set(&e, ERR_INPUT, "X", "%.*s%s", (int)skip, "ab", name);
        cr_expect_eq(strlen(e.text), sizeof(e.text) - 1);
        cr_expect_eq(e.text[skip], '\xe2');
        for (size_t i = skip; i < sizeof(e.text) - 1; i += 3)
            if (i + 3 > sizeof(e.text) - 1)
                cr_expect_eq(strspn(e.text + i, "?"), sizeof(e.text) - 1 - i);
            else
                cr_expect_eq(memcmp(e.text + i, "\xe2\x82\xac", 3), 0);
    }
    err_set(&e, ERR_INPUT, "X", "%.4s, %.5s", name, name);
    cr_expect_str_eq(e.text, "\xe2\x82\xac?, \xe2\x82\xac??");
    err_set(&e, ERR_INPUT, "X", "\xc3\xa9 \xf0\x9f\x98\x80 \xff\xa9");
    cr_expect_str_eq(e.text, "\xc3\xa9 \xf0\x9f\x98\x80 ??");
}
