/* nearest.h - "did you mean": the name that a mistyped one is closest to. */
#ifndef CONSENT_BASE_NEAREST_H
#define CONSENT_BASE_NEAREST_H

#include <stdbool.h>
#include <stddef.h>

/* The search so far; zeroed to begin with. */
struct nearest {
    const char *name; /* borrowed; NULL: nothing is near enough */
    size_t edits;
};

/* Looks at one more name: kept when fewer letters have to be changed, added, taken away
 * or swapped with their neighbour (optimal string alignment, bytes) than for those
 * before, and at most a third of what was written. */
void nearest_look(struct nearest *n, const char *written, const char *name);

#endif
