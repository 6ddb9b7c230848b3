/* consumer_parts.h - what a consumer is made of, for consumer.c, front.c, peek.c,
 * reach.c and survey.c. */
#ifndef CONSENT_KAFKA_CONSUMER_PARTS_H
#define CONSENT_KAFKA_CONSUMER_PARTS_H

#include "base/aside.h"
#include "kafka/conf.h"
#include "kafka/consumer.h"

struct probe;
struct survey;
struct peek;

/* Is any broker there? DOUBTED: all connections are gone, or none has come; a probe finds
 * out. */
enum reach { REACH_DOUBTED, REACH_UP, REACH_DOWN };

struct consumer {
    struct kafka_cause cause; /* first: see kafka_cause_watch */
    rd_kafka_t *rk;
    rd_kafka_t *front_rk;          /* in no group; reads what goes first */
    rd_kafka_queue_t *queue;       /* of rk */
    rd_kafka_queue_t *front_queue; /* of front_rk */
    rd_kafka_message_t *held;      /* what the last record borrows from */
    bool closing;
    bool worked; /* it has been given partitions, or records: refusals may heal */
    enum reach reach;
    bool untold;         /* a probe has failed since the caller heard of it */
    struct probe *probe; /* under way, or NULL */
    int64_t probe_us;    /* no new one before then */
    rd_kafka_resp_err_t trouble;
    rd_kafka_resp_err_t told_err; /* the caller knows of, until a record comes */
    enum consumer_event pending;  /* ASSIGN or REVOKE, else IDLE */
    struct consumer_part *parts;
    size_t n_parts;
    struct record_header *headers; /* of the held message */
    size_t cap_headers;
    struct survey *survey; /* under way, or NULL */
    struct peek *peek;     /* the same */
    rd_kafka_conf_t *peek_conf;
    rd_kafka_t *peek_rk; /* a client of its own, without a group; NULL: not needed yet */
    bool wakes_itself;   /* librdkafka can look at its queue often enough by itself */
    char *username, *password; /* as they were set; "" without */
};

/* Waits a little for a survey that is under way. False: it does not end, so that nothing
 * may be taken from under it. */
bool consumer_survey_end(struct consumer *s);

/* --- reach.c --- */
/* While nobody is known to be there, a probe asks, on its own thread, again and again. */
void consumer_reach_look(struct consumer *s);
bool consumer_probe_end(struct consumer *s); /* false: it does not end */
void consumer_is_there(struct consumer *s);

/* --- peek.c --- */
bool consumer_peek_conf(const struct consumer_settings *settings, rd_kafka_conf_t **ret,
                        struct err *err);
void consumer_peek_end(struct consumer *s);

/* --- front.c --- */
bool consumer_front_open(struct consumer *s, const struct consumer_settings *settings,
                         struct err *err);
void consumer_front_close(struct consumer *s);

/* --- consumer.c --- */
bool consumer_conf(const struct consumer_settings *settings, bool front,
                   rd_kafka_conf_t **ret, struct err *err);
/* Takes conf; NULL: ERR_CONFIG. */
rd_kafka_t *consumer_client(rd_kafka_conf_t *conf, struct err *err);
/* What a client's poll gave, as consumer_next tells it; m is kept until consumer_let_go.
 */
bool consumer_took(struct consumer *s, rd_kafka_message_t *m, enum consumer_event *ret,
                   struct consumer_record *record, struct err *err);
void consumer_let_go(struct consumer *s);
/* A message as a record; it borrows from both. */
void consumer_record_of(struct consumer *s, const rd_kafka_message_t *m,
                        struct consumer_record *ret);

#endif
