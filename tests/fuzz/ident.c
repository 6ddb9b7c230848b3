/*
 * ident.c - fuzz target: the normalisers of common/ident.
 *
 * Whatever the bytes: a refusal has a code and leaves the output alone; an answer is
 * within its bounds, is its own canonical form, and is not changed by wrapping it again.
 */
#include "require.h"

#include "ident/email.h"
#include "ident/phone.h"
#include "ident/postal.h"

#include <stdio.h>
#include <string.h>

#define INPUT_BYTES 1200 /* past the longest input that is looked at */

static void require_refusal(const struct err *err, const char *out)
{
    require(err->kind == ERR_INPUT && err->code[0] != '\0' && err->text[0] != '\0',
            "a refusal has a kind, a code and a text");
    require(strcmp(out, "untouched") == 0, "a refusal leaves the output alone");
}

static void fuzz_email(const char *raw)
{
    char got[IDENT_EMAIL_BYTES] = "untouched", again[IDENT_EMAIL_BYTES];
    char wrapped[IDENT_EMAIL_BYTES + 32];
    struct err err = {0};
    const char *at;

    if (!ident_email(raw, got, &err)) {
        require_refusal(&err, got);
        return;
    }
    at = strrchr(got, '@');
    require(at != NULL && at != got && at - got <= 64 && at[1] != '\0',
            "an address in bounds");
    for (const char *p = got; *p != '\0'; p++)
        require((unsigned char)*p >= ' ' && *p != 0x7f && !(*p >= 'A' && *p <= 'Z'),
                "no control character, no capital");
    for (const char *p = at + 1; *p != '\0'; p++)
        require(strchr("abcdefghijklmnopqrstuvwxyz0123456789-_.", *p) != NULL,
                "a domain of letters, digits, hyphens and underscores");
    require(ident_email(got, again, &err), "the canonical address is an address");
    require(strcmp(got, again) == 0, "the canonical address is its own canonical form");
    snprintf(wrapped, sizeof(wrapped), " \xef\xbb\xbf<MAILTO:%s.>\r\n", got);
    require(ident_email(wrapped, again, &err) && strcmp(got, again) == 0,
            "wrapping changes nothing");
}

static void require_number(const char *number, const char *country)
{
    char again[IDENT_PHONE_BYTES], wrapped[IDENT_PHONE_BYTES + 8];
    struct err err = {0};

    require(number[0] == '+' && number[1] != '0' && strlen(number) <= 16 &&
                strspn(number + 1, "0123456789") == strlen(number) - 1,
            "E.164");
    require(ident_phone(number, "", again, &err), "the canonical number is a number");
    require(strcmp(number, again) == 0, "the canonical number is its own canonical form");
    require(ident_phone(number, country, again, &err) && strcmp(number, again) == 0,
            "with any country");
    snprintf(wrapped, sizeof(wrapped), "00%s", number + 1);
    require(ident_phone(wrapped, "", again, &err) && strcmp(number, again) == 0,
            "00 is the same as +, where no country says otherwise");
}

static void fuzz_phone(const char *raw, const char *country)
{
    char got[IDENT_PHONE_BYTES] = "untouched";
    struct ident_phones found = {.n = 0};
    struct err err = {0}, all_err = {0};
    bool one = ident_phone(raw, country, got, &err);
    bool all = ident_phones(raw, country, &found, &all_err);

    if (!one)
        require_refusal(&err, got);
    if (!all)
        require(found.n == 0 && all_err.kind == ERR_INPUT && !one, "a whole refusal");
    require(one == (all && found.n == 1 && !found.extension),
            "a yes needs one reading, and a whole number");
    require(!one || strcmp(got, found.e164[0]) == 0, "and it is that");
    for (size_t i = 0; i < found.n; i++)
        require_number(found.e164[i], country);
}

static void fuzz_postal(const char *raw)
{
    char got[IDENT_POSTAL_BYTES] = "untouched", again[IDENT_POSTAL_BYTES];
    struct err err = {0};

    if (!ident_postal(raw, got, &err)) {
        require_refusal(&err, got);
        return;
    }
    require(got[0] != '\0' && got[0] != ' ' && strstr(got, "  ") == NULL &&
                strpbrk(got, "\r\n\t") == NULL,
            "one line with single blanks");
    require(ident_postal(got, again, &err), "the canonical line is a postal address");
    require(strcmp(got, again) == 0, "the canonical line is its own canonical form");
}

/* The first two bytes are a country for the phone number, the rest is the text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char raw[INPUT_BYTES + 1], country[3] = "";

    if (size < 2)
        return 0;
    memcpy(country, data, 2);
    size = size - 2 < INPUT_BYTES ? size - 2 : INPUT_BYTES;
    memcpy(raw, data + 2, size);
    raw[size] = '\0';
    fuzz_email(raw);
    fuzz_phone(raw, country);
    fuzz_postal(raw);
    return 0;
}
