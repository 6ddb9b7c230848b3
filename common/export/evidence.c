#include "export/evidence_parts.h"

#include "export/proofs.h"
#include "export/zip_write.h"

#include "base/clock.h"
#include "base/embed.h"
#include "base/hex.h"
#include "base/mem.h"
#include "crypto/digest.h"
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

bool evidence_has(const struct evidence *e, size_t event)
{
    const int64_t known_us = e->events.events[event].known_us;

    return known_us >= e->ask->from_us && known_us < e->ask->to_us;
}

/* --- files --- */

struct files {
    struct zip_writer zip;
    struct buf manifest;
    bool more;
    evidence_sink *sink;
    void *context;
};

/* What the archive has by now goes out. */
static bool files_send(struct files *f, struct err *err)
{
    const struct buf *b = &f->zip.files;

    if (!zip_writer_fits(&f->zip))
        return err_set(err, ERR_INPUT, "TOO_LARGE", "the case is too large for a ZIP");
    if (b->len > 0 && !f->sink(f->context, b->data, b->len, err))
        return false;
    zip_writer_sent(&f->zip);
    return true;
}

static bool file_add(struct files *f, const char *name, const void *data, size_t len,
                     struct err *err)
{
    uint8_t digest[DIGEST_BYTES];
    char text[2 * DIGEST_BYTES + 1];

    if (!digest_sha256(data, len, NULL, 0, digest, err))
        return false;
    hex_print(digest, sizeof(digest), text);
    zip_writer_add(&f->zip, name, data, len);
    buf_add_str(&f->manifest, f->more ? "," : "{\"files\":[");
    buf_addf(&f->manifest, "\n{\"name\":\"%s\",\"sha256\":\"%s\"}", name, text);
    f->more = true;
    return files_send(f, err);
}

/* The note that signs the manifest. */
static bool sign(struct files *f, const struct note_signer *signer, struct err *err)
{
    uint8_t digest[DIGEST_BYTES];
    char text[2 * DIGEST_BYTES + 1];
    struct buf note;
    bool ok;

    buf_init(&note, NOTE_BYTES_MOST);
    ok = digest_sha256(f->manifest.data, f->manifest.len, NULL, 0, digest, err);
    if (ok) {
        hex_print(digest, sizeof(digest), text);
        buf_addf(&note, "consentmq evidence\n%s\n", text);
        ok = note_sign(signer, clock_wall_us() / WHEN_SECOND_US, &note, err);
    }
    if (ok)
        zip_writer_add(&f->zip, "manifest.note", note.data, note.len);
    buf_done(&note);
    return ok;
}

static bool files_end(struct files *f, const struct note_signer *signer, struct err *err)
{
    buf_add_str(&f->manifest, "\n]}\n");
    zip_writer_add(&f->zip, "manifest.json", f->manifest.data, f->manifest.len);
    if (signer != NULL && !sign(f, signer, err))
        return false;
    zip_writer_end(&f->zip);
    return files_send(f, err);
}

/* --- proofs --- */

/* What stands in out goes into the file, or why it does not. */
static bool proof_keep(struct evidence *e, struct files *f, const char *name, bool proved,
                       const struct buf *out, enum proven *ret, struct err *err)
{
    if (proved) {
        *ret = PROVEN;
        e->made.n_proofs++;
        return file_add(f, name, out->data, out->len, err);
    }
    *ret = strcmp(err->code, "PROOF_ALTERED") == 0 ? PROVEN_ALTERED : PROVEN_NOT_YET;
    e->made.n_altered += *ret == PROVEN_ALTERED;
    return *ret == PROVEN_ALTERED || strcmp(err->code, "PROOF_NONE") == 0;
}

static bool event_add(struct pg *pg, struct evidence *e, struct files *f, size_t i,
                      struct buf *out, struct err *err)
{
    const struct trace_event *ev = &e->events.events[i];
    const struct opened *o = &e->places[i].opened;
    const bool held = ev->ledger_id == 0;
    const int64_t id = held ? ev->quarantine_id : ev->ledger_id;
    const char *table = held ? "quarantine" : "ledger";
    char name[80];

    if (o->kept == KEPT_OPEN && o->has_raw) {
        snprintf(name, sizeof(name), "events/%s-%lld", table, (long long)id);
        if (!file_add(f, name, e->bytes.data + o->raw, o->raw_len, err))
            return false;
    }
    buf_reset(out);
    snprintf(name, sizeof(name), "proofs/%s-%lld.json", table, (long long)id);
    return proof_keep(e, f, name, proof_opened(pg, held, id, o, &e->bytes, out, err), out,
                      &e->proven[i], err);
}

