/*
 * proof.h - the logs that cannot be rewritten unseen: sealed once a second, and written
 * out.
 *
 * schemas/proof/README.md says what they are. Any number of keepers may run: one seals at
 * a time. The files (proof_dir) are for one keeper to write.
 */
#ifndef CONSENT_KEEPER_PROOF_H
#define CONSENT_KEEPER_PROOF_H

#include "settings.h"

#include "proof/note.h"
#include "store/proof/seal_log.h"

struct proof_keeper {
    const struct settings *settings;
    bool on; /* there is a key */
    struct note_signer signer;
    int64_t next_us;
    struct {
        struct proof_sealer sealer;
        bool checked; /* on this connection: the database has what the files say */
        bool held;    /* it has not; a person must act */
    } log[PROOF_LOGS];
};

/* ERR_CONFIG as note_signer_load. */
bool proof_keeper_init(struct proof_keeper *p, const struct settings *settings,
                       struct err *err);
void proof_keeper_done(struct proof_keeper *p);

/* What is due. fresh: the connection is a new one. False: only when the connection is of
 * no more use or our state is in doubt; a log that cannot go on is logged and tried
 * again. *ret_more: there is more to seal at once. */
bool proof_keeper_turn(struct proof_keeper *p, struct pg *pg, bool fresh, bool *ret_more,
                       struct err *err);

#endif
