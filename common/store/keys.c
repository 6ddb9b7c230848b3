#include "store/keys.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

void keys_put(struct pg_params *ps, const struct contact_key *keys, size_t n)
{
    const size_t array = pg_put_array(ps, 'U');

    for (size_t i = 0; i < n; i++)
        pg_add_uuid(ps, array, keys[i].b);
}

bool keys_send(struct pg *pg, const struct pg_stmt *stmt, const struct contact_key *keys,
               size_t n, struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    keys_put(&ps, keys, n);
    return pg_ask(pg, stmt, &ps, err);
}

bool keys_exec(struct pg *pg, const struct pg_stmt *stmt, const struct contact_key *keys,
               size_t n, struct pg_result **ret, struct err *err)
{
    return keys_send(pg, stmt, keys, n, err) && pg_collect(pg, ret, err);
}

static int place_compare(const void *a, const void *b)
{
    const struct key_place *x = a, *y = b;
    const int order = memcmp(x->key.b, y->key.b, sizeof(x->key.b));

    return order != 0 ? order : x->at < y->at ? -1 : x->at > y->at;
}

void key_places_make(struct key_places *p, const struct contact_key *keys, size_t n)
{
    bool rising = true;

    *p = (struct key_places){.n = n,
                             .sorted = mem_resize(NULL, n + 1, sizeof(*p->sorted))};
    for (size_t i = 0; i < n; i++) {
        p->sorted[i] = (struct key_place){keys[i], i};
        rising = rising && (i == 0 || memcmp(keys[i - 1].b, keys[i].b, 16) <= 0);
    }
    if (!rising)
        qsort(p->sorted, n, sizeof(*p->sorted), place_compare);
}

void key_places_done(struct key_places *p)
{
    free(p->sorted);
    *p = (struct key_places){0};
}

static bool is_at(const struct key_places *p, size_t i, const uint8_t key[16])
{
    return i < p->n && memcmp(p->sorted[i].key.b, key, 16) == 0;
}

static size_t search(const struct key_places *p, const uint8_t key[16])
{
    size_t first = 0, end = p->n;

    while (first < end) {
        const size_t middle = first + (end - first) / 2;

        if (memcmp(p->sorted[middle].key.b, key, 16) < 0)
            first = middle + 1;
        else
            end = middle;
    }
    return first;
}

size_t key_places_find(struct key_places *p, const uint8_t key[16], size_t *ret_end)
{
    if (p->first == p->end || !is_at(p, p->first, key)) {
        p->first = is_at(p, p->end, key) ? p->end : search(p, key);
        for (p->end = p->first; is_at(p, p->end, key);)
            p->end++;
    }
    *ret_end = p->end;
    return p->first;
}
