/* Entries as the tables give them today, for verify.py to compare with the tiles. */
#include "export/prove.h"
#include "export/prove_parts.h"
#include "store/proof/find.h"

#define RANGES_AT_ONCE 64

static bool entry_add(void *context, size_t range, int64_t at, const struct entry *entry,
                      struct err *err)
{
    struct buf *out = context;
    const char head[2] = {(char)(entry->len >> 8), (char)(entry->len & 0xff)};

    (void)range;
    (void)at;
    buf_add(out, head, sizeof(head));
    buf_add(out, entry->b, entry->len);
    return !out->overrun || err_set(err, ERR_INPUT, "PROOF_LARGE",
                                    "there are too many entries for one piece");
}

bool prove_entries(struct pg *pg, struct archive_dir *archives, enum proof_log log,
                   uint64_t first, uint64_t size, struct buf *out, uint64_t *ret_next,
                   struct err *err)
{
    struct proof_ranges rs;
    bool ok = proof_ranges_from(pg, log, first, RANGES_AT_ONCE, &rs, err);

    *ret_next = first;
    for (size_t i = 0; ok && i < rs.n && rs.v[i].first_leaf < size; i++) {
        ok = prove_range_read(pg, archives, log, &rs.v[i], entry_add, out, err);
        *ret_next = rs.v[i].first_leaf + (uint64_t)rs.v[i].leaves;
    }
    proof_ranges_done(&rs);
    return ok;
}

bool prove_strays(struct pg *pg, enum proof_log log, struct buf *out, int64_t *ret_n,
                  struct err *err)
{
    return proof_strays_read(pg, log, entry_add, out, ret_n, err);
}
