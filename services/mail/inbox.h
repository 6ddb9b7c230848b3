/*
 * inbox.h - takes letters in, one after the other: read, judged, sent, confirmed.
 */
#ifndef CONSENT_MAIL_INBOX_H
#define CONSENT_MAIL_INBOX_H

#include "settings.h"

#include "kafka/producer.h"
#include "letter.h"

#define INBOX_REASONS 24

struct inbox {
    const struct settings *settings;
    enum mailbox box;
    struct producer *producer;
    struct link_keys *keys; /* of link tokens; NULL: none */
    int topic;
    struct letter letter; /* the one at hand */
    struct buf event;

    int64_t taken[MAIL_COMPLAINED + 1]; /* letters by outcome               */
    int64_t soft;                       /* delays reported                  */
    struct {
        const char *reason;
        int64_t n;
    } ignored[INBOX_REASONS];
};

/* ERR_CONFIG when the settings are wrong; does not wait for a broker. */
bool inbox_open(struct inbox *o, const struct settings *settings, enum mailbox box,
                const struct conf_pass *kafka, struct err *err);
void inbox_close(struct inbox *o);

/* True: its events are with Kafka, or there are none. ERR_RETRY: not now. */
bool inbox_take(struct inbox *o, const char *data, size_t len, bool whole,
                const char *recipient, struct err *err);

/* Every file of DIR/new, moved to DIR/cur once it is taken. Stops at the first that Kafka
 * does not take. */
bool inbox_maildir(struct inbox *o, const char *dir, struct err *err);

/* One line with what was taken, for the log. */
void inbox_report(const struct inbox *o);

/* A file from its beginning; *whole false: it is longer than limit. free(*ret). */
bool file_read(int fd, size_t limit, char **ret, size_t *ret_len, bool *whole,
               struct err *err);

#endif
