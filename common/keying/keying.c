#include "keying/keying.h"

#include "base/mem.h"
#include "store/people/secret_store.h"

#include <stdlib.h>
#include <string.h>

struct keying {
    struct contact_keyer *keyer;
    size_t n, cap;
    struct contact_key *made; /* a group a contact: its key under each secret */
};

struct keying *keying_open(const char *path, const char *former, struct err *err)
{
    struct contact_keyer *keyer = contact_keyer_load(path, former, err);
    struct keying *k;

    if (keyer == NULL)
        return NULL;
    k = mem_zalloc(1, sizeof(*k));
    k->keyer = keyer;
    return k;
}

void keying_close(struct keying *k)
{
    if (k == NULL)
        return;
    contact_keyer_close(k->keyer);
    free(k->made);
    free(k);
}

const struct contact_marks *keying_marks(const struct keying *k)
{
    return contact_keyer_marks(k->keyer);
}

void keying_begin(struct keying *k)
{
    k->n = 0;
}

bool keying_make(struct keying *k, enum contact_kind kind, const char *canonical,
                 struct contact_key *ret, struct err *err)
{
    const size_t m = keying_marks(k)->n;
    struct contact_key keys[CONTACT_SECRETS_MAX];

    if (!contact_keys_make(k->keyer, kind, canonical, keys, err))
        return false;
    *ret = keys[0];
    if (m == 1)
        return true;
    if (k->n == k->cap) {
        k->cap = k->cap > 0 ? 2 * k->cap : 64;
        k->made = mem_resize(k->made, k->cap, m * sizeof(*k->made));
    }
    memcpy(k->made + k->n++ * m, keys, m * sizeof(*keys));
    return true;
}

/* What a key of the first secret stands for. */
struct settled {
    struct contact_key made, known;
};

static int settled_cmp(const void *a, const void *b)
{
    const struct settled *x = a, *y = b;

    return memcmp(&x->made, &y->made, sizeof(x->made));
}

static struct settled *settle(struct keying *k, struct pg *pg, struct err *err)
{
    const struct contact_marks *marks = keying_marks(k);
    struct settled *ret = mem_zalloc(k->n, sizeof(*ret));
    uint8_t *chosen = mem_zalloc(k->n, 1);
    size_t counts;
    const bool ok = contact_choose(pg, marks, k->made, k->n, chosen, &counts, err);

    for (size_t i = 0; ok && i < k->n; i++)
        ret[i] = (struct settled){.made = k->made[i * marks->n],
                                  .known = k->made[i * marks->n + chosen[i]]};
    free(chosen);
    if (ok) {
        qsort(ret, k->n, sizeof(*ret), settled_cmp);
        return ret;
    }
    free(ret);
    return NULL;
}

bool keying_settle(struct keying *k, struct pg *pg, struct contact_key *keys, size_t n,
                   struct err *err)
{
    struct settled *all;

    if (keying_marks(k)->n == 1 || k->n == 0 || n == 0)
        return true;
    all = settle(k, pg, err);
    if (all == NULL)
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct settled of = {.made = keys[i]};
        const struct settled *found = bsearch(&of, all, k->n, sizeof(*all), settled_cmp);

        if (found != NULL)
            keys[i] = found->known;
    }
    free(all);
    return true;
}

bool keying_which(struct keying *k, enum contact_kind kind, const char *canonical,
                  const struct contact_key *key, size_t *ret, struct err *err)
{
    struct contact_key keys[CONTACT_SECRETS_MAX];

    if (!contact_keys_make(k->keyer, kind, canonical, keys, err))
        return false;
    *ret = CONTACT_SECRETS_MAX;
    for (size_t i = keying_marks(k)->n; i-- > 0;)
        if (memcmp(&keys[i], key, sizeof(*key)) == 0)
            *ret = i;
    return true;
}

bool keying_find(struct keying *k, struct pg *pg, enum contact_kind kind,
                 const char *canonical, struct contact_key *ret, struct err *err)
{
    keying_begin(k);
    return keying_make(k, kind, canonical, ret, err) && keying_settle(k, pg, ret, 1, err);
}
