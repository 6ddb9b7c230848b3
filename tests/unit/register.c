/*
 * register: the shipped register stands, and each of tests/golden/register/bad is refused
 * with its own sentence, laid upon the shipped one.
 */
#include "codec/register/register_json.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BAD      "tests/golden/register/bad"
#define GOOD     "tests/golden/register/good"
#define BAD_MOST 200

static char *slurp(const char *path, size_t *ret_len)
{
    FILE *f = fopen(path, "rb");
    char *data = calloc(1, 1 << 20);

    cr_assert_not_null(f, "cannot read %s", path);
    *ret_len = fread(data, 1, (1 << 20) - 1, f);
    fclose(f);
    return data;
}

static bool add(struct register_set *set, const char *dir, const char *file,
                struct err *err)
{
    char path[512];
    size_t len;
    char *text;
    bool ok;

    snprintf(path, sizeof(path), "%s/%s", dir, file);
    text = slurp(path, &len);
    ok = register_parse_file(file, text, len, set, NULL, err);
    free(text);
    return ok;
}

static void shipped(struct register_set *set)
{
    struct err err = {0};

    register_set_init(set);
    cr_assert(add(set, "schemas/register", "sectigo.json", &err), "%s", err.text);
    cr_assert(add(set, "schemas/register", "demo.json", &err), "%s", err.text);
}

