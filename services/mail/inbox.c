#include "inbox.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "kafka/edge.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool inbox_open(struct inbox *o, const struct settings *settings, enum mailbox box,
                const struct conf_pass *kafka, struct err *err)
{
    char topic[CONF_TEXT_BYTES + 8];

    memset(o, 0, sizeof(*o));
    o->settings = settings;
    o->box = box;
    o->letter.source = settings->source;
    buf_init(&o->event, LETTER_EVENT_BYTES);
    mail_begin();
    if (!kafka_edge(settings->kafka_brokers, kafka, settings->plaintext, err))
        return false;
    snprintf(topic, sizeof(topic), "feed.%s", settings->feed);
    if (settings->link_secret_dir[0] != '\0' &&
        !link_keys_open(settings->link_secret_dir, &o->keys, err))
        return false;
    o->letter.keys = o->keys;
    return producer_open(settings->kafka_brokers, kafka, &o->producer, err) &&
           producer_topic(o->producer, topic, &o->topic, err);
}

void inbox_close(struct inbox *o)
{
    producer_close(o->producer);
    link_keys_close(o->keys);
    buf_done(&o->event);
}

static void count(struct inbox *o)
{
    const struct mail_verdict *v = &o->letter.verdict;

    o->taken[v->outcome]++;
    o->soft += (int64_t)v->n_soft;
    for (size_t i = 0; v->outcome == MAIL_IGNORED && i < INBOX_REASONS; i++) {
        if (o->ignored[i].reason != NULL && strcmp(o->ignored[i].reason, v->reason) != 0)
            continue;
        o->ignored[i].reason = v->reason;
        o->ignored[i].n++;
        break;
    }
}

/* A letter that nobody can be found behind must not pass unseen. */
static bool is_lost(const struct mail_verdict *v)
{
    return v->outcome == MAIL_IGNORED && (strcmp(v->reason, "no_sender") == 0 ||
                                          strcmp(v->reason, "complaint_unreadable") == 0);
}

bool inbox_take(struct inbox *o, const char *data, size_t len, bool whole,
                const char *recipient, struct err *err)
{
    const struct mail_verdict *v = &o->letter.verdict;
    const char *own = o->settings->address;
    const int32_t wait_ms = (int32_t)o->settings->deliver_ms;

    if (!letter_read(&o->letter, data, len, whole, o->box, own[0] != '\0' ? own : NULL,
                     recipient, clock_wall_us(), err))
        return false;
    for (size_t i = 0; i < letter_events(&o->letter); i++) {
        if (letter_effect(&o->letter, i) == LETTER_NONE)
            continue;
        buf_reset(&o->event);
        letter_event(&o->letter, i, &o->event);
        if (o->event.overrun)
            return err_set(err, ERR_FATAL, "TOO_LARGE", "an event of more than 64 KiB");
        if (!producer_put(o->producer, o->topic, NULL, 0, o->event.data, o->event.len,
                          wait_ms, err))
            return false;
    }
    if (!producer_flush(o->producer, wait_ms, err))
        return false;
    count(o);
    log_write(is_lost(v) ? LOG_LEVEL_WARN : LOG_LEVEL_INFO, "letter",
              "outcome=%s%s%s events=%zu bytes=%zu sha256=%.16s",
              mail_outcome_name(v->outcome), v->reason[0] ? " reason=" : "", v->reason,
              letter_events(&o->letter), len, o->letter.sha256);
    return true;
}

void inbox_report(const struct inbox *o)
{
    char reasons[600] = "";
    size_t len = 0;

    for (size_t i = 0; i < INBOX_REASONS && o->ignored[i].reason != NULL; i++)
        if (len < sizeof(reasons))
            len += (size_t)snprintf(reasons + len, sizeof(reasons) - len,
                                    " ignored_%s=%" PRId64, o->ignored[i].reason,
                                    o->ignored[i].n);
    log_write(LOG_LEVEL_INFO, "taken",
              "optout=%" PRId64 " objection=%" PRId64 " request=%" PRId64
              " bounced=%" PRId64 " complained=%" PRId64 " soft_bounces=%" PRId64
              " ignored=%" PRId64 "%s",
              o->taken[MAIL_OPTOUT], o->taken[MAIL_OBJECTION], o->taken[MAIL_REQUEST],
              o->taken[MAIL_BOUNCED], o->taken[MAIL_COMPLAINED], o->soft,
              o->taken[MAIL_IGNORED], reasons);
}

bool file_read(int fd, size_t limit, char **ret, size_t *ret_len, bool *whole,
               struct err *err)
{
    size_t cap = 65536, len = 0;
    char *data = mem_zalloc(cap, 1);
    ssize_t n = 1;

    *whole = true;
    while (n > 0 && len < limit) {
        if (len == cap) {
            cap *= 2;
            data = mem_resize(data, cap, 1);
        }
        n = read(fd, data + len, cap - len < limit - len ? cap - len : limit - len);
        if (n < 0 && errno == EINTR) {
            n = 1;
            continue;
        }
        if (n > 0)
            len += (size_t)n;
    }
    while (n > 0) { /* or the other end would die of a broken pipe */
        char rest[16384];

        n = read(fd, rest, sizeof(rest));
        *whole = *whole && n <= 0;
        n = n < 0 && errno == EINTR ? 1 : n;
    }
    if (n < 0) {
        free(data);
        return err_set(err, ERR_RETRY, "NO_MESSAGE", "the message cannot be read");
    }
    *ret = data;
    *ret_len = len;
    return true;
}
