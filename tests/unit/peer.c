/* base/peer.h: a server that is away is told of, also when it was away from the start. */
#include "base/log.h"
#include "base/peer.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char told[8192];

/* What is logged meanwhile. */
static void listen_to(void (*act)(struct peer *p), struct peer *p)
{
    FILE *caught = tmpfile();
    int kept = dup(STDERR_FILENO);
    size_t n;

    cr_assert_not_null(caught);
    fflush(stderr);
    dup2(fileno(caught), STDERR_FILENO);
    log_open("unit", LOG_LEVEL_INFO);
    act(p);
    dup2(kept, STDERR_FILENO);
    close(kept);
    rewind(caught);
    n = fread(told, 1, sizeof(told) - 1, caught);
    told[n] = '\0';
    fclose(caught);
}

static int count(const char *word)
{
    int n = 0;

    for (const char *p = told; (p = strstr(p, word)) != NULL; p++)
        n++;
    return n;
}

static void away(struct peer *p, enum err_kind kind, const char *code)
{
    struct err why;

    err_set(&why, kind, code, "because");
    peer_down(p, &why);
}

static void away_from_the_start(struct peer *p)
{
    away(p, ERR_RETRY, "PG_DOWN");
    away(p, ERR_RETRY, "PG_DOWN");
    peer_up(p);
    peer_up(p);
}

Test(peer, away_from_the_start_is_told_once)
{
    struct peer p = {.name = "database"};

    listen_to(away_from_the_start, &p);
    cr_assert_eq(count("event=database_away kind=retry code=PG_DOWN text=because"), 1,
                 "%s", told);
    cr_assert_eq(count("level=warn"), 1);
    cr_assert_eq(count("event=database_back seconds=0"), 1);
    cr_assert_eq(count("\n"), 2);
    cr_assert_eq(peer_state(&p), PEER_UP);
}

static void there_and_away(struct peer *p)
{
    peer_up(p);
    away(p, ERR_CONFIG, "PG_28P01");
    away(p, ERR_RETRY, "PG_DOWN"); /* a reason that flickers is not told */
}

Test(peer, there_first_then_refused)
{
    struct peer p = {.name = "kafka"};

    listen_to(there_and_away, &p);
    cr_assert_eq(count("event=kafka_there"), 1, "%s", told);
    cr_assert_eq(count("level=error"), 1);
    cr_assert_eq(count("event=kafka_away"), 1);
    cr_assert_eq(peer_state(&p), PEER_DOWN);
}

static void with_another_reason(struct peer *p)
{
    away(p, ERR_RETRY, "PG_DOWN");
    p->told_us -= INT64_C(6000000);
    away(p, ERR_RETRY, "PG_57P03");
    p->told_us -= INT64_C(299000000);
    away(p, ERR_RETRY, "PG_57P03");
    p->told_us -= INT64_C(2000000);
    away(p, ERR_RETRY, "PG_57P03");
}

Test(peer, another_reason_and_every_five_minutes)
{
    struct peer p = {.name = "database"};

    listen_to(with_another_reason, &p);
    cr_assert_eq(count("code=PG_DOWN"), 1, "%s", told);
    cr_assert_eq(count("code=PG_57P03"), 2, "%s", told);
}
