#include "export/evidence_parts.h"
#include "export/person_parts.h"
#include "export/proofs.h"

#include "base/embed.h"
#include "base/hex.h"
#include "base/mem.h"
#include "store/people/person_store.h"
#include "store/people/trace_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

EMBED(evidence_verify, "schemas/proof/verify.py");

static const char readme[] =
    "What is in this file\n"
    "\n"
    "  case.html      the case in words, to be read and printed\n"
    "  export.json    the same and all else that is held about the person, for programs\n"
    "  events/        each event, byte for byte as we received it, where it has not "
    "been\n"
    "                 forgotten\n"
    "  proofs/        for each event, and each word that a mailing system was told: that "
    "it\n"
    "                 stands in our log, where nothing can be changed afterwards unseen\n"
    "  archived.jsonl what of it has left the database (words of lists, look-ups), if "
    "any\n"
    "  verify.py      the program that checks the proofs\n"
    "  manifest.json  the SHA-256 of every file; manifest.note is signed with the log's "
    "key\n"
    "\n"
    "How to check it without trusting us\n"
    "\n"
    "1. Get the log's public key from somewhere else than here: the contract, or the\n"
    "   operator's web site of that time. Likewise the keys of the log's witnesses.\n"
    "2. With Python 3 and its package \"cryptography\":\n"
    "\n"
    "       python3 verify.py pack --key log.vkey [--pack-key pack.vkey] case.zip\n"
    "       python3 verify.py proof --key log.vkey [--witness w.vkey] proofs/*.json\n"
    "\n"
    "3. verify.py has fewer than 300 lines, and shares no code with the programs that "
    "made\n"
    "   this. Whoever will not take it from us writes another: the forms are RFC 6962 "
    "and\n"
    "   C2SP's tlog-checkpoint, signed-note and tlog-tiles, and the page \"Proofs\" of\n"
    "   consentmq describes the rest.\n";

/* --- proofs --- */

/* What stands in out goes into the file, or why it does not. */
static bool proof_keep(struct evidence *e, struct evidence_files *f, const char *name,
                       bool proved, const struct buf *out, enum proven *ret,
                       struct err *err)
{
    if (proved) {
        *ret = PROVEN;
        e->made.n_proofs++;
        return evidence_file(f, name, out->data, out->len, err);
    }
    *ret = strcmp(err->code, "PROOF_ALTERED") == 0 ? PROVEN_ALTERED : PROVEN_NOT_YET;
    e->made.n_altered += *ret == PROVEN_ALTERED;
    return *ret == PROVEN_ALTERED || strcmp(err->code, "PROOF_NONE") == 0;
}

static bool event_add(struct pg *pg, struct evidence *e, struct evidence_files *f,
                      const struct trace_event *ev, const struct opened *o,
                      const struct buf *bytes, enum proven *proven, struct buf *out,
                      struct err *err)
{
    const bool held = ev->ledger_id == 0;
    const int64_t id = held ? ev->quarantine_id : ev->ledger_id;
    const char *table = held ? "quarantine" : "ledger";
    char name[80];

    if (o->kept == KEPT_OPEN && o->has_raw) {
        snprintf(name, sizeof(name), "events/%s-%lld", table, (long long)id);
        if (!evidence_file(f, name, bytes->data + o->raw, o->raw_len, err))
            return false;
    }
    buf_reset(out);
    snprintf(name, sizeof(name), "proofs/%s-%lld.json", table, (long long)id);
    return proof_keep(e, f, name, proof_opened(pg, held, id, o, bytes, out, err), out,
                      proven, err);
}

static bool word_prove(struct pg *pg, struct evidence *e, struct evidence_files *f,
                       const char *list, int64_t version, struct buf *out,
                       struct err *err)
{
    char name[160];
    enum proven proven;

    buf_reset(out);
    snprintf(name, sizeof(name), "proofs/list-%.64s-%lld.json", list, (long long)version);
    return proof_keep(
        e, f, name,
        prove_word(pg, vault_archive_dir(e->ask->person.vault), list, version, out, err),
        out, &proven, err);
}

static const char *list_id(const struct evidence *e, int64_t number)
{
    const struct list *l = register_list_numbered(e->reg, (int32_t)number);

    return l != NULL ? l->id : NULL;
}

/* A word that has left is proved as it was before, unless it is the last one, which
 * stands in both. */
static bool archived_word(struct pg *pg, struct evidence *e, struct evidence_files *f,
                          const struct person_word *words, const char *line, size_t len,
                          struct buf *out, struct err *err)
{
    int64_t number, version;
    const char *list;

