/* http_parked: requests put aside until something happens. */
#include "http_client.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>

#define WAIT_US    2000000 /* more than the deadline: parked is not late */
#define PATIENT    "9"     /* waits longer than any test takes to ask */
#define PATIENT_US 60000000

static struct err e;
static struct http_server *server;
static atomic_int news, asked;

/* Long polling as a route does it: the news, or wait for them, or nothing. */
static void answer_news(void *context, const struct http_request *rq,
                        struct http_reply *reply)
{
    int64_t now_us = clock_mono_us(), until_us;

    (void)context;
    atomic_fetch_add(&asked, 1);
    if (rq->asked == 0) {
        until_us = now_us + (strcmp(rq->name, PATIENT) == 0 ? PATIENT_US : WAIT_US);
        memcpy(reply->note, &until_us, sizeof(until_us));
    }
    memcpy(&until_us, reply->note, sizeof(until_us));
    if (atomic_load(&news) > 0)
        buf_addf(&reply->body, "news=%d asked=%u\n", atomic_load(&news), rq->asked);
    else if (rq->late && strcmp(rq->name, "stubborn") != 0)
        buf_add_str(&reply->body, "nothing\n");
    else
        http_park(reply, until_us, strtoull(rq->name, NULL, 10));
}

/* Is woken while it is still being asked. */
static void answer_meanwhile(void *context, const struct http_request *rq,
                             struct http_reply *reply)
{
    (void)context;
    if (rq->asked == 0) {
        http_server_wake(server, 5);
        http_park(reply, clock_mono_us() + 10000000, 5);
        return;
    }
    buf_addf(&reply->body, "asked=%u late=%d\n", rq->asked, rq->late);
}

/* By the same kind of thread, however often it is asked. */
static void answer_whose(void *context, const struct http_request *rq,
                         struct http_reply *reply)
{
    if (rq->asked == 0) {
        http_server_wake(server, 6);
        http_park(reply, clock_mono_us() + 10000000, 6);
        return;
    }
    buf_addf(&reply->body, "asked by %s\n", (const char *)context);
}

/* Held for as long as asked, whatever it took. */
static void answer_held(void *context, const struct http_request *rq,
                        struct http_reply *reply)
{
    (void)context;
    buf_add_str(&reply->body, "held\n");
    http_hold(reply, clock_mono_us() + strtol(rq->name, NULL, 10) * 1000);
}

static const struct http_route routes[] = {
    {.path = "/held/{id}", .worker = true, .answer = answer_held},
    {.path = "/news/{id}", .worker = true, .answer = answer_news},
    {.path = "/meanwhile", .worker = true, .answer = answer_meanwhile},
    {.path = "/whose", .worker = true, .heavy = true, .answer = answer_whose},
};
static char one[] = "1", two[] = "2", heavy[] = "heavy";
static void *const heavies[] = {heavy};
static void *const workers[] = {one, two};
static const struct http_limits limits = {
    .connections = 1200,
    .connections_per_address = 1200,
    .header_bytes = 4096,
    .body_bytes = 1000,
    .bodies_bytes = 2000,
    .reply_bytes = 100000,
    .idle_s = 30,
    .deadline_ms = 1500,
    .parked = 1000,
};
static const struct http_service service = {
    .address = "127.0.0.1",
    .routes = routes,
    .n_routes = COUNT(routes),
    .workers = workers,
    .n_workers = COUNT(workers),
    .limits = &limits,
    .heavies = heavies,
    .n_heavies = COUNT(heavies),
};

static void setup(void)
{
    struct rlimit files;

    alarm(240);
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    cr_assert(http_server_open(&service, &server, &e), "%s", e.text);
}

static void teardown(void)
{
    http_server_close(server);
}

TestSuite(http_parked, .init = setup, .fini = teardown);

static int poll_news(uint16_t port, const char *name)
{
    char request[100];
    int fd = dial(port);

    snprintf(request, sizeof(request), "GET /news/%s HTTP/1.1\r\nHost: x\r\n\r\n", name);
    say(fd, request);
    return fd;
}

static void wait_asked(int n)
{
    for (int i = 0; i < 6000 && atomic_load(&asked) < n; i++)
        usleep(10000);
    cr_assert_geq(atomic_load(&asked), n);
}

Test(http_parked, the_time_comes)
{
    int64_t start_us = clock_mono_us();
    int fd = poll_news(http_server_port(server), "1");
    bool closed;

    cr_assert_str_eq(body_of(answer(fd, 100, &closed)), "nothing\n");
    cr_assert_not(closed, "the deadline has hit it");
    cr_assert_gt(clock_mono_us() - start_us, WAIT_US);
    cr_assert_eq(atomic_load(&asked), 2);
    close(fd);
}

Test(http_parked, it_is_woken)
{
    int fd = poll_news(http_server_port(server), "1");
    bool closed;

    wait_asked(1);
    usleep(20000);
    http_server_wake(server, 2); /* another's */
    usleep(20000);
    cr_assert_eq(atomic_load(&asked), 1);
    atomic_store(&news, 5);
    http_server_wake(server, 1);
    cr_assert_str_eq(body_of(answer(fd, 200, &closed)), "news=5 asked=1\n");
    cr_assert_not(closed);
    atomic_store(&news, 0);
    say(fd, "GET /news/1 HTTP/1.1\r\nHost: x\r\n\r\n");
    wait_asked(3);
    atomic_store(&news, 6);
    http_server_wake(server, HTTP_WAKE_ALL);
    cr_assert_str_eq(body_of(answer(fd, 200, &closed)), "news=6 asked=1\n");
    close(fd);
}

