#include "import_hashed.h"

#include "import_effect.h"
#include "lists/token_map.h"
#include "outfile.h"

#include "base/mem.h"
#include "base/stop.h"
#include "crypto/hashed_key.h"
#include "crypto/seal.h"
#include "store/people/fact_store.h"
#include "store/people/hashed_store.h"
#include "store/lists/rebuild_store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define STEP     1000
#define ID_BYTES 16 /* as in a row */

struct item {
    char id[ID_BYTES];
    char *token; /* of the map; NULL: not of a kind that we hold */
};

struct hashed_file {
    const char *status_file; /* NULL: not asked for */
    struct token_map map;    /* keys: kind and token; version counts the contacts found */
    size_t n, cap;
    struct item *items; /* for the answer */
    size_t hashes;      /* of all files */
    int64_t found;      /* contacts */
    bool kinds[CONTACT_POSTAL + 1];
    struct event said[CONTACT_POSTAL + 1]; /* what is said of a contact of each kind */
};

void hashed_open(struct ctl *ctl, struct import *im)
{
    im->hashed = mem_zalloc(1, sizeof(*im->hashed));
    im->hashed->status_file = ctl_option(ctl, "status-file");
}

static void file_done(struct hashed_file *h)
{
    h->hashes += h->map.n;
    token_map_done(&h->map);
    h->map = (struct token_map){0};
    free(h->items);
    h->items = NULL;
    h->n = h->cap = 0;
    memset(h->kinds, 0, sizeof(h->kinds));
}

void hashed_close(struct hashed_file *h)
{
    if (h == NULL)
        return;
    file_done(h);
    free(h);
}

bool hashed_begin(struct import *im, struct err *err)
{
    (void)err;
    if (im->hashed != NULL)
        file_done(im->hashed);
    return true;
}

/* --- a row --- */

#define KEY_BYTES (HASHED_TEXT_BYTES + 2)

static void key_make(enum contact_kind kind, const char *token, char ret[KEY_BYTES])
{
    snprintf(ret, KEY_BYTES, "%d:%.*s", kind, HASHED_TEXT_BYTES - 1, token);
}

static bool keep_item(struct import *im, const struct sheet_row *row, char *token)
{
    struct hashed_file *h = im->hashed;
    struct item *item;

    if (h->status_file == NULL)
        return true;
    if (row->id[0] == '\0') {
        import_bad(im, row->line, "BAD_VALUE", "id");
        return true;
    }
    if (h->n == h->cap) {
        h->cap = h->cap ? 2 * h->cap : 1024;
        h->items = mem_resize(h->items, h->cap, sizeof(*h->items));
    }
    item = &h->items[h->n++];
    memcpy(item->id, row->id, sizeof(item->id));
    item->token = token;
    return true;
}

bool hashed_add(struct import *im, const struct sheet_row *row,
                const struct sheet_said *said, struct err *err)
{
    struct hashed_file *h = im->hashed;
    char key[KEY_BYTES];

    (void)err;
    key_make(said->kind, said->contact, key);
    h->kinds[said->kind] = true;
    h->said[said->kind] = im->event;
    return keep_item(im, row, token_map_put(&h->map, key, strlen(key))->token);
}

bool hashed_left(struct import *im, const struct sheet_row *row, struct err *err)
{
    (void)err;
    return sheet_taken_back(im->sheet) || keep_item(im, row, NULL);
}

/* --- whom they mean --- */

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
    struct hashed_file *h = im->hashed;
    char key[KEY_BYTES];
    struct token_slot *slot;

    if (row->kind > CONTACT_POSTAL || !h->kinds[row->kind] || row->wrapped == NULL)
        return true;
    if (!unseal_identifier(w->seal, &w->keys[i], row->wrapped, row->wrapped_len,
                           row->sealed, row->sealed_len, text, err))
        return err->kind == ERR_INPUT;
    if (!token_make(im->options.profile, row->kind, text, NULL, 0, token, err))
        return false;
    key_make(row->kind, token, key);
    slot = token_map_find(&h->map, key);
    if (slot == NULL)
        return true;
    slot->version++;
    h->found++;
    return im->effect == NULL || effect_contact(im->effect, im, &h->said[row->kind],
                                                &w->keys[i], row->kind, err);
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

    w = mem_zalloc(1, sizeof(*w));
    w->seal = ctl_seal(ctl, err);
    ok =
        w->seal != NULL && snapshot_begin(ctl->pg, err) && contacts_walk(ctl, im, w, err);
    if (w->seal != NULL)
        pg_rollback(ctl->pg);
    seal_close(w->seal);
    contact_set_done(&w->contacts);
    free(w);
    return ok;
}

/* --- whom they meant: who has been erased is found by what was said of the hash --- */

#define ERASED (-1) /* a slot's version */

struct erased {
    size_t n;
    struct contact_key *keys; /* of the hashes that no contact was found for */
    struct gone {
        struct contact_key key;
        struct token_slot *slot;
    } * sorted;
};

