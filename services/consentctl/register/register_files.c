#include "register_files.h"

#include <stdlib.h>
#include <string.h>

bool register_files_add(struct register_files *files, const char *path, struct err *err)
{
    const char *slash = strrchr(path, '/');
    size_t len;
    char *text;
    bool ok;

    if (files->n_origins == REGISTER_FILES_MAX)
        return err_set(err, ERR_CONFIG, "TOO_MANY", "more than %d files",
                       REGISTER_FILES_MAX);
    if (!ctl_file(path, REGISTER_FILE_BYTES, &text, &len, err))
        return false;
    ok = register_parse_file(slash ? slash + 1 : path, text, len, &files->wanted,
                             files->origin[files->n_origins], err);
    free(text);
    files->n_origins += ok;
    return ok;
}

static bool given(const struct register_files *files, const char *origin)
{
    for (size_t i = 0; i < files->n_origins; i++)
        if (strcmp(files->origin[i], origin) == 0)
            return true;
    return false;
}

static bool row_add(void *arg, const struct register_row *row, struct err *err)
{
    struct register_files *files = arg;

    if (given(files, row->origin))
        return true;
    return register_parse_body(register_kind_parse(row->kind), row->id, row->origin,
                               row->effective_us, row->body, &files->whole, err);
}

/* The whole borrows from wanted. */
static bool whole_check(struct register_files *files, struct pg *pg, struct err *err)
{
    size_t others;
    bool ok;

    if (!register_rows(pg, WHEN_NEVER, row_add, files, err))
        return false;
    others = files->whole.n;
    register_set_borrow(&files->whole, &files->wanted);
    ok = register_check(files->whole.entries, files->whole.n, err);
    files->whole.n = others; /* the borrowed ones are wanted's to free */
    return ok;
}

bool register_files_compare(struct register_files *files, struct pg *pg,
                            struct register_changes *ret, struct err *err)
{
    const char *origins[REGISTER_FILES_MAX];

    for (size_t i = 0; i < files->n_origins; i++)
        origins[i] = files->origin[i];
    return whole_check(files, pg, err) &&
           register_compare(pg, files->wanted.entries, files->wanted.n, origins,
                            files->n_origins, ret, err);
}

void register_files_done(struct register_files *files)
{
    register_set_done(&files->whole);
    register_set_done(&files->wanted);
}
