/* hex.h - bytes as hexadecimal digits, and back. */
#ifndef CONSENT_BASE_HEX_H
#define CONSENT_BASE_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UUID_TEXT_BYTES 37

/* 2n lower-case digits and a NUL. */
void hex_print(const uint8_t *bytes, size_t n, char *ret);

/* 2n digits of either case into n bytes. False at the first that is none. */
bool hex_read(const char *digits, size_t n, uint8_t *ret);

/* Of one digit of either case; -1: it is none. */
int hex_value(char c);

/* As PostgreSQL writes a uuid: "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx". Returns ret. */
const char *uuid_print(const uint8_t uuid[16], char ret[UUID_TEXT_BYTES]);

#endif
