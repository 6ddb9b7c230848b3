#include "rights_store.h"

#include "base/mem.h"
#include "store/keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct pg_stmt rights_events_get = {
    .name = "rights_events_get",
    .sql =
        "WITH k AS MATERIALIZED (SELECT r.id, r.body->>'country' AS country,"
        "  coalesce((r.body->>'default')::boolean, false) AS preset"
        "  FROM register_rows('infinity') r WHERE r.kind = 'controller'"
        "   AND now() >= r.effective AND now() < r.until),"
        " w AS MATERIALIZED (SELECT r.id, r.body->>'controller' AS controller"
        "  FROM register_rows('infinity') r WHERE r.kind = 'website'"
        "   AND now() >= r.effective AND now() < r.until)"
        " SELECT v.request_id, v.event_id, v.ledger_id, v.known, v.at, v.request, "
        "v.source,"
        " v.kinds, v.received, v.outcome, coalesce(n.number, CASE v.about WHEN '' THEN 0"
        "  ELSE -1 END), v.refusal, v.has_reason, v.notified, v.processor, v.customer,"
        " v.country, coalesce((SELECT string_agg(DISTINCT k.country, ' ') FROM k"
        "   WHERE CASE jsonb_typeof(v.controllers) WHEN 'array'"
        "         THEN v.controllers ? k.id OR v.controllers ? '*'"
        "         ELSE k.id IN (SELECT w.controller FROM w WHERE v.website = w.id"
        "                       OR v.website LIKE '%.' || w.id) END),"
        "  (SELECT k.country FROM k WHERE k.preset LIMIT 1), '')"
        " FROM v_rights_event v"
        " LEFT JOIN register_number n ON n.kind = 'source' AND n.id = v.about"
        " WHERE ($1::text IS NULL OR v.request_id = $1) AND v.known <= $2"
        " ORDER BY v.request_id COLLATE \"C\", v.ledger_id",
    .params = "tz",
    .columns = "ttlzzoitttitotottt",
};

static const struct pg_stmt rights_asked_get = {
    .name = "rights_asked_get",
    .sql =
        "SELECT jsonb_strip_nulls(jsonb_build_object('contact', d->'contact',"
        "  'controllers', d->'controllers', 'website', d->'website', 'scope', d->'scope',"
        "  'role', d->'role', 'customer_id', d->'customer_id')),"
        " coalesce((SELECT r.body->>'country' FROM register_rows('infinity') r"
        "  WHERE r.kind = 'controller' AND r.id = d->'controllers'->>0"
        "  ORDER BY r.effective DESC LIMIT 1), '')"
        " FROM (SELECT event_data($1, $2) AS d) e"
        " WHERE jsonb_typeof(d->'contact') = 'object'",
    .params = "bi",
    .columns = "jt",
};

static const struct pg_stmt rights_person_get = {
    .name = "rights_person",
    .sql =
        "SELECT coalesce(jsonb_strip_nulls(jsonb_build_object('contact', d->'contact',"
        "  'controllers', d->'controllers', 'website', d->'website', 'scope',"
        "  d->'scope'))::text, ''), coalesce(d->'contact'->>'email', ''),"
        " coalesce(d->'contact'->>'phone', ''), coalesce(d->'contact'->>'country', ''),"
        " coalesce(d->'rights'->>'subject', ''), coalesce(d->'rights'->>'verbatim',"
        "  d->'objection'->>'verbatim', ''), coalesce(d->'rights'->>'reply_to', '')"
        " FROM (SELECT event_data($1, $2) AS d) e",
    .params = "bi",
    .columns = "ttttttt",
};

static const struct pg_stmt rights_authority_get = {
    .name = "rights_authority_get",
    .sql = "SELECT r.id, r.body->>'name', r.body->>'url' FROM register_rows('infinity') r"
           " JOIN unnest($1::text[]) WITH ORDINALITY AS wanted (country, place)"
           "  ON wanted.country = r.id"
           " WHERE r.kind = 'authority' AND now() >= r.effective AND now() < r.until"
           " ORDER BY wanted.place LIMIT 1",
    .params = "T",
    .columns = "ttt",
};

/* An answer is given where the default controller is. */
static const struct pg_stmt rights_holidays_get = {
    .name = "rights_holidays_get",
    .sql = "SELECT DISTINCT d, r.body->>'country' FROM register_rows('infinity') r,"
           " jsonb_array_elements_text(r.body->'days') d"
           " WHERE r.kind = 'holidays' ORDER BY d DESC, 2 LIMIT 2048",
    .params = "",
    .columns = "tt",
};
_Static_assert(HOLIDAYS_MAX == 2048, "rights_holidays_get has it as a number");

