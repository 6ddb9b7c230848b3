#include "person_store.h"

#include "base/mem.h"

/* One object a row. */
#define ROWS(order, from) "SELECT to_jsonb(x)::text FROM " from " x ORDER BY " order
/* What was opened beforehand, beside its row. */
#define BYTES "unnest($1, $2, $3, $4, $5) AS o (id, kept, forgotten, headers, raw)"
#define SHOWN                                                                            \
    "o.kept AS bytes, o.forgotten, event_shown(o.headers) AS headers,"                   \
    " event_shown(o.raw) AS event"
#define STMT(id_, name_, params_, columns_, sql_)                                        \
    static const struct pg_stmt id_ = {                                                  \
        .name = name_,                                                                   \
        .sql = sql_,                                                                     \
        .params = params_,                                                               \
        .columns = columns_,                                                             \
    }
#define OPENED(id, name, sql) STMT(id, name, "LTZBB", "t", sql)
#define TABLE(id, name, sql)  STMT(id, name, "u", "t", sql)
#define IDS(id, name, sql)    STMT(id, name, "u", "l", sql)

// clang-format off
TABLE(of_contact, "person_contact",
      ROWS("x.kind", "(SELECT word_of('contact_kind', kind) AS kind,"
      " sealed IS NOT NULL AS identifier_kept FROM contact WHERE contact = $1)"));
TABLE(of_contact_former, "person_contact_former",
      ROWS("x.contact", "(SELECT contact FROM contact_former WHERE contact = $1)"));
TABLE(of_link, "person_link",
      ROWS("x.ledger_id, x.other", "(SELECT other, ledger_id FROM link WHERE contact = $1)"));
TABLE(of_fact, "person_fact",
      ROWS("x.ledger_id, x.part", "(SELECT * FROM v_fact WHERE contact = $1)"));
OPENED(of_ledger, "person_ledger",
      ROWS("x.ledger_id", "(SELECT v.*, " SHOWN " FROM " BYTES
      " JOIN v_ledger v ON v.ledger_id = o.id)"));
OPENED(of_quarantine, "person_quarantine",
      ROWS("x.quarantine_id", "(SELECT v.*, " SHOWN " FROM " BYTES
      " JOIN v_quarantine v ON v.quarantine_id = o.id)"));
TABLE(of_list_entry, "person_list_entry",
      ROWS("x.list", "(SELECT v.*, b.body->>'recipient' AS recipient,"
      " r.body->>'name' AS recipient_name, r.body->>'country' AS recipient_country,"
      " r.body->>'mechanism' AS transfer FROM v_list_entry v"
      " LEFT JOIN LATERAL (SELECT body FROM register_rows('infinity') WHERE kind = 'list'"
      "  AND id = v.list ORDER BY effective DESC LIMIT 1) b ON true"
      " LEFT JOIN LATERAL (SELECT body FROM register_rows('infinity')"
      "  WHERE kind = 'recipient' AND id = b.body->>'recipient'"
      "  ORDER BY effective DESC LIMIT 1) r ON true WHERE v.contact IN (SELECT $1"
      "  UNION ALL SELECT m.token_key FROM list_member m WHERE m.contact = $1))"));
TABLE(of_same_person, "person_same_person",
      ROWS("x.known, x.ledger_id", "(SELECT ledger_id, known, said, CASE kind WHEN 1 THEN"
      " 'changed' WHEN 2 THEN 'merged' WHEN 3 THEN 'neither' ELSE 'respelt' END AS kind"
      " FROM same_person WHERE contact = $1)"));
TABLE(of_list_member, "person_list_member",
      ROWS("x.list", "(SELECT register_name('list', list) AS list, voice,"
      " word_of('rule', rule) AS rule, word_of('reason', reason) AS reason, entry,"
      " effective, known, token FROM list_member WHERE contact = $1)"));
TABLE(of_list_change, "person_list_change",
      ROWS("x.list, x.version", "(SELECT v.* FROM list_entry e CROSS JOIN LATERAL"
      " list_history(register_name('list', e.list), e.contact) h"
      " JOIN v_list_change v ON v.list = register_name('list', h.list)"
      "  AND v.shard = h.shard AND v.version = h.version WHERE e.contact IN (SELECT $1"
      "  UNION ALL SELECT m.token_key FROM list_member m WHERE m.contact = $1))"));