static bool word_prove(struct pg *pg, struct evidence *e, struct files *f,
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
    for (size_t i = 0; i < e->reg->n_lists; i++)
        if (e->reg->lists[i].number == number)
            return e->reg->lists[i].id;
    return NULL;
}

/* A word that has left is proved as it was before, unless it is the last one, which
 * stands in both. */
static bool archived_word(struct pg *pg, struct evidence *e, struct files *f,
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
static bool archived_add(struct pg *pg, struct evidence *e, struct files *f,
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
         (n == 0 || file_add(f, "archived.jsonl", found.data, found.len, err));
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

static bool words_add(struct pg *pg, struct evidence *e, struct files *f, struct buf *out,
                      struct err *err)
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

/* --- the whole --- */

static bool places_open(struct pg *pg, struct evidence *e, struct err *err)
{
    const size_t n = e->events.n;

    e->places = mem_zalloc(n + 1, sizeof(*e->places));
    e->proven = mem_zalloc(n + 1, sizeof(*e->proven));
    for (size_t i = 0; i < n; i++) {
        e->places[i].ledger_id = e->events.events[i].ledger_id;
        if (e->places[i].ledger_id == 0)
            e->places[i].quarantine_id = e->events.events[i].quarantine_id;
    }
    return vault_places(e->ask->person.vault, pg, "evidence", e->places, n, &e->bytes,
                        err);
}

static bool gather(struct pg *pg, struct evidence *e, struct err *err)
{
    const struct person *who = &e->ask->person;

    if (!fact_load(pg, &who->key, 1, &e->facts, err) ||
        !trace_load(pg, &who->key, WHEN_NEVER, &e->events, err))
        return false;
    e->made.n_events = e->events.n;
    if (!vault_trace(who->vault, pg, "evidence", &e->events, err) ||
        !places_open(pg, e, err))
        return false;
    effect_sort(e->facts.facts, e->facts.first[1]);
    e->walk.room = mem_zalloc(e->facts.first[1] + 1, sizeof(*e->walk.room));
    e->p = (struct provenance){
        .kind = who->kind,
        .key = who->key,
        .now_us = who->now_us,
        .rb = &e->reg->book,
        .facts = e->facts.facts,
        .n_facts = e->facts.first[1],
        .events = e->events.events,
        .n_events = e->events.n,
        .walk = &e->walk,
    };
    return true;
}

static bool fill(struct pg *pg, struct evidence *e, struct files *f, struct buf *out,
                 struct err *err)
{
    if (!gather(pg, e, err))
        return false;
    for (size_t i = 0; i < e->events.n; i++)
        if (evidence_has(e, i) && !event_add(pg, e, f, i, out, err))
            return false;
    if (!words_add(pg, e, f, out, err))
        return false;
    buf_reset(out);
    if (!person_export(pg, e->reg, &e->ask->person, out, err) ||
        !file_add(f, "export.json", out->data, out->len, err) ||
        !file_add(f, "verify.py", evidence_verify,
                  (size_t)(evidence_verify_end - evidence_verify), err))
        return false;
    buf_reset(out);
    evidence_page(e, out);
    return file_add(f, "case.html", out->data, out->len, err) &&
           file_add(f, "README.txt", readme, sizeof(readme) - 1, err) &&
           files_end(f, e->ask->signer, err);
}

bool evidence_write(struct pg *pg, const struct register_snapshot *reg,
                    const struct evidence_ask *ask, evidence_sink *sink, void *context,
                    struct evidence_made *ret, struct err *err)
{
    struct evidence e = {.ask = ask, .reg = reg};
    struct files f = {.sink = sink, .context = context};
    struct buf out;
    bool ok;

    zip_writer_init(&f.zip, EVIDENCE_BYTES_MOST);
    buf_init(&f.manifest, EVIDENCE_BYTES_MOST);
    buf_init(&out, EVIDENCE_BYTES_MOST);
    buf_init(&e.bytes, EVIDENCE_BYTES_MOST);
    ok = fill(pg, &e, &f, &out, err);
    if (ok)
        *ret = e.made;
    zip_writer_done(&f.zip);
    buf_done(&f.manifest);
    buf_done(&out);
    buf_done(&e.bytes);
    free(e.places);
    free(e.proven);
    free(e.walk.room);
    trace_set_done(&e.events);
    fact_set_done(&e.facts);
    return ok;
}