    if (!archive_number(line, len, "list", &number) ||
        !archive_number(line, len, "version", &version) ||
        (list = list_id(e, number)) == NULL)
        return true;
    for (size_t i = 0; i < e->made.n_words; i++)
        if (words[i].version == version && strcmp(words[i].list, list) == 0)
            return true;
    return word_prove(pg, e, f, list, version, out, err);
}

/* Words, look-ups and scrubs of it that have left the database, where archives are given.
 */
static bool archived_add(struct pg *pg, struct evidence *e, struct evidence_files *f,
                         const struct person_word *words, struct buf *out,
                         struct err *err)
{
    static const char word[] = "{\"archive\":\"list_change.";
    struct archive_dir *archives = vault_archive_dir(e->ask->person.vault);
    char key[UUID_TEXT_BYTES];
    struct buf found;
    int64_t n;
    bool ok;

    if (archives == NULL)
        return true;
    buf_init(&found, EVIDENCE_BYTES_MOST);
    uuid_print(e->ask->person.key.b, key);
    ok = archive_search(archives, key, &found, &n, err) &&
         (n == 0 || evidence_file(f, "archived.jsonl", found.data, found.len, err));
    for (size_t at = 0; ok && at < found.len;) {
        const char *line = found.data + at;
        const size_t len =
            (size_t)((const char *)memchr(line, '\n', found.len - at) - line);

        if (len > sizeof(word) && memcmp(line, word, sizeof(word) - 1) == 0)
            ok = archived_word(pg, e, f, words, line, len, out, err);
        at += len + 1;
    }
    buf_done(&found);
    return ok;
}

static bool words_add(struct pg *pg, struct evidence *e, struct evidence_files *f,
                      struct buf *out, struct err *err)
{
    struct person_word *words = NULL;
    struct pg_result *result = NULL;
    bool ok;

    ok = person_words(pg, &e->ask->person.key, &words, &e->made.n_words, &result, err);
    for (size_t i = 0; ok && i < e->made.n_words; i++)
        ok = word_prove(pg, e, f, words[i].list, words[i].version, out, err);
    if (ok)
        ok = archived_add(pg, e, f, words, out, err);
    free(words);
    pg_result_free(result);
    return ok;
}

/* --- events, some at a time --- */

struct page {
    struct trace_set set;      /* those of the case alone */
    size_t index[PERSON_PAGE]; /* which of all each is */
    struct vault_place places[PERSON_PAGE];
    struct buf bytes; /* what they are open in */
};

static bool page_load(struct pg *pg, const struct evidence *e, size_t from,
                      struct page *ret, struct err *err)
{
    const size_t left = e->ids.n - from;
    size_t kept = 0;

    if (!trace_page(pg, e->ids.ids + from, left < PERSON_PAGE ? left : PERSON_PAGE,
                    &ret->set, err))
        return false;
    for (size_t i = 0; i < ret->set.n; i++) {
        const struct trace_event *ev = &ret->set.events[i];

        if (ev->known_us < e->ask->from_us || ev->known_us >= e->ask->to_us)
            continue;
        ret->places[kept] = (struct vault_place){.ledger_id = ev->ledger_id};
        if (ev->ledger_id == 0)
            ret->places[kept].quarantine_id = ev->quarantine_id;
        ret->index[kept] = from + i;
        ret->set.events[kept++] = *ev;
    }
    ret->set.n = kept;
    return true;
}

static bool page_add(struct pg *pg, struct evidence *e, struct evidence_files *f,
                     struct page *page, struct buf *out, struct err *err)
{
    buf_reset(&page->bytes);
    if (!vault_places(e->ask->person.vault, pg, "evidence", page->places, page->set.n,
                      &page->bytes, err))
        return false;
    for (size_t i = 0; i < page->set.n; i++)
        if (!event_add(pg, e, f, &page->set.events[i], &page->places[i].opened,
                       &page->bytes, &e->proven[page->index[i]], out, err))
            return false;
    e->n += page->set.n;
    return true;
}

/* The events' own files, and their proofs. */
static bool events_add(struct pg *pg, struct evidence *e, struct evidence_files *f,
                       struct buf *out, struct err *err)
{
    struct page page;
    bool ok = true;

    buf_init(&page.bytes, EVIDENCE_BYTES_MOST);
    for (size_t from = 0; ok && from < e->ids.n; from += PERSON_PAGE) {
        page.set = (struct trace_set){0};
        ok = page_load(pg, e, from, &page, err) && page_add(pg, e, f, &page, out, err);
        trace_set_done(&page.set);
    }
    buf_done(&page.bytes);
    return ok;
}