TABLE(of_dirty, "person_dirty",
      ROWS("x.known", "(SELECT cause, known FROM dirty WHERE shard = shard_of($1)"
      " AND contact = $1)"));
TABLE(of_doubt, "person_doubt",
      ROWS("x.at", "(SELECT at FROM doubt WHERE contact = $1)"));
TABLE(of_due, "person_due",
      ROWS("x.at", "(SELECT at FROM due WHERE contact = $1)"));
TABLE(of_delete_task, "person_delete_task",
      ROWS("x.ledger_id", "(SELECT ledger_id, reason, opened, done FROM delete_task"
      " WHERE contact = $1)"));
TABLE(of_deletion_order, "person_deletion_order",
      ROWS("x.at, x.order_id", "(SELECT order_id, erasure, recipient,"
      " register_name('list', list) AS list, nullif(token, '') AS token, at, done"
      " FROM deletion_order WHERE contact = $1)"));
TABLE(of_erasure, "person_erasure",
      ROWS("x.erasure", "(SELECT erasure, at, by, ground, ledger_id, whole, rows, events,"
      " facts, quarantined, contacts, encode(digest, 'hex') AS digest, event_id,"
      " certificate FROM erasure WHERE contact = $1)"));
TABLE(of_erased_event, "person_erased_event",
      ROWS("x.ledger_id, x.digest", "(SELECT ledger_id, encode(digest, 'hex') AS digest,"
      " forgotten, erasure FROM erased_event WHERE contact = $1)"));
TABLE(of_erased_row, "person_erased_row",
      ROWS("x.controller, x.row", "(SELECT register_name('controller', controller)"
      " AS controller, \"row\", until FROM erased_row WHERE contact = $1)"));
TABLE(of_retention_hold, "person_retention_hold",
      ROWS("x.hold", "(SELECT hold, matter, register_name('controller', controller)"
      " AS controller, \"row\", reason, at, lifted FROM retention_hold"
      " WHERE contact = $1)"));
TABLE(of_token_contact, "person_token_contact",
      ROWS("x.day, x.token_id", "(SELECT c.token_id, v.role, c.day FROM token_contact c"
      " LEFT JOIN v_access_token v USING (token_id) WHERE c.contact = $1)"));
TABLE(of_lookup_audit, "person_lookup_audit",
      ROWS("x.at", "(SELECT a.at, a.token_id, v.role, v.source AS token_source,"
      " v.recipient AS token_recipient, a.route, a.controller, a.purpose, a.channel,"
      " a.outcome FROM v_lookup_audit a LEFT JOIN v_access_token v USING (token_id)"
      " WHERE a.contact = $1)"));
TABLE(of_scrub_part, "person_scrub_part",
      ROWS("x.at", "(SELECT scrub_id, at, token_id, by_role, list FROM v_scrub_contact"
      " WHERE contact = $1)"));

IDS(ledger_ids, "person_ledger_ids",
    "SELECT f.ledger_id FROM fact f WHERE f.contact = $1"
    " UNION SELECT q.ledger_id FROM quarantine q"
    "  WHERE q.contact = $1 AND q.ledger_id IS NOT NULL ORDER BY 1");
IDS(quarantine_ids, "person_quarantine_ids",
    "SELECT quarantine_id FROM quarantine WHERE contact = $1 ORDER BY 1");
// clang-format on

const struct person_table person_tables[] = {
    {"contact", &of_contact, PERSON_NO_EVENTS},
    {"contact_former", &of_contact_former, PERSON_NO_EVENTS},
    {"link", &of_link, PERSON_NO_EVENTS},
    {"fact", &of_fact, PERSON_NO_EVENTS},
    {"ledger", &of_ledger, PERSON_LEDGER},
    {"quarantine", &of_quarantine, PERSON_QUARANTINE},
    {"list_entry", &of_list_entry, PERSON_NO_EVENTS},
    {"same_person", &of_same_person, PERSON_NO_EVENTS},
    {"list_member", &of_list_member, PERSON_NO_EVENTS},
    {"list_change", &of_list_change, PERSON_NO_EVENTS},
    {"dirty", &of_dirty, PERSON_NO_EVENTS},
    {"doubt", &of_doubt, PERSON_NO_EVENTS},
    {"due", &of_due, PERSON_NO_EVENTS},
    {"delete_task", &of_delete_task, PERSON_NO_EVENTS},
    {"erasure", &of_erasure, PERSON_NO_EVENTS},
    {"deletion_order", &of_deletion_order, PERSON_NO_EVENTS},
    {"erased_event", &of_erased_event, PERSON_NO_EVENTS},
    {"erased_row", &of_erased_row, PERSON_NO_EVENTS},
    {"retention_hold", &of_retention_hold, PERSON_NO_EVENTS},
    {"token_contact", &of_token_contact, PERSON_NO_EVENTS},
    {"lookup_audit", &of_lookup_audit, PERSON_NO_EVENTS},
    {"scrub_part", &of_scrub_part, PERSON_NO_EVENTS},
};
const size_t person_tables_n = sizeof(person_tables) / sizeof(person_tables[0]);

