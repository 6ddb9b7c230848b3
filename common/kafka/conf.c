#include "kafka/conf.h"

#include "base/aside.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void log_drop(const rd_kafka_t *rk, int level, const char *facility,
                     const char *text)
{
    (void)rk;
    (void)level;
    (void)facility;
    (void)text;
}

static bool set(rd_kafka_conf_t *conf, const char *name, const char *value,
                struct err *err)
{
    char ignored[8]; /* librdkafka's sentence may quote the value */

    switch (rd_kafka_conf_set(conf, name, value, ignored, sizeof(ignored))) {
    case RD_KAFKA_CONF_OK: return true;
    case RD_KAFKA_CONF_UNKNOWN:
        return err_set(err, ERR_CONFIG, "KAFKA_UNKNOWN_SETTING",
                       "kafka.%s: librdkafka knows no such setting", name);
    case RD_KAFKA_CONF_INVALID:
    default:
        return err_set(err, ERR_CONFIG, "KAFKA_BAD_SETTING",
                       "kafka.%s: librdkafka does not take the value", name);
    }
}

static const struct kafka_setting *find(const struct kafka_setting *ours, size_t n,
                                        const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(ours[i].name, name) == 0)
            return &ours[i];
    return NULL;
}

/* A firm setting has other names as well ("delivery.timeout.ms" is message.timeout.ms),
 * and librdkafka alone knows them all: what counts is whether it is as it was. */
static bool firm_holds(const rd_kafka_conf_t *conf, const rd_kafka_conf_t *plain,
                       const struct kafka_setting *ours, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char now[512] = "", before[512] = "";
        size_t now_size = sizeof(now), before_size = sizeof(before);

        if (!ours[i].firm)
            continue;
        (void)rd_kafka_conf_get(conf, ours[i].name, now, &now_size);
        (void)rd_kafka_conf_get(plain, ours[i].name, before, &before_size);
        if (strcmp(now, before) != 0)
            return false;
    }
    return true;
}

static bool pass_through(rd_kafka_conf_t *conf, const rd_kafka_conf_t *plain,
                         const struct kafka_setting *ours, size_t n,
                         const struct conf_pass *pass, struct err *err)
{
    for (size_t i = 0; i < pass->n; i++) {
        const struct kafka_setting *own = find(ours, n, pass->item[i].name);

        if ((own == NULL || !own->firm) &&
            !set(conf, pass->item[i].name, pass->item[i].value, err))
            return false;
        if ((own != NULL && own->firm) || !firm_holds(conf, plain, ours, n))
            return err_set(
                err, ERR_CONFIG, "KAFKA_FIRM_SETTING",
                "kafka.%s: cannot be set: exactly-once processing depends on it",
                pass->item[i].name);
    }
    return true;
}

static bool fill(rd_kafka_conf_t *conf, const char *brokers,
                 const struct kafka_setting *ours, size_t n, const struct conf_pass *pass,
                 struct err *err)
{
    if (brokers == NULL || brokers[0] == '\0')
        return err_set(err, ERR_CONFIG, "KAFKA_NO_BROKERS",
                       "kafka_brokers: no Kafka broker is named");
    if (strstr(brokers, "://") != NULL) /* which librdkafka passes over without a word */
        return err_set(err, ERR_CONFIG, "KAFKA_NO_BROKERS",
                       "kafka_brokers: is host:port,host:port without a scheme (://)");
    if (!set(conf, "bootstrap.servers", brokers, err))
        return false;
    for (size_t i = 0; i < n; i++)
        if (ours[i].value != NULL && !set(conf, ours[i].name, ours[i].value, err))
            return false;
    if (pass != NULL) {
        rd_kafka_conf_t *plain = rd_kafka_conf_dup(conf);
        const bool ok = pass_through(conf, plain, ours, n, pass, err);

        rd_kafka_conf_destroy(plain);
        if (!ok)
            return false;
    }
    rd_kafka_conf_set_log_cb(conf, log_drop);
    return true;
}

bool kafka_conf_make(const char *brokers, const struct kafka_setting *ours, size_t n,
                     const struct conf_pass *pass, rd_kafka_conf_t **ret, struct err *err)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();

    if (!fill(conf, brokers, ours, n, pass, err)) {
        rd_kafka_conf_destroy(conf);
        return false;
    }
    *ret = conf;
    return true;
}

rd_kafka_t *kafka_client(rd_kafka_type_t type, rd_kafka_conf_t *conf, struct err *err)
{
    char why[180] = "";
    rd_kafka_t *rk = rd_kafka_new(type, conf, why, sizeof(why));

    if (rk != NULL)
        return rk;
    rd_kafka_conf_destroy(conf);
    for (char *p = why; *p != '\0'; p++)
        *p = *p == '\n' ? ' ' : *p;
    err_set(err, ERR_CONFIG, "KAFKA_BAD_SETTINGS",
            "librdkafka refuses the kafka.* settings: %s", why);
    return NULL;
}

