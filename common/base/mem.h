/*
 * mem.h - memory that is there or the process is not.
 *
 * Out of memory aborts: nothing is acknowledged before it is committed, so a restart
 * loses nothing, whereas a library that mistakes lack of memory for bad input would
 * (jansson reports valid JSON as a syntax error then).
 */
#ifndef CONSENT_BASE_MEM_H
#define CONSENT_BASE_MEM_H

#include <stddef.h>

/* n elements of size bytes, zeroed. Free with free(). */
void *mem_zalloc(size_t n, size_t size);

/* As realloc for n elements of size bytes, checked for overflow. */
void *mem_resize(void *old, size_t n, size_t size);

char *mem_strdup(const char *s);

/* Has malloc give large blocks back as soon as they are free, instead of keeping them for
 * later in an arena a thread. Call it before any thread. */
void mem_stay_small(void);

#endif
