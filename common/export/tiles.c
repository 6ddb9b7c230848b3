#include "export/tiles.h"

#include "base/buf.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PATH_BYTES 1024

struct place {
    char dir[PATH_BYTES / 2]; /* of the log */
    struct pg *pg;
    enum proof_log log;
};

static bool failed(const char *path, struct err *err)
{
    return err_set(err, ERR_RETRY, "PROOF_DIR", "%.120s: %s", path, strerror(errno));
}

static void path_in(const struct place *p, const char *name, char ret[PATH_BYTES])
{
    snprintf(ret, PATH_BYTES, "%s/%s", p->dir, name);
}

/* The folders on the way to a file. */
static bool folders_make(const char *path, struct err *err)
{
    char part[PATH_BYTES];

    for (const char *slash = strchr(path + 1, '/'); slash != NULL;
         slash = strchr(slash + 1, '/')) {
        memcpy(part, path, (size_t)(slash - path));
        part[slash - path] = '\0';
        if (mkdir(part, 0755) != 0 && errno != EEXIST)
            return failed(part, err);
    }
    return true;
}

static bool all_written(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, data, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        data += n;
        len -= (size_t)n;
    }
    return true;
}

/* Whole under its name, or not at all. */
static bool file_put(const struct place *p, const char *name, const void *data,
                     size_t len, struct err *err)
{
    char path[PATH_BYTES], part[PATH_BYTES + 8];
    bool ok;
    int fd;

    path_in(p, name, path);
    if (!folders_make(path, err))
        return false;
    snprintf(part, sizeof(part), "%s.part", path);
    fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0)
        return failed(part, err);
    ok = all_written(fd, data, len) && fdatasync(fd) == 0;
    ok = close(fd) == 0 && ok && rename(part, path) == 0;
    return ok || failed(part, err);
}

/* *ret_len 0: there is none. */
static bool file_get(const struct place *p, const char *name, char *ret, size_t cap,
                     size_t *ret_len, struct err *err)
{
    char path[PATH_BYTES];
    FILE *f;

    path_in(p, name, path);
    *ret_len = 0;
    f = fopen(path, "re");
    if (f == NULL)
        return errno == ENOENT || failed(path, err);
    *ret_len = fread(ret, 1, cap - 1, f);
    ret[*ret_len] = '\0';
    fclose(f);
    return true;
}

static bool place_find(struct pg *pg, enum proof_log log, const char *dir,
                       struct place *ret, struct err *err)
{
    struct stat st;

    if (stat(dir, &st) != 0 || !S_ISDIR(st.st_mode))
        return err_set(err, ERR_CONFIG, "PROOF_DIR", "%.120s is no directory", dir);
    ret->pg = pg;
    ret->log = log;
    if (snprintf(ret->dir, sizeof(ret->dir), "%s/%s", dir, proof_log_name(log)) >=
        (int)sizeof(ret->dir))
        return err_set(err, ERR_CONFIG, "PROOF_DIR", "%.120s is too long a name", dir);
    if (mkdir(ret->dir, 0755) != 0 && errno != EEXIST)
        return failed(ret->dir, err);
    return true;
}

/* What the files say; n 0: there are none. */
static bool checkpoint_get(const struct place *p, struct checkpoint *ret, struct err *err)
{
    char note[NOTE_BYTES_MOST];
    size_t len;

    *ret = (struct checkpoint){0};
    return file_get(p, "checkpoint", note, sizeof(note), &len, err) &&
           (len == 0 || checkpoint_read(note, len, ret, err));
}

/* --- after a restore --- */

static bool epoch_get(const struct place *p, int64_t *ret, struct err *err)
{
    char text[32];
    size_t len;

    if (!file_get(p, "epoch", text, sizeof(text), &len, err))
        return false;
    *ret = len == 0 ? 0 : strtoll(text, NULL, 10);
    return true;
}

static bool epoch_put(const struct place *p, int64_t epoch, struct err *err)
{
    char text[32];
    int n = snprintf(text, sizeof(text), "%lld\n", (long long)epoch);

    return file_put(p, "epoch", text, (size_t)n, err);
}

/* The checkpoint last: while it is there the files are the former ones. */
static bool put_aside(const struct place *p, int64_t epoch, struct err *err)
{
    static const char *const names[] = {"tile", "history", "checkpoint"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char from[PATH_BYTES], to[PATH_BYTES + 32];

        path_in(p, names[i], from);
        snprintf(to, sizeof(to), "%s.before-%lld", from, (long long)epoch);
        if (rename(from, to) != 0 && errno != ENOENT)
            return failed(from, err);
    }
    return epoch_put(p, epoch, err);
}

/* Has the log in the database had this checkpoint? */
static bool was_so(const struct place *p, const struct checkpoint *c, bool *ret,
                   struct err *err)
{
    struct proof_tree *tree;
    struct merkle_source from;
    struct proof_seal last;
    struct merkle_hash root;
    bool found, ok;

