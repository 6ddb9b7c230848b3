#include "import_hashed.h"

#include "import_effect.h"
#include "lists/token_map.h"

#include "base/mem.h"
#include "base/stop.h"
#include "crypto/hashed_key.h"
#include "crypto/seal.h"
#include "store/people/fact_store.h"
#include "store/lists/rebuild_store.h"

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEP     1000
#define ID_BYTES 16 /* DROP's are 12 characters */

struct item {
    char id[ID_BYTES];
    char *token; /* of the map; NULL: not of a kind that we hold */
};

struct hashed_file {
    const char *status_file; /* NULL: not asked for */
    bool unheld;             /* of a kind of identifier that we do not hold */
    struct token_map map;    /* version counts the contacts found */
    size_t n, cap;
    struct item *items; /* for the answer */
    int64_t found;      /* contacts */
};

/* --- what it is -----------------------------------------------------------------------
 */

/* "20260312_4821_Email.csv", also with a suffix behind the type. */
static void drop_name(const char *path, struct import *im)
{
    static const char *const unheld[] = {"_NDZ", "_MAID", "_NameVIN", "_CTVID"};
    char *copy = mem_strdup(path);
    const char *name = basename(copy);
    struct when_span day;
    char date[11];

    if (strspn(name, "0123456789") == 8 && name[8] == '_') {
        snprintf(date, sizeof(date), "%.4s-%.2s-%.2s", name, name + 4, name + 6);
        if (ctl_option(im->ctl, "at") == NULL &&
            when_parse_span(date, 10, &day) == WHEN_OK)
            im->file_us =
                day.from_us; /* its beginning anywhere: not ahead of the truth */
    }
    if (strstr(name, "_Email") != NULL)
        im->hash_kind = CONTACT_EMAIL;
    else if (strstr(name, "_Phone") != NULL)
        im->hash_kind = CONTACT_PHONE;
    for (size_t i = 0; i < sizeof(unheld) / sizeof(unheld[0]); i++)
        im->hashed->unheld = im->hashed->unheld || strstr(name, unheld[i]) != NULL;
    free(copy);
}

bool hashed_open(struct ctl *ctl, struct import *im, struct err *err)
{
    const char *profile = ctl_option(ctl, "profile"), *kind = ctl_option(ctl, "kind");

    im->hashed = mem_zalloc(1, sizeof(*im->hashed));
    im->hashed->status_file = ctl_option(ctl, "status-file");
    if (im->format == IMPORT_DROP)
        drop_name(ctl->args[0], im);
    else
        im->hash_kind = CONTACT_EMAIL;
    if (kind != NULL) {
        im->hash_kind = contact_kind_parse(kind);
        if (im->hash_kind != CONTACT_EMAIL && im->hash_kind != CONTACT_PHONE)
            return err_set(err, ERR_CONFIG, "BAD_KIND", "--kind takes email or phone");
    }
    if (im->format == IMPORT_DROP && profile == NULL)
        profile = "drop-b64";
    im->profile = profile != NULL ? token_profile_parse(profile) : TOKEN_NONE;
    switch (im->profile) {
    case TOKEN_SHA256_HEX:
    case TOKEN_MD5_HEX:
    case TOKEN_SHA1_HEX:
    case TOKEN_SHA512_HEX:
    case TOKEN_UID2_B64:
    case TOKEN_DROP_B64: break;
    case TOKEN_NONE:
    case TOKEN_HMAC_SHA256:
    case TOKEN_PLAIN:
    default:
        return err_set(err, ERR_CONFIG, "BAD_PROFILE",
                       "say how they were hashed: --profile sha256-hex, md5-hex, "
                       "sha1-hex, sha512-hex, uid2-b64 or drop-b64");
    }
    return true;
}

void hashed_close(struct hashed_file *h)
{
    if (h == NULL)
        return;
    token_map_done(&h->map);
    free(h->items);
    free(h);
}

bool hashed_unheld(const struct import *im)
{
    return im->hashed->unheld;
}

/* --- a row ----------------------------------------------------------------------------
 */

static bool bad(struct fault *ret, const char *reason, const char *where)
{
    snprintf(ret->reason, sizeof(ret->reason), "%s", reason);
    snprintf(ret->pointer, sizeof(ret->pointer), "%s", where);
    return false;
}

static bool keep_item(struct hashed_file *h, const struct import_cell *id, char *token,
                      struct fault *why)
{
    struct item *item;

    if (id->s == NULL || id->len == 0 || id->len >= ID_BYTES)
        return bad(why, "BAD_VALUE", "id");
    for (size_t i = 0; i < id->len; i++)
        if (strchr("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
                   id->s[i]) == NULL)
            return bad(why, "BAD_VALUE", "id");
    if (h->n == h->cap) {
        h->cap = h->cap ? 2 * h->cap : 1024;
        h->items = mem_resize(h->items, h->cap, sizeof(*h->items));
    }
    item = &h->items[h->n++];
    memcpy(item->id, id->s, id->len);
    item->id[id->len] = '\0';
    item->token = token;
    return true;
}

bool hashed_row(struct import *im, const struct import_cell *cells,
                struct import_row *row, struct fault *ret_why)
{
    const struct import_cell *cell = &cells[COLUMN_HASH];
    struct hashed_file *h = im->hashed;
    char raw[HASHED_TEXT_BYTES], text[HASHED_TEXT_BYTES];
    char *token = NULL;