static const struct pg_stmt rights_certificate_get = {
    .name = "rights_certificate",
    .sql = "SELECT EXISTS (SELECT FROM v_anchor a WHERE a.contact = ANY ($1)"
           "  AND a.event = 'last_certificate_expired_or_revoked')"
           " OR EXISTS (SELECT FROM fact f WHERE f.contact = ANY ($1)"
           "  AND f.source_type = 13 /*ct_log*/)",
    .params = "U",
    .columns = "o",
};

const struct pg_stmt *const rights_statements[] = {
    &rights_events_get,      &rights_asked_get,     &rights_person_get,
    &rights_certificate_get, &rights_authority_get, &rights_holidays_get};
const size_t rights_statements_n =
    sizeof(rights_statements) / sizeof(rights_statements[0]);

/* --- texts --- */

static uint16_t kinds_of(const char *words)
{
    uint16_t kinds = 0;
    char word[64];

    while (*words != '\0') {
        const size_t len = strcspn(words, ",");

        snprintf(word, sizeof(word), "%.*s", (int)(len < 63 ? len : 63), words);
        kinds |= RIGHTS_BIT(right_parse(word));
        words += len + (words[len] == ',');
    }
    return kinds != 0 ? kinds : RIGHTS_BIT(RIGHT_NONE);
}

/* A day, or the day of an instant: as its writer has it or in UTC, whichever is earlier.
 */
static bool day_of_text(const char *text, int32_t *ret)
{
    int32_t day;
    int64_t us;

    if (strlen(text) == 10)
        return when_parse_day(text, 10, ret) == WHEN_OK;
    if (when_parse(text, strlen(text), &us) != WHEN_OK)
        return false;
    *ret = (int32_t)(us / WHEN_DAY_US);
    if (when_parse_day(text, 10, &day) == WHEN_OK && day < *ret)
        *ret = day;
    return true;
}

static bool instant_of_text(const char *text, int64_t *ret)
{
    int32_t day;

    if (when_parse(text, strlen(text), ret) == WHEN_OK)
        return true;
    if (when_parse_day(text, strlen(text), &day) != WHEN_OK)
        return false;
    *ret = day * WHEN_DAY_US;
    return true;
}

/* --- events --- */

static void event_read(const struct pg_result *r, int row, struct rights_event *e)
{
    e->ledger_id = pg_get_i64(r, row, 2);
    e->known_us = pg_get_time(r, row, 3);
    e->at_us = pg_get_time(r, row, 4);
    e->request = pg_get_bool(r, row, 5);
    e->source = pg_get_i32(r, row, 6);
    e->kinds = kinds_of(pg_get_text(r, row, 7));
    e->has_received = day_of_text(pg_get_text(r, row, 8), &e->received_day);
    e->outcome = (uint8_t)rights_outcome_parse(pg_get_text(r, row, 9));
    e->about = pg_get_i32(r, row, 10);
    e->refusal = (uint8_t)refusal_parse(pg_get_text(r, row, 11));
    e->has_reason = pg_get_bool(r, row, 12);
    e->has_notified = instant_of_text(pg_get_text(r, row, 13), &e->notified_us);
    e->processor = pg_get_bool(r, row, 14);
    snprintf(e->customer, sizeof(e->customer), "%s", pg_get_text(r, row, 15));
    if (strlen(pg_get_text(r, row, 16)) == 2)
        snprintf(e->country, sizeof(e->country), "%s", pg_get_text(r, row, 16));
    snprintf(e->by, sizeof(e->by), "%s", pg_get_text(r, row, 17));
}

static bool holidays_load(struct pg *pg, struct holidays *ret, struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;

    pg_params_init(&ps);
    if (!pg_run(pg, &rights_holidays_get, &ps, &r, err))
        return false;
    ret->n = 0;
    for (int i = 0; i < pg_rows(r) && ret->n < HOLIDAYS_MAX; i++) {
        snprintf(ret->country[ret->n], 3, "%.2s", pg_get_text(r, i, 1));
        ret->n += day_of_text(pg_get_text(r, i, 0), &ret->day[ret->n]);
    }
    pg_result_free(r);
    return true;
}