    *ret = c->n == 0;
    if (c->n == 0)
        return true;
    if (!proof_seal_last(p->pg, p->log, INT64_MAX, &last, &found, err))
        return false;
    if (!found || last.size < c->n)
        return true;
    tree = mem_zalloc(1, sizeof(*tree));
    proof_tree_init(tree, p->pg, p->log, c->n);
    from = tile_merkle(&tree->tiles);
    ok = merkle_root(&from, c->n, &root, err);
    free(tree);
    *ret = ok && merkle_equal(&root, &c->root);
    return ok || err->kind == ERR_INPUT; /* a tile is missing: it is not so */
}

bool tiles_check(struct pg *pg, enum proof_log log, const char *dir, struct err *err)
{
    struct checkpoint c;
    struct place p;
    int64_t known, epoch;
    bool same;

    if (!place_find(pg, log, dir, &p, err) || !checkpoint_get(&p, &c, err) ||
        !epoch_get(&p, &known, err) || !proof_epoch(pg, &epoch, err) ||
        !was_so(&p, &c, &same, err))
        return false;
    if (same)
        return true;
    if (epoch > known)
        return put_aside(&p, epoch, err);
    return err_set(err, ERR_CONFIG, "PROOF_FORK",
                   "the log %s in the database is not the one that was published with "
                   "%llu leaves: after a restore run consentctl restored",
                   proof_log_name(log), (unsigned long long)c.n);
}

/* --- writing --- */

/* A tile that has become full makes the parts of it superfluous. */
static void parts_drop(const struct place *p, int level, uint64_t index)
{
    char name[TILE_PATH_BYTES], path[PATH_BYTES];

    for (int width = 1; width < TILE_HASHES; width++) {
        tile_path(level, index, width, name);
        path_in(p, name, path);
        unlink(path);
    }
    *strrchr(path, '/') = '\0';
    rmdir(path);
}

static bool level_write(const struct place *p, struct proof_tree *tree, int level,
                        uint64_t from, struct err *err)
{
    for (uint64_t index = (from >> (8 * level)) / TILE_HASHES;; index++) {
        const int width = tile_width(tree->tiles.n, level, index);
        const int before = tile_width(from, level, index);
        const struct merkle_hash *hashes;
        char name[TILE_PATH_BYTES];

        if (width == 0)
            return true;
        if (width == before)
            continue;
        tile_path(level, index, width, name);
        if (!proof_tree_tile(tree, level, index, width, &hashes, err) ||
            !file_put(p, name, hashes, (size_t)width * MERKLE_BYTES, err))
            return false;
        if (width == TILE_HASHES && before > 0)
            parts_drop(p, level, index);
    }
}

/* Adds to the day's file; twice the same after a crash does no harm. */
static bool history_add(const struct place *p, const struct proof_seal *seal,
                        struct err *err)
{
    const time_t at = (time_t)(seal->at_us / WHEN_SECOND_US);
    char name[32], path[PATH_BYTES];
    struct buf text;
    struct tm day;
    bool ok;
    int fd;

    gmtime_r(&at, &day);
    strftime(name, sizeof(name), "history/%Y-%m-%d", &day);
    path_in(p, name, path);
    if (!folders_make(path, err))
        return false;
    fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (fd < 0)
        return failed(path, err);
    buf_init(&text, sizeof(seal->checkpoint) + 8);
    buf_addf(&text, "%s\n", seal->checkpoint);
    ok = all_written(fd, text.data, text.len);
    ok = close(fd) == 0 && ok;
    buf_done(&text);
    return ok || failed(path, err);
}

static bool history_write(const struct place *p, uint64_t from,
                          const struct proof_seal *last, struct err *err)
{
    struct proof_seal seal = {0};
    bool found;

    for (uint64_t size = from; size < last->size; size = seal.size)
        if (!proof_seal_least(p->pg, p->log, size + 1, &seal, &found, err) ||
            !history_add(p, &seal, err))
            return false;
    return true;
}

bool tiles_write(struct pg *pg, enum proof_log log, const char *dir, uint64_t *ret_size,
                 struct err *err)
{
    struct proof_tree *tree;
    struct proof_seal last;
    struct checkpoint c;
    struct place p;
    bool found, ok = true;

    *ret_size = 0;
    if (!place_find(pg, log, dir, &p, err) || !checkpoint_get(&p, &c, err) ||
        !proof_seal_last(pg, log, INT64_MAX, &last, &found, err))
        return false;
    *ret_size = c.n;
    if (!found || last.size <= c.n)
        return true;
    tree = mem_zalloc(1, sizeof(*tree));
    proof_tree_init(tree, pg, log, last.size);
    for (int level = 0; ok && level < TILE_LEVELS; level++)
        ok = level_write(&p, tree, level, c.n, err);
    free(tree);
    if (!ok || !history_write(&p, c.n, &last, err) ||
        !file_put(&p, "checkpoint", last.checkpoint, strlen(last.checkpoint), err))
        return false;
    *ret_size = last.size;
    return true;
}
