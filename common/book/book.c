/* book.h: which of its files is the sheet. */
#include "book/parts.h"

#include "book/zip.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PATH_BYTES  256
#define SHEETS_MAX  256
#define LINKS_MAX   1024
#define TYPES_FILE  "[Content_Types].xml"
#define SHEETS_SAID 4 /* names in an error */

struct link {
    char id[64], kind[24]; /* kind: the last part of its type */
    char target[PATH_BYTES];
};

struct links {
    size_t n;
    struct link of[LINKS_MAX];
};

struct sheet_name {
    char name[BOOK_NAME_BYTES], id[64];
    bool has_rows;
};

struct opening {
    const char *bytes;
    size_t len;
    char workbook[PATH_BYTES]; /* the part that names the sheets */
    struct links links;        /* of it */
    bool from_1904;
    size_t n_sheets;
    struct sheet_name sheets[SHEETS_MAX];
};

bool book_is(const char *bytes, size_t len)
{
    return zip_has(bytes, len, TYPES_FILE);
}

/* --- files of it --- */

static bool part_read(const struct opening *o, const char *path, struct zip_file *ret,
                      struct err *err)
{
    return zip_take(o->bytes, o->len, path, BOOK_PART_BYTES, ret, err);
}

/* A part that must be there. */
static bool part_need(const struct opening *o, const char *path, struct zip_file *ret,
                      struct err *err)
{
    if (!part_read(o, path, ret, err))
        return false;
    return ret->data != NULL || err_set(err, ERR_INPUT, "BAD_WORKBOOK",
                                        "it lacks a part of itself (%.80s)", path);
}

/* "../x.xml" and "/xl/x.xml", seen from the file `from`. */
static void path_resolve(const char *from, const char *target, char ret[PATH_BYTES])
{
    const char *slash = strrchr(from, '/');
    size_t n = slash != NULL && target[0] != '/' ? (size_t)(slash - from) : 0;

    snprintf(ret, PATH_BYTES, "%.*s", (int)n, from);
    target += target[0] == '/';
    for (;;) {
        if (strncmp(target, "./", 2) == 0) {
            target += 2;
        } else if (strncmp(target, "../", 3) == 0) {
            char *up = strrchr(ret, '/');

            target += 3;
            *(up != NULL ? up : ret) = '\0';
        } else {
            break;
        }
    }
    n = strlen(ret);
    snprintf(ret + n, PATH_BYTES - n, "%s%s", n > 0 ? "/" : "", target);
}

static void link_start(void *arg, struct xml *x, const char *name,
                       const char **attributes)
{
    struct links *links = arg;
    const char *id = xml_attribute(attributes, "Id");
    const char *type = xml_attribute(attributes, "Type");
    const char *target = xml_attribute(attributes, "Target");
    struct link *link;

    if (strcmp(name, "Relationship") != 0 || id == NULL || type == NULL || target == NULL)
        return;
    if (links->n == LINKS_MAX) {
        xml_fail(x, "it has too many parts");
        return;
    }
    link = &links->of[links->n++];
    type = strrchr(type, '/') != NULL ? strrchr(type, '/') + 1 : type;
    snprintf(link->id, sizeof(link->id), "%s", id);
    snprintf(link->kind, sizeof(link->kind), "%s", type);
    snprintf(link->target, sizeof(link->target), "%s", target);
}

/* What the part `from` is linked with; "" stands for the package. */
static bool links_read(const struct opening *o, const char *from, struct links *ret,
                       struct err *err)
{
    static const struct xml_reader reader = {link_start, NULL, NULL};
    const char *slash = strrchr(from, '/'), *name = slash != NULL ? slash + 1 : from;
    char path[PATH_BYTES + 16];
    struct zip_file f;
    bool ok;