Test(register, the_shipped_one_stands)
{
    struct register_set set;
    struct err err = {0};

    shipped(&set);
    cr_assert(register_check(set.entries, set.n, &err), "%s", err.text);
    cr_assert_gt(set.n, 100);
    register_set_done(&set);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

static size_t files_of(const char *dir, char names[BAD_MOST][128])
{
    DIR *d = opendir(dir);
    struct dirent *entry;
    size_t n = 0;

    cr_assert_not_null(d);
    while ((entry = readdir(d)) != NULL) {
        const char *dot = strrchr(entry->d_name, '.');

        if (dot == NULL || strcmp(dot, ".json") != 0)
            continue;
        cr_assert_lt(n, BAD_MOST);
        snprintf(names[n++], sizeof(names[0]), "%.127s", entry->d_name);
    }
    closedir(d);
    qsort(names, n, sizeof(names[0]), by_name);
    return n;
}

/* What the file is refused with; empty when it is not. */
static void refusal(const char *file, struct err *err)
{
    struct register_set set;

    memset(err, 0, sizeof(*err));
    shipped(&set);
    if (add(&set, BAD, file, err))
        register_check(set.entries, set.n, err);
    register_set_done(&set);
}

static void expected(const char *file, char sentence[352])
{
    char path[512];
    size_t len;
    char *text;

    snprintf(path, sizeof(path), "%s/%.*s.expect", BAD, (int)strlen(file) - 5, file);
    text = slurp(path, &len);
    snprintf(sentence, 352, "%.*s", (int)strcspn(text, "\n"), text);
    free(text);
}

Test(register, each_bad_one_is_refused_with_its_own_sentence)
{
    static char names[BAD_MOST][128];
    static char seen[BAD_MOST][352];
    const size_t n = files_of(BAD, names);

    cr_assert_geq(n, 30);
    for (size_t i = 0; i < n; i++) {
        struct err err;

        refusal(names[i], &err);
        expected(names[i], seen[i]);
        cr_expect_eq(err.kind, ERR_INPUT, "%s is accepted", names[i]);
        cr_expect_str_eq(err.text, seen[i], "%s: %s", names[i], err.text);
        for (size_t k = 0; k < i; k++)
            cr_expect_str_neq(seen[k], seen[i], "%s and %s", names[k], names[i]);
    }
}

Test(register, each_good_one_is_accepted)
{
    static char names[BAD_MOST][128];
    const size_t n = files_of(GOOD, names);

    cr_assert_geq(n, 3);
    for (size_t i = 0; i < n; i++) {
        struct register_set set;
        struct err err = {0};

        shipped(&set);
        cr_assert(add(&set, GOOD, names[i], &err), "%s: %s", names[i], err.text);
        cr_expect(register_check(set.entries, set.n, &err), "%s: %s", names[i], err.text);
        register_set_done(&set);
    }
}

/* Two defaults one after the other; beside the shipped default there is no room for it.
 */
Test(register, a_default_may_follow_another)
{
    static const char text[] =
        "{\"register\":\"r\",\"controllers\":["
        "{\"id\":\"a\",\"name\":\"A\",\"country\":\"GB\",\"default\":true,"
        "\"until\":\"2026-01-01\"},"
        "{\"id\":\"b\",\"name\":\"B\",\"country\":\"GB\",\"default\":true,"
        "\"from\":\"2026-01-01\"}]}";
    struct register_set set;
    struct err err = {0};

    register_set_init(&set);
    cr_assert(register_parse_file("r", text, sizeof(text) - 1, &set, NULL, &err), "%s",
              err.text);
    cr_expect(register_check(set.entries, set.n, &err), "%s", err.text);
    register_set_done(&set);
}

/* n of them laid upon the shipped ones, the first with a second date. */
static bool with_lists(int n, struct err *err)
{
    static const char list[] =
        "{\"id\":\"more-%d\",%s\"title\":\"More\",\"controller\":\"sectigo-limited\","
        "\"purpose\":\"*promotional\",\"channel\":\"email\",\"polarity\":\"deny\","
        "\"recipient\":\"mta-eu1\",\"profile\":\"sha256-hex\"}";
    struct register_set set;
    enum { BYTES = 1 << 20 };
    char *text = calloc(1, BYTES);
    int at = snprintf(text, BYTES, "{\"register\":\"more\",\"lists\":[");
    bool ok;

    at += snprintf(text + at, (size_t)(BYTES - at), list, 0, "\"from\":\"2030-01-01\",");
    for (int i = 0; i < n; i++) {
        text[at++] = ',';
        at += snprintf(text + at, (size_t)(BYTES - at), list, i, "");
    }
    at += snprintf(text + at, (size_t)(BYTES - at), "]}");
    shipped(&set);
    cr_assert(register_parse_file("more", text, (size_t)at, &set, NULL, err), "%s",
              err->text);
    ok = register_check(set.entries, set.n, err);
    register_set_done(&set);
    free(text);
    return ok;
}

/* The shipped registers have five. */
Test(register, there_are_only_so_many_lists)
{
    struct err err = {0};

    cr_expect(with_lists(REGISTER_LISTS_MAX - 5, &err), "%s", err.text);
    cr_expect_not(with_lists(REGISTER_LISTS_MAX - 4, &err));
    cr_expect_str_eq(err.code, "TOO_MANY_LISTS");
}

/* Entries of sound shape have values; these are not, and nothing is read past them. */
Test(register, values_that_are_not_there)
{
    struct register_value values[] = {
        {.rule = register_rule_find(REGISTER_AGREEMENT, "terminated")},
        {.rule = register_rule_find(REGISTER_AGREEMENT, "breach_from"),
         .n = 1,
         .text = (char *[]){"soon"}},
    };
    struct register_entry e = {.kind = REGISTER_AGREEMENT, .n_values = 2};

    memcpy(e.values, values, sizeof(values));
    cr_expect_null(register_text(&e, "terminated"));
    cr_expect_eq(register_time(&e, "terminated", 7), 7);
    cr_expect_eq(register_time(&e, "breach_from", 8), 8);
    cr_expect_eq(register_time(&e, "party", 9), 9);
}

/* A body goes into the database and comes back as the same entry. */
Test(register, a_body_read_back_is_the_same_body)
{
    struct register_set set;
    struct register_set back;
    struct err err = {0};

    shipped(&set);
    register_set_init(&back);
    for (size_t i = 0; i < set.n; i++) {
        const struct register_entry *e = &set.entries[i];

        cr_assert(register_parse_body(e->kind, e->id, e->origin, e->valid.from_us,
                                      e->body, &back, &err),
                  "%s: %s", e->id, err.text);
        cr_expect_str_eq(back.entries[i].body, e->body);
        cr_expect_eq(back.entries[i].valid.from_us, e->valid.from_us);
        cr_expect_eq(back.entries[i].valid.until_us, e->valid.until_us);
        cr_expect_eq(back.entries[i].n_values, e->n_values);
    }
    register_set_done(&set);
    register_set_done(&back);
}

Test(register, differences_are_told_by_field)
{
    struct buf out;

    buf_init(&out, 1000);
    register_body_diff("{\"a\":\"1\",\"b\":true,\"c\":\"x\"}",
                       "{\"a\":\"2\",\"b\":true,\"d\":[1]}", &out);
    cr_expect_str_eq(out.data, "a: 1 -> 2, c: x -> (none), d: (none) -> [1]");
    buf_done(&out);
    cr_expect_eq(register_body_until("{}"), WHEN_NEVER);
    cr_expect_eq(register_body_until("{\"until\":\"2026-01-01T00:00:00Z\"}"),
                 INT64_C(1767225600000000));
}

Test(register, words_of_the_grammar_are_words_of_the_domain)
{
    for (size_t i = 0; i < register_rules_n; i++) {
        const struct register_rule *r = &register_rules[i];
        char words[512];
        char *at = words;
        char *word;

        if (r->type != FIELD_WORD)
            continue;
        snprintf(words, sizeof(words), "%s", r->of);
        while ((word = strsep(&at, "|")) != NULL) {
            if (strcmp(r->name, "class") == 0)
                cr_expect_neq(purpose_class_parse(word), 0, "%s", word);
            if (strcmp(r->name, "type") == 0)
                cr_expect_neq(source_type_parse(word), 0, "%s", word);
            if (strcmp(r->name, "channel") == 0)
                cr_expect_neq(channel_parse(word), 0, "%s", word);
            if (strcmp(r->name, "profile") == 0)
                cr_expect_neq(token_profile_parse(word), 0, "%s", word);
        }
    }
    for (int t = 1; t <= SOURCE_EMPLOYER; t++)
        cr_expect_not_null(strstr(register_rule_find(REGISTER_SOURCE, "type")->of,
                                  source_type_name((enum source_type)t)));
}
