#include "base/mem.h"

#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *mem_check(void *p)
{
    if (p == NULL) {
        fputs("event=out_of_memory\n", stderr);
        abort();
    }
    return p;
}

void *mem_zalloc(size_t n, size_t size)
{
    return mem_check(calloc(n ? n : 1, size ? size : 1));
}

void *mem_resize(void *old, size_t n, size_t size)
{
    if (size != 0 && n > SIZE_MAX / size)
        mem_check(NULL);
    n *= size;
    return mem_check(realloc(old, n > 0 ? n : 1));
}

char *mem_strdup(const char *s)
{
    return mem_check(strdup(s));
}

void mem_stay_small(void)
{
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_MMAP_THRESHOLD, 64 << 10);
    mallopt(M_TRIM_THRESHOLD, 128 << 10);
}
