/*
 * conf.h - librdkafka's configuration, from ours and the operator's.
 *
 * Inside common/kafka only: it shows librdkafka's types. Settings that the promises of
 * this project rest upon are firm: an operator who hands one through is told so at start.
 * The others are presets that the operator's "kafka.<name>" overrides.
 */
#ifndef CONSENT_KAFKA_CONF_H
#define CONSENT_KAFKA_CONF_H

#include "base/conf.h"

#include <librdkafka/rdkafka.h>
#include <stdatomic.h>

struct kafka_setting {
    const char *name;
    const char *value; /* NULL: leave librdkafka's */
    bool firm;
};

/* A new configuration, the caller's to hand to kafka_client or to destroy. pass may be
 * NULL. ERR_CONFIG names the setting that is unknown, malformed or firm; never a value,
 * which may be a password. librdkafka's log lines are dropped: what matters arrives as
 * errors and events. */
bool kafka_conf_make(const char *brokers, const struct kafka_setting *ours, size_t n,
                     const struct conf_pass *pass, rd_kafka_conf_t **ret,
                     struct err *err);

/* A client with this configuration, which is gone either way. NULL: ERR_CONFIG, in
 * librdkafka's own words: the mechanism, the file, what is missing; they quote no
 * password. */
rd_kafka_t *kafka_client(rd_kafka_type_t type, rd_kafka_conf_t *conf, struct err *err);

/* Why no broker can be reached, in librdkafka's own words: host, port, name, TLS,
 * sign-in. They hold nothing of a record. From one thread: that of its error_cb. */
struct kafka_cause {
    rd_kafka_resp_err_t code; /* NO_ERROR: none was told */
    char words[160];
    atomic_int certificate; /* what is wrong with the broker's, in OpenSSL's numbers; set
                               on librdkafka's threads; 0: nothing */
};

/* librdkafka only says that a certificate is not good; with this the cause says why. The
 * configuration's opaque must begin with the cause. */
void kafka_cause_watch(rd_kafka_conf_t *conf);

/* Keeps it, unless it says less than what is kept. */
void kafka_cause_note(struct kafka_cause *c, rd_kafka_resp_err_t code, const char *words);

/* err from code, with the cause's words where code is about reaching a broker. */
bool kafka_cause_set(struct err *err, const struct kafka_cause *c,
                     rd_kafka_resp_err_t code, const char *what);

/* Ends a client; left to itself when that takes longer than most_ms, for librdkafka waits
 * for brokers and topics that may never come back. consumer: it leaves its group first.
 * after(arg) is called when it has come to its end, be it late. */
void kafka_end(rd_kafka_t *rk, bool consumer, int32_t most_ms, void (*after)(void *arg),
               void *arg);

/* err_set with what the error asks of us as kind (wait, fix the configuration, or stop),
 * and KAFKA_<name of the error> as code. */
bool kafka_err_set(struct err *err, rd_kafka_resp_err_t code, const char *what);

#endif