static const struct pg_stmt register_get = {
    .name = "person_register_get",
    .sql = "SELECT coalesce(jsonb_object_agg(k.kind, k.entries)::text, '{}') FROM ("
           " SELECT r.kind, jsonb_object_agg(r.id, r.body) AS entries"
           " FROM register_rows('infinity') r"
           " WHERE r.effective <= $1 AND r.until > $1 GROUP BY r.kind) k",
    .params = "z",
    .columns = "t",
};

static const struct pg_stmt requests_get = {
    .name = "person_requests_get",
    .sql = "SELECT DISTINCT v.request_id FROM v_rights_event v WHERE v.ledger_id IN ("
           " SELECT f.ledger_id FROM fact f WHERE f.contact = $1"
           " UNION SELECT q.ledger_id FROM quarantine q WHERE q.contact = $1) ORDER BY 1",
    .params = "u",
    .columns = "t",
};

static const struct pg_stmt words_get = {
    .name = "person_words_get",
    .sql =
        "SELECT register_name('list', h.list), h.version FROM list_entry e"
        " CROSS JOIN LATERAL list_history(register_name('list', e.list), e.contact) h"
        " WHERE e.contact IN (SELECT $1 UNION ALL SELECT m.token_key FROM list_member m"
        "  WHERE m.contact = $1) ORDER BY 2",
    .params = "u",
    .columns = "tl",
};

static const struct pg_stmt event_get = {
    .name = "person_event_get",
    .sql = "SELECT l.ledger_id, n.id FROM register_number n"
           " JOIN ledger l ON l.source = n.number AND l.event_id = $1 AND l.variant = 0"
           " WHERE n.kind = 'source' AND ($2 = '' OR n.id = $2) ORDER BY 1",
    .params = "tt",
    .columns = "lt",
};

const struct pg_stmt *const person_statements[] = {
    &of_contact,        &of_link,          &of_fact,         &of_ledger,
    &of_quarantine,     &of_list_entry,    &of_list_member,  &of_list_change,
    &of_dirty,          &of_doubt,         &of_due,          &of_delete_task,
    &of_deletion_order, &of_erasure,       &of_erased_event, &of_erased_row,
    &of_retention_hold, &of_token_contact, &of_lookup_audit, &of_scrub_part,
    &register_get,      &requests_get,     &event_get,       &words_get,
    &ledger_ids,        &quarantine_ids,   &of_same_person,  &of_contact_former,
};
const size_t person_statements_n =
    sizeof(person_statements) / sizeof(person_statements[0]);

static bool ask(struct pg *pg, const struct pg_stmt *stmt, const struct contact_key *key,
                struct pg_result **ret, struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_uuid(&ps, key->b);
    return pg_run(pg, stmt, &ps, ret, err);
}

struct rows {
    person_row *row;
    void *context;
};

static bool row_take(void *context, const struct pg_result *r, struct err *err)
{
    const struct rows *rows = context;

    return rows->row(rows->context, pg_get_text(r, 0, 0), err);
}

bool person_rows_each(struct pg *pg, const struct person_table *table,
                      const struct contact_key *key, person_row *row, void *context,
                      struct err *err)
{
    struct rows rows = {row, context};
    struct pg_params ps;
    bool ok;

    pg_params_init(&ps);
    pg_put_uuid(&ps, key->b);
    ok = pg_each(pg, table->stmt, &ps, row_take, &rows, err);
    pg_params_done(&ps);
    return ok;
}

