/*
 * watch.h - one look at one log: has it only grown since we last signed for it?
 *
 * What a witness knows is the log's public key and the last checkpoint that it has
 * co-signed, a file of state_dir. The proof that the log only grew is computed from the
 * log's tiles, so nothing that the log's operator says has to be believed.
 */
#ifndef CONSENT_WITNESS_WATCH_H
#define CONSENT_WITNESS_WATCH_H

#include "fetch/fetch.h"
#include "settings.h"

#include "proof/note.h"

struct watch {
    const struct settings *settings;
    struct fetch *fetch;
    struct note_key log_key;
    struct note_signer signer;
};

enum watch_seen {
    WATCH_SAME,  /* nothing new                                  */
    WATCH_FIRST, /* the first look: taken on trust, and signed   */
    WATCH_GREW,  /* only grown: signed                           */
    WATCH_AWAY,  /* it cannot be had; err says why               */
    WATCH_WRONG, /* forked, shrunk, not signed; err says which   */
};

/* ERR_CONFIG when a key or a token is not available. */
bool watch_open(struct watch *w, const struct settings *settings, struct err *err);
void watch_close(struct watch *w);

/* *ret_n: leaves that the log says it has. err for WATCH_AWAY and WATCH_WRONG, of which
 * the code is LOG_SHRUNK, LOG_FORKED, LOG_UNSIGNED or LOG_BROKEN. */
enum watch_seen watch_look(struct watch *w, const char *log, uint64_t *ret_n,
                           struct err *err);

#endif
