/* console.h - the DPO's console: files of services/lookup/console, built into the
 * program. */
#ifndef CONSENT_LOOKUP_CONSOLE_H
#define CONSENT_LOOKUP_CONSOLE_H

#include "http/server.h"

/* "/console/{file}", and "/console/" itself. */
http_answer console_answer;

#endif
