/*
 * consent-devbroker - a Kafka broker for trying things out, in one small process.
 *
 * It is librdkafka's own mock cluster, given a command line. It speaks enough of the
 * protocol for producers, consumers and consumer groups; it holds everything in memory,
 * at most 5 MiB (or 100,000 batches) a partition, and then drops the oldest without a
 * word. It has no compaction, no Admin API, no LogAppendTime, and its port is the one the
 * kernel gives. Nothing about loss can be proved with it: that is what BROKER=apache is
 * for.
 *
 * The only program that talks to librdkafka without common/kafka: the mock is not a
 * client.
 */
#include <errno.h>
#include <getopt.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PARTITIONS_MAX 64
#define TOPICS_MAX     256

struct args {
    const char *port_file;
    const char *topic[TOPICS_MAX];
    size_t topic_n;
    bool help;
};

static const char usage[] =
    "usage: consent-devbroker [--topic NAME:PARTITIONS]... [--port-file PATH]\n"
    "\n"
    "A Kafka broker in memory, for trying things out. Prints its address (HOST:PORT) on\n"
    "standard output, and stops on SIGTERM or SIGINT.\n"
    "\n"
    "  --topic NAME:PARTITIONS  create this topic (others appear, with 4 partitions, "
    "when\n"
    "                           a client that may create topics asks for them)\n"
    "  --port-file PATH         write HOST:PORT there as well, once clients can connect\n"
    "  --help                   this text\n"
    "\n"
    "It keeps a few MiB (at most 5) of a partition and forgets the oldest beyond that;\n"
    "nothing outlives the process.\n";

/* "feed.acme-hosting:4" */
static bool topic_create(rd_kafka_mock_cluster_t *cluster, const char *spec)
{
    const char *colon = strrchr(spec, ':');
    char *end = NULL;
    errno = 0;
    const long partitions = colon ? strtol(colon + 1, &end, 10) : 0;
    if (!colon || colon == spec || *end != '\0' || errno != 0 || partitions < 1 ||
        partitions > PARTITIONS_MAX) {
        fprintf(
            stderr,
            "consent-devbroker: --topic wants NAME:PARTITIONS with 1 to %d partitions, "
            "not '%s'\n",
            PARTITIONS_MAX, spec);
        return false;
    }
    char name[256];
    const int len = snprintf(name, sizeof name, "%.*s", (int)(colon - spec), spec);
    if (len < 0 || (size_t)len >= sizeof name) {
        fprintf(stderr, "consent-devbroker: a topic name has at most 249 characters\n");
        return false;
    }
    const rd_kafka_resp_err_t rc =
        rd_kafka_mock_topic_create(cluster, name, (int)partitions, 1);
    if (rc != RD_KAFKA_RESP_ERR_NO_ERROR &&
        rc != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
        fprintf(stderr, "consent-devbroker: cannot create topic %s: %s\n", name,
                rd_kafka_err2str(rc));
        return false;
    }
    return true;
}

/* Whoever waits for the file never sees half of it. */
static bool port_file_write(const char *path, const char *address)
{
    char part[PATH_MAX];
    const int len = snprintf(part, sizeof part, "%s.part", path);
    FILE *file = len > 0 && (size_t)len < sizeof part ? fopen(part, "w") : NULL;
    if (!file)
        goto fail;
    const bool written = fprintf(file, "%s\n", address) > 0;
    if (fclose(file) != 0 || !written || rename(part, path) != 0)
        goto fail;
    return true;
fail:
    fprintf(stderr, "consent-devbroker: cannot write %s: %s\n", path, strerror(errno));
    return false;
}

static bool serve(rd_kafka_mock_cluster_t *cluster, const struct args *args,
                  const sigset_t *stop)
{
    for (size_t i = 0; i < args->topic_n; i++)
        if (!topic_create(cluster, args->topic[i]))
            return false;

    const char *address = rd_kafka_mock_cluster_bootstraps(cluster);
    if (args->port_file && !port_file_write(args->port_file, address))
        return false;
    printf("%s\n", address);
    fflush(stdout);
    fprintf(stderr,
            "consent-devbroker: for trying things out: at most 5 MiB a partition, in "
            "memory, the oldest dropped beyond that\n");
    int sig = 0;
    sigwait(stop, &sig);
    if (args->port_file)
        unlink(args->port_file);
    return true;
}

/* Every client connection that comes and goes would be a line; nobody reads them. */
static void log_drop(const rd_kafka_t *rk, int level, const char *fac, const char *text)
{
    (void)rk;
    if (level <= 3)
        fprintf(stderr, "consent-devbroker: %s: %s\n", fac, text);
}

static bool args_read(struct args *args, int argc, char **argv)
{
    static const struct option options[] = {{"topic", required_argument, NULL, 't'},
                                            {"port-file", required_argument, NULL, 'p'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == 'h')
            args->help = true;
        else if (c == 'p')
            args->port_file = optarg;
        else if (c == 't' && args->topic_n < TOPICS_MAX)
            args->topic[args->topic_n++] = optarg;
        else
            return false;
    }
    return optind == argc;
}

int main(int argc, char **argv)
{
    struct args args = {0};
    if (!args_read(&args, argc, argv)) {
        fputs(usage, stderr);
        return 2;
    }
    if (args.help) {
        fputs(usage, stdout);
        return 0;
    }

    /* Blocked before librdkafka starts its threads, so that sigwait gets them. */
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGINT);
    pthread_sigmask(SIG_BLOCK, &stop, NULL);
    signal(SIGPIPE, SIG_IGN);

    char why[512];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(conf, log_drop);
    rd_kafka_t *rk = NULL;
    if (rd_kafka_conf_set(conf, "test.mock.num.brokers", "1", why, sizeof why) ==
        RD_KAFKA_CONF_OK)
        rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    if (!rk) {
        rd_kafka_conf_destroy(conf);
        fprintf(stderr, "consent-devbroker: cannot start: %s\n", why);
        return 1;
    }
    const bool ok = serve(rd_kafka_handle_mock_cluster(rk), &args, &stop);
    rd_kafka_destroy(rk);
    return ok ? 0 : 1;
}
