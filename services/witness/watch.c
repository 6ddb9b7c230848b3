#include "watch.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/when.h"
#include "proof/tile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATH_BYTES 2048

/* A log while it is looked at. */
struct look {
    struct watch *w;
    const char *log;
    struct buf body; /* of the last file */
    struct merkle_hash hashes[TILE_HASHES];
    struct tile_source tiles;
};

bool watch_open(struct watch *w, const struct settings *settings, struct err *err)
{
    char token[256];
    size_t len;
    bool secret = settings->token_file[0] != '\0';

    *w = (struct watch){.settings = settings};
    if (secret &&
        !conf_read_secret(settings->token_file, token, sizeof(token) - 1, &len, err))
        return conf_of("token_file", err);
    if (secret)
        token[len] = '\0';
    return (note_key_load(settings->log_key_file, &w->log_key, err) ||
            conf_of("log_key_file", err)) &&
           (note_signer_load(settings->witness_key_file, &w->signer, err) ||
            conf_of("witness_key_file", err)) &&
           (w->signer.key.algorithm == NOTE_COSIGNATURE ||
            err_set(err, ERR_CONFIG, "NOTE_KEY",
                    "witness_key_file: is a log's key: make one with --witness")) &&
           fetch_open(secret ? token : NULL, &w->fetch, err);
}

void watch_close(struct watch *w)
{
    fetch_close(w->fetch);
    note_signer_forget(&w->signer);
}

/* --- what the log says --- */

static bool get(struct look *l, const char *name, bool *ret_there, struct err *err)
{
    char url[PATH_BYTES];

    snprintf(url, sizeof(url), "%s/%s/%s", l->w->settings->log_url, l->log, name);
    return fetch_get(l->w->fetch, url, &l->body, ret_there, err);
}

static bool wrong(struct err *err, const char *code, const char *what)
{
    return err_set(err, ERR_INPUT, code, "%s", what);
}

/* A checkpoint that bears the log's signature, and is of this log. */
static bool checkpoint_check(const struct look *l, const char *note, size_t len,
                             struct checkpoint *ret, struct err *err)
{
    char origin[NOTE_NAME_BYTES + 32];
    size_t text;
    int64_t at;

    snprintf(origin, sizeof(origin), "%s/%s", l->w->log_key.name, l->log);
    if (!note_signed(note, len, &l->w->log_key, &text, &at))
        return wrong(err, "LOG_UNSIGNED",
                     "the checkpoint is not signed by the log's key");
    if (!checkpoint_read(note, text, ret, err) || strcmp(ret->origin, origin) != 0)
        return wrong(err, "LOG_UNSIGNED", "the checkpoint is of another log");
    return true;
}

/* A partial tile may have become full in the meantime: then its beginning is the same. */
static bool tile_get(void *context, int level, uint64_t index, int width,
                     const struct merkle_hash **ret, struct err *err)
{
    struct look *l = context;
    char name[TILE_PATH_BYTES];
    bool there = false;

    tile_path(level, index, width, name);
    if (!get(l, name, &there, err))
        return false;
    if (!there && width < TILE_HASHES) {
        tile_path(level, index, TILE_HASHES, name);
        if (!get(l, name, &there, err))
            return false;
    }
    if (!there || l->body.len < (size_t)width * MERKLE_BYTES)
        return err_set(err, ERR_RETRY, "LOG_TILE", "%s is not there, or not whole", name);
    memcpy(l->hashes, l->body.data, (size_t)width * MERKLE_BYTES);
    *ret = l->hashes;
    return true;
}

static bool grew(struct look *l, const struct checkpoint *old,
                 const struct checkpoint *now, struct err *err)
{
    struct merkle_source from = tile_merkle(&l->tiles);
    struct merkle_proof proof;

    if (now->n < old->n)
        return wrong(
            err, "LOG_SHRUNK",
            "the log has fewer leaves than it had: it was put back to an earlier "
            "time");
    l->tiles = (struct tile_source){.context = l, .get = tile_get, .n = now->n};
    if (!merkle_consistency(&from, old->n, now->n, &proof, err))
        return false;
    return merkle_consistent(old->n, &old->root, now->n, &now->root, &proof) ||
           wrong(err, "LOG_FORKED",
                 "the log does not contain what it was: its past has been rewritten");
}

