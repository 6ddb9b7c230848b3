/*
 * asked_json.h - the body of a request, read member by member; for the readers of
 * people/lookup_json.h and register/change_json.h.
 *
 * Each of them returns false at the first fault, with its reason (BAD_JSON, MISSING,
 * BAD_TYPE, BAD_VALUE, BAD_TIME, UNKNOWN_MEMBER) and pointer in asked.fault. A pointer
 * quotes nothing of the body but the indexes of its arrays.
 */
#ifndef CONSENT_CODEC_ASKED_JSON_H
#define CONSENT_CODEC_ASKED_JSON_H

#include "core/event/event.h"

#include <jansson.h>
#include <stdint.h>

struct asked {
    struct fault *fault;
    const char *list; /* "/queries": inside its index-th element; NULL: the body itself */
    size_t index;
};

/* Returns false. pointer: from the body, or from the element. */
bool asked_fault(const struct asked *at, const char *reason, const char *pointer);

/* The body as an object, which the caller frees (json_decref); NULL: a fault. No member
 * stands twice, and none is nested deeper than a request needs. */
json_t *asked_open(const struct asked *at, const char *body, size_t len);

/* Every member of o is one of names, which end with NULL. */
bool asked_only(const struct asked *at, json_t *o, const char *const *names,
                const char *pointer);

/* A member of o, of 1 to most bytes, borrowed; its name is the last part of pointer
 * ("/contact/email"). *ret stays as it is where there is none and none is needed. */
bool asked_text(const struct asked *at, json_t *o, const char *pointer, bool needed,
                size_t most, const char **ret);

/* As asked_text, an RFC 3339 date-time that is not needed. */
bool asked_instant(const struct asked *at, json_t *o, const char *pointer, int64_t *ret);

#endif
