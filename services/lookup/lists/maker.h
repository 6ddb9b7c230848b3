/*
 * maker.h - the thread that makes snapshots for those who ask over HTTP.
 *
 * One at a time, on a connection of its own, so that nobody who asks for a decision waits
 * for a list of ten million. Whoever asks for what is being made already joins it, and
 * parks until it is there. Several processes, and the schedule, may share the directory:
 * the writer's lock keeps them apart, and what another made meanwhile is good enough.
 */
#ifndef CONSENT_LOOKUP_MAKER_H
#define CONSENT_LOOKUP_MAKER_H

#include "settings.h"

#include "codec/lists/manifest_json.h"
#include "http/server.h"
#include "store/lists/ack_store.h"

struct maker;

enum maker_state {
    MAKER_BUSY,   /* it waits, or is being made */
    MAKER_DONE,   /* or forgotten: look at the manifest */
    MAKER_FAILED, /* the log says why */
};

/* NULL with true: no directory is set. */
bool maker_open(const struct settings *settings, struct maker **ret, struct err *err);
void maker_close(struct maker *m); /* NULL is fine */

/* Whom to wake; NULL before the server closes. */
void maker_server(struct maker *m, struct http_server *server);

/* Begins, or joins, the snapshot; its ticket is the key to park by. 0: too many wait. */
uint64_t maker_ask(struct maker *m, const struct list *list, enum list_format format,
                   enum list_packing packing);

enum maker_state maker_look(struct maker *m, uint64_t ticket);

/* The age of each list's newest snapshot, whoever made it, for the metrics. One thread's.
 */
void maker_show(const struct settings *settings, const struct standing_set *lists);

#endif
