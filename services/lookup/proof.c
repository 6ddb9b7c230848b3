/*
 * GET /v1/proof/...: the logs that cannot be rewritten unseen, as schemas/proof/README.md
 * has them.
 *
 *   LOG/checkpoint, LOG/tile/...      for every token: they name nobody
 *   LOG/growth?from=N&to=M            that the log only grew; likewise
 *   event/ID, quarantine/ID           for dpo and auditor, and written to the audit
 *   list/LIST/VERSION, lookup/NUMBER
 */
#include "routes.h"

#include "base/mem.h"
#include "export/prove.h"
#include "proof/tile.h"
#include "store/operate/archive_store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool not_found(struct call *c)
{
    http_problem(c->reply, 404, "not-found", "the log has no such thing, or not yet",
                 NULL);
    return true;
}

/* A whole number from 0 on; false: it is none. */
static bool number(const char *text, int64_t *ret)
{
    char *end;

    errno = 0;
    *ret = strtoll(text, &end, 10);
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0;
}

static bool checkpoint_answer(struct call *c, enum proof_log log, struct err *err)
{
    struct proof_seal seal;
    bool found;

    if (!proof_seal_last(c->w->pg, log, INT64_MAX, &seal, &found, err))
        return false;
    if (!found)
        return not_found(c);
    c->reply->type = "text/plain; charset=utf-8";
    buf_add_str(&c->reply->body, seal.checkpoint);
    return true;
}

static bool tile_answer(struct call *c, enum proof_log log, const char *path,
                        struct err *err)
{
    const struct merkle_hash *hashes;
    struct proof_tree *tree;
    uint64_t index;
    int level, width;
    bool ok;

    if (!tile_parse(path, &level, &index, &width) || index > INT64_MAX / TILE_HASHES)
        return not_found(c);
    tree = mem_zalloc(1, sizeof(*tree));
    proof_tree_init(tree, c->w->pg, log, 0);
    ok = proof_tree_tile(tree, level, index, width, &hashes, err);
    if (ok) {
        c->reply->type = "application/octet-stream";
        buf_add(&c->reply->body, hashes, (size_t)width * MERKLE_BYTES);
        /* a tile, full or not, never changes */
        http_reply_field(c->reply, "Cache-Control",
                         "private, max-age=31536000, immutable");
    } else if (err->kind == ERR_INPUT) {
        ok = not_found(c);
    }
    free(tree);
    return ok;
}

static bool growth_answer(struct call *c, enum proof_log log, struct err *err)
{
    const char *from = http_argument(c->rq, "from"), *to = http_argument(c->rq, "to");
    int64_t m, n = 0;

    if (from == NULL || !number(from, &m) || (to != NULL && !number(to, &n))) {
        http_problem(c->reply, 400, "bad-argument",
                     "from and to are numbers of leaves that a checkpoint had", NULL);
        return true;
    }
    return prove_growth(c->w->pg, log, (uint64_t)m, (uint64_t)n, &c->reply->body, err);
}

/* A word or a look-up that is not in the database, and may be in an archive, which may be
 * read for minutes: by a person at a shell, not by a thread of ours. */
static bool left_or_none(struct call *c, const char *list, int64_t n, struct err *err)
{
    const enum proof_log log = list != NULL ? PROOF_LISTS : PROOF_LOOKUPS;
    char words[256];
    bool left;

    if (!archive_has(c->w->pg, (int16_t)log, list != NULL ? n : 0, &left, err))
        return false;
    buf_reset(&c->reply->body);
    if (!left)
        return not_found(c);
    if (list != NULL)
        snprintf(words, sizeof(words),
                 "words of then have left the database: consentctl proof list %.64s %lld "
                 "--archive DIR proves it from the files",
                 list, (long long)n);
    else
        snprintf(words, sizeof(words),
                 "it is not in the database, and old look-ups have left it: consentctl "
                 "proof audit %lld --archive DIR looks for it in the files",
                 (long long)n);
    http_problem(c->reply, 410, "archived", words, NULL);
    return true;
}

static bool is_none(const struct err *err)
{
    return strcmp(err->code, "PROOF_NONE") == 0;
}

/* "event", "quarantine", "list", "lookup" and what is behind it. */
static bool row_prove(struct call *c, const char *kind, size_t len, const char *rest,
                      bool *ret_known, struct err *err)
{
    const char *slash = strrchr(rest, '/');
    struct buf *out = &c->reply->body;
    char list[REGISTER_ID_BYTES] = "";
    int64_t n;

    *ret_known = number(slash != NULL ? slash + 1 : rest, &n);
    if (*ret_known && slash == NULL) {
        if (len == 5 && memcmp(kind, "event", len) == 0)
            return prove_event(c->w->pg, false, n, NULL, out, err);
        if (len == 10 && memcmp(kind, "quarantine", len) == 0)
            return prove_event(c->w->pg, true, n, NULL, out, err);
        if (len == 6 && memcmp(kind, "lookup", len) == 0)
            return prove_lookup(c->w->pg, NULL, n, out, err) ||
                   (is_none(err) && left_or_none(c, NULL, n, err));
    }
    *ret_known = *ret_known && slash != NULL && len == 4 &&
                 memcmp(kind, "list", 4) == 0 && (size_t)(slash - rest) < sizeof(list);
    if (!*ret_known)
        return true;
    memcpy(list, rest, (size_t)(slash - rest));
    return prove_word(c->w->pg, NULL, list, n, out, err) ||
           (is_none(err) && left_or_none(c, list, n, err));
}

static bool row_answer(struct call *c, const char *kind, size_t len, const char *rest,
                       struct err *err)
{
    struct audit_row row = {.outcome = LOOKUP_SHOWN};
    bool known, refused, ok;

    if (c->token->role != ACCESS_DPO && c->token->role != ACCESS_AUDITOR) {
        call_forbid(c, LOOKUP_PROOF);
        return true;
    }
    if (!call_noted(c, LOOKUP_PROOF, &row, 1, &refused, err))
        return false;
    if (refused)
        return true;
    ok = row_prove(c, kind, len, rest, &known, err);
    return ok && !known ? not_found(c) : ok;
}

static bool route(struct call *c, const char *path, struct err *err)
{
    const size_t len = strcspn(path, "/");
    const char *rest = path[len] == '/' ? path + len + 1 : "";
    char name[16] = "";
    int log;

    if (len < sizeof(name))
        memcpy(name, path, len);
    log = proof_log_find(name);
    if (name[0] == '\0' || log == 0)
        return row_answer(c, path, len, rest, err);
    if (strcmp(rest, "checkpoint") == 0)
        return checkpoint_answer(c, (enum proof_log)log, err);
    if (strcmp(rest, "growth") == 0)
        return growth_answer(c, (enum proof_log)log, err);
    return tile_answer(c, (enum proof_log)log, rest, err);
}

/* What cannot be proved is 404, or 410 when an archive may have it; what was changed by
 * hand is 409, and nobody's secret. */
bool answer_proof(struct call *c, struct err *err)
{
    if (route(c, c->rq->name, err))
        return true;
    if (is_none(err)) {
        buf_reset(&c->reply->body);
        return not_found(c);
    }
    if (strcmp(err->code, "PROOF_ALTERED") == 0) {
        buf_reset(&c->reply->body);
        http_problem(c->reply, 409, "altered", err->text, NULL);
        return true;
    }
    return false;
}
