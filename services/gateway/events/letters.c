/*
 * GET /v1/confirmations: the letters of the topic confirmations.SOURCE, for a site whose
 * mail program does not read Kafka. They are few and kept for a day, so each call looks
 * at the topic itself. The cursor is one of receipts: the last offset of each partition.
 */
#include "events.h"

#include "base/log.h"
#include "codec/put.h"
#include "intake/receipts.h"
#include "kafka/reader.h"

#include <stdio.h>
#include <string.h>

#define LETTERS_MOST 1000
#define IDLE_MS      5000

struct page {
    struct buf *out;
    struct feed_place place; /* by partition */
    int n;
};

static bool letter_put(void *arg, const struct reader_record *rec, struct err *err)
{
    struct page *page = arg;
    const size_t partition = (size_t)rec->partition;

    (void)err;
    if (partition >= page->place.n) /* it has come since we looked */
        return true;
    if (rec->offset <= page->place.offset[partition] || page->n == LETTERS_MOST)
        return true;
    page->place.offset[partition] = rec->offset;
    if (rec->value == NULL)
        return true;
    buf_add_str(page->out, page->n++ > 0 ? "," : "");
    buf_add(page->out, rec->value, rec->value_len);
    return true;
}

/* Where to go on in each partition; how many records there are at most in one of them. A
 * topic that was made again is read from its beginning. */
static int64_t page_begin(struct page *page, const struct feed_place *after,
                          const struct topic_bound *ends, size_t n)
{
    int64_t most = 0;

    page->place.n = n;
    for (size_t p = 0; p < n; p++) {
        int64_t last = ends[p].first - 1;

        for (size_t i = 0; i < after->n; i++)
            if (after->partition[i] == (int32_t)p && after->offset[i] > last &&
                after->offset[i] < ends[p].next)
                last = after->offset[i];
        page->place.partition[p] = (int32_t)p;
        page->place.offset[p] = last;
        if (ends[p].next - 1 - last > most)
            most = ends[p].next - 1 - last;
    }
    return most;
}

static bool page_put(const struct settings *settings, const char *topic,
                     const struct feed_place *after, struct page *page, struct err *err)
{
    struct topic_bound ends[FEED_PARTITIONS_MAX];
    int64_t most;
    size_t n;

    if (!topic_ends(settings->kafka_brokers, &settings->kafka, topic, ends,
                    FEED_PARTITIONS_MAX, &n, err))
        return false;
    most = page_begin(page, after, ends, n);
    return most == 0 || topic_tails(settings->kafka_brokers, &settings->kafka, &topic, 1,
                                    most, IDLE_MS, letter_put, page, err);
}

/* A partition of which nothing was read yet has no place in a cursor. */
static void cursor_put(const struct feed_place *all, struct buf *out)
{
    char text[FEED_PARTITIONS_MAX * 32];
    struct feed_place read = {.n = 0};

    for (size_t p = 0; p < all->n; p++)
        if (all->offset[p] >= 0) {
            read.partition[read.n] = all->partition[p];
            read.offset[read.n++] = all->offset[p];
        }
    receipts_place_format(&read, text, sizeof(text));
    put_member(out, ",after", text);
}

static void answer(const struct worker *w, const struct source *source,
                   const struct feed_place *after, struct http_reply *reply)
{
    char topic[REGISTER_ID_BYTES + 16];
    struct page page = {.out = &reply->body};
    struct err err;

    snprintf(topic, sizeof(topic), "confirmations.%s", source->id);
    buf_add_str(page.out, "{");
    put_member(page.out, "source", source->id);
    buf_add_str(page.out, ",\"letters\":[");
    if (sender_there(w->sender, &err) &&
        page_put(w->settings, topic, after, &page, &err)) {
        buf_add_str(page.out, "]");
        cursor_put(&page.place, page.out);
        put_name(page.out, ",more");
        buf_add_str(page.out, page.n == LETTERS_MOST ? "true" : "false");
        buf_add_str(page.out, "}\n");
        reply->type = "application/json";
    } else if (strcmp(err.code, "NO_TOPIC") == 0) {
        http_problem(reply, 404, "not-found",
                     "there is no topic of letters: consentctl feed create makes it",
                     NULL);
    } else {
        log_err(LOG_LEVEL_WARN, "no_letters", &err);
        http_problem(reply, 503, "kafka", "the brokers do not answer", NULL);
        reply->retry_after_s = 5;
    }
}

void events_letters(void *worker, const struct http_request *rq, struct http_reply *reply)
{
    struct worker *w = worker;
    const char *after = http_argument(rq, "after");
    const struct known *known = known_take(w->knowledge);
    const struct source *source = source_of(known, rq, reply);
    struct feed_place place;

    if (source != NULL && !receipts_place(after != NULL ? after : "", &place))
        http_problem(reply, 400, "bad-argument",
                     "after is what an earlier answer gave as after", NULL);
    else if (source != NULL && source->type != SOURCE_DIRECT)
        http_problem(reply, 404, "not-found", "letters are for web sites of ours", NULL);
    else if (source != NULL && source_room(w->settings, source, 1, reply))
        answer(w, source, &place, reply);
    known_release(known);
}
