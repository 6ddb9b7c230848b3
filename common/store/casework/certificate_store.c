#include "certificate_store.h"

#include "core/event/event.h"
#include "store/json_rows.h"

enum { CERTIFIED, LIST, LIST_TEXT, REQUEST, REQUEST_TEXT, N_STATEMENTS };

// clang-format off
#define ERASURE_COLUMNS                                                                    \
    "erasure, at, by, ground, ledger_id, whole, rows, events, facts, quarantined, contacts,"\
    " encode(digest, 'hex') AS digest, event_id, certificate,"                              \
    " (SELECT coalesce(jsonb_agg(jsonb_build_object('system', d.recipient, 'at', d.at,"     \
    "  'done', d.done, 'done_by', d.done_by) ORDER BY d.at), '[]') FROM deletion_order d"   \
    "  WHERE d.erasure = e.erasure) AS orders"
/* The contacts of the request, and only what was erased of them from its time on. */
#define OF_REQUEST                                                                         \
    " FROM erasure e WHERE e.contact IN (SELECT x.contact FROM erased_event x"             \
    "  WHERE x.ledger_id = $1)"                                                            \
    " AND e.at >= (SELECT l.known FROM ledger l WHERE l.ledger_id = $1)"
/* One paragraph a certificate, for people. */
#define CERTIFICATES_TEXT                                                                     \
    "SELECT coalesce(string_agg(format(E'  Certificate %s, ledger %s: erased %s by %s;"       \
    " %s events, %s records in quarantine, %s facts, %s identifiers\\n    digest %s\\n%s%s'," \
    "  e.erasure, coalesce(e.certificate::text, 'on its way'),"                               \
    "  to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'), e.by, e.events,"            \
    "  e.quarantined, e.facts, e.contacts, encode(e.digest, 'hex'),"                          \
    "  (SELECT string_agg(format(E'    %s %s %s: %s%s\\n', CASE WHEN (r->>'goes')::boolean"   \
    "    THEN 'gone ' ELSE 'stays' END, r->>'controller', r->>'row', r->>'text',"             \
    "    coalesce(' (article ' || (r->>'article') || ')', '')), '')"                          \
    "   FROM jsonb_array_elements(e.rows) r),"                                                \
    "  (SELECT string_agg(format(E'    order to %s %s: %s\\n', d.recipient,"                  \
    "    d.at::date, CASE WHEN d.done IS NULL THEN 'waits for its answer' ELSE"               \
    "    'done ' || d.done::date || ', says ' || d.done_by END), '' ORDER BY d.at)"           \
    "   FROM deletion_order d WHERE d.erasure = e.erasure)), '' ORDER BY e.erasure), '')"
static const struct pg_stmt statements[N_STATEMENTS] = {
    [CERTIFIED] = {"erasure_certified",
        "WITH found AS (SELECT e.erasure, e.contact, l.ledger_id FROM erasure e"
        "  JOIN LATERAL (SELECT l.ledger_id FROM register_number n JOIN ledger l"
        "   ON l.source = n.number AND l.event_id = e.event_id AND l.variant = 0"
        "   WHERE n.kind = 'source' AND l.type = 18 /*contact_erased*/ LIMIT 1) l ON true"
        "  WHERE e.certificate IS NULL ORDER BY e.erasure LIMIT $1),"
        " noted AS (UPDATE erasure e SET certificate = f.ledger_id FROM found f"
        "  WHERE e.erasure = f.erasure RETURNING e.contact),"
        " told AS (INSERT INTO outbox (topic, key, value) SELECT 'consent.erasures',"
        "  n.contact::text, jsonb_set(erasure_record(n.contact)::jsonb, '{certificate}',"
        "   to_jsonb((SELECT max(f.ledger_id) FROM found f WHERE f.contact = n.contact)))"
        "  FROM (SELECT DISTINCT contact FROM noted) n RETURNING 1)"
        " SELECT count(*) FROM noted",
        "i", "l"},
    [LIST] = {"erasure_list",
        JSON_ROWS("x.erasure") "(SELECT " ERASURE_COLUMNS " FROM erasure e WHERE e.contact = $1) x",
        "u", "t"},
    [LIST_TEXT] = {"erasure_list_text",
        CERTIFICATES_TEXT " FROM erasure e WHERE e.contact = $1", "u", "t"},
    [REQUEST] = {"erasure_request",
        JSON_ROWS("x.erasure") "(SELECT " ERASURE_COLUMNS OF_REQUEST ") x", "l", "t"},
    [REQUEST_TEXT] = {"erasure_request_text",
        CERTIFICATES_TEXT OF_REQUEST,
        "l", "t"},
};
// clang-format on
_Static_assert(EVENT_CONTACT_ERASED == 18, "the statements above have it as a number");

const struct pg_stmt *certificate_statements(size_t *n)
{
    *n = N_STATEMENTS;
    return statements;
}

bool erasure_certified(struct pg *pg, int32_t limit, int64_t *ret_n, struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_i32(&ps, limit);
    return pg_run_i64(pg, &statements[CERTIFIED], &ps, ret_n, err);
}

bool erasure_list(struct pg *pg, const struct contact_key *key, bool json,
                  struct buf *out, struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_uuid(&ps, key->b);
    return pg_run_text(pg, &statements[json ? LIST : LIST_TEXT], &ps, out, err);
}

bool erasure_of_request(struct pg *pg, int64_t ledger_id, bool json, struct buf *out,
                        struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_i64(&ps, ledger_id);
    return pg_run_text(pg, &statements[json ? REQUEST : REQUEST_TEXT], &ps, out, err);
}