/* Wait, or fix the configuration, or stop. */
static enum err_kind kafka_err_kind(rd_kafka_resp_err_t code)
{
    static const rd_kafka_resp_err_t config[] = {
        RD_KAFKA_RESP_ERR__AUTHENTICATION,
        RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED,
        RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM,
        RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
        RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
        RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
        RD_KAFKA_RESP_ERR_INVALID_GROUP_ID,
        RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT,
        RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL,
    };

    if (code == RD_KAFKA_RESP_ERR__FATAL)
        return ERR_FATAL;
    for (size_t i = 0; i < sizeof(config) / sizeof(config[0]); i++)
        if (code == config[i])
            return ERR_CONFIG;
    return ERR_RETRY;
}

/* X509_V_ERR_* of OpenSSL, whose headers are not for this folder. */
static const char *certificate_words(int number)
{
    switch (number) {
    case 9: return "it is not valid yet";
    case 10: return "it has expired";
    case 18:
    case 19: return "it is signed by itself, which ssl.ca.location does not know";
    case 2:
    case 20:
    case 21: return "it is not signed by an authority of ssl.ca.location";
    case 23: return "it has been revoked";
    case 62:
    case 64: return "it is for another host name";
    default: return "it cannot be verified";
    }
}

static int see_certificate(rd_kafka_t *rk, const char *broker, int32_t id, int *error,
                           int depth, const char *der, size_t len, char *ret, size_t cap,
                           void *opaque)
{
    struct kafka_cause *c = opaque;

    (void)rk, (void)broker, (void)id, (void)depth, (void)der, (void)len;
    if (*error == 0)
        return 1;
    atomic_store(&c->certificate, *error);
    snprintf(ret, cap, "%s", certificate_words(*error));
    return 0;
}

void kafka_cause_watch(rd_kafka_conf_t *conf)
{
    /* Without TLS there is nothing to look at. */
    (void)rd_kafka_conf_set_ssl_cert_verify_cb(conf, see_certificate);
}

void kafka_cause_note(struct kafka_cause *c, rd_kafka_resp_err_t code, const char *words)
{
    char *aside;

    if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || code == RD_KAFKA_RESP_ERR__FATAL)
        return;
    if (code == RD_KAFKA_RESP_ERR__TRANSPORT &&
        (c->code == RD_KAFKA_RESP_ERR__SSL ||
         c->code == RD_KAFKA_RESP_ERR__AUTHENTICATION))
        return; /* "Disconnected", which follows from them */
    c->code = code;
    snprintf(c->words, sizeof(c->words), "%s", words != NULL ? words : "");
    if (code == RD_KAFKA_RESP_ERR__SSL &&
        strstr(c->words, "certificate verify failed") != NULL) {
        const size_t broker = strcspn(c->words, " "); /* "ssl://host:9093/1:" */
        const char *why = certificate_words(atomic_load(&c->certificate));

        snprintf(c->words + (broker < 80 ? broker : 0),
                 sizeof(c->words) - (broker < 80 ? broker : 0),
                 " the broker's certificate: %s", why);
        return;
    }
    aside = strstr(c->words, " (after ");
    if (aside != NULL) /* "... 5 ms in state CONNECT, 30 identical error(s) suppressed" */
        *aside = '\0';
}

bool kafka_cause_set(struct err *err, const struct kafka_cause *c,
                     rd_kafka_resp_err_t code, const char *what)
{
    const bool reaching = code == c->code || code == RD_KAFKA_RESP_ERR__TRANSPORT ||
                          code == RD_KAFKA_RESP_ERR__TIMED_OUT ||
                          code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN ||
                          code == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE;
    char name[sizeof(err->code)];

    if (!reaching || c->code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return kafka_err_set(err, code, what);
    snprintf(name, sizeof(name), "KAFKA_%.24s", rd_kafka_err2name(c->code));
    return err_set(err, kafka_err_kind(c->code), name, "Kafka: %s: %s", what, c->words);
}

struct ending {
    rd_kafka_t *rk;
    bool consumer;
    void (*after)(void *arg);
    void *arg;
};

static void end_work(void *arg)
{
    const struct ending *e = arg;

    if (e->consumer)
        rd_kafka_consumer_close(e->rk);
    rd_kafka_destroy(e->rk);
}

static void end_drop(void *arg)
{
    struct ending *e = arg;

    if (e->after != NULL)
        e->after(e->arg);
    free(e);
}

void kafka_end(rd_kafka_t *rk, bool consumer, int32_t most_ms, void (*after)(void *arg),
               void *arg)
{
    struct ending *e = mem_zalloc(1, sizeof(*e));
    struct aside *a;

    *e = (struct ending){rk, consumer, after, arg};
    a = aside_start(end_work, end_drop, e);
    aside_wait(a, most_ms);
    aside_leave(a);
}

bool kafka_err_set(struct err *err, rd_kafka_resp_err_t code, const char *what)
{
    char name[sizeof(err->code)];

    snprintf(name, sizeof(name), "KAFKA_%.24s", rd_kafka_err2name(code));
    return err_set(err, kafka_err_kind(code), name, "Kafka: %s: %s", what,
                   rd_kafka_err2str(code));
}
