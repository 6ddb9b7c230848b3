#include "export/proofs.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define BYTES_MOST ((size_t)1 << 30)

bool proof_opened(struct pg *pg, bool quarantined, int64_t id, const struct opened *o,
                  const struct buf *bytes, struct buf *out, struct err *err)
{
    struct prove_opening opening = {0};

    if (o == NULL || !o->has_salt)
        return prove_event(pg, quarantined, id, NULL, out, err);
    opening.salt = o->salt;
    if (o->has_raw) {
        opening.bytes = bytes->data + o->raw;
        opening.bytes_len = o->raw_len;
    }
    if (o->packed_len > 0) {
        opening.headers = bytes->data + o->packed;
        opening.headers_len = o->packed_len;
    }
    return prove_event(pg, quarantined, id, &opening, out, err);
}

static void place_of(const struct trace_event *e, struct vault_place *ret)
{
    *ret = (struct vault_place){.ledger_id = e->ledger_id};
    if (e->ledger_id == 0)
        ret->quarantine_id = e->quarantine_id;
}

/* What stands in out, or why there is nothing. */
static bool keep(struct provenance_proof *ret, bool proved, struct buf *out,
                 struct err *err)
{
    if (proved) {
        ret->state = "proved";
        ret->text = mem_strdup(out->data);
        return true;
    }
    ret->state = strcmp(err->code, "PROOF_ALTERED") == 0 ? "altered" : "not_yet";
    return ret->state[0] == 'a' || strcmp(err->code, "PROOF_NONE") == 0;
}

bool proofs_make(struct pg *pg, struct vault *vault, const char *why,
                 const struct trace_event *events, size_t n,
                 struct provenance_proof **ret, struct err *err)
{
    struct vault_place *places = mem_zalloc(n + 1, sizeof(*places));
    struct provenance_proof *proofs = mem_zalloc(n + 1, sizeof(*proofs));
    struct buf bytes, out;
    bool ok;

    buf_init(&bytes, BYTES_MOST);
    buf_init(&out, BYTES_MOST);
    for (size_t i = 0; i < n; i++)
        place_of(&events[i], &places[i]);
    ok = vault == NULL || vault_places(vault, pg, why, places, n, &bytes, err);
    for (size_t i = 0; ok && i < n; i++) {
        const bool held = places[i].ledger_id == 0;

        buf_reset(&out);
        ok = keep(
            &proofs[i],
            proof_opened(pg, held, held ? places[i].quarantine_id : places[i].ledger_id,
                         vault != NULL ? &places[i].opened : NULL, &bytes, &out, err),
            &out, err);
    }
    buf_done(&bytes);
    buf_done(&out);
    free(places);
    if (ok)
        *ret = proofs;
    else
        proofs_free(proofs, n);
    return ok;
}

void proofs_free(struct provenance_proof *proofs, size_t n)
{
    for (size_t i = 0; proofs != NULL && i < n; i++)
        free(proofs[i].text);
    free(proofs);
}
