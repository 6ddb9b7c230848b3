/*
 * register_json.h - register files to entries, by the table of core/register/register.h.
 *
 *   {"register": "demo", "lists": [{"id": "promotional-email", "controller": ...}, ...]}
 *
 * Faults are ERR_INPUT with a sentence that names section, entry and field. Register
 * files are written by operators and hold no personal data, so sentences may quote them.
 */
#ifndef CONSENT_CODEC_REGISTER_JSON_H
#define CONSENT_CODEC_REGISTER_JSON_H

#include "base/buf.h"
#include "core/register/register.h"

#define REGISTER_FILE_BYTES (4 * 1024 * 1024)

struct register_set {
    size_t n, cap;
    struct register_entry *entries;
};

void register_set_init(struct register_set *set);
void register_set_done(struct register_set *set);

/* Appends another set's entries without their memory, which stays the other's: shorten
 * the set again before register_set_done. */
void register_set_borrow(struct register_set *set, const struct register_set *other);

/* Appends the entries of one file; file names it in sentences. *ret_origin (may be NULL)
 * gets the register's name. On false the set may hold some of them. */
bool register_parse_file(const char *file, const char *json, size_t len,
                         struct register_set *set, char ret_origin[REGISTER_ID_BYTES],
                         struct err *err);

/* Appends one entry as it stands in the database: body is struct register_entry's. */
bool register_parse_body(enum register_kind kind, const char *id, const char *origin,
                         int64_t from_us, const char *body, struct register_set *set,
                         struct err *err);

/* What differs between two bodies, for people: "profile: sha256-hex -> hmac-sha256". */
void register_body_diff(const char *before, const char *after, struct buf *out);

/* A body for people: "name: Sectigo Limited, country: GB". */
void register_body_text(const char *body, struct buf *out);

/* The "until" of a body, WHEN_NEVER when there is none. */
int64_t register_body_until(const char *body);

#endif
