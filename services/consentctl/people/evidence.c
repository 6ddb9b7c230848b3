/*
 * consentctl evidence: a case as one ZIP file, for a court, an authority or the person:
 * what was said, when we knew it, what it did, what we told whom, and the proofs, with
 * the program that checks them.
 */
#include "audit.h"
#include "commands.h"
#include "evidence.h"
#include "outfile.h"

#include "base/clock.h"
#include "base/hex.h"
#include "base/mem.h"
#include "codec/put.h"
#include "crypto/digest.h"
#include "export/person.h"
#include "export/prove.h"
#include "export/zip_write.h"
#include "proof/note.h"
#include "store/people/person_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VERIFY_BYTES ((size_t)1 << 20)

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
    "       python3 verify.py pack --key log.vkey case.zip\n"
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
    const int64_t known_us = e->t.events.events[event].known_us;

    return known_us >= e->from_us && known_us < e->to_us;
}

/* --- files --- */

struct pack {
    struct zip_writer zip;
    struct buf manifest;
    bool more;
};

static bool pack_add(struct pack *p, const char *name, const void *data, size_t len,
                     struct err *err)
{
    uint8_t digest[DIGEST_BYTES];
    char text[2 * DIGEST_BYTES + 1];

    if (!digest_sha256(data, len, NULL, 0, digest, err))
        return false;
    hex_print(digest, sizeof(digest), text);
    zip_writer_add(&p->zip, name, data, len);
    buf_add_str(&p->manifest, p->more ? "," : "{\"files\":[");
    buf_addf(&p->manifest, "\n{\"name\":\"%s\",\"sha256\":\"%s\"}", name, text);
    p->more = true;
    return true;
}

/* The manifest, and the note that signs it where there is a key. */
static bool pack_end(struct pack *p, const char *key_file, struct err *err)
{
    uint8_t digest[DIGEST_BYTES];
    char text[2 * DIGEST_BYTES + 1];
    struct note_signer signer;
    struct buf note;
    bool ok = true;

    buf_add_str(&p->manifest, "\n]}\n");
    zip_writer_add(&p->zip, "manifest.json", p->manifest.data, p->manifest.len);
    if (key_file != NULL) {
        buf_init(&note, NOTE_BYTES_MOST);
        ok = digest_sha256(p->manifest.data, p->manifest.len, NULL, 0, digest, err) &&
             note_signer_load(key_file, &signer, err);
        if (ok) {
            hex_print(digest, sizeof(digest), text);
            buf_addf(&note, "consentmq evidence\n%s\n", text);
            ok = note_sign(&signer, clock_wall_us() / WHEN_SECOND_US, &note, err);
            zip_writer_add(&p->zip, "manifest.note", note.data, note.len);
            note_signer_forget(&signer);
        }
        buf_done(&note);
    }
    return ok && (zip_writer_end(&p->zip) || err_set(err, ERR_INPUT, "TOO_LARGE",
                                                     "the case is too large for a ZIP"));
}

/* --- proofs --- */

/* What stands in out goes into the pack, or why it does not. */
static bool proof_keep(struct evidence *e, struct pack *p, const char *name, bool proved,
                       const struct buf *out, enum proven *ret, struct err *err)
{
    if (proved) {
        *ret = PROVEN;
        e->n_proofs++;
        return pack_add(p, name, out->data, out->len, err);
    }
    *ret = strcmp(err->code, "PROOF_ALTERED") == 0 ? PROVEN_ALTERED : PROVEN_NOT_YET;
    e->n_altered += *ret == PROVEN_ALTERED;
    return *ret == PROVEN_ALTERED || strcmp(err->code, "PROOF_NONE") == 0;
}

static bool event_pack(struct ctl *ctl, struct evidence *e, struct pack *p, size_t i,
                       struct buf *out, struct err *err)
{
    const struct trace_event *ev = &e->t.events.events[i];
    const struct opened *o = &e->places[i].opened;
    const bool held = ev->ledger_id == 0;
    const long long id = (long long)(held ? ev->quarantine_id : ev->ledger_id);
    const char *table = held ? "quarantine" : "ledger";
    struct prove_opening opening = {.salt = o->has_salt ? o->salt : NULL};
    char name[80];

    if (o->kept == KEPT_OPEN && o->has_raw) {
        opening.bytes = e->bytes.data + o->raw;
        opening.bytes_len = o->raw_len;
        snprintf(name, sizeof(name), "events/%s-%lld", table, id);
        if (!pack_add(p, name, opening.bytes, opening.bytes_len, err))
            return false;
    }
    if (o->packed_len > 0) {
        opening.headers = e->bytes.data + o->packed;
        opening.headers_len = o->packed_len;
    }
    buf_reset(out);
    snprintf(name, sizeof(name), "proofs/%s-%lld.json", table, id);
    return proof_keep(e, p, name,
                      prove_event(ctl->pg, held, held ? ev->quarantine_id : ev->ledger_id,
                                  opening.salt != NULL ? &opening : NULL, out, err),
                      out, &e->proven[i], err);
}

static bool words_pack(struct ctl *ctl, struct evidence *e, struct pack *p,
                       struct buf *out, struct err *err)
{
    struct person_word *words = NULL;
    struct pg_result *result = NULL;
    enum proven proven;
    bool ok;

