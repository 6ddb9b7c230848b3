/* parts.h: a table as JSON: where its rows are, and what its columns are called. */
#include "sheet/parts.h"

#include "sheet/names.h"

#include <string.h>

#define JSON_BYTES ((size_t)512 << 20)

static bool member_is_contact(void *arg, const char *name, const char *text, size_t len)
{
    const struct sheet *s = arg;
    const struct cell c = cell_plain((struct cell){text, len});
    enum contact_kind kind;

    if (name[0] == '\0')
        return memchr(text, '@', len) != NULL || (c.len > 6 && cell_is_datum(c));
    if (name_is_given(s, (struct cell){name, strlen(name)}))
        return true;
    switch ((int)name_meaning(s->o.form, name, strlen(name), &kind)) {
    case SHEET_EMAIL:
        return len == 0 || memchr(text, '@', len) != NULL || s->form->hashes;
    case SHEET_PHONE:
    case SHEET_HASH:
    case SHEET_EMAIL_HASH:
    case SHEET_PHONE_HASH: return true;
    case SHEET_ADDRESS: return memchr(text, '@', len) != NULL;
    default: return false;
    }
}

static bool beside_stands(const struct sheet *s, const char *name, struct err *err)
{
    enum contact_kind kind;
    const enum sheet_meaning m = name_meaning(s->o.form, name, strlen(name), &kind);

    if (m != SHEET_STATUS && m != SHEET_NO_FLAG && m != SHEET_YES_FLAG &&
        m != SHEET_OPTED_AT)
        return false;
    err_set(
        err, ERR_INPUT, "ROWS_UNSURE",
        "the contacts stand in lists, and \"%.60s\" beside these: have it in the rows, "
        "as {\"email\": ..., \"%.60s\": ...}",
        name, name);
    return true;
}

bool table_json_open(struct sheet *s, struct err *err)
{
    if (s->text.len > JSON_BYTES)
        return err_set(err, ERR_INPUT, "TOO_LARGE",
                       "a JSON text of more than %zu MiB: have it as CSV, or in parts",
                       JSON_BYTES >> 20);
    if (!rows_json_open(s->text.s + s->body, s->text.len - s->body, member_is_contact, s,
                        &s->json, err))
        return false;
    for (size_t i = 0; rows_json_beside(s->json, i) != NULL; i++)
        if (beside_stands(s, rows_json_beside(s->json, i), err))
            return false;
    s->named = true;
    for (size_t i = 0; i < rows_json_columns(s->json); i++) {
        const char *name = rows_json_column(s->json, i);

        column_name_set(s, i, (struct cell){name, strlen(name)});
        s->named = s->named && name[0] != '\0';
    }
    return true;
}
