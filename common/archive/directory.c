/* The files of a directory: rows that are looked for in all of them. */
#include "archive/parts.h"

#include "base/mem.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct archive_dir {
    char path[4096];
    struct seal *seal;
    size_t n;
    struct dirent **names;
};

static int wanted(const struct dirent *e)
{
    struct archive_range range;

    return archive_name_read(e->d_name, &range);
}

bool archive_dir_open(const char *dir, struct seal *seal, struct archive_dir **ret,
                      struct err *err)
{
    struct archive_dir *d = mem_zalloc(1, sizeof(*d));
    const int n = scandir(dir, &d->names, wanted, alphasort);

    if (n < 0) {
        free(d);
        return err_set(err, ERR_CONFIG, "ARCHIVE_DIR",
                       "the directory of archives %.150s cannot be read", dir);
    }
    snprintf(d->path, sizeof(d->path), "%s", dir);
    d->seal = seal;
    d->n = (size_t)n;
    *ret = d;
    return true;
}

void archive_dir_close(struct archive_dir *d)
{
    if (d == NULL)
        return;
    for (size_t i = 0; i < d->n; i++)
        free(d->names[i]);
    free(d->names);
    free(d);
}

/* The number of a row's key, as to_jsonb writes it: ..."ledger_id": 65537,... */
static bool line_is(const char *line, size_t len, const char *what, int64_t id)
{
    char key[64];
    int n = snprintf(key, sizeof(key), "\"%s_id\": %lld", what, (long long)id);
    const char *at = memmem(line, len, key, (size_t)n);

    return at != NULL && at + n < line + len && (at[n] == ',' || at[n] == '}');
}

/* near: 0, or a row's number; frames that cannot have it are passed over. */
static bool file_walk(struct archive_dir *d, const char *name, int64_t near,
                      archive_each *each, void *context, bool *stop, struct err *err)
{
    struct archive_file *f;
    enum archive_kind kind;
    const char *line;
    size_t len;
    bool ok;

    if (!archive_open(d->path, name, d->seal, &f, err))
        return false;
    do {
        ok = archive_next(f, near, &kind, &line, &len, err);
        if (ok && line != NULL && kind == ARCHIVE_ROWS)
            ok = each(context, line, len, stop, err);
    } while (ok && line != NULL && !*stop);
    archive_close(f);
    return ok;
}

static bool walk(struct archive_dir *d, const char *what, int64_t from, int64_t to,
                 int64_t near, archive_each *each, void *context, struct err *err)
{
    bool stop = false;

    for (size_t i = 0; i < d->n && !stop; i++) {
        struct archive_range r;

        if (!archive_name_read(d->names[i]->d_name, &r) || strcmp(r.what, what) != 0 ||
            (from < to &&
             (strtoll(r.low, NULL, 10) >= to || strtoll(r.high, NULL, 10) <= from)))
            continue;
        if (!file_walk(d, d->names[i]->d_name, near, each, context, &stop, err))
            return false;
    }
    return true;
}

bool archive_walk(struct archive_dir *d, const char *what, int64_t from, int64_t to,
                  archive_each *each, void *context, struct err *err)
{
    return walk(d, what, from, to, 0, each, context, err);
}

struct finding {
    const char *what;
    int64_t id;
    struct buf *out;
    bool found;
};

static bool find_row(void *context, const char *line, size_t len, bool *stop,
                     struct err *err)
{
    struct finding *f = context;

    if (!line_is(line, len, f->what, f->id))
        return true;
    f->found = *stop = true;
    return buf_add(f->out, line, len) ||
           err_set(err, ERR_INPUT, "TOO_LARGE", "more than can be shown at once");
}

bool archive_find(struct archive_dir *d, const char *what, int64_t id, struct buf *out,
                  bool *ret_found, struct err *err)
{
    struct finding f = {what, id, out, false};
    bool ok = walk(d, what, id, id + 1, id, find_row, &f, err);

    /* What a piece that was passed over says of itself nobody has checked: that it is not
     * there is believed of a file that was opened to its end. */
    if (ok && !f.found)
        ok = walk(d, what, id, id + 1, 0, find_row, &f, err);
    *ret_found = f.found;
    return ok;
}

struct searching {
    const char *text, *name;
    struct buf *out;
    int64_t *n;
};

static bool search_row(void *context, const char *line, size_t len, bool *stop,
                       struct err *err)
{
    struct searching *s = context;

    (void)stop;
    if (memmem(line, len, s->text, strlen(s->text)) == NULL)
        return true;
    ++*s->n;
    buf_addf(s->out, "{\"archive\":\"%s\",\"row\":", s->name);
    buf_add(s->out, line, len);
    return buf_add_str(s->out, "}\n") ||
           err_set(err, ERR_INPUT, "TOO_LARGE", "more than can be shown at once");
}

bool archive_search(struct archive_dir *d, const char *text, struct buf *out,
                    int64_t *ret_n, struct err *err)
{
    *ret_n = 0;
    for (size_t i = 0; i < d->n; i++) {
        struct searching s = {text, d->names[i]->d_name, out, ret_n};
        struct archive_range r;
        bool stop = false;

        if (archive_name_read(s.name, &r) && strcmp(r.what, "ledger") != 0 &&
            strcmp(r.what, "quarantine") != 0 &&
            !file_walk(d, s.name, 0, search_row, &s, &stop, err))
            return false;
    }
    return true;
}

bool archive_number(const char *line, size_t len, const char *column, int64_t *ret)
{
    char key[64], number[24];
    const int n = snprintf(key, sizeof(key), "\"%s\": ", column);
    const char *at = memmem(line, len, key, (size_t)n);
    size_t digits;

    if (at == NULL)
        return false;
    at += n;
    digits = (size_t)(line + len - at);
    if (digits >= sizeof(number))
        digits = sizeof(number) - 1;
    memcpy(number, at, digits);
    number[digits] = '\0';
    if (number[0] < '0' || number[0] > '9')
        return false;
    *ret = strtoll(number, NULL, 10);
    return true;
}
