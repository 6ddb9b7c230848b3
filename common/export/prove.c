#include "export/prove.h"

#include "base/mem.h"
#include "codec/put.h"
#include "crypto/base64.h"
#include "export/prove_parts.h"
#include "store/proof/find.h"

#include <stdlib.h>
#include <string.h>

/* --- JSON --- */

static void put_base64(struct buf *out, const char *name, const void *bytes, size_t len)
{
    char *text = mem_zalloc(BASE64_CHARS(len) + 1, 1);

    base64_write(bytes, len, text);
    put_name(out, name);
    put_text(out, text);
    free(text);
}

static void put_path(struct buf *out, const struct merkle_proof *path)
{
    put_name(out, ",path");
    buf_add_str(out, "[");
    for (size_t i = 0; i < path->n; i++) {
        char text[BASE64_CHARS(MERKLE_BYTES) + 1];

        base64_write(path->hash[i].b, MERKLE_BYTES, text);
        buf_add_str(out, i > 0 ? "," : "");
        put_text(out, text);
    }
    buf_add_str(out, "]");
}

static void put_bytes_text(struct buf *out, const char *name, const struct entry_bytes *b)
{
    put_name(out, name);
    if (b->at == NULL)
        buf_add_str(out, "null");
    else
        put_text(out, b->at);
}

static void put_row(struct buf *out, const struct entry_event *e)
{
    put_name(out, ",row");
    buf_add_str(out, "{");
    put_name(out, "row");
    put_int(out, e->row);
    put_name(out, ",ledger_id");
    put_int(out, e->ledger_id);
    put_name(out, ",occurred_from");
    put_int(out, e->occurred_from_us);
    put_name(out, ",occurred_to");
    put_int(out, e->occurred_to_us);
    put_name(out, ",flags");
    put_int(out, e->flags & ~2);
    put_name(out, ",variant");
    put_int(out, e->variant);
    put_bytes_text(out, ",topic", &e->topic);
    put_bytes_text(out, ",event_id", &e->event_id);
    put_bytes_text(out, ",reason", &e->reason);
    put_bytes_text(out, ",pointer", &e->pointer);
    if (e->digest.at == NULL)
        buf_add_str(out, ",\"digest\":null");
    else
        put_base64(out, ",digest", e->digest.at, e->digest.len);
    buf_add_str(out, "}");
}

static void put_opening(struct buf *out, const struct prove_opening *o)
{
    put_name(out, ",opening");
    buf_add_str(out, "{");
    put_base64(out, "salt", o->salt, 16);
    if (o->bytes == NULL)
        buf_add_str(out, ",\"bytes\":null");
    else
        put_base64(out, ",bytes", o->bytes, o->bytes_len);
    if (o->headers_len == 0)
        buf_add_str(out, ",\"headers\":null");
    else
        put_base64(out, ",headers", o->headers, o->headers_len);
    buf_add_str(out, "}");
}

/* --- a leaf and its path --- */

static bool none(struct err *err)
{
    return err_set(err, ERR_INPUT, "PROOF_NONE",
                   "there is no such row in the log, or not yet: it is sealed within a "
                   "second while consent-keeper runs with a key");
}

static bool altered(struct err *err)
{
    return err_set(err, ERR_INPUT, "PROOF_ALTERED",
                   "the row is not what it was when it was sealed: the database has been "
                   "changed by hand");
}

bool prove_begin(struct prover *p, struct pg *pg, enum proof_log log, struct err *err)
{
    bool found;

    *p = (struct prover){.pg = pg, .log = log};
    if (!proof_seal_last(pg, log, INT64_MAX, &p->seal, &found, err))
        return false;
    if (!found)
        return none(err);
    p->tree = mem_zalloc(1, sizeof(*p->tree));
    proof_tree_init(p->tree, pg, log, p->seal.size);
    p->from = tile_merkle(&p->tree->tiles);
    return true;
}

void prove_end(struct prover *p)
{
    free(p->tree);
    p->tree = NULL;
}

/* The open part of a proof: what is in it besides belongs to the row. */
static bool put_proof(struct prover *p, uint64_t index, const struct entry *entry,
                      struct buf *out, struct err *err)
{
    struct merkle_proof path;

    if (index >= p->seal.size)
        return none(err);
    if (!merkle_inclusion(&p->from, index, p->seal.size, &path, err))
        return false;
    buf_add_str(out, "{\"format\":\"consentmq-proof/1\"");
    put_name(out, ",log");
    put_text(out, proof_log_name(p->log));
    put_name(out, ",index");
    put_int(out, (int64_t)index);
    put_base64(out, ",entry", entry->b, entry->len);
    put_path(out, &path);
    put_name(out, ",checkpoint");
    put_text(out, p->seal.checkpoint);
    return true;
}

