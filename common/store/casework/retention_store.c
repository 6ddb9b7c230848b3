#include "retention_store.h"

#include "store/keys.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct pg_stmt retention_rules_get = {
    .name = "retention_rules_get",
    .sql =
        "SELECT r.id, r.effective, r.until, coalesce(r.body->>'combine', ''),"
        " coalesce(r.body->>'same_as', ''), coalesce(r.body->>'external', ''),"
        " coalesce(r.body->>'external_when_employee', ''),"
        " coalesce((r.body->>'indefinite')::boolean, false),"
        " coalesce((r.body->>'open_ended')::boolean, false),"
        " coalesce(r.body->>'review_every', ''), coalesce(r.body->>'backup_grace', ''),"
        " coalesce((r.body->>'override_on_request')::boolean, false),"
        " coalesce((r.body->>'any_purpose')::boolean, false),"
        " coalesce((r.body->>'of_customers')::boolean, false),"
        " coalesce((SELECT string_agg(s, ',')"
        "  FROM jsonb_array_elements_text(r.body->'sources') AS t (s)), ''),"
        " coalesce((r.body->>'automatic')::boolean, false)"
        " FROM register_rows($1) r WHERE r.kind = 'retention'"
        " ORDER BY r.id COLLATE \"C\", r.effective",
    .params = "z",
    .columns = "tzzttttoottoooto",
};

static const struct pg_stmt retention_terms_get = {
    .name = "retention_terms_get",
    .sql = "SELECT r.id, r.effective, t.term->>'event', t.term->>'offset',"
           " coalesce(t.term->>'when', '') FROM register_rows($1) r"
           " CROSS JOIN LATERAL jsonb_array_elements(r.body->'terms')"
           "  WITH ORDINALITY AS t (term, place)"
           " WHERE r.kind = 'retention' AND r.body ? 'terms'"
           " ORDER BY r.id COLLATE \"C\", r.effective, t.place",
    .params = "z",
    .columns = "tzttt",
};

/* A purpose that was ever said to be kept under a row is: what was collected for it stays
 * what it is. */
static const struct pg_stmt retention_purposes_get = {
    .name = "retention_purposes_get",
    .sql =
        "SELECT DISTINCT t.rule, n.number::smallint, r.body->>'class'"
        " FROM register_rows($1) r"
        " CROSS JOIN LATERAL jsonb_array_elements_text(r.body->'retention') AS t (rule)"
        " JOIN register_number n ON n.kind = 'purpose' AND n.id = r.id"
        " WHERE r.kind = 'purpose' AND r.body ? 'retention' ORDER BY 1, 2",
    .params = "z",
    .columns = "tst",
};

static const struct pg_stmt anchors_get = {
    .name = "anchors_get",
    .sql =
        "SELECT contact, controller, source_type, known, ledger_id, event, at, reference,"
        " qualified FROM v_anchor WHERE contact = ANY ($1) AND known <= $2"
        " ORDER BY contact, ledger_id",
    .params = "Uz",
    .columns = "usszlttto",
};

const struct pg_stmt *const retention_statements[] = {
    &retention_rules_get, &retention_terms_get, &retention_purposes_get, &anchors_get};
const size_t retention_statements_n =
    sizeof(retention_statements) / sizeof(retention_statements[0]);

/* --- rules --- */

#define COPY(to, row, col) snprintf((to), sizeof(to), "%s", pg_get_text(r, (row), (col)))

static struct when_length length_of(const char *text)
{
    struct when_length length = {0};

    when_parse_length(text, strlen(text), &length);
    return length;
}

static uint32_t sources_of(const char *words)
{
    uint32_t bits = 0;
    char word[64];

    while (*words != '\0') {
        const size_t len = strcspn(words, ",");

        snprintf(word, sizeof(word), "%.*s", (int)(len < 63 ? len : 63), words);
        bits |= 1U << source_type_parse(word);
        words += len + (words[len] == ',');
    }
    return bits;
}

static void rule_read(const struct pg_result *r, int row, struct retention_rule *rule)
{
    COPY(rule->id, row, 0);
    rule->valid = (struct period){pg_get_time(r, row, 1), pg_get_time(r, row, 2)};
    rule->combine = strcmp(pg_get_text(r, row, 3), "max") == 0   ? COMBINE_MAX
                    : strcmp(pg_get_text(r, row, 3), "min") == 0 ? COMBINE_MIN
                                                                 : COMBINE_NONE;
    COPY(rule->same_as, row, 4);
    COPY(rule->external, row, 5);
    COPY(rule->external_when_employee, row, 6);
    rule->indefinite = pg_get_bool(r, row, 7);
    rule->open_ended = pg_get_bool(r, row, 8);
    rule->has_review = pg_get_text(r, row, 9)[0] != '\0';
    rule->review_every = length_of(pg_get_text(r, row, 9));
    rule->backup_grace = length_of(pg_get_text(r, row, 10));
    rule->override_on_request = pg_get_bool(r, row, 11);
    rule->any_purpose = pg_get_bool(r, row, 12);
    rule->of_customers = pg_get_bool(r, row, 13);
    rule->sources = sources_of(pg_get_text(r, row, 14));
    rule->automatic = pg_get_bool(r, row, 15);
}

static bool term_read(const struct pg_result *r, int row, struct retention_rules *rules,
                      struct err *err)
{
    struct retention_term term = {.event = anchor_event_parse(pg_get_text(r, row, 2)),
                                  .offset = length_of(pg_get_text(r, row, 3))};