bool rights_load(struct pg *pg, const char *request_id, int64_t known_us,
                 struct rights_set *ret, struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;

    if (!holidays_load(pg, &ret->off, err))
        return false;
    pg_params_init(&ps);
    pg_put_text(&ps, request_id);
    pg_put_time(&ps, known_us);
    if (!pg_run(pg, &rights_events_get, &ps, &r, err))
        return false;
    ret->n = (size_t)pg_rows(r);
    if (ret->n > ret->cap) {
        ret->cap = ret->n;
        ret->events = mem_resize(ret->events, ret->cap, sizeof(*ret->events));
        ret->names = mem_resize(ret->names, ret->cap, sizeof(*ret->names));
    }
    for (size_t i = 0; i < ret->n; i++) {
        memset(&ret->events[i], 0, sizeof(ret->events[i]));
        event_read(r, (int)i, &ret->events[i]);
        snprintf(ret->names[i].request, sizeof(ret->names[i].request), "%s",
                 pg_get_text(r, (int)i, 0));
        snprintf(ret->names[i].event, sizeof(ret->names[i].event), "%s",
                 pg_get_text(r, (int)i, 1));
    }
    pg_result_free(r);
    return true;
}

void rights_set_done(struct rights_set *set)
{
    free(set->events);
    free(set->names);
    *set = (struct rights_set){0};
}

size_t rights_next(const struct rights_set *set, size_t *at,
                   struct rights_request ret[RIGHTS_SOURCES])
{
    const size_t first = *at;

    while (*at < set->n &&
           strcmp(set->names[*at].request, set->names[first].request) == 0)
        ++*at;
    return rights_fold(&set->events[first], *at - first, &set->off, ret);
}

static void said_put(struct pg_params *ps, const struct rights_said *said)
{
    pg_put_bytes(ps, said->raw, said->raw_len);
    pg_put_i32(ps, said->binary ? 8 : 0);
}

bool rights_asked(struct pg *pg, const struct rights_said *said, char **ret_json,
                  char ret_country[3], struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;
    bool ok;

    pg_params_init(&ps);
    said_put(&ps, said);
    if (!pg_run(pg, &rights_asked_get, &ps, &r, err))
        return false;
    ok = pg_rows(r) == 1;
    if (ok) {
        *ret_json = mem_strdup(pg_get_text(r, 0, 0));
        snprintf(ret_country, 3, "%.2s", pg_get_text(r, 0, 1));
    }
    pg_result_free(r);
    return ok || err_set(err, ERR_INPUT, "NO_CONTACT",
                         "what the request says of the person is no longer there, or "
                         "cannot be read");
}

bool rights_person_load(struct pg *pg, const struct rights_said *said,
                        struct rights_person *ret, struct err *err)
{
    struct pg_params ps;
    bool ok, there;

    *ret = (struct rights_person){"", "", "", "", "", "", "", NULL};
    pg_params_init(&ps);
    said_put(&ps, said);
    ok = pg_run(pg, &rights_person_get, &ps, &ret->result, err);
    there = ok && pg_rows(ret->result) == 1;
    if (there) {
        ret->asked = pg_get_text(ret->result, 0, 0);
        ret->email = pg_get_text(ret->result, 0, 1);
        ret->phone = pg_get_text(ret->result, 0, 2);
        ret->country = pg_get_text(ret->result, 0, 3);
        ret->subject = pg_get_text(ret->result, 0, 4);
        ret->words = pg_get_text(ret->result, 0, 5);
        ret->reply_to = pg_get_text(ret->result, 0, 6);
    }
    return ok;
}

void rights_person_done(struct rights_person *person)
{
    pg_result_free(person->result);
    *person = (struct rights_person){0};
}

bool rights_authority(struct pg *pg, const char *const *countries, size_t n,
                      struct authority *ret, struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;
    bool ok;

    pg_params_init(&ps);
    pg_put_array(&ps, 'T');
    for (size_t i = 0; i < n; i++)
        pg_add_text(&ps, 0, countries[i]);
    if (!pg_run(pg, &rights_authority_get, &ps, &r, err))
        return false;
    ok = pg_rows(r) == 1;
    if (ok) {
        snprintf(ret->country, sizeof(ret->country), "%.2s", pg_get_text(r, 0, 0));
        snprintf(ret->name, sizeof(ret->name), "%.256s", pg_get_text(r, 0, 1));
        snprintf(ret->url, sizeof(ret->url), "%.256s", pg_get_text(r, 0, 2));
    }
    pg_result_free(r);
    return ok || err_set(err, ERR_CONFIG, "NO_AUTHORITY",
                         "the register has no supervisory authority for this person nor "
                         "for the controller: see its section authorities");
}

bool rights_certificate(struct pg *pg, const struct contact_key *contacts, size_t n,
                        bool *ret, struct err *err)
{
    struct pg_result *r;

    if (!keys_exec(pg, &rights_certificate_get, contacts, n, &r, err))
        return false;
    *ret = pg_get_bool(r, 0, 0);
    pg_result_free(r);
    return true;
}