/* Is leaf "index" this one? */
static bool leaf_is(struct prover *p, uint64_t index, const struct merkle_hash *leaf,
                    bool *ret, struct err *err)
{
    struct merkle_hash had;

    *ret = false;
    if (index >= p->seal.size)
        return true;
    if (!p->from.get(p->from.context, 0, index, &had, err))
        return false;
    *ret = merkle_equal(&had, leaf);
    return true;
}

/* Where in its ranges the leaf is: rows are told by their hash. */
static bool leaf_find(struct prover *p, const struct proof_ranges *rs, int64_t offset,
                      const struct merkle_hash *leaf, uint64_t *ret, struct err *err)
{
    bool is = false;

    /* where every offset has one leaf, this is it */
    for (size_t i = 0; i < rs->n; i++) {
        *ret = rs->v[i].first_leaf + (uint64_t)(offset - rs->v[i].from);
        if (!leaf_is(p, *ret, leaf, &is, err))
            return false;
        if (is)
            return true;
    }
    for (size_t i = 0; i < rs->n; i++)
        for (uint64_t k = 0; k < (uint64_t)rs->v[i].leaves; k++) {
            *ret = rs->v[i].first_leaf + k;
            if (!leaf_is(p, *ret, leaf, &is, err))
                return false;
            if (is)
                return true;
        }
    return rs->n == 0 ? none(err) : altered(err);
}

static bool event_put(struct prover *p, const struct entry_event *e,
                      const struct prove_opening *opening, struct buf *out,
                      struct err *err)
{
    struct proof_ranges rs;
    struct merkle_hash leaf;
    struct entry entry;
    uint64_t index = 0;
    bool ok = proof_ranges_at(p->pg, PROOF_EVENTS, e->topic.at, e->partition, e->offset,
                              &rs, err) &&
              entry_event_write(e, &entry, err) &&
              merkle_leaf(entry.b, entry.len, &leaf, err) &&
              leaf_find(p, &rs, e->offset, &leaf, &index, err) &&
              put_proof(p, index, &entry, out, err);

    proof_ranges_done(&rs);
    if (!ok)
        return false;
    put_row(out, e);
    if (opening != NULL && opening->salt != NULL)
        put_opening(out, opening);
    buf_add_str(out, "}");
    return true;
}

bool prove_event(struct pg *pg, bool quarantined, int64_t id,
                 const struct prove_opening *opening, struct buf *out, struct err *err)
{
    struct proof_row row = {0};
    struct prover p;
    bool found, ok;

    if (!prove_begin(&p, pg, PROOF_EVENTS, err))
        return false;
    ok = proof_row_load(pg, quarantined, id, &row, &found, err) && (found || none(err)) &&
         event_put(&p, &row.event, opening, out, err);
    proof_row_done(&row);
    prove_end(&p);
    return ok;
}

/* --- by reading a range again --- */

/* Of a range's leaves, those that are asked for. */
struct wanted {
    struct prover *p;
    const struct proof_range *range;
    bool (*is)(const struct wanted *w, int64_t at, const struct entry *entry);
    int64_t at;
    uint64_t next; /* the leaf that comes */
    int64_t n;     /* found */
    struct buf *out;
};

static bool wanted_emit(void *context, size_t range, int64_t at,
                        const struct entry *entry, struct err *err)
{
    struct wanted *w = context;
    const uint64_t index = w->next++;
    struct merkle_hash leaf;
    bool same;

    (void)range;
    if (!w->is(w, at, entry))
        return true;
    if (!merkle_leaf(entry->b, entry->len, &leaf, err) ||
        !leaf_is(w->p, index, &leaf, &same, err) || (!same && !altered(err)))
        return false;
    if (w->n++ > 0)
        buf_add_str(w->out, ",");
    if (!put_proof(w->p, index, entry, w->out, err))
        return false;
    buf_add_str(w->out, "}");
    return true;
}

/* Where a row is, or was before it left. */
static bool row_place(struct prover *p, const char *list, int64_t at,
                      struct proof_place *ret, struct err *err)
{
    bool found;

    if (!(list != NULL ? proof_word_find(p->pg, list, at, ret, &found, err)
                       : proof_lookup_find(p->pg, at, ret, &found, err)))
        return false;
    if (!found && p->archives != NULL &&
        !prove_kept_find(p->pg, p->archives, list, at, ret, &found, err))
        return false;
    return found || none(err);
}

