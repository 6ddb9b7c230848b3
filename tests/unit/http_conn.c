/* http_conn: who goes when there is no seat left. */
#include "base/clock.h"
#include "http/exchange.h"

#include <criterion/criterion.h>
#include <string.h>

#define SECOND INT64_C(1000000)
#define NONE   99

enum what { IDLE, BODY, STREAM, WORK };

/* s: how long it has been there. It has just come where that is below none, so that it
 * stays so on a slow machine. */
static const struct seats {
    const char *about;
    size_t n;
    struct {
        enum what what;
        int s;
        size_t bytes;
    } seat[4];
    size_t goes;
} rows[] = {
    {"the oldest that says nothing", 3, {{IDLE, 5, 0}, {IDLE, 9, 0}, {BODY, 9, 1}}, 1},
    {"the slowest body", 3, {{BODY, 9, 900}, {BODY, 9, 9}, {WORK, 99, 0}}, 1},
    {"a body that dribbles, before a newcomer", 2, {{IDLE, -9, 0}, {BODY, 9, 1}}, 1},
    {"a stream that dribbles, before a newcomer", 2, {{IDLE, -9, 0}, {STREAM, 9, 1}}, 1},
    {"the slower, of a stream and a body", 2, {{BODY, 9, 9}, {STREAM, 9, 8}}, 1},
    {"who says nothing, before a newcomer", 2, {{IDLE, -9, 0}, {IDLE, 9, 0}}, 1},
    {"the first of newcomers, whatever they do",
     3,
     {{IDLE, -5, 0}, {BODY, -9, 1}, {IDLE, -7, 0}},
     1},
    {"a newcomer, where the others are answered", 2, {{WORK, 9, 0}, {IDLE, -9, 0}}, 1},
    {"nobody who is answered", 2, {{WORK, 9, 0}, {WORK, -9, 0}}, NONE},
};

Test(http_conn, who_goes_when_room_is_short)
{
    static struct exchange x[4];
    static char any;
    struct http_stream *const stream = (void *)&any; /* nobody looks inside */

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        const struct seats *r = &rows[i];
        struct conn seat[4] = {{0}}, *found;

        for (size_t k = 0; k < r->n; k++) {
            memset(&x[k], 0, sizeof(x[k]));
            atomic_init(&x[k].state,
                        r->seat[k].what == WORK ? EXCHANGE_WAITING : EXCHANGE_READING);
            if (r->seat[k].what == STREAM) {
                x[k].rq.stream = stream;
                seat[k].moved = r->seat[k].bytes;
            } else {
                x[k].n_bodies = r->seat[k].bytes;
            }
            /* of newcomers -9 came before -5 */
            seat[k].since_us = r->seat[k].s < 0
                                   ? clock_mono_us() + (60 + r->seat[k].s) * SECOND
                                   : clock_mono_us() - r->seat[k].s * SECOND;
            seat[k].x = r->seat[k].what == IDLE ? NULL : &x[k];
            seat[k].next = k + 1 < r->n ? &seat[k + 1] : NULL;
        }
        found = conn_idlest(seat, NULL);
        cr_assert_eq(found == NULL ? NONE : (size_t)(found - seat), r->goes, "%s",
                     r->about);
    }
}