static int by_key(const void *a, const void *b)
{
    return memcmp(((const struct gone *)a)->key.b, ((const struct gone *)b)->key.b,
                  sizeof(((const struct gone *)a)->key.b));
}

static void erased_take(void *context, const struct contact_key *hash)
{
    struct erased *e = context;
    const struct gone wanted = {.key = *hash};
    struct gone *found = bsearch(&wanted, e->sorted, e->n, sizeof(*e->sorted), by_key);

    if (found != NULL)
        found->slot->version = ERASED;
}

static bool erased_match(struct ctl *ctl, struct import *im, struct err *err)
{
    struct hashed_file *h = im->hashed;
    struct erased e = {.keys = mem_zalloc(h->map.n + 1, sizeof(*e.keys)),
                       .sorted = mem_zalloc(h->map.n + 1, sizeof(*e.sorted))};
    bool ok = true;

    for (size_t i = 0; ok && i < h->map.cap; i++) {
        struct token_slot *slot = &h->map.slots[i];

        if (slot->token == NULL || slot->version != 0)
            continue;
        ok = hashed_key_make((enum contact_kind)(slot->token[0] - '0'),
                             im->options.profile, slot->token + 2, &e.keys[e.n], err);
        e.sorted[e.n] = (struct gone){e.keys[e.n], slot};
        e.n++;
    }
    qsort(e.sorted, e.n, sizeof(*e.sorted), by_key);
    ok = ok && (e.n == 0 || hashed_erased(ctl->pg, e.keys, e.n, erased_take, &e, err));
    free(e.keys);
    free(e.sorted);
    return ok;
}

/* --- the answer --- */

/* As California's platform has them: deleted, opted out, not found. */
static int status_of(const struct token_slot *slot)
{
    if (slot == NULL || slot->version == 0)
        return 5;
    return slot->version == ERASED ? 3 : 4;
}

/* One file: its answer has the name given. Several, from an archive: a folder of that
 * name, with one answer for each, called as the file is. */
static bool status_path(const struct import *im, char ret[CONF_TEXT_BYTES],
                        struct err *err)
{
    const char *slash = im->file_in != NULL ? strrchr(im->file_in, '/') : NULL;
    const char *name = slash != NULL ? slash + 1 : im->file_in;
    const int n =
        im->file_in == NULL
            ? snprintf(ret, CONF_TEXT_BYTES, "%s", im->hashed->status_file)
            : snprintf(ret, CONF_TEXT_BYTES, "%s/%s", im->hashed->status_file, name);

    if (im->file_in != NULL && mkdir(im->hashed->status_file, 0777) != 0 &&
        errno != EEXIST)
        return err_set(err, ERR_CONFIG, "NO_FILE", "cannot make the folder %.150s",
                       im->hashed->status_file);
    return n < CONF_TEXT_BYTES ||
           err_set(err, ERR_CONFIG, "NO_FILE", "the name of the answer is too long");
}

static bool status_write(const struct import *im, struct err *err)
{
    const struct hashed_file *h = im->hashed;
    char path[CONF_TEXT_BYTES];
    struct token_map map = h->map;
    struct outfile out;
    struct buf text;
    bool ok;

    if (!status_path(im, path, err) || !outfile_open(&out, path, err))
        return false;
    buf_init(&text, CTL_ANSWER_BYTES);
    buf_add_str(&text, "Id,Status\n");
    for (size_t i = 0; i < h->n; i++) {
        const struct token_slot *slot =
            h->items[i].token != NULL ? token_map_find(&map, h->items[i].token) : NULL;

        buf_addf(&text, "%s,%d\n", h->items[i].id, status_of(slot));
    }
    ok = !text.overrun || err_set(err, ERR_FATAL, "OUTPUT", "the answer does not fit");
    ok = ok && outfile_write(&out, text.data, text.len, err) && outfile_keep(&out, err);
    outfile_drop(&out);
    buf_done(&text);
    return ok;
}

bool hashed_end(struct ctl *ctl, struct import *im, struct err *err)
{
    struct hashed_file *h = im->hashed;

    if (h == NULL || (im->effect == NULL && h->status_file == NULL))
        return true;
    return (h->map.n == 0 || contacts_match(ctl, im, err)) &&
           (h->status_file == NULL || sheet_taken_back(im->sheet) ||
            (erased_match(ctl, im, err) && status_write(im, err)));
}

void hashed_json(const struct import *im, struct buf *out)
{
    const struct hashed_file *h = im->hashed;

    buf_addf(out, ",\"hashes\":%zu,\"left_alone\":%lld", h->hashes + h->map.n,
             (long long)im->silent);
    if (im->effect != NULL || h->status_file != NULL)
        buf_addf(out, ",\"found\":%lld", (long long)h->found);
}

void hashed_print(const struct import *im)
{
    const struct hashed_file *h = im->hashed;

    if (im->effect != NULL || h->status_file != NULL)
        printf("  %lld contacts are known under these %zu hashes\n", (long long)h->found,
               h->hashes + h->map.n);
}
