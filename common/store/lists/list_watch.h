/*
 * list_watch.h - how lists are coming along, for whoever operates them.
 *
 * Rights of consent_operator: SELECT on cascade, contact, dirty, register_entry,
 * list_ack.
 */
#ifndef CONSENT_STORE_LIST_WATCH_H
#define CONSENT_STORE_LIST_WATCH_H

#include "core/lists/cursor.h"
#include "core/register/register.h"
#include "pg/pg.h"

#define LIST_WATCH_COUNTED 100000 /* of dirty marks, at most */
#define LIST_DIGEST_RAW    32

/* The last thing that a recipient said of a list. */
struct list_ack_seen {
    bool found;
    char recipient[REGISTER_ID_BYTES];
    int64_t at_us;
    struct cursor cursor;
    uint8_t digest[LIST_DIGEST_RAW];
    int64_t entries, expected_entries;
    bool matches;
};
bool list_ack_last(struct pg *pg, int32_t list, struct list_ack_seen *ret,
                   struct err *err);

/* Every contact is looked at when a list is new, or its register entry has changed. Keys
 * are spread evenly, so the last one visited says how far that has come. */
struct list_filling {
    int64_t contacts;  /* as the planner estimates them               */
    int64_t visited;   /* of them, by the walk that is the least far  */
    int64_t walks;     /* that go on, or have yet to begin            */
    int64_t asked_us;  /* the youngest of them; WHEN_ALWAYS: none     */
    int64_t waiting;   /* marks for the publisher, counted up to LIST_WATCH_COUNTED */
    int64_t oldest_us; /* of them; WHEN_NEVER: none                  */
    int64_t marked_us; /* when the youngest walk was asked for that still has some among
                          them; WHEN_ALWAYS: none */
};
bool list_filling_load(struct pg *pg, struct list_filling *ret, struct err *err);

/* When the register last said something new of this list; WHEN_ALWAYS: never. */
bool list_changed(struct pg *pg, const char *id, int64_t *ret_us, struct err *err);

const struct pg_stmt *list_watch_statements(size_t *ret_n);

#endif
