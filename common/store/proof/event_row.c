#include "store/proof/event_row.h"

static struct entry_bytes bytes_of(const struct pg_result *res, int row, int col)
{
    struct entry_bytes b = {0};

    if (!pg_is_null(res, row, col))
        b.at = pg_get_bytes(res, row, col, &b.len);
    return b;
}

void event_row_ledger(const struct pg_result *res, int row, struct entry_event *ret)
{
    *ret = (struct entry_event){
        .format = ENTRY_LEDGER,
        .topic = bytes_of(res, row, 0),
        .partition = pg_get_i32(res, row, 1),
        .offset = pg_get_i64(res, row, 2),
        .row = pg_get_i64(res, row, 3),
        .known_us = pg_get_time(res, row, 4),
        .occurred_from_us = pg_get_time(res, row, 5),
        .occurred_to_us = pg_get_time(res, row, 6),
        .source = pg_get_i32(res, row, 7),
        .flags = pg_get_i32(res, row, 8),
        .type = pg_get_i16(res, row, 9),
        .outcome = pg_get_i16(res, row, 10),
        .variant = pg_get_i16(res, row, 11),
        .event_id = bytes_of(res, row, 12),
        .reason = bytes_of(res, row, 13),
        .pointer = bytes_of(res, row, 14),
        .digest = bytes_of(res, row, 15),
        .commitment = bytes_of(res, row, 16),
    };
}

void event_row_quarantine(const struct pg_result *res, int row, struct entry_event *ret)
{
    *ret = (struct entry_event){
        .format = ENTRY_QUARANTINE,
        .topic = bytes_of(res, row, 0),
        .partition = pg_get_i32(res, row, 1),
        .offset = pg_get_i64(res, row, 2),
        .row = pg_get_i64(res, row, 3),
        .known_us = pg_get_time(res, row, 4),
        .source = pg_get_i32(res, row, 5),
        .outcome = 3,
        .ledger_id = pg_get_i64(res, row, 6),
        .event_id = bytes_of(res, row, 7),
        .reason = bytes_of(res, row, 8),
        .pointer = bytes_of(res, row, 9),
        .digest = bytes_of(res, row, 10),
        .commitment = bytes_of(res, row, 11),
    };
}

/* What is in quarantine and in the ledger has its commitment there. */
bool event_row_entry(const struct entry_event *e, struct entry *ret, struct err *err)
{
    if (e->commitment.at == NULL && e->ledger_id == 0)
        return err_set(err, ERR_RETRY, "PROOF_RESEAL",
                       "row %lld of the %s has no commitment yet: run consentctl reseal",
                       (long long)e->row,
                       e->format == ENTRY_LEDGER ? "ledger" : "quarantine");
    return entry_event_write(e, ret, err);
}
