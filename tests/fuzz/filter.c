/*
 * filter.c - fuzz target: loading a filter file, and asking it.
 *
 * Whatever the bytes: it is refused, or every question has an answer inside the file. A
 * checksum would keep the fuzzer out, so with the first byte odd both are put right
 * first.
 */
#include "filter/consent_filter.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put_le(uint8_t *p, uint64_t v)
{
    for (int i = 0; i < 8; i++, v >>= 8)
        p[i] = (uint8_t)v;
}

static void repair(uint8_t *d, size_t len)
{
    static const uint8_t magic[8] = {0x89, 'C', 'M', 'Q', 'F', 0x0d, 0x0a, 0x1a};
    struct consent_filter_crc crc;

    if (len < CONSENT_FILTER_HEADER_BYTES)
        return;
    memcpy(d, magic, sizeof(magic));
    memset(d + 8, 0, 8);
    d[8] = 1;
    d[10] = 16;
    d[13] = 4;
    put_le(d + 24, len);
    consent_filter_crc_init(&crc);
    put_le(d + 1008, consent_filter_crc_add(&crc, 0, d + 1024, len - 1024));
    put_le(d + 1016, consent_filter_crc_add(&crc, 0, d, 1016));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct consent_filter *f;
    uint8_t *copy;

    if (size < 1)
        return 0;
    copy = malloc(size); /* an address of its own, so that reading past it is seen */
    if (copy == NULL)
        return 0;
    memcpy(copy, data + 1, size - 1);
    if (data[0] & 1)
        repair(copy, size - 1);
    if (consent_filter_load(copy, size - 1, &f) == CONSENT_FILTER_OK) {
        volatile bool has = false;

        for (size_t i = 0; i < 64; i++)
            has ^= consent_filter_has(f, data, i < size ? i : size);
        consent_filter_close(f);
    }
    free(copy);
    return 0;
}
