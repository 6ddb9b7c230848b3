#include "store/proof/range.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[PROOF_LOGS + 1] = {"", "events", "lists", "lookups"};

const char *proof_log_name(enum proof_log log)
{
    return names[log];
}

int proof_log_find(const char *name)
{
    for (int i = 1; i <= PROOF_LOGS; i++)
        if (strcmp(name, names[i]) == 0)
            return i;
    return 0;
}

void proof_ints_add(struct proof_ints *is, int64_t v)
{
    if (is->n == is->cap) {
        is->cap = 2 * is->cap + 4;
        is->v = mem_resize(is->v, is->cap, sizeof(*is->v));
    }
    is->v[is->n++] = v;
}

static void ints_copy(struct proof_ints *to, const struct proof_ints *from)
{
    for (size_t i = 0; i < from->n; i++)
        proof_ints_add(to, from->v[i]);
}

struct proof_range *proof_ranges_add(struct proof_ranges *rs,
                                     const struct proof_range *like)
{
    const size_t at = like == NULL ? 0 : (size_t)(like - rs->v);
    const bool own = like != NULL && rs->v != NULL && like >= rs->v && at < rs->n;
    struct proof_range *r;

    if (rs->n == rs->cap) {
        rs->cap = 2 * rs->cap + 8;
        rs->v = mem_resize(rs->v, rs->cap, sizeof(*rs->v));
    }
    like = own ? &rs->v[at] : like;
    r = &rs->v[rs->n++];
    *r = (struct proof_range){0};
    if (like == NULL)
        return r;
    memcpy(r->topic, like->topic, sizeof(r->topic));
    r->partition = like->partition;
    r->source = like->source;
    r->run = like->run;
    r->q_after = like->q_after;
    r->q_upto = like->q_upto;
    ints_copy(&r->lows, &like->lows);
    ints_copy(&r->highs, &like->highs);
    ints_copy(&r->cuts, &like->cuts);
    return r;
}

void proof_ranges_done(struct proof_ranges *rs)
{
    for (size_t i = 0; i < rs->n; i++) {
        free(rs->v[i].lows.v);
        free(rs->v[i].highs.v);
        free(rs->v[i].cuts.v);
    }
    free(rs->v);
    *rs = (struct proof_ranges){0};
}
