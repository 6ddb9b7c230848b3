#include "ingest.h"

#include "base/clock.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define LOOK_US    WHEN_SECOND_US
#define PARTS_MOST ((size_t)32) /* in one look: each costs two fetches */

/* Each partition has a record that is of our log for certain, `sure`: the first that was
 * ever taken in, to begin with. When more has been taken in, its last record is read
 * again, and after it the sure one. If both are what they were, then all between them
 * came from one log, for a log that was deleted does not come back, and the last one is
 * the sure one now. Else it is in doubt, and what was taken in since may be another
 * log's: reading begins again at the sure one. A process that dies meanwhile leaves the
 * sure one in PostgreSQL for the next. */

static bool same(struct ingest *in, const struct consumer_peek *p, int k,
                 const struct ingest_anchor *a, bool *ret, struct err *err)
{
    struct consumer_record rec;
    struct event_input input;
    uint8_t digest[INGEST_DIGEST_BYTES];

    *ret = false;
    if (p->what[k] != CONSUMER_PEEK_THERE)
        return true;
    consumer_peek_record(in->consumer, p, k, &rec);
    input = intake_input(&in->intake, &rec);
    if (!event_digest(in, &input, digest, err))
        return false;
    *ret = rec.time_us == a->time_us && memcmp(digest, a->digest, sizeof(digest)) == 0;
    return true;
}

static bool hear_one(struct ingest *in, const struct consumer_peek *peek, struct err *err)
{
    const size_t i = owner_find(in, LANE_BACK, peek->topic, peek->partition);
    const bool alone = peek->at[1] < 0;
    struct ingest_part *p;
    struct feed *f;
    bool last, sure;

    if (i == in->n_parts || peek->what[0] == CONSUMER_PEEK_UNTOLD)
        return true;
    p = &in->parts[i];
    f = &in->feeds[i];
    if (f->hold != HOLD_NONE || f->asked.offset != peek->at[0])
        return true; /* it was claimed meanwhile */
    if (!same(in, peek, 0, &f->asked, &last, err) ||
        !same(in, peek, 1, &p->sure, &sure, err))
        return false;
    if (!last)
        return anchor_doubt(in, i, "the record taken in last is another one", err);
    if (!alone && peek->what[1] == CONSUMER_PEEK_UNTOLD)
        return true;
    if (!alone && !sure && peek->what[1] != CONSUMER_PEEK_EXPIRED)
        return anchor_doubt(in, i, "what was taken in before is not in it", err);
    p->sure = f->asked;
    return true;
}

static bool hear(struct ingest *in, struct err *err)
{
    struct consumer_peek *heard;
    size_t n;
    bool ok = true;

    if (!consumer_peek_take(in->consumer, &heard, &n))
        return true;
    in->verifying = false;
    in->verify_us = clock_mono_us() + LOOK_US;
    for (size_t i = 0; ok && i < n; i++)
        ok = hear_one(in, &heard[i], err);
    consumer_peek_free(heard, n);
    return ok;
}

static bool is_due(const struct ingest *in, size_t i)
{
    const struct ingest_part *p = &in->parts[i];

    return in->feeds[i].hold == HOLD_NONE && !in->feeds[i].checking &&
           p->anchor.offset > p->sure.offset;
}

static void ask(struct ingest *in)
{
    struct consumer_peek *all = mem_zalloc(PARTS_MOST, sizeof(*all));
    size_t n = 0;

    for (size_t k = 0; k < in->n_parts && n < PARTS_MOST; k++) {
        const size_t i = (in->verify_from + k) % in->n_parts;
        const struct ingest_part *p = &in->parts[i];

        if (!is_due(in, i))
            continue;
        memcpy(all[n].topic, p->topic, sizeof(all[n].topic));
        all[n].partition = p->partition;
        all[n].at[0] = p->anchor.offset;
        all[n].at[1] = p->sure.offset;
        in->feeds[i].asked = p->anchor;
        n++;
        if (n == PARTS_MOST)
            in->verify_from = i + 1;
    }
    in->verifying = n > 0 && consumer_peek_start(in->consumer, all, n);
    free(all);
}

bool verify_look(struct ingest *in, struct err *err)
{
    if (in->verifying)
        return hear(in, err);
    if (in->n_parts > 0 && clock_mono_us() >= in->verify_us)
        ask(in);
    return true;
}
