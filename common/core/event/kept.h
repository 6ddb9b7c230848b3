/* kept.h - what has become of an event's bytes. */
#ifndef CONSENT_CORE_KEPT_H
#define CONSENT_CORE_KEPT_H

#include <stdint.h>

enum kept {
    KEPT_NOT = 0,   /* they never were: nobody may have them, or there were none */
    KEPT_OPEN,      /* raw and headers have them                                 */
    KEPT_FORGOTTEN, /* they can never be read again                              */
    KEPT_LOCKED,    /* under a key that this program was not given               */
    KEPT_ARCHIVED,  /* in a file outside the database, which was not given       */
};

/* "not kept", "open", "forgotten", "locked", "archived". */
const char *kept_name(enum kept kept);

/* For people, of what cannot be shown: "forgotten on 2026-03-01T10:00:00.000Z". */
#define KEPT_WORDS_BYTES 80
const char *kept_words(enum kept kept, int64_t forgotten_us, char ret[KEPT_WORDS_BYTES]);

#endif
