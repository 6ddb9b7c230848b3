/* worker.h - one thread that answers, and what it answers with. */
#ifndef CONSENT_GATEWAY_WORKER_H
#define CONSENT_GATEWAY_WORKER_H

#include "known.h"
#include "sender.h"
#include "settings.h"

struct events;
struct stopped;

struct worker {
    const struct settings *settings;
    struct knowledge *knowledge; /* all workers' */
    struct sender *sender;       /* its own */
    struct events *events;       /* its own, of a source's thread */
    struct stopped *stopped;     /* all workers'; NULL: see unsubscribe/stopped.h */
};

#endif
