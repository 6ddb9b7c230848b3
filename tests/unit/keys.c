/* Where the keys stand of which PostgreSQL was asked, in whatever order and however
 * often. */
#include "store/keys.h"

#include <criterion/criterion.h>

static const struct contact_key one = {{1}}, two = {{2}}, three = {{2, 0, 1}},
                                four = {{255}};

static void is_at(struct key_places *p, const struct contact_key *key, size_t n,
                  const size_t *want)
{
    size_t end, first = key_places_find(p, key->b, &end);

    cr_assert_eq(end - first, n, "%zu places", end - first);
    for (size_t i = 0; i < n; i++)
        cr_expect_eq(p->sorted[first + i].at, want[i]);
}

Test(keys, rising_ones_are_found)
{
    const struct contact_key asked[] = {one, two, four};
    struct key_places p;

    key_places_make(&p, asked, 3);
    is_at(&p, &one, 1, (size_t[]){0});
    is_at(&p, &two, 1, (size_t[]){1});
    is_at(&p, &three, 0, NULL);
    is_at(&p, &four, 1, (size_t[]){2});
    key_places_done(&p);
}

Test(keys, one_that_is_asked_for_twice_has_two_places)
{
    const struct contact_key asked[] = {four, two, one, four, two, two};
    struct key_places p;

    key_places_make(&p, asked, 6);
    is_at(&p, &one, 1, (size_t[]){2});
    is_at(&p, &two, 3, ((size_t[]){1, 4, 5}));
    is_at(&p, &three, 0, NULL);
    is_at(&p, &four, 2, ((size_t[]){0, 3}));
    key_places_done(&p);
    key_places_make(&p, NULL, 0);
    is_at(&p, &one, 0, NULL);
    key_places_done(&p);
}