    COPY(term.offset_text, row, 3);
    for (size_t i = 0; i < rules->n; i++) {
        struct retention_rule *rule = &rules->list[i];

        if (strcmp(rule->id, pg_get_text(r, row, 0)) != 0 ||
            rule->valid.from_us != pg_get_time(r, row, 1))
            continue;
        if (term.event == ANCHOR_NONE || rule->n_terms == RETENTION_TERMS ||
            !retention_term_when(pg_get_text(r, row, 4), &term.when))
            return err_set(err, ERR_CONFIG, "BAD_TERM",
                           "retention \"%s\" has terms that this version cannot compute",
                           rule->id);
        rule->terms[rule->n_terms++] = term;
    }
    return true;
}

static bool purpose_read(const struct pg_result *r, int row,
                         struct retention_rules *rules, struct err *err)
{
    for (size_t i = 0; i < rules->n; i++) {
        struct retention_rule *rule = &rules->list[i];

        if (strcmp(rule->id, pg_get_text(r, row, 0)) != 0)
            continue;
        if (rule->n_purposes == RETENTION_PURPOSES)
            return err_set(err, ERR_CONFIG, "TOO_MANY_PURPOSES",
                           "more than %d purposes are kept under retention \"%s\"",
                           RETENTION_PURPOSES, rule->id);
        rule->purposes[rule->n_purposes] = pg_get_i16(r, row, 1);
        rule->classes[rule->n_purposes++] =
            (uint8_t)purpose_class_parse(pg_get_text(r, row, 2));
    }
    return true;
}

static bool details(struct pg *pg, const struct pg_stmt *stmt, int64_t known_us,
                    bool (*read)(const struct pg_result *, int, struct retention_rules *,
                                 struct err *),
                    struct retention_rules *rules, struct err *err)
{
    struct pg_result *r;
    bool ok = pg_exec_time(pg, stmt, known_us, &r, err);

    if (!ok)
        return false;
    for (int i = 0; ok && i < pg_rows(r); i++)
        ok = read(r, i, rules, err);
    pg_result_free(r);
    return ok;
}

bool retention_rules_load(struct pg *pg, int64_t known_us, struct retention_rules *ret,
                          struct err *err)
{
    struct pg_result *r;

    *ret = (struct retention_rules){0};
    if (!pg_exec_time(pg, &retention_rules_get, known_us, &r, err))
        return false;
    ret->n = (size_t)pg_rows(r);
    ret->list = mem_zalloc(ret->n, sizeof(*ret->list));
    for (size_t i = 0; i < ret->n; i++)
        rule_read(r, (int)i, &ret->list[i]);
    pg_result_free(r);
    if (details(pg, &retention_terms_get, known_us, term_read, ret, err) &&
        details(pg, &retention_purposes_get, known_us, purpose_read, ret, err))
        return true;
    retention_rules_done(ret);
    return false;
}

void retention_rules_done(struct retention_rules *rules)
{
    free(rules->list);
    *rules = (struct retention_rules){0};
}

/* --- anchors --- */

/* A day begins at 00:00 UTC, as everywhere where an agreement's days are meant. */
static int64_t instant_of(const char *text)
{
    int64_t us;
    int32_t day;

    if (when_parse(text, strlen(text), &us) == WHEN_OK)
        return us;
    if (when_parse_day(text, strlen(text), &day) == WHEN_OK)
        return day * WHEN_DAY_US;
    return WHEN_NEVER;
}

static void anchor_read(const struct pg_result *r, int row, struct anchor *a)
{
    memset(a, 0, sizeof(*a));
    a->controller = pg_get_i16(r, row, 1);
    a->source_type = (uint8_t)pg_get_i16(r, row, 2);
    a->known_us = pg_get_time(r, row, 3);
    a->ledger_id = pg_get_i64(r, row, 4);
    a->event = (uint8_t)anchor_event_parse(pg_get_text(r, row, 5));
    a->at_us = instant_of(pg_get_text(r, row, 6));
    COPY(a->reference, row, 7);
    a->qualified = pg_get_bool(r, row, 8);
}

bool anchor_load(struct pg *pg, const struct contact_key *keys, size_t n,
                 int64_t known_us, struct anchor_set *ret, struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;
    int row = 0;

    pg_params_init(&ps);
    keys_put(&ps, keys, n);
    pg_put_time(&ps, known_us);
    if (!pg_run(pg, &anchors_get, &ps, &r, err))
        return false;
    if ((size_t)pg_rows(r) > ret->cap) {
        ret->cap = (size_t)pg_rows(r);
        ret->anchors = mem_resize(ret->anchors, ret->cap, sizeof(*ret->anchors));
    }
    if (n + 1 > ret->first_cap) {
        ret->first_cap = n + 1;
        ret->first = mem_resize(ret->first, ret->first_cap, sizeof(*ret->first));
    }
    for (size_t i = 0; i < n; i++) {
        ret->first[i] = (size_t)row;
        for (; row < pg_rows(r) && memcmp(pg_get_uuid(r, row, 0), keys[i].b, 16) == 0;
             row++)
            anchor_read(r, row, &ret->anchors[row]);
    }
    ret->first[n] = (size_t)row;
    pg_result_free(r);
    return true;
}

void anchor_set_done(struct anchor_set *set)
{
    free(set->anchors);
    free(set->first);
    *set = (struct anchor_set){0};
}
