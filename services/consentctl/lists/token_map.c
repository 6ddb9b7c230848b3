#include "token_map.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* FNV-1a; tokens are digests, so it has little to do. */
static uint64_t hash(const char *s, size_t len)
{
    uint64_t h = UINT64_C(14695981039346656037);

    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)s[i]) * UINT64_C(1099511628211);
    return h;
}

static struct token_slot *probe(const struct token_map *m, const char *token, size_t len)
{
    size_t at = (size_t)hash(token, len) & (m->cap - 1);

    while (m->slots[at].token != NULL && (strncmp(m->slots[at].token, token, len) != 0 ||
                                          m->slots[at].token[len] != '\0'))
        at = (at + 1) & (m->cap - 1);
    return &m->slots[at];
}

static void grow(struct token_map *m)
{
    struct token_map larger = {.n = m->n, .cap = m->cap ? 2 * m->cap : 4096};

    larger.slots = mem_zalloc(larger.cap, sizeof(*larger.slots));
    for (size_t i = 0; i < m->cap; i++)
        if (m->slots[i].token != NULL)
            *probe(&larger, m->slots[i].token, strlen(m->slots[i].token)) = m->slots[i];
    free(m->slots);
    *m = larger;
}

struct token_slot *token_map_put(struct token_map *m, const char *token, size_t len)
{
    struct token_slot *slot;

    if (2 * (m->n + 1) > m->cap)
        grow(m);
    slot = probe(m, token, len);
    if (slot->token != NULL)
        return slot;
    slot->token = mem_zalloc(len + 1, 1);
    memcpy(slot->token, token, len);
    m->n++;
    return slot;
}

struct token_slot *token_map_find(const struct token_map *m, const char *token)
{
    struct token_slot *slot = m->cap > 0 ? probe(m, token, strlen(token)) : NULL;

    return slot != NULL && slot->token != NULL ? slot : NULL;
}

void token_map_done(struct token_map *m)
{
    for (size_t i = 0; i < m->cap; i++)
        free(m->slots[i].token);
    free(m->slots);
    *m = (struct token_map){0};
}
