/*
 * http_load.c - asks an HTTP server over kept connections, as fast as it answers.
 *
 *   http_load [--slow N] PORT THREADS COUNT FILE...
 *   http_load --welch PORT THREADS COUNT FILE FILE
 *
 * A FILE is one request as it goes over the wire; each thread has a connection and sends
 * them in turn, COUNT in all. Eight "@" in a request become a number that no other
 * request has. With --slow, N more connections have sent the head of a request, and
 * send a byte of its body every ten seconds meanwhile (a head that came as slowly would
 * be cut). Prints one line of JSON: requests, seconds, milliseconds (p50, p99, worst),
 * answers by status, and how many slow connections were still open at the end.
 *
 * --welch asks one of the two by lot and prints Welch's t over their times, over all and
 * over the quicker 90 %, and the mean difference in microseconds.
 */
#include "base/clock.h"
#include "base/mem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define FILES_MAX  16
#define BYTES_MAX  (4 << 20)
#define SLOW_MAX   20000
#define SLOW_MS    10000
#define ANSWER_MAX (32 << 20)

static struct {
    char *text;
    size_t len;
} requests[FILES_MAX];
static size_t n_requests;
static uint16_t port;
static long count;
static atomic_long next_one;
static atomic_long by_status[1000];
static int64_t *took_us;
static char *lots; /* which of two was asked */

static void die(const char *what)
{
    fprintf(stderr, "http_load: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void read_request(const char *path)
{
    FILE *f = fopen(path, "rb");
    char *text = mem_zalloc(BYTES_MAX, 1);

    if (f == NULL || n_requests == FILES_MAX)
        die(path);
    requests[n_requests].len = fread(text, 1, BYTES_MAX - 1, f);
    requests[n_requests++].text = text;
    fclose(f);
}

static int dial(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int on = 1;

    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)) != 0)
        die("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return fd;
}

/* --- one request --- */

struct talk {
    int fd;
    char *answer;
};

static void say(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, text, len, MSG_NOSIGNAL);

        if (n <= 0)
            die("send");
        text += n;
        len -= (size_t)n;
    }
}

/* The status, once the answer is whole: so many bytes, or up to the last chunk (of texts
 * that do not look like one). An answer with "Connection: close" ends the connection, and
 * the next one is opened. */
static int hear(struct talk *t)
{
    size_t len = 0, whole = 0;
    bool last = false, chunked = false;
    int status = 0;

    while (whole == 0 || len < whole) {
        ssize_t n = recv(t->fd, t->answer + len, ANSWER_MAX - len - 1, 0);
        const char *blank, *at;

        if (n <= 0)
            die("the server closed before the answer was whole");
        len += (size_t)n;
        t->answer[len] = '\0';
        if (chunked)
            whole = len + (memcmp(t->answer + len - 5, "0\r\n\r\n", 5) != 0);
        blank = whole == 0 ? strstr(t->answer, "\r\n\r\n") : NULL;
        if (blank == NULL)
            continue;
        status = (int)strtol(t->answer + 9, NULL, 10);
        at = strstr(t->answer, "\r\nContent-Length: ");
        whole = (size_t)(blank + 4 - t->answer);
        whole += at != NULL && at < blank ? strtoul(at + 18, NULL, 10) : 0;
        at = strstr(t->answer, "\r\nTransfer-Encoding: chunked");
        chunked = at != NULL && at < blank;
        if (chunked)
            whole = len + (memcmp(t->answer + len - 5, "0\r\n\r\n", 5) != 0);
        at = strstr(t->answer, "\r\nConnection: close");
        last = at != NULL && at < blank;
    }
    if (last) {
        close(t->fd);
        t->fd = dial();
    }
    return status;
}

static int ask(struct talk *t, size_t which, long number, char *scratch)
{
    const char *text = requests[which].text;
    char *at;

    memcpy(scratch, text, requests[which].len + 1);
    while ((at = strstr(scratch, "@@@@@@@@")) != NULL) {
        char digits[16];

        snprintf(digits, sizeof(digits), "%08ld", number % 100000000);
        memcpy(at, digits, 8);
    }
    say(t->fd, scratch, requests[which].len);
    return hear(t);
}