    ret->n = 0;
    snprintf(path, sizeof(path), "%.*s_rels/%s.rels", (int)(name - from), from, name);
    if (!part_need(o, path, &f, err))
        return false;
    ok = xml_read(f.data, f.len, &reader, ret, err);
    free(f.data);
    for (size_t i = 0; ok && i < ret->n; i++) {
        char whole[PATH_BYTES];

        path_resolve(from, ret->of[i].target, whole);
        memcpy(ret->of[i].target, whole, sizeof(whole));
    }
    return ok;
}

/* By its kind, or by its id. NULL: there is none. */
static const struct link *link_find(const struct links *links, const char *kind,
                                    const char *id)
{
    for (size_t i = 0; i < links->n; i++)
        if (strcmp(links->of[i].kind, kind) == 0 &&
            (id == NULL || strcmp(links->of[i].id, id) == 0))
            return &links->of[i];
    return NULL;
}

/* --- its sheets --- */

static void workbook_start(void *arg, struct xml *x, const char *name,
                           const char **attributes)
{
    struct opening *o = arg;

    if (strcmp(name, "workbookPr") == 0) {
        o->from_1904 = xml_is_true(xml_attribute(attributes, "date1904"));
    } else if (strcmp(name, "sheet") == 0) {
        const char *title = xml_attribute(attributes, "name");
        const char *id = xml_attribute(attributes, "id");

        if (o->n_sheets == SHEETS_MAX) {
            xml_fail(x, "it has too many sheets");
            return;
        }
        /* charts and macros have no rows */
        if (title == NULL || id == NULL || link_find(&o->links, "worksheet", id) == NULL)
            return;
        snprintf(o->sheets[o->n_sheets].name, BOOK_NAME_BYTES, "%s", title);
        snprintf(o->sheets[o->n_sheets++].id, sizeof(o->sheets[0].id), "%s", id);
    }
}

static bool workbook_read(struct opening *o, struct err *err)
{
    static const struct xml_reader reader = {workbook_start, NULL, NULL};
    struct links *top = mem_zalloc(1, sizeof(*top));
    const struct link *link;
    struct zip_file f;
    bool ok = links_read(o, "", top, err);

    link = ok ? link_find(top, "officeDocument", NULL) : NULL;
    if (link != NULL)
        memcpy(o->workbook, link->target, sizeof(o->workbook));
    free(top);
    if (!ok)
        return false;
    if (link == NULL)
        return err_set(err, ERR_INPUT, "BAD_WORKBOOK",
                       "nothing says where its sheets are");
    if (strcasestr(o->workbook, ".bin") != NULL)
        return err_set(err, ERR_INPUT, "BAD_WORKBOOK",
                       "it is one of the binary kind (XLSB): save it as XLSX or CSV");
    if (!links_read(o, o->workbook, &o->links, err) ||
        !part_need(o, o->workbook, &f, err))
        return false;
    ok = xml_read(f.data, f.len, &reader, o, err);
    free(f.data);
    return ok && (o->n_sheets > 0 ||
                  err_set(err, ERR_INPUT, "BAD_WORKBOOK",
                          "it has no sheet of cells, and may be another file of Office"));
}

static bool sheet_unpack(const struct opening *o, const struct sheet_name *name,
                         struct zip_file *ret, struct err *err)
{
    return part_need(o, link_find(&o->links, "worksheet", name->id)->target, ret, err);
}

/* Which of them have rows; their names, for an error. */
static bool rows_look(struct opening *o, size_t *ret_n, struct buf *names,
                      struct err *err)
{
    *ret_n = 0;
    for (size_t i = 0; i < o->n_sheets; i++) {
        struct zip_file f;
        bool ok;

        if (!sheet_unpack(o, &o->sheets[i], &f, err))
            return false;
        ok = sheet_has_rows(f.data, f.len, &o->sheets[i].has_rows, err);
        free(f.data);
        if (!ok)
            return false;
        if (!o->sheets[i].has_rows)
            continue;
        if (++*ret_n <= SHEETS_SAID)
            buf_addf(names, "%s\"%.31s\"", *ret_n > 1 ? ", " : "", o->sheets[i].name);
    }
    return true;
}

