#include "base/hex.h"

void hex_print(const uint8_t *bytes, size_t n, char *ret)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < n; i++) {
        ret[2 * i] = digits[bytes[i] >> 4];
        ret[2 * i + 1] = digits[bytes[i] & 15];
    }
    ret[2 * n] = '\0';
}

int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool hex_read(const char *digits, size_t n, uint8_t *ret)
{
    for (size_t i = 0; i < n; i++) {
        int high = hex_value(digits[2 * i]);
        int low = high < 0 ? -1 : hex_value(digits[2 * i + 1]);

        if (low < 0)
            return false;
        ret[i] = (uint8_t)(high * 16 + low);
    }
    return true;
}

const char *uuid_print(const uint8_t uuid[16], char ret[UUID_TEXT_BYTES])
{
    char *at = ret;

    for (size_t i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *at++ = '-';
        hex_print(&uuid[i], 1, at);
        at += 2;
    }
    return ret;
}
