/*
 * change_json.h - what somebody at a desk asks to be changed.
 *
 *   {"files":[{"name":"policy.json","text":"{...}"}],"difference"?:"...","why"?:"..."}
 *   {"change":"breached","at"?:"2026-11-30T00:00:00Z","why"?:"..."}
 *   {"source":"acme-hosting","note":"...","expires"?:"..."}
 *
 * Faults are those of people/lookup_json.h.
 */
#ifndef CONSENT_CODEC_CHANGE_JSON_H
#define CONSENT_CODEC_CHANGE_JSON_H

#include "core/event/event.h"

#include <stddef.h>
#include <stdint.h>

#define CHANGE_FILES_MAX 16
#define CHANGE_WHY_MAX   1000 /* bytes */

/* Texts are borrowed from json, NULL when not given. Free with change_asked_done, also
 * after a fault. */
struct change_file {
    const char *name, *text;
    size_t len;
};

struct change_asked {
    size_t n;
    struct change_file files[CHANGE_FILES_MAX];
    const char *difference;
    const char *change, *why, *source, *note;
    int64_t at_us; /* "at" or "expires"; WHEN_NEVER: not given */
    void *json;
};

bool change_register_read(const char *body, size_t len, struct change_asked *ret,
                          struct fault *fault);
bool change_agreement_read(const char *body, size_t len, struct change_asked *ret,
                           struct fault *fault);
bool change_token_read(const char *body, size_t len, struct change_asked *ret,
                       struct fault *fault);
void change_asked_done(struct change_asked *asked);

#endif
