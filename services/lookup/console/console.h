/* console.h - the DPO's console: files of services/lookup/console, built into the
 * program, and one that the program writes itself. */
#ifndef CONSENT_LOOKUP_CONSOLE_H
#define CONSENT_LOOKUP_CONSOLE_H

#include "http/server.h"

/* "/console/{file}", and "/console/" itself. */
http_answer console_answer;

/* "codes.js": what words.js knows of the codes of common/core. */
void console_codes(struct buf *out);

#endif
