/* progress.h - how far, on standard error: a bar for a person watching, a line every half
 * minute for a log. */
#ifndef CONSENT_CTL_PROGRESS_H
#define CONSENT_CTL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct progress {
    bool shown;
    int64_t total; /* bytes; 0: not known */
    int64_t done;
    int64_t began_us, told_us;
    const char *good, *bad; /* what is counted */
};

/* A bar when standard error is a terminal; the file's size is its end. */
void progress_begin(struct progress *p, FILE *file);

/* The same against a count that is known or estimated; 0: not known. */
void progress_begin_count(struct progress *p, int64_t total, const char *good,
                          const char *bad);
void progress_step(struct progress *p, int64_t done, int64_t good, int64_t bad);
void progress_end(struct progress *p, int64_t good, int64_t bad);

#endif
