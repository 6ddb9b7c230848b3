/* token_map.h - what a list's topic says of each token, in memory while it is compared.
 */
#ifndef CONSENT_CTL_TOKEN_MAP_H
#define CONSENT_CTL_TOKEN_MAP_H

#include "core/vocab.h"

struct token_slot {
    char *token; /* NULL: free */
    int64_t version;
    int64_t last; /* of a topic: the version that stands last */
    enum list_status status;
    bool gone; /* a tombstone came last */
    bool seen; /* list_entry has it too */
};

struct token_map {
    size_t n, cap;
    struct token_slot *slots;
};

void token_map_done(struct token_map *m);

/* The token's slot, made when it is not there. Good until the next call. */
struct token_slot *token_map_put(struct token_map *m, const char *token, size_t len);

/* NULL when there is none. */
struct token_slot *token_map_find(const struct token_map *m, const char *token);

#endif
