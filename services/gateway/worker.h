/* worker.h - one thread that answers, and what it answers with. */
#ifndef CONSENT_GATEWAY_WORKER_H
#define CONSENT_GATEWAY_WORKER_H

#include "known.h"
#include "sender.h"
#include "settings.h"

struct worker {
    const struct settings *settings;
    struct knowledge *knowledge; /* all workers' */
    struct sender *sender;       /* its own */
};

#endif