/* --- the long files --- */

struct growing {
    struct part part;
    struct evidence_files *f;
};

static bool spill(void *context, struct buf *out, struct err *err)
{
    struct growing *g = context;
    const size_t n = out->len;

    return part_spill(&g->part, out, err) && evidence_wrote(g->f, n, err);
}

static bool export_add(struct pg *pg, struct evidence *e, struct evidence_files *f,
                       struct buf *out, struct err *err)
{
    struct growing g = {.f = f};
    struct person_out to = {out, spill, &g};
    bool ok;

    if (!part_open(&g.part, e->ask->folder, err))
        return false;
    buf_reset(out);
    ok = person_export(pg, e->reg, &e->ask->person, &to, err) && spill(&g, out, err) &&
         evidence_part(f, "export.json", &g.part, err);
    part_close(&g.part);
    return ok;
}

static bool case_put(struct pg *pg, struct evidence *e, struct growing *g,
                     struct buf *out, struct err *err)
{
    struct page page;
    bool ok = true;

    evidence_page_begin(e, out);
    for (size_t from = 0; ok && from < e->ids.n; from += PERSON_PAGE) {
        page.set = (struct trace_set){0};
        ok = page_load(pg, e, from, &page, err) &&
             vault_trace(e->ask->person.vault, pg, "evidence", &page.set, err);
        for (size_t i = 0; ok && i < page.set.n; i++) {
            evidence_page_event(e, &page.set.events[i], page.index[i], out);
            ok = spill(g, out, err);
        }
        trace_set_done(&page.set);
    }
    evidence_page_end(e, out);
    return ok && spill(g, out, err);
}

static bool case_add(struct pg *pg, struct evidence *e, struct evidence_files *f,
                     struct buf *out, struct err *err)
{
    struct growing g = {.f = f};
    bool ok;

    if (!part_open(&g.part, e->ask->folder, err))
        return false;
    buf_reset(out);
    ok = case_put(pg, e, &g, out, err) && evidence_part(f, "case.html", &g.part, err);
    part_close(&g.part);
    return ok;
}

/* --- the whole --- */

static bool gather(struct pg *pg, struct evidence *e, struct err *err)
{
    const struct person *who = &e->ask->person;

    if (!fact_load_one(pg, &who->key, 0, &e->facts, err) ||
        !trace_ids_load(pg, &who->key, WHEN_NEVER, 0, &e->ids, err))
        return false;
    e->made.n_events = e->ids.n;
    e->proven = mem_zalloc(e->ids.n + 1, sizeof(*e->proven));
    effect_sort(e->facts.facts, e->facts.first[1]);
    trace_walk_init(&e->walk, e->facts.facts, e->facts.first[1]);
    e->p = (struct provenance){
        .kind = who->kind,
        .key = who->key,
        .now_us = who->now_us,
        .rb = &e->reg->book,
        .facts = e->facts.facts,
        .n_facts = e->facts.first[1],
        .walk = &e->walk,
    };
    return true;
}

static bool fill(struct pg *pg, struct evidence *e, struct evidence_files *f,
                 struct buf *out, struct err *err)
{
    return gather(pg, e, err) && events_add(pg, e, f, out, err) &&
           words_add(pg, e, f, out, err) && export_add(pg, e, f, out, err) &&
           evidence_file(f, "verify.py", evidence_verify,
                         (size_t)(evidence_verify_end - evidence_verify), err) &&
           case_add(pg, e, f, out, err) &&
           evidence_file(f, "README.txt", readme, sizeof(readme) - 1, err) &&
           evidence_end(f, e->ask->signer, err);
}

bool evidence_write(struct pg *pg, const struct register_snapshot *reg,
                    const struct evidence_ask *ask, evidence_sink *sink, void *context,
                    struct evidence_made *ret, struct err *err)
{
    struct evidence e = {.ask = ask, .reg = reg};
    struct evidence_files f = {.ask = ask, .sink = sink, .context = context};
    struct buf out;
    bool ok;

    zip_writer_init(&f.zip, EVIDENCE_BYTES_MOST);
    buf_init(&f.manifest, EVIDENCE_BYTES_MOST);
    buf_init(&out, EVIDENCE_BYTES_MOST);
    ok = fill(pg, &e, &f, &out, err);
    if (ok)
        *ret = e.made;
    zip_writer_done(&f.zip);
    buf_done(&f.manifest);
    buf_done(&out);
    free(e.proven);
    trace_walk_done(&e.walk);
    trace_ids_done(&e.ids);
    fact_set_done(&e.facts);
    return ok;
}