Test(http_parked, no_wake_is_lost)
{
    bool closed;

    cr_assert_str_eq(
        body_of(ask(http_server_port(server),
                    "GET /meanwhile HTTP/1.1\r\nHost: x\r\n\r\n", 300, &closed)),
        "asked=1 late=0\n");
}

Test(http_parked, parking_once_more_when_late_is_nothing)
{
    int fd = poll_news(http_server_port(server), "stubborn");
    bool closed;

    cr_assert(says(answer(fd, 100, &closed), "204", "\r\n\r\n"));
    close(fd);
}

Test(http_parked, a_thousand_wait_and_one_more_may_not)
{
    static int fd[1000];
    bool closed, refused = false;

    for (size_t i = 0; i < COUNT(fd); i++) {
        fd[i] = poll_news(http_server_port(server), PATIENT);
        if (i % 100 == 99)
            wait_asked((int)i + 1);
    }
    usleep(200000); /* the last was asked, and is on its way to the others */
    for (int i = 0; i < 2 && !refused;
         i++) { /* or one comes before it, and it is refused */
        const int more = poll_news(http_server_port(server), PATIENT);
        struct pollfd p = {more, POLLIN, 0};

        refused = poll(&p, 1, 10000) == 1 &&
                  says(answer(more, 300, &closed), "503", "Retry-After: 1");
        if (refused)
            close(more);
    }
    cr_assert(refused);
    atomic_store(&news, 1);
    http_server_wake(server, strtoull(PATIENT, NULL, 10));
    for (size_t i = 0; i < COUNT(fd); i++) {
        struct pollfd p = {fd[i], POLLIN, 0};

        cr_assert_eq(poll(&p, 1, 20000), 1, "number %zu has heard nothing", i);
        close(fd[i]);
    }
}

Test(http_parked, one_who_leaves_is_not_asked_for)
{
    int fd[10];

    for (size_t i = 0; i < COUNT(fd); i++)
        fd[i] = poll_news(http_server_port(server), "1");
    wait_asked(10);
    for (size_t i = 0; i < COUNT(fd); i++)
        close(fd[i]);
    usleep(WAIT_US + 500000);
    cr_assert_leq(atomic_load(&asked), 20);
    atomic_store(&news, 1);
    bool closed;
    int last = poll_news(http_server_port(server), "1");
    cr_assert_str_eq(body_of(answer(last, 200, &closed)), "news=1 asked=0\n");
    close(last);
}

/* Twenty at once, with two workers, who would need ten seconds one after the other. */
Test(http_parked, answers_are_held)
{
    int64_t start_us = clock_mono_us();
    bool closed;
    int fd[20];

    for (size_t i = 0; i < COUNT(fd); i++) {
        fd[i] = dial(http_server_port(server));
        say(fd[i], "GET /held/1000 HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    for (size_t i = 0; i < COUNT(fd); i++) {
        struct pollfd p = {fd[i], POLLIN, 0};

        cr_assert_eq(poll(&p, 1, 30000), 1);
        cr_assert_geq(clock_mono_us() - start_us, 1000000);
        cr_assert_str_eq(body_of(answer(fd[i], 20, &closed)), "held\n");
    }
    cr_assert_lt(clock_mono_us() - start_us, 9900000);
    for (size_t i = 0; i < COUNT(fd); i++)
        close(fd[i]);
    cr_assert_str_eq(
        body_of(ask(http_server_port(server), "GET /held/0 HTTP/1.1\r\nHost: x\r\n\r\n",
                    100, &closed)),
        "held\n");
}

Test(http_parked, closing_answers_them)
{
    struct http_server *other;
    bool closed;
    int fd, held;

    cr_assert(http_server_open(&service, &other, &e), "%s", e.text);
    fd = poll_news(http_server_port(other), "1");
    held = dial(http_server_port(other));
    say(held, "GET /held/5000 HTTP/1.1\r\nHost: x\r\n\r\n");
    wait_asked(1);
    usleep(20000);
    http_server_close(other);
    cr_assert(says(answer(held, 300, &closed), "200", "held"));
    close(held);
    cr_assert(says(answer(fd, 300, &closed), "503", "stopping"));
    close(fd);
}

static void *wake_all(void *arg)
{
    (void)arg;
    for (int i = 0; i < 500; i++) {
        http_server_wake(server, HTTP_WAKE_ALL);
        usleep(200);
    }
    return NULL;
}

Test(http_parked, wakes_from_many_threads)
{
    pthread_t threads[3];
    int fd[50];
    bool closed;

    for (size_t i = 0; i < COUNT(threads); i++)
        pthread_create(&threads[i], NULL, wake_all, NULL);
    for (size_t i = 0; i < COUNT(fd); i++)
        fd[i] = poll_news(http_server_port(server), "1");
    for (size_t i = 0; i < COUNT(threads); i++)
        pthread_join(threads[i], NULL);
    atomic_store(&news, 1);
    http_server_wake(server, 1);
    for (size_t i = 0; i < COUNT(fd); i++) {
        const char *text = answer(fd[i], 60, &closed);

        cr_assert(says(text, "200", "news=1") || says(text, "200", "nothing"), "%s",
                  text);
        close(fd[i]);
    }
}

Test(http_parked, a_heavy_route_stays_with_its_threads)
{
    bool closed;

    cr_assert(says(ask(http_server_port(server), "GET /whose HTTP/1.1\r\nHost: x\r\n\r\n",
                       300, &closed),
                   "200", "asked by heavy"));
}