static void *work(void *arg)
{
    struct talk t = {dial(), mem_zalloc(ANSWER_MAX, 1)};
    char *scratch = mem_zalloc(BYTES_MAX, 1);
    long i;

    (void)arg;
    while ((i = atomic_fetch_add(&next_one, 1)) < count) {
        int64_t start_us = clock_mono_us();
        int status = ask(&t, (size_t)i % n_requests, i, scratch);

        took_us[i] = clock_mono_us() - start_us;
        atomic_fetch_add(&by_status[status % 1000], 1);
    }
    close(t.fd);
    free(t.answer);
    free(scratch);
    return NULL;
}

/* --- slow ones --- */

static int slow[SLOW_MAX];
static size_t n_slow;
static atomic_bool slow_end;

static int dial_slowly(void)
{
    static const char head[] =
        "POST /v1/decisions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer cmq_1_x\r\n"
        "Content-Type: application/json\r\nContent-Length: 16000\r\n\r\n";
    int fd = dial();

    (void)send(fd, head, sizeof(head) - 1, MSG_NOSIGNAL);
    return fd;
}

static void *dribble(void *arg)
{
    (void)arg;
    while (!atomic_load(&slow_end)) {
        for (size_t i = 0; i < n_slow; i++) {
            /* Those that were cut begin again. */
            if (send(slow[i], " ", 1, MSG_NOSIGNAL) != 1) {
                close(slow[i]);
                slow[i] = dial_slowly();
            }
        }
        for (int ms = 0; ms < SLOW_MS && !atomic_load(&slow_end); ms += 100)
            clock_sleep_ms(100);
    }
    return NULL;
}

static size_t still_open(void)
{
    size_t n = 0;

    for (size_t i = 0; i < n_slow; i++) {
        char c;

        n += recv(slow[i], &c, 1, MSG_DONTWAIT | MSG_PEEK) < 0 && errno == EAGAIN;
    }
    return n;
}

/* --- figures --- */

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static void print(double seconds)
{
    qsort(took_us, (size_t)count, sizeof(*took_us), by_size);
    printf("{\"requests\":%ld,\"seconds\":%.3f,\"p50\":%.3f,\"p99\":%.3f,\"worst\":%.3f,"
           "\"slow_open\":%zu,\"statuses\":{",
           count, seconds, (double)took_us[count / 2] / 1e3,
           (double)took_us[count * 99 / 100] / 1e3, (double)took_us[count - 1] / 1e3,
           still_open());
    for (int i = 0, n = 0; i < 1000; i++)
        if (atomic_load(&by_status[i]) > 0)
            printf("%s\"%d\":%ld", n++ > 0 ? "," : "", i, atomic_load(&by_status[i]));
    printf("}}\n");
}

static int load(int threads)
{
    pthread_t *workers = mem_zalloc((size_t)threads, sizeof(*workers));
    pthread_t slow_thread;
    int64_t start_us;

    for (size_t i = 0; i < n_slow; i++)
        slow[i] = dial_slowly();
    if (n_slow > 0)
        pthread_create(&slow_thread, NULL, dribble, NULL);
    start_us = clock_mono_us();
    for (int i = 0; i < threads; i++)
        pthread_create(&workers[i], NULL, work, NULL);
    for (int i = 0; i < threads; i++)
        pthread_join(workers[i], NULL);
    print((double)(clock_mono_us() - start_us) / 1e6);
    atomic_store(&slow_end, true);
    if (n_slow > 0)
        pthread_join(slow_thread, NULL);
    free(workers);
    return 0;
}

struct sum {
    double n, sum, squares;
};

static void add(struct sum *s, double x)
{
    s->n++;
    s->sum += x;
    s->squares += x * x;
}