    ok = person_words(ctl->pg, &e->t.who.key, &words, &e->n_words, &result, err);
    for (size_t i = 0; ok && i < e->n_words; i++) {
        char name[160];

        buf_reset(out);
        snprintf(name, sizeof(name), "proofs/list-%.64s-%lld.json", words[i].list,
                 (long long)words[i].version);
        ok = proof_keep(e, p, name,
                        prove_word(ctl->pg, words[i].list, words[i].version, out, err),
                        out, &proven, err);
    }
    free(words);
    pg_result_free(result);
    return ok;
}

/* --- the whole --- */

static bool verify_pack(struct ctl *ctl, struct pack *p, struct err *err)
{
    char dir[4096], path[4200];
    char *data;
    size_t len;
    bool ok;

    if (!ctl_schemas(ctl, dir, sizeof(dir), err))
        return false;
    snprintf(path, sizeof(path), "%s/proof/verify.py", dir);
    if (!ctl_file(path, VERIFY_BYTES, &data, &len, err))
        return false;
    ok = pack_add(p, "verify.py", data, len, err);
    free(data);
    return ok;
}

static bool export_pack(struct ctl *ctl, struct evidence *e, struct pack *p,
                        struct buf *out, struct err *err)
{
    const struct person person = {e->t.who.kind, e->t.who.key, e->t.who.canonical,
                                  e->t.p.now_us, ctl->vault};

    buf_reset(out);
    return person_export(ctl->pg, e->t.s, &person, out, err) &&
           pack_add(p, "export.json", out->data, out->len, err);
}

static bool places_open(struct ctl *ctl, struct evidence *e, struct err *err)
{
    const size_t n = e->t.events.n;

    e->places = mem_zalloc(n + 1, sizeof(*e->places));
    e->proven = mem_zalloc(n + 1, sizeof(*e->proven));
    for (size_t i = 0; i < n; i++) {
        e->places[i].ledger_id = e->t.events.events[i].ledger_id;
        if (e->places[i].ledger_id == 0)
            e->places[i].quarantine_id = e->t.events.events[i].quarantine_id;
    }
    return vault_places(ctl->vault, ctl->pg, "evidence", e->places, n, &e->bytes, err);
}

static bool fill(struct ctl *ctl, struct evidence *e, struct pack *p, struct buf *out,
                 struct err *err)
{
    if (!ctl_time(ctl_option(ctl, "from"), WHEN_ALWAYS, &e->from_us, err) ||
        !ctl_time(ctl_option(ctl, "to"), WHEN_NEVER, &e->to_us, err) ||
        !traced_find(ctl, &e->t, "evidence", err) || !places_open(ctl, e, err))
        return false;
    if (!ctl_audit(ctl,
                   &(struct ctl_look){.contact = e->t.who.key,
                                      .route = LOOKUP_EXPORT,
                                      .outcome = LOOKUP_SHOWN},
                   err))
        return false;
    if (e->t.events.n == 0)
        return err_set(err, ERR_INPUT, "NOTHING", "nothing is known of this contact");
    for (size_t i = 0; i < e->t.events.n; i++)
        if (evidence_has(e, i) && !event_pack(ctl, e, p, i, out, err))
            return false;
    if (!words_pack(ctl, e, p, out, err) || !export_pack(ctl, e, p, out, err) ||
        !verify_pack(ctl, p, err))
        return false;
    buf_reset(out);
    evidence_page(e, out);
    return pack_add(p, "case.html", out->data, out->len, err) &&
           pack_add(p, "README.txt", readme, sizeof(readme) - 1, err) &&
           pack_end(p, ctl_option(ctl, "key"), err);
}

static bool write_pack(struct ctl *ctl, const struct pack *p, struct err *err)
{
    struct outfile f;
    bool ok;

    if (!outfile_open(&f, ctl_option(ctl, "output"), err))
        return false;
    ok = outfile_write(&f, p->zip.files.data, p->zip.files.len, err) &&
         outfile_keep(&f, err);
    outfile_drop(&f);
    return ok;
}

static int report(const struct ctl *ctl, const struct evidence *e)
{
    fprintf(stderr, "%zu events, %zu words of lists, %zu proofs%s\n", e->t.events.n,
            e->n_words, e->n_proofs,
            ctl_option(ctl, "key") != NULL ? "" : "; not signed: no --key");
    if (e->n_altered == 0)
        return CTL_DONE;
    fprintf(stderr, "%zu rows are not what they were when they were sealed\n",
            e->n_altered);
    return CTL_FAILED;
}

int evidence_run(struct ctl *ctl)
{
    static struct evidence e;
    struct pack p = {.more = false};
    struct buf out;
    struct err err;
    int code;

    if (ctl_option(ctl, "output") == NULL)
        return ctl_wrong("say where to: --output case.zip");
    zip_writer_init(&p.zip, CTL_ANSWER_BYTES);
    buf_init(&p.manifest, CTL_ANSWER_BYTES);
    buf_init(&out, CTL_ANSWER_BYTES);
    buf_init(&e.bytes, CTL_ANSWER_BYTES);
    code = fill(ctl, &e, &p, &out, &err) && write_pack(ctl, &p, &err)
               ? report(ctl, &e)
               : ctl_fail(ctl, &err);
    zip_writer_done(&p.zip);
    buf_done(&p.manifest);
    buf_done(&out);
    buf_done(&e.bytes);
    free(e.places);
    free(e.proven);
    traced_done(&e.t);
    return code;
}
