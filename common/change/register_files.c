#include "register_files.h"

#include "base/hex.h"
#include "codec/put.h"
#include "crypto/digest.h"

#include <stdio.h>
#include <string.h>

#define CHANGES_BYTES (64 * 1024 * 1024)

bool register_files_add(struct register_files *files, const char *name, const char *text,
                        size_t len, struct err *err)
{
    bool ok;

    if (files->n_origins == REGISTER_FILES_MAX)
        return err_set(err, ERR_CONFIG, "TOO_MANY", "more than %d files",
                       REGISTER_FILES_MAX);
    ok = register_parse_file(name, text, len, &files->wanted,
                             files->origin[files->n_origins], err);
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

/* --- saying --- */

const char *register_change_word(enum register_change_kind what)
{
    switch (what) {
    case CHANGE_ADD: return "added";
    case CHANGE_ALTER: return "changed";
    case CHANGE_WITHDRAW: return "withdrawn";
    }
    return "?";
}

static void change_json(const struct register_change *c, struct buf *out)
{
    put_name(out, "change");
    put_text(out, register_change_word(c->what));
    put_name(out, ",kind");
    put_text(out, c->now.kind);
    put_name(out, ",id");
    put_text(out, c->now.id);
    put_name(out, ",from");
    put_time(out, c->now.effective_us);
    put_name(out, ",register");
    put_text(out, c->now.origin);
    put_name(out, ",before");
    buf_add_str(out, c->before ? c->before : "null");
    put_name(out, ",after");
    buf_add_str(out, c->what != CHANGE_WITHDRAW ? c->now.body : "null");
}

void register_changes_json(const struct register_changes *c, struct buf *out)
{
    buf_add_str(out, "[");
    for (size_t i = 0; i < c->n; i++) {
        buf_add_str(out, i > 0 ? ",{" : "{");
        change_json(&c->list[i], out);
        buf_add_str(out, "}");
    }
    buf_add_str(out, "]");
}

bool register_difference(const struct register_changes *c,
                         char ret[REGISTER_DIFFERENCE_BYTES], struct err *err)
{
    uint8_t digest[DIGEST_BYTES];
    struct buf text;
    bool ok;

    buf_init(&text, CHANGES_BYTES);
    register_changes_json(c, &text);
    ok = !text.overrun ? digest_sha256(text.data, text.len, NULL, 0, digest, err)
                       : err_set(err, ERR_INPUT, "TOO_LARGE",
                                 "the difference is too large to name: give fewer files");
    buf_done(&text);
    if (ok)
        hex_print(digest, DIGEST_BYTES, ret);
    return ok;
}

/* --- as a file --- */

struct file_text {
    const char *origin;
    struct buf *out;
    char kind[32]; /* of the section that is open; "" none is */
};

/* Rows come by kind. */
static bool entry_write(void *arg, const struct register_row *row, struct err *err)
{
    struct file_text *f = arg;

    (void)err;
    if (strcmp(row->origin, f->origin) != 0)
        return true;
    if (strcmp(row->kind, f->kind) != 0) {
        buf_add_str(f->out, f->kind[0] != '\0' ? "],\"" : ",\"");
        buf_add_str(f->out, register_kind_section(register_kind_parse(row->kind)));
        buf_add_str(f->out, "\":[{");
        snprintf(f->kind, sizeof(f->kind), "%s", row->kind);
    } else {
        buf_add_str(f->out, ",{");
    }
    put_member(f->out, "id", row->id);
    if (row->effective_us != WHEN_ALWAYS)
        put_member_time(f->out, ",from", row->effective_us);
    if (strcmp(row->body, "{}") != 0)
        buf_add_str(f->out, ",");
    buf_add_str(f->out, row->body + 1);
    return true;
}

bool register_file_write(struct pg *pg, const char *origin, struct buf *out,
                         bool *ret_found, struct err *err)
{
    struct file_text f = {.origin = origin, .out = out};

    buf_add_str(out, "{");
    put_member(out, "register", origin);
    if (!register_rows(pg, WHEN_NEVER, entry_write, &f, err))
        return false;
    *ret_found = f.kind[0] != '\0';
    buf_add_str(out, *ret_found ? "]}\n" : "}\n");
    return true;
}