    row->kind = im->hash_kind;
    row->profile = im->profile;
    row->silent = im->has[COLUMN_LIST_TYPE] || h->unheld;
    if (!row->silent) {
        if (cell->s == NULL || cell->len == 0)
            return bad(ret_why, "NO_CONTACT", "hash");
        if (cell->len >= sizeof(raw) || memchr(cell->s, '\0', cell->len) != NULL)
            return bad(ret_why, "HASH_FORM", "hash");
        memcpy(raw, cell->s, cell->len);
        raw[cell->len] = '\0';
        if (!hashed_text(im->profile, raw, text))
            return bad(ret_why, "HASH_FORM", "hash");
        token = token_map_put(&h->map, text, strlen(text))->token;
        snprintf(row->contact, sizeof(row->contact), "%s", text);
    }
    if (h->status_file != NULL && !im->has[COLUMN_LIST_TYPE])
        return keep_item(h, &cells[COLUMN_ID], token, ret_why);
    return true;
}

/* --- whom they mean -------------------------------------------------------------------
 */

struct walk {
    struct seal *seal;
    struct walked walked[STEP];
    struct contact_key keys[STEP];
    struct contact_set contacts;
};

static bool contact_look(struct import *im, struct walk *w, size_t i, struct err *err)
{
    const struct contact_row *row = &w->contacts.rows[i];
    char text[SEAL_TEXT_MAX_BYTES + 1], token[TOKEN_BYTES];
    struct token_slot *slot;

    if (row->kind != im->hash_kind || row->wrapped == NULL)
        return true;
    if (!unseal_identifier(w->seal, &w->keys[i], row->wrapped, row->wrapped_len,
                           row->sealed, row->sealed_len, text, err))
        return err->kind == ERR_INPUT;
    if (!token_make(im->profile, row->kind, text, NULL, 0, token, err))
        return false;
    slot = token_map_find(&im->hashed->map, token);
    if (slot == NULL)
        return true;
    slot->version++;
    im->hashed->found++;
    return im->effect == NULL ||
           effect_contact(im->effect, im, &w->keys[i], row->kind, err);
}

static bool contacts_walk(struct ctl *ctl, struct import *im, struct walk *w,
                          struct err *err)
{
    size_t n = 0;

    for (;;) {
        if (stop_asked())
            return err_set(err, ERR_RETRY, "STOPPED", "stopped");
        if (!contact_walk(ctl->pg, n > 0 ? &w->walked[n - 1].key : NULL, STEP, w->walked,
                          &n, err))
            return false;
        if (n == 0)
            return true;
        for (size_t i = 0; i < n; i++)
            w->keys[i] = w->walked[i].key;
        if (!contact_load(ctl->pg, w->keys, n, &w->contacts, err))
            return false;
        for (size_t i = 0; i < n; i++)
            if (!contact_look(im, w, i, err))
                return false;
    }
}

static bool contacts_match(struct ctl *ctl, struct import *im, struct err *err)
{
    struct walk *w;
    bool ok;

    if (ctl->settings.seal_secret_file[0] == '\0')
        return err_set(err, ERR_CONFIG, "NO_SECRET",
                       "seal_secret_file is not set: without it no contact can be "
                       "compared with a hash");
    w = mem_zalloc(1, sizeof(*w));
    w->seal = seal_open(ctl->settings.seal_secret_file, 1, err);
    ok =
        w->seal != NULL && snapshot_begin(ctl->pg, err) && contacts_walk(ctl, im, w, err);
    if (w->seal != NULL)
        pg_rollback(ctl->pg);
    seal_close(w->seal);
    contact_set_done(&w->contacts);
    free(w);
    return ok;
}

/* --- the answer -----------------------------------------------------------------------
 */

static bool status_write(const struct hashed_file *h, struct err *err)
{
    char part[CONF_TEXT_BYTES];
    FILE *f;
    bool ok;

    if (snprintf(part, sizeof(part), "%s.part", h->status_file) >= (int)sizeof(part))
        return err_set(err, ERR_CONFIG, "NO_FILE", "the name of the answer is too long");
    f = fopen(part, "wb");
    if (f == NULL)
        return err_set(err, ERR_CONFIG, "NO_FILE", "cannot write %.150s", part);
    ok = fputs("Id,Status\n", f) >= 0;
    for (size_t i = 0; ok && i < h->n; i++) {
        struct token_map map = h->map;
        const struct token_slot *slot =
            h->items[i].token != NULL ? token_map_find(&map, h->items[i].token) : NULL;

        ok = fprintf(f, "%s,%d\n", h->items[i].id,
                     slot != NULL && slot->version > 0 ? 4 : 5) > 0;
    }
    ok = fflush(f) == 0 && ok;
    ok = fclose(f) == 0 && ok;
    if (ok && rename(part, h->status_file) == 0)
        return true;
    remove(part);
    return err_set(err, ERR_RETRY, "NO_FILE", "cannot write %.150s", h->status_file);
}

bool hashed_end(struct ctl *ctl, struct import *im, struct err *err)
{
    struct hashed_file *h = im->hashed;

    if (im->effect == NULL && h->status_file == NULL)
        return true;
    return contacts_match(ctl, im, err) &&
           (h->status_file == NULL || status_write(h, err));
}

void hashed_json(const struct import *im, struct buf *out)
{
    buf_addf(out, ",\"hashes\":%zu,\"left_alone\":%lld", im->hashed->map.n,
             (long long)im->n_silent);
    if (im->effect != NULL || im->hashed->status_file != NULL)
        buf_addf(out, ",\"found\":%lld", (long long)im->hashed->found);
}

void hashed_print(const struct import *im)
{
    if (im->n_silent > 0)
        printf("  %lld rows left alone: %s\n", (long long)im->n_silent,
               im->has[COLUMN_LIST_TYPE]
                   ? "requests taken back, which lift no denial by themselves"
                   : "a kind of identifier that is not held here");
    if (im->effect != NULL || im->hashed->status_file != NULL)
        printf("  %lld contacts are known under these %zu hashes\n",
               (long long)im->hashed->found, im->hashed->map.n);
}
