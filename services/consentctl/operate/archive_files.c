/* consentctl archive check, find, show: reading the files. */
#include "archive.h"
#include "commands.h"

#include "archive/archive.h"
#include "store/operate/archive_store.h"

#include <stdio.h>
#include <string.h>

#define FOUND_BYTES   ((size_t)1 << 30)
#define CONTACT_BYTES 36

static bool file_check(const char *dir, const char *name, struct seal *seal,
                       int64_t *ret_rows, struct err *err)
{
    struct archive_file *f;
    enum archive_kind kind;
    const char *line;
    size_t len;
    bool ok;

    *ret_rows = 0;
    if (!archive_open(dir, name, seal, &f, err))
        return false;
    do {
        ok = archive_next(f, 0, &kind, &line, &len, err);
        *ret_rows += ok && line != NULL && kind == ARCHIVE_ROWS;
    } while (ok && line != NULL);
    archive_close(f);
    return ok;
}

/* Every file that the database knows of, against what it says of it. */
int archive_check_run(struct ctl *ctl)
{
    struct seal *seal = NULL;
    struct pg_result *r;
    struct archive_kept k;
    struct err err;
    const char *dir = archive_dir_of(ctl, &err);
    int wrong = 0;
    int64_t rows;

    if (dir == NULL || !ctl_pg(ctl, &err) || (seal = ctl_seal(ctl, &err)) == NULL ||
        !archive_list_load(ctl->pg, &r, &err)) {
        seal_close(seal);
        return ctl_fail(ctl, &err);
    }
    for (int row = 0; row < pg_rows(r); row++) {
        archive_list_row(r, row, &k);
        if (!file_check(dir, k.file, seal, &rows, &err))
            fprintf(stderr, "%s: %s\n", k.file, err.text);
        else if (rows != k.rows)
            fprintf(stderr, "%s: has %lld rows, and %lld left\n", k.file, (long long)rows,
                    (long long)k.rows);
        else
            continue;
        wrong++;
    }
    printf("%d files, %d wrong\n", pg_rows(r), wrong);
    pg_result_free(r);
    seal_close(seal);
    return wrong > 0 ? CTL_FAILED : CTL_DONE;
}

int archive_find_run(struct ctl *ctl)
{
    const char *contact = ctl_option(ctl, "contact");
    struct archive_dir *d = NULL;
    struct seal *seal = NULL;
    struct buf out;
    struct err err;
    const char *dir = archive_dir_of(ctl, &err);
    int64_t n;
    bool ok;

    if (contact == NULL || strlen(contact) != CONTACT_BYTES)
        return ctl_wrong("--contact KEY: 36 characters, as trace prints it");
    buf_init(&out, FOUND_BYTES);
    ok = dir != NULL && (seal = ctl_seal(ctl, &err)) != NULL &&
         archive_dir_open(dir, seal, &d, &err) &&
         archive_search(d, contact, &out, &n, &err);
    if (ok)
        fwrite(out.data != NULL ? out.data : "", 1, out.len, stdout);
    archive_dir_close(d);
    seal_close(seal);
    buf_done(&out);
    return ok ? CTL_DONE : ctl_fail(ctl, &err);
}

/* Its lines as they are: rows, then where they are in the log. What events said stays
 * sealed. */
int archive_show_run(struct ctl *ctl)
{
    struct archive_file *f = NULL;
    struct seal *seal = NULL;
    enum archive_kind kind;
    const char *line = NULL;
    struct err err;
    const char *dir = archive_dir_of(ctl, &err);
    size_t len;
    bool ok = dir != NULL && (seal = ctl_seal(ctl, &err)) != NULL &&
              archive_open(dir, ctl->args[0], seal, &f, &err);

    while (ok && (ok = archive_next(f, 0, &kind, &line, &len, &err)) && line != NULL)
        printf("%.*s\n", (int)len, line);
    archive_close(f);
    seal_close(seal);
    return ok ? CTL_DONE : ctl_fail(ctl, &err);
}