bool person_events_each(struct pg *pg, enum person_events of,
                        const struct person_bytes *bytes, size_t n, person_row *row,
                        void *context, struct err *err)
{
    const struct pg_stmt *stmt = of == PERSON_LEDGER ? &of_ledger : &of_quarantine;
    struct rows rows = {row, context};
    struct pg_params ps;
    size_t id, kept, forgotten, headers, raw;
    bool ok;

    pg_params_init(&ps);
    id = pg_put_array(&ps, 'L');
    kept = pg_put_array(&ps, 'T');
    forgotten = pg_put_array(&ps, 'Z');
    headers = pg_put_array(&ps, 'B');
    raw = pg_put_array(&ps, 'B');
    for (size_t i = 0; i < n; i++) {
        pg_add_i64(&ps, id, bytes[i].id);
        pg_add_text(&ps, kept, bytes[i].kept);
        if (bytes[i].forgotten_us == WHEN_ALWAYS)
            pg_add_null(&ps, forgotten);
        else
            pg_add_time(&ps, forgotten, bytes[i].forgotten_us);
        pg_add_bytes(&ps, headers, bytes[i].headers, bytes[i].headers_len);
        pg_add_bytes(&ps, raw, bytes[i].raw, bytes[i].raw_len);
    }
    ok = pg_each(pg, stmt, &ps, row_take, &rows, err);
    pg_params_done(&ps);
    return ok;
}

struct ids {
    int64_t *list;
    size_t n, cap;
};

static bool id_take(void *context, const struct pg_result *r, struct err *err)
{
    struct ids *ids = context;

    (void)err;
    if (ids->n == ids->cap) {
        ids->cap = ids->cap > 0 ? 2 * ids->cap : 256;
        ids->list = mem_resize(ids->list, ids->cap, sizeof(*ids->list));
    }
    ids->list[ids->n++] = pg_get_i64(r, 0, 0);
    return true;
}

bool person_event_ids(struct pg *pg, enum person_events of, const struct contact_key *key,
                      int64_t **ret, size_t *ret_n, struct err *err)
{
    struct ids ids = {0};
    struct pg_params ps;
    bool ok;

    pg_params_init(&ps);
    pg_put_uuid(&ps, key->b);
    ok = pg_each(pg, of == PERSON_LEDGER ? &ledger_ids : &quarantine_ids, &ps, id_take,
                 &ids, err);
    pg_params_done(&ps);
    *ret = ids.list;
    *ret_n = ids.n;
    return ok;
}

bool person_register(struct pg *pg, int64_t at_us, struct buf *out, struct err *err)
{
    struct pg_result *result;

    if (!pg_exec_time(pg, &register_get, at_us, &result, err))
        return false;
    buf_add_str(out, pg_get_text(result, 0, 0));
    pg_result_free(result);
    return true;
}

bool person_requests(struct pg *pg, const struct contact_key *key, struct pg_result **ret,
                     struct err *err)
{
    return ask(pg, &requests_get, key, ret, err);
}

bool person_words(struct pg *pg, const struct contact_key *key, struct person_word **ret,
                  size_t *ret_n, struct pg_result **ret_result, struct err *err)
{
    if (!ask(pg, &words_get, key, ret_result, err))
        return false;
    *ret_n = (size_t)pg_rows(*ret_result);
    *ret = mem_zalloc(*ret_n + 1, sizeof(**ret));
    for (size_t i = 0; i < *ret_n; i++)
        (*ret)[i] = (struct person_word){pg_get_text(*ret_result, (int)i, 0),
                                         pg_get_i64(*ret_result, (int)i, 1)};
    return true;
}

bool person_event_find(struct pg *pg, const char *event_id, const char *source,
                       struct person_event *ret, size_t *ret_n,
                       struct pg_result **ret_result, struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_text(&ps, event_id);
    pg_put_text(&ps, source != NULL ? source : "");
    if (!pg_run(pg, &event_get, &ps, ret_result, err))
        return false;
    *ret_n = (size_t)pg_rows(*ret_result);
    if (*ret_n == 0)
        return true;
    *ret = (struct person_event){.ledger_id = pg_get_i64(*ret_result, 0, 0),
                                 .source = pg_get_text(*ret_result, 0, 1)};
    return true;
}