/* --- what we know --- */

static void state_path(const struct look *l, char ret[PATH_BYTES])
{
    snprintf(ret, PATH_BYTES, "%s/%s", l->w->settings->state_dir, l->log);
}

/* *ret_known false: we have never signed for this log. A file that we did not sign is
 * none of ours, and nobody's word. */
static bool state_get(const struct look *l, struct checkpoint *ret, bool *ret_known,
                      struct err *err)
{
    char path[PATH_BYTES], note[NOTE_BYTES_MOST];
    size_t n, text;
    int64_t at;
    FILE *f;

    state_path(l, path);
    *ret_known = false;
    f = fopen(path, "re");
    if (f == NULL)
        return errno == ENOENT || err_set(err, ERR_CONFIG, "WITNESS_STATE", "%.120s: %s",
                                          path, strerror(errno));
    n = fread(note, 1, sizeof(note), f);
    fclose(f);
    *ret_known = true;
    if (!note_signed(note, n, &l->w->signer.key, &text, &at))
        return err_set(err, ERR_CONFIG, "WITNESS_STATE",
                       "%.120s does not bear our own signature", path);
    return checkpoint_check(l, note, n, ret, err);
}

static bool state_put(const struct look *l, struct buf *note, struct err *err)
{
    char path[PATH_BYTES], part[PATH_BYTES + 8];
    bool ok;
    int fd;

    if (!note_sign(&l->w->signer, clock_wall_us() / WHEN_SECOND_US, note, err))
        return false;
    state_path(l, path);
    snprintf(part, sizeof(part), "%s.part", path);
    fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    ok = fd >= 0 && write(fd, note->data, note->len) == (ssize_t)note->len &&
         fsync(fd) == 0;
    ok = (fd < 0 || close(fd) == 0) && ok && rename(part, path) == 0;
    return ok ||
           err_set(err, ERR_CONFIG, "WITNESS_STATE", "%.120s: %s", path, strerror(errno));
}

/* --- a look --- */

static enum watch_seen seen(struct look *l, uint64_t *ret_n, struct err *err)
{
    struct checkpoint now = {0}, old = {0};
    struct buf note;
    bool there, known, ok;

    if (!get(l, "checkpoint", &there, err))
        return WATCH_AWAY;
    if (!there) {
        err_set(err, ERR_RETRY, "LOG_EMPTY", "the log has no checkpoint");
        return WATCH_AWAY;
    }
    buf_init(&note, NOTE_BYTES_MOST);
    buf_add(&note, l->body.data, l->body.len);
    ok = checkpoint_check(l, note.data, note.len, &now, err) &&
         state_get(l, &old, &known, err);
    *ret_n = now.n;
    if (ok && known)
        ok = grew(l, &old, &now, err);
    /* signed only for what we have seen to be right */
    if (ok && (!known || now.n > old.n))
        ok = state_put(l, &note, err);
    buf_done(&note);
    if (!ok)
        return err->kind == ERR_RETRY ? WATCH_AWAY : WATCH_WRONG;
    return !known ? WATCH_FIRST : now.n > old.n ? WATCH_GREW : WATCH_SAME;
}

enum watch_seen watch_look(struct watch *w, const char *log, uint64_t *ret_n,
                           struct err *err)
{
    struct look *l = mem_zalloc(1, sizeof(*l));
    enum watch_seen ret;

    *ret_n = 0;
    l->w = w;
    l->log = log;
    buf_init(&l->body, NOTE_BYTES_MOST);
    ret = seen(l, ret_n, err);
    buf_done(&l->body);
    free(l);
    return ret;
}