static bool wanted_put(struct wanted *w, const char *topic, int32_t partition, int64_t at,
                       struct err *err)
{
    struct proof_ranges rs;
    bool ok = proof_ranges_at(w->p->pg, w->p->log, topic, partition, at, &rs, err);

    for (size_t i = 0; ok && i < rs.n; i++) {
        w->range = &rs.v[i];
        w->next = rs.v[i].first_leaf;
        ok = prove_range_read(w->p->pg, w->p->archives, w->p->log, &rs.v[i], wanted_emit,
                              w, err);
    }
    ok = ok && (w->n > 0 || (rs.n == 0 ? none(err) : altered(err)));
    proof_ranges_done(&rs);
    return ok;
}

static int64_t number_in(const struct entry *e, size_t at)
{
    uint64_t v = 0;

    for (size_t i = 0; i < 8; i++)
        v = v << 8 | e->b[at + i];
    return (int64_t)v;
}

static bool is_offset(const struct wanted *w, int64_t at, const struct entry *entry)
{
    if (entry->b[0] == ENTRY_GAP)
        return at <= w->at && w->at < number_in(entry, 17);
    return at == w->at;
}

static bool is_place(const struct wanted *w, int64_t at, const struct entry *entry)
{
    (void)entry;
    return at == w->at;
}

static bool is_lookup(const struct wanted *w, int64_t at, const struct entry *entry)
{
    (void)at;
    return number_in(entry, 1) == w->at;
}

bool prove_offset(struct pg *pg, const char *topic, int32_t partition, int64_t offset,
                  struct buf *out, struct err *err)
{
    struct prover p;
    struct wanted w = {.p = &p, .is = is_offset, .at = offset, .out = out};
    bool ok;

    if (!prove_begin(&p, pg, PROOF_EVENTS, err))
        return false;
    buf_add_str(out, "[");
    ok = wanted_put(&w, topic, partition, offset, err);
    buf_add_str(out, "]");
    prove_end(&p);
    return ok;
}

static bool row_prove(struct prover *p, struct wanted *w, const char *list,
                      struct err *err)
{
    struct proof_place place;

    return row_place(p, list, w->at, &place, err) &&
           wanted_put(w, place.topic, place.partition, place.at, err);
}

bool prove_word(struct pg *pg, struct archive_dir *archives, const char *list,
                int64_t version, struct buf *out, struct err *err)
{
    struct prover p;
    struct wanted w = {.p = &p, .is = is_place, .at = version, .out = out};
    bool ok;

    if (!prove_begin(&p, pg, PROOF_LISTS, err))
        return false;
    p.archives = archives;
    ok = row_prove(&p, &w, list, err);
    prove_end(&p);
    return ok;
}

bool prove_lookup(struct pg *pg, struct archive_dir *archives, int64_t number,
                  struct buf *out, struct err *err)
{
    struct prover p;
    struct wanted w = {.p = &p, .is = is_lookup, .at = number, .out = out};
    bool ok;

    if (!prove_begin(&p, pg, PROOF_LOOKUPS, err))
        return false;
    p.archives = archives;
    ok = row_prove(&p, &w, NULL, err);
    prove_end(&p);
    return ok;
}

/* --- growth --- */

bool prove_growth(struct pg *pg, enum proof_log log, uint64_t from, uint64_t to,
                  struct buf *out, struct err *err)
{
    struct proof_seal old, new;
    struct merkle_proof path;
    struct prover p;
    bool found, ok;

    if (!prove_begin(&p, pg, log, err))
        return false;
    new = p.seal;
    ok = proof_seal_least(pg, log, from, &old, &found, err) &&
         ((found && old.size == from) || none(err));
    if (ok && to > 0)
        ok = proof_seal_least(pg, log, to, &new, &found, err) &&
             ((found && new.size == to &&to >= from) || none(err));
    p.tree->tiles.n = new.size;
    ok = ok && merkle_consistency(&p.from, from, new.size, &path, err);
    if (ok) {
        buf_add_str(out, "{\"format\":\"consentmq-consistency/1\"");
        put_name(out, ",log");
        put_text(out, proof_log_name(log));
        put_name(out, ",old");
        put_text(out, old.checkpoint);
        put_name(out, ",new");
        put_text(out, new.checkpoint);
        put_path(out, &path);
        buf_add_str(out, "}");
    }
    prove_end(&p);
    return ok;
}
