/*
 * note.h - signed notes and checkpoints: C2SP signed-note, tlog-checkpoint,
 * tlog-cosignature.
 *
 * A note is text whose lines end in LF, an empty line, and signatures:
 *
 *     consent.example/events
 *     1234
 *     CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
 *
 *     — consent.example Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5...
 *
 * A key is written "name+id+base64", as Go's golang.org/x/mod/sumdb/note does; a private
 * one has "PRIVATE+KEY+" before it. Algorithm 1 signs the text (Ed25519), algorithm 4 the
 * text and a time (cosignature/v1, what a witness says).
 */
#ifndef CONSENT_PROOF_NOTE_H
#define CONSENT_PROOF_NOTE_H

#include "proof/merkle.h"

#include "base/buf.h"

#define NOTE_NAME_BYTES     128
#define NOTE_KEY_TEXT_BYTES 224
#define NOTE_BYTES_MOST     16384 /* of a note, with all its signatures */

enum note_algorithm {
    NOTE_ED25519 = 1,
    NOTE_COSIGNATURE = 4,
};

struct note_key {
    char name[NOTE_NAME_BYTES]; /* no blank, no plus sign */
    uint32_t id;
    uint8_t algorithm;
    uint8_t public_key[32];
};

struct note_signer {
    struct note_key key;
    uint8_t seed[32];
};

/* ERR_CONFIG with NOTE_KEY: it is none. */
bool note_key_read(const char *text, size_t len, struct note_key *ret, struct err *err);
void note_key_print(const struct note_key *key, char ret[NOTE_KEY_TEXT_BYTES]);

/* A new pair of keys. ERR_INPUT with NOTE_NAME: no name for a key. */
bool note_signer_make(const char *name, enum note_algorithm algorithm,
                      struct note_signer *ret, struct err *err);
void note_signer_print(const struct note_signer *s, char ret[NOTE_KEY_TEXT_BYTES]);
bool note_signer_read(const char *text, size_t len, struct note_signer *ret,
                      struct err *err);

/* The first line of a file. ERR_CONFIG with NOTE_KEY when it is not available, is no key,
 * or (of a private one) is open to everybody. */
bool note_key_load(const char *path, struct note_key *ret, struct err *err);
bool note_signer_load(const char *path, struct note_signer *ret, struct err *err);
void note_signer_forget(struct note_signer *s);

/* Adds a signature to a note: its text alone, or with signatures of others. time_s counts
 * for a cosignature. */
bool note_sign(const struct note_signer *s, int64_t time_s, struct buf *note,
               struct err *err);

/* Has the key signed it? *ret_len: bytes of the text; *ret_time_s: of a cosignature, else
 * 0. */
bool note_signed(const char *note, size_t len, const struct note_key *key,
                 size_t *ret_len, int64_t *ret_time_s);

/* What a log says of itself. */
struct checkpoint {
    char origin[NOTE_NAME_BYTES];
    uint64_t n;
    struct merkle_hash root;
};

void checkpoint_print(const struct checkpoint *c, struct buf *ret);

/* From a note, its signatures not looked at. ERR_INPUT with CHECKPOINT. */
bool checkpoint_read(const char *note, size_t len, struct checkpoint *ret,
                     struct err *err);

#endif