static double welch(const struct sum s[2])
{
    double mean[2], var[2];

    for (int i = 0; i < 2; i++) {
        mean[i] = s[i].sum / s[i].n;
        var[i] = (s[i].squares - s[i].n * mean[i] * mean[i]) / (s[i].n - 1);
    }
    return (mean[0] - mean[1]) / sqrt(var[0] / s[0].n + var[1] / s[1].n);
}

static void *toss(void *arg)
{
    struct talk t = {dial(), mem_zalloc(ANSWER_MAX, 1)};
    char *scratch = mem_zalloc(BYTES_MAX, 1);
    struct random_data *chance = arg;
    int32_t lot;
    long i;

    for (int warm = 0; warm < 100; warm++)
        ask(&t, (size_t)warm & 1, warm, scratch);
    while ((i = atomic_fetch_add(&next_one, 1)) < count) {
        int64_t start_us;

        random_r(chance, &lot);
        lots[i] = (char)((lot >> 7) & 1);
        start_us = clock_mono_us();
        ask(&t, (size_t)lots[i], i, scratch);
        took_us[i] = clock_mono_us() - start_us;
    }
    close(t.fd);
    free(t.answer);
    free(scratch);
    return NULL;
}

static int compare(int threads)
{
    pthread_t *workers = mem_zalloc((size_t)threads, sizeof(*workers));
    struct random_data *chances = mem_zalloc((size_t)threads, sizeof(*chances));
    char(*states)[64] = mem_zalloc((size_t)threads, sizeof(*states));
    int64_t *sorted = mem_zalloc((size_t)count, sizeof(*sorted)), bound_us;
    struct sum all[2] = {{0}}, quick[2] = {{0}};

    lots = mem_zalloc((size_t)count, 1);
    for (int i = 0; i < threads; i++) {
        initstate_r((unsigned)clock_mono_us() + (unsigned)i, states[i], sizeof(states[i]),
                    &chances[i]);
        pthread_create(&workers[i], NULL, toss, &chances[i]);
    }
    for (int i = 0; i < threads; i++)
        pthread_join(workers[i], NULL);
    memcpy(sorted, took_us, (size_t)count * sizeof(*sorted));
    qsort(sorted, (size_t)count, sizeof(*sorted), by_size);
    bound_us = sorted[count * 9 / 10];
    for (long i = 0; i < count; i++) {
        add(&all[(int)lots[i]], (double)took_us[i]);
        if (took_us[i] <= bound_us)
            add(&quick[(int)lots[i]], (double)took_us[i]);
    }
    printf("{\"samples\":%ld,\"t\":%.3f,\"t_quick\":%.3f,\"p50_us\":%lld,"
           "\"difference_us\":%.3f}\n",
           count, welch(all), welch(quick), (long long)sorted[count / 2],
           quick[0].sum / quick[0].n - quick[1].sum / quick[1].n);
    free(workers);
    free(chances);
    free(states);
    free(sorted);
    free(lots);
    return 0;
}

int main(int argc, char **argv)
{
    bool two = argc > 1 && strcmp(argv[1], "--welch") == 0;
    struct rlimit files;
    int at = 1, threads;

    if (argc > 3 && strcmp(argv[1], "--slow") == 0) {
        n_slow = strtoul(argv[2], NULL, 10);
        at = 3;
    } else if (two) {
        at = 2;
    }
    if (argc < at + (two ? 5 : 4) || n_slow > SLOW_MAX) {
        fprintf(stderr, "usage: http_load [--slow N] PORT THREADS COUNT FILE...\n"
                        "       http_load --welch PORT THREADS COUNT FILE FILE\n");
        return 2;
    }
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    port = (uint16_t)strtoul(argv[at++], NULL, 10);
    threads = (int)strtol(argv[at++], NULL, 10);
    count = strtol(argv[at++], NULL, 10);
    if (count < 1)
        return 2;
    while (at < argc)
        read_request(argv[at++]);
    took_us = mem_zalloc((size_t)count, sizeof(*took_us));
    return two ? compare(threads) : load(threads);
}
