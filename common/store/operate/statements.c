#include "store/operate/statements.h"

#include "store/access/audit_store.h"
#include "store/access/second_store.h"
#include "store/access/token_store.h"
#include "store/access/webhook_store.h"
#include "store/casework/certificate_store.h"
#include "store/casework/deletion_store.h"
#include "store/casework/desk_store.h"
#include "store/casework/erasure_store.h"
#include "store/casework/forget_store.h"
#include "store/casework/hold_store.h"
#include "store/casework/retention_ask_store.h"
#include "store/casework/outbox_store.h"
#include "store/casework/report_store.h"
#include "store/casework/retention_store.h"
#include "store/casework/rights_store.h"
#include "store/casework/trend_store.h"
#include "store/casework/waiting_store.h"
#include "store/event/feed_store.h"
#include "store/event/ingest_store.h"
#include "store/event/intake_store.h"
#include "store/event/quarantine_store.h"
#include "store/event/receipt_store.h"
#include "store/event/sealed_store.h"
#include "store/lists/ack_store.h"
#include "store/lists/change_store.h"
#include "store/lists/dirty.h"
#include "store/lists/due.h"
#include "store/lists/epoch_store.h"
#include "store/lists/lease.h"
#include "store/lists/list_copy.h"
#include "store/lists/list_figures.h"
#include "store/lists/list_store.h"
#include "store/lists/list_watch.h"
#include "store/lists/log_store.h"
#include "store/lists/member_store.h"
#include "store/lists/rebuild_store.h"
#include "store/lists/scrub_store.h"
#include "store/operate/archive_store.h"
#include "store/operate/doctor_store.h"
#include "store/operate/health_store.h"
#include "store/operate/migrate.h"
#include "store/operate/partition_store.h"
#include "store/operate/reseal_store.h"
#include "store/operate/schema.h"
#include "store/operate/seen_store.h"
#include "store/people/fact_store.h"
#include "store/people/hashed_store.h"
#include "store/people/link_store.h"
#include "store/people/person_store.h"
#include "store/people/rekey_store.h"
#include "store/people/same_store.h"
#include "store/people/secret_store.h"
#include "store/people/trace_store.h"
#include "store/proof/events.h"
#include "store/proof/find.h"
#include "store/proof/seal_log.h"
#include "store/proof/tree.h"
#include "store/proof/words.h"
#include "store/register/history_store.h"
#include "store/register/register_apply.h"
#include "store/register/register_store.h"
#include "store/scan.h"

/* Every store's, in one of two forms. A store that is missing here is found by
 * tests/integration/test_statements.py. */
void statements_each(void (*each)(void *self, const struct pg_stmt *stmt), void *self)
{
    static const struct {
        const struct pg_stmt *const *list;
        const size_t *n;
    } pointers[] = {
        {migrate_statements, &migrate_statements_n},
        {schema_statements, &schema_statements_n},
        {secret_statements, &secret_statements_n},
        {register_statements, &register_statements_n},
        {register_apply_statements, &register_apply_statements_n},
        {ingest_statements, &n_ingest_statements},
        {ingest_move_statements, &ingest_move_statements_n},
        {intake_statements, &intake_statements_n},
        {archive_statements, &archive_statements_n},
        {partition_statements, &partition_statements_n},
        {trace_statements, &trace_statements_n},
        {proof_events_statements, &proof_events_statements_n},
        {proof_words_statements, &proof_words_statements_n},
        {proof_tree_statements, &proof_tree_statements_n},
        {proof_seal_statements, &proof_seal_statements_n},
        {proof_find_statements, &proof_find_statements_n},
        {quarantine_statements, &quarantine_statements_n},
        {sealed_statements, &sealed_statements_n},
        {person_statements, &person_statements_n},
        {forget_statements, &forget_statements_n},
        {feed_statements, &feed_statements_n},
        {desk_statements, &desk_statements_n},
        {waiting_statements, &waiting_statements_n},
        {second_statements, &second_statements_n},
        {trend_statements, &trend_statements_n},
        {history_statements, &history_statements_n},
        {rebuild_statements, &rebuild_statements_n},
        {scan_statements, &scan_statements_n},
        {report_statements, &report_statements_n},
        {rights_statements, &rights_statements_n},
        {retention_statements, &retention_statements_n},
        {outbox_statements, &outbox_statements_n},
        {doctor_statements, &doctor_statements_n},
        {health_statements, &health_statements_n},
        {token_statements, &token_statements_n},
        {webhook_statements, &webhook_statements_n},
        {link_statements, &link_statements_n},
        {deletion_statements, &deletion_statements_n},
        {audit_statements, &audit_statements_n},
        {figures_statements, &figures_statements_n},
        {change_statements, &change_statements_n},
        {list_copy_statements, &list_copy_statements_n},
        {scrub_statements, &scrub_statements_n},
        {ack_statements, &ack_statements_n},
        {epoch_statements, &epoch_statements_n},
        {log_statements, &log_statements_n},
        {seen_statements, &seen_statements_n},
        {member_statements, &member_statements_n},
        {rekey_statements, &rekey_statements_n},
        {reseal_statements, &reseal_statements_n},
    };
    static const struct pg_stmt *(*const rows[])(size_t *) = {
        dirty_statements,         due_statements,         fact_statements,
        lease_statements,         list_statements,        receipt_statements,
        hashed_statements,        list_watch_statements,  same_statements,
        erasure_statements,       certificate_statements, hold_statements,
        retention_ask_statements,
    };

    for (size_t i = 0; i < sizeof(pointers) / sizeof(pointers[0]); i++)
        for (size_t j = 0; j < *pointers[i].n; j++)
            each(self, pointers[i].list[j]);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t n;
        const struct pg_stmt *list = rows[i](&n);

        for (size_t j = 0; j < n; j++)
            each(self, &list[j]);
    }
}

struct checking {
    struct pg *pg;
    size_t n;
    bool ok;
    struct err *err;
};

static void check_one(void *self, const struct pg_stmt *stmt)
{
    struct checking *c = self;

    if (!c->ok)
        return;
    c->ok = pg_check(c->pg, stmt, c->err);
    c->n += c->ok;
}

bool statements_check(struct pg *pg, size_t *ret_n, struct err *err)
{
    struct checking c = {.pg = pg, .ok = true, .err = err};

    statements_each(check_one, &c);
    *ret_n = c.n;
    return c.ok;
}
