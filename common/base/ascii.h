/* ascii.h - letters without a locale: names, words and hosts of protocols. */
#ifndef CONSENT_BASE_ASCII_H
#define CONSENT_BASE_ASCII_H

/* A capital as its small letter; any other byte as it is. */
static inline char ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

#endif
