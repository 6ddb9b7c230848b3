/* GET /v1/lists/{id}/changes: what a list has said since the cursor given. */
#include "routes.h"

#include "base/clock.h"
#include "core/lists/cursor.h"
#include "export/changes.h"
#include "store/lists/change_store.h"
#include "watch.h"

#include <string.h>

#define LIMIT_USUAL 1000
#define LIMIT_MOST  10000
#define WAIT_MOST   30

struct asked {
    struct cursor after; /* zeros: from the beginning */
    bool begins;
    int64_t limit;
    int64_t wait_s;
};

static bool asked_read(struct call *c, struct asked *ret)
{
    const char *after = http_argument(c->rq, "after");

    *ret = (struct asked){.begins = after == NULL};
    if (after != NULL && !cursor_parse(after, strlen(after), &ret->after)) {
        http_problem(c->reply, 400, "bad-cursor",
                     "after is a cursor, as an answer or a snapshot gave it", NULL);
        return false;
    }
    return http_number(c->rq, "limit", LIMIT_USUAL, 1, LIMIT_MOST, &ret->limit,
                       c->reply) &&
           http_number(c->rq, "wait", 0, 0, WAIT_MOST, &ret->wait_s, c->reply);
}

/* When waiting ends: kept in the request's note while it is parked. */
static int64_t wait_until(struct call *c, const struct asked *asked)
{
    int64_t until_us;

    memcpy(&until_us, c->reply->note, sizeof(until_us));
    if (until_us == 0)
        until_us = clock_mono_us() + asked->wait_s * WHEN_SECOND_US;
    memcpy(c->reply->note, &until_us, sizeof(until_us));
    return until_us;
}

/* *again: the register has changed meanwhile. */
static bool answer_once(struct call *c, const struct asked *asked, bool *again,
                        struct err *err)
{
    struct change_page *page = &c->w->changes;
    const struct list *list;
    bool wait = asked->wait_s > 0 && !c->rq->late, known = true;
    int64_t at_us;

    *again = false;
    if (!call_list(c, LOOKUP_CHANGES, &list, err))
        return false;
    if (list == NULL)
        return true;
    if (!asked->begins &&
        !change_cursor_known(c->w->pg, list->number, &asked->after, &known, err))
        return false;
    if (!known) {
        http_problem(c->reply, 410, "cursor-gone",
                     "the cursor is no place on this list: it is another list's, or from "
                     "before a restore. Take a snapshot and go on from its cursor",
                     NULL);
        return true;
    }
    if (wait) /* before looking, so that nothing is missed */
        watch_note(c->w->watch, list->number, wait_until(c, asked));
    at_us = clock_wall_us();
    if (!change_page_load(c->w->pg, list->number, &asked->after, (int32_t)asked->limit,
                          page, err))
        return false;
    if (wait && page->n == 0 && !page->more) {
        http_park(c->reply, wait_until(c, asked), (uint64_t)list->number);
        return true;
    }
    if (!call_shown(c, LOOKUP_CHANGES, again, err))
        return false;
    if (!*again)
        changes_put(&c->reply->body, list->id, page, at_us);
    return true;
}

bool answer_changes(struct call *c, struct err *err)
{
    struct asked asked;
    bool again = true;

    if (!asked_read(c, &asked))
        return true;
    for (int i = 0; i < 5 && again; i++)
        if (!answer_once(c, &asked, &again, err))
            return false;
    return !again ||
           err_set(err, ERR_RETRY, "REGISTER", "the register changes all the time");
}
