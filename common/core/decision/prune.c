#include "prune.h"

#include "fold.h"

#define SLOTS  1024 /* a power of two */
#define GROUPS 768  /* facts of more kinds than these stay as they are */

/* Denials follow a site to its next controller by their time: then each one counts. */
static bool handed_on(const struct rulebook *rb, int16_t controller)
{
    for (size_t i = 0; i < rb->n_successions; i++) {
        if (rb->successions[i].from == controller)
            return true;
    }
    return false;
}

static bool meaning_changed(const struct rulebook *rb, int16_t purpose)
{
    for (size_t i = 0; i < rb->n_purposes; i++) {
        if (rb->purposes[i].number == purpose && rb->purposes[i].reconsent_us != 0)
            return true;
    }
    return false;
}

/* Whether a later act of the same group makes this one matter no more. */
static bool outdated_by_next(const struct rulebook *rb, const struct fact *f,
                             int64_t at_us)
{
    if (f->known_us > rb->known_us || f->gone_us != 0)
        return false; /* not to be seen yet, or not for ever: it outdates nothing */
    if (fact_kind_denial(f->kind) && f->expires_us != WHEN_NEVER)
        return false; /* a pause ends, and what stood before it stands again */
    if (fact_kind_denial(f->kind))
        return fact_start_us(f) <= at_us && !handed_on(rb, f->controller);
    if (f->kind == FACT_REACHED)
        return f->from_us == f->to_us && f->to_us <= at_us;
    const struct when_length *limit = &rb->windows.direct_reconfirm;
    return f->kind == FACT_GRANT && grant_direct(f) && f->from_us == f->to_us &&
           f->to_us <= at_us && f->effective_us == 0 && f->expires_us == WHEN_NEVER &&
           limit->months == 0 && limit->days == 0 && limit->us == 0 &&
           !meaning_changed(rb, f->purpose);
}

/* The DATE_ONLY, LATE, FAILSAFE and IMPORTED marks are for people, not for answers. */
static uint32_t flags_that_count(const struct fact *f)
{
    return f->flags & ~(uint32_t)(FACT_IS_DATE_ONLY | FACT_IS_LATE | FACT_IS_FAILSAFE |
                                  FACT_IS_IMPORTED);
}

static bool alike(const struct fact *a, const struct fact *b)
{
    return a->kind == b->kind && a->controller == b->controller &&
           a->purpose == b->purpose && a->channels == b->channels &&
           a->stated == b->stated && a->source == b->source &&
           a->source_type == b->source_type && a->agreement == b->agreement &&
           a->linked == b->linked && a->form == b->form &&
           flags_that_count(a) == flags_that_count(b);
}

static size_t slot_of(const struct fact *f)
{
    uint64_t h = f->kind;
    h = h * 31 + (uint16_t)f->controller;
    h = h * 31 + (uint16_t)f->purpose;
    h = h * 67 + f->channels;
    h = h * 67 + f->stated;
    h = h * 31 + (uint32_t)f->source;
    h = h * 31 + flags_that_count(f);
    h = h * 31 + (uint64_t)f->form;
    h *= UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(h >> 54) & (SLOTS - 1);
}

size_t facts_prune(const struct rulebook *rb, struct fact *facts, size_t n, int64_t at_us)
{
    uint32_t last[SLOTS] = {0}; /* the group's latest fact so far, its index plus one */
    size_t groups = 0, kept = 0;
    for (size_t i = 0; i < n; i++) {
        struct fact f = facts[i];
        if (f.kind == FACT_REQUEST || f.kind == FACT_ANCHOR || f.kind == FACT_CHANGE ||
            f.kind == FACT_ERASED)
            continue; /* deadlines, ties and certificates, not answers */
        size_t slot = slot_of(&f);
        bool passing = outdated_by_next(rb, &f, at_us);
        while (passing && last[slot] != 0 && !alike(&facts[last[slot] - 1], &f))
            slot = (slot + 1) & (SLOTS - 1);
        if (passing && last[slot] != 0) {
            struct fact *before = &facts[last[slot] - 1];
            if (fact_later(&f, before))
                *before = f;
            continue;
        }
        if (passing && groups < GROUPS) {
            last[slot] = (uint32_t)kept + 1;
            groups++;
        }
        facts[kept++] = f;
    }
    return kept;
}
