/* hex.h - hexadecimal text to bytes, for tests; anything else fails the test. */
#ifndef CONSENT_TESTS_HEX_H
#define CONSENT_TESTS_HEX_H

#include <criterion/criterion.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static inline size_t hex_bytes(const char *hex, uint8_t *ret, size_t cap)
{
    size_t n = strlen(hex) / 2;

    cr_assert(strlen(hex) % 2 == 0 && n <= cap, "odd or too long hexadecimal text");
    for (size_t i = 0; i < n; i++) {
        unsigned int byte;

        cr_assert_eq(sscanf(hex + 2 * i, "%2x", &byte), 1);
        ret[i] = (uint8_t)byte;
    }
    return n;
}

#endif