static const struct sheet_name *sheet_named(const struct opening *o, const char *name)
{
    for (size_t i = 0; name != NULL && i < o->n_sheets; i++)
        if (strcasecmp(o->sheets[i].name, name) == 0)
            return &o->sheets[i];
    return NULL;
}

static bool sheet_choose(struct opening *o, const char *name,
                         const struct sheet_name **ret, struct err *err)
{
    struct buf names;
    size_t n;
    bool ok;

    *ret = sheet_named(o, name);
    if (*ret != NULL)
        return true; /* the others need not be unpacked, nor be whole */
    buf_init(&names, 4096);
    ok = rows_look(o, &n, &names, err);
    for (size_t i = 0; ok && i < o->n_sheets; i++)
        if (o->sheets[i].has_rows)
            *ret = &o->sheets[i];
    if (ok && n == 0)
        ok = err_set(err, ERR_INPUT, "EMPTY", "no sheet of the workbook has a row");
    else if (ok && name != NULL)
        ok = err_set(err, ERR_CONFIG, "NO_SHEET",
                     "the workbook has no sheet \"%.31s\"; these have rows: %s", name,
                     names.data);
    else if (ok && name == NULL && n > 1)
        ok = err_set(err, ERR_INPUT, "SEVERAL_SHEETS",
                     "%zu sheets have rows (%s): --sheet NAME says which", n, names.data);
    buf_done(&names);
    return ok;
}

/* --- the whole --- */

static bool table_read(const struct opening *o, const struct sheet_name *name,
                       struct book *b, struct err *err)
{
    const struct link *texts = link_find(&o->links, "sharedStrings", NULL);
    const struct link *looks = link_find(&o->links, "styles", NULL);
    struct zip_file text = {0}, look = {0}, cells = {0};
    struct strings strings = {0};
    struct styles styles = {0};
    bool ok;

    ok = (texts == NULL || (part_need(o, texts->target, &text, err) &&
                            strings_read(text.data, text.len, &strings, err))) &&
         (looks == NULL || (part_need(o, looks->target, &look, err) &&
                            styles_read(look.data, look.len, &styles, err))) &&
         sheet_unpack(o, name, &cells, err);
    if (ok) {
        const struct sheet_source from = {cells.data, cells.len, &strings, &styles,
                                          o->from_1904};

        snprintf(b->sheet, sizeof(b->sheet), "%s", name->name);
        ok = sheet_table(&from, b, err);
    }
    free(text.data);
    free(look.data);
    free(cells.data);
    strings_done(&strings);
    styles_done(&styles);
    return ok;
}

bool book_open(const char *bytes, size_t len, const char *sheet, struct book **ret,
               struct err *err)
{
    struct opening *o = mem_zalloc(1, sizeof(*o));
    struct book *b = mem_zalloc(1, sizeof(*b));
    const struct sheet_name *name;
    struct err why = {0};

    o->bytes = bytes;
    o->len = len;
    buf_init(&b->table, BOOK_TEXT_BYTES);
    if (workbook_read(o, &why) && sheet_choose(o, sheet, &name, &why) &&
        table_read(o, name, b, &why)) {
        free(o);
        *ret = b;
        return true;
    }
    free(o);
    book_close(b);
    if (strcmp(why.code, "BAD_WORKBOOK") == 0)
        return err_set(err, why.kind, why.code, "the workbook cannot be read: %s",
                       why.text);
    if (strcmp(why.code, "BAD_ZIP") == 0)
        return err_set(err, why.kind, why.code,
                       "save the workbook again, or as CSV: %.150s", why.text);
    *err = why;
    return false;
}

void book_close(struct book *b)
{
    if (b == NULL)
        return;
    buf_done(&b->table);
    free(b->faults);
    free(b);
}

const char *book_fault_text(const char *code)
{
#define X(id, text)                                                                      \
    if (strcmp(code, #id) == 0)                                                          \
        return text;
    BOOK_FAULTS(X)
#undef X
    return NULL;
}
