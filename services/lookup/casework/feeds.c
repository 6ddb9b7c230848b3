/* GET /v1/feeds: what each source sends, how late, and what waits of it. */
#include "routes.h"

#include "base/clock.h"
#include "codec/put.h"
#include "store/event/feed_store.h"

#include <string.h>

#define DAYS 14 /* with today */

static void day_put(struct buf *out, const struct feed_day *d)
{
    char text[WHEN_TEXT_BYTES];

    buf_add_str(out, "{");
    put_name(out, "day");
    buf_addf(out, "\"%.10s\"", when_format(d->day * WHEN_DAY_US, text));
    put_member_int(out, ",accepted", d->of[OUTCOME_ACCEPTED]);
    put_member_int(out, ",duplicates", d->of[OUTCOME_DUPLICATE]);
    put_member_int(out, ",quarantined", d->of[OUTCOME_QUARANTINED]);
    put_member_int(out, ",refused", d->of[OUTCOME_REFUSED]);
    put_member_int(out, ",late", d->late);
    buf_add_str(out, "}");
}

/* Every day of the fortnight, also those without an event. */
static void days_put(struct buf *out, const struct feed_set *set, int32_t source,
                     int32_t first)
{
    put_name(out, ",days");
    buf_add_str(out, "[");
    for (int32_t day = first; day < first + DAYS; day++) {
        struct feed_day found = {.day = day};

        for (size_t i = 0; i < set->n_days; i++)
            if (set->days[i].source == source && set->days[i].day == day)
                found = set->days[i];
        buf_add_str(out, day > first ? "," : "");
        day_put(out, &found);
    }
    buf_add_str(out, "]");
}

static void lag_put(struct buf *out, const char *name, const struct feed_figures *f,
                    int64_t us)
{
    put_name(out, name);
    if (f->n_recent > 0)
        put_int(out, us / WHEN_SECOND_US);
    else
        buf_add_str(out, "null");
}

static void feed_put(struct buf *out, const struct source *s, const struct feed_set *set,
                     const struct feed_figures *f, int32_t first, int64_t now_us)
{
    buf_add_str(out, "{");
    put_member(out, "source", s->id);
    put_member(out, ",urn", s->urn);
    put_member(out, ",type", source_type_name((enum source_type)s->type));
    put_member(out, ",party", s->party);
    put_member_bool(out, ",in_force", period_holds(&s->valid, now_us));
    put_member_bool(out, ",suspended", period_holds(&s->suspended, now_us));
    put_member_int(out, ",promised_s",
                   (s->late_after_us != 0 ? s->late_after_us : WHEN_DAY_US) /
                       WHEN_SECOND_US);
    put_member_time(out, ",last_event", f->last_known_us);
    lag_put(out, ",lag_median_s", f, f->lag_median_us);
    lag_put(out, ",lag_worst_s", f, f->lag_worst_us);
    put_member_int(out, ",waiting", f->waiting);
    days_put(out, set, s->number, first);
    buf_add_str(out, "}");
}

static const struct feed_figures *figures_of(const struct feed_set *set, int32_t source)
{
    static const struct feed_figures none = {.last_known_us = WHEN_ALWAYS};

    for (size_t i = 0; i < set->n; i++)
        if (set->feeds[i].source == source)
            return &set->feeds[i];
    return &none;
}

/* A source stands in the register once for each of its periods: the one of now, else the
 * last. */
static bool is_the_one(const struct rulebook *rb, size_t i, int64_t now_us)
{
    const struct source *now = rulebook_source(rb, rb->sources[i].id, now_us);

    if (now != NULL)
        return now == &rb->sources[i];
    for (size_t k = i + 1; k < rb->n_sources; k++)
        if (strcmp(rb->sources[k].id, rb->sources[i].id) == 0)
            return false;
    return true;
}

static void write_feeds(struct call *c, const struct feed_set *set, int32_t first)
{
    const struct rulebook *rb = &c->w->reg->book;
    struct buf *out = &c->reply->body;
    int64_t now_us = clock_wall_us();
    bool more = false;

    buf_add_str(out, "{");
    put_member_time(out, "now", now_us);
    put_name(out, ",feeds");
    buf_add_str(out, "[");
    for (size_t i = 0; i < rb->n_sources; i++) {
        if (!is_the_one(rb, i, now_us))
            continue;
        buf_add_str(out, more ? "," : "");
        more = true;
        feed_put(out, &rb->sources[i], set, figures_of(set, rb->sources[i].number), first,
                 now_us);
    }
    buf_add_str(out, "]}\n");
}

bool answer_feeds(struct call *c, struct err *err)
{
    const int32_t first = (int32_t)(clock_wall_us() / WHEN_DAY_US) - DAYS + 1;
    const struct audit_row row = {.outcome = LOOKUP_SHOWN};
    struct feed_set set;
    bool refused, ok;

    if (!feeds_load(c->w->pg, first, &set, err))
        return false;
    ok = call_noted(c, LOOKUP_FEEDS, &row, 1, &refused, err);
    if (ok && !refused)
        write_feeds(c, &set, first);
    feeds_done(&set);
    return ok;
}
