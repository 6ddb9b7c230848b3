/* A token as it comes back: what mail programs, trackers, gateways and people do to the
 * end of a URL is undone, in every way that may be right, and the seal decides. */
#include "crypto/link_token.h"

#include "base/hex.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TEXT_BYTES  (4 * LINK_TOKEN_BYTES)
#define CHARS_LEAST 56 /* the shortest token has more */
#define STARTS_MOST 6  /* places where a token may begin */
#define TRIM_MOST   8  /* letters too many at its end: "TOKEN3D", "TOKEN_" */

/* --- layers around it -----------------------------------------------------------------
 * Each returns the text with one layer taken off, in place; true when there was one. */

/* Two hexadecimal digits; -1: they are none. A NUL is read as a blank. */
static int pair(const char *digits)
{
    int high = hex_value(digits[0]);
    int low = high >= 0 ? hex_value(digits[1]) : -1;

    if (low < 0)
        return -1;
    return high + low != 0 ? high * 16 + low : ' ';
}

/* %2E, and also %252E one layer at a time */
static bool percent_off(char *text)
{
    char *to = text;
    bool any = false;

    for (const char *at = text; *at != '\0'; at++) {
        int c = *at == '%' ? pair(at + 1) : -1;

        any = any || c >= 0;
        *to++ = c >= 0 ? (char)c : *at;
        at += c >= 0 ? 2 : 0;
    }
    *to = '\0';
    return any;
}

/* "=2D", and "=" before the end of a line (RFC 2045, 6.7) */
static bool quoted_printable_off(char *text)
{
    char *to = text;
    bool any = false;

    for (const char *at = text; *at != '\0'; at++) {
        size_t wrap = *at == '=' ? strspn(at + 1, " \t\r\n") : 0;
        int c = *at == '=' ? pair(at + 1) : -1;

        any = any || c >= 0 || wrap > 0;
        if (wrap > 0) {
            at += wrap;
            continue;
        }
        *to++ = c >= 0 ? (char)c : *at;
        at += c >= 0 ? 2 : 0;
    }
    *to = '\0';
    return any;
}

/* "-2D" and "-5F", as gateways write that look at links first (Proofpoint's second form;
 * their "_" is a slash, which is no matter here). */
static bool gateway_off(char *text)
{
    char *to = text;
    bool any = false;

    for (const char *at = text; *at != '\0'; at++) {
        const bool dash = strncasecmp(at, "-2d", 3) == 0;
        const bool escaped = dash || strncasecmp(at, "-5f", 3) == 0;

        any = any || escaped;
        *to++ = escaped ? (dash ? '-' : '_') : *at;
        at += escaped ? 2 : 0;
    }
    *to = '\0';
    return any;
}

/* Put in where a line might be broken, or was. */
static bool is_unseen(long c)
{
    return c == '\n' || c == '\r' || c == 0xa0 || c == 0xad ||
           (c >= 0x200b && c <= 0x200f) || c == 0x2060 || c == 0xfeff;
}

/* The character that an entity of HTML means, and its length; 0: it is none of these. A
 * blank for what nobody sees. */
static char entity(const char *at, size_t *ret_len)
{
    static const struct {
        const char *text;
        char c;
    } names[] = {
        {"&hyphen;", '-'},   {"&dash;", '-'},  {"&lowbar;", '_'},
        {"&UnderBar;", '_'}, {"&ndash;", '-'}, {"&minus;", '-'},
        {"&shy;", ' '},      {"&nbsp;", ' '},  {"&ZeroWidthSpace;", ' '},
    };
    bool hex = strncasecmp(at, "&#x", 3) == 0;
    size_t digits = hex ? 3 : 2;
    char *end;
    long c;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        *ret_len = strlen(names[i].text);
        if (strncmp(at, names[i].text, *ret_len) == 0)
            return names[i].c;
    }
    if (strncmp(at, "&#", 2) != 0)
        return 0;
    c = strtol(at + digits, &end, hex ? 16 : 10);
    *ret_len = (size_t)(end - at) + 1;
    if (*end != ';')
        return 0;
    if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212)
        return '-';
    if (is_unseen(c))
        return ' ';
    return c > 0x20 && c < 0x7f ? (char)c : 0;
}

static bool entities_off(char *text)
{
    char *to = text;
    bool any = false;

    for (const char *at = text; *at != '\0';) {
        size_t len = 1;
        char c = *at == '&' ? entity(at, &len) : 0;

        any = any || c != 0;
        *to++ = c != 0 ? c : *at;
        at += c != 0 ? len : 1;
    }
    *to = '\0';
    return any;
}

/* --- what stands between its letters --- */

enum reading {
    READ_STRICT, /* whatever is no letter of a token ends it */
    READ_JOINED, /* blanks, line ends, '=' and '\' were put into it */
    READ_DASHES, /* and a long dash was two hyphens */
    READ_BASE64, /* and it was taken for the other alphabet of base64 */
    N_READINGS,
};

static const struct {
    const char *is, *was;
    enum reading from;
} marks[] = {
    /* put in, where a line might be broken */
    {"\xc2\xad", "", READ_JOINED},     /* soft hyphen */
    {"\xc2\xa0", "", READ_JOINED},     /* no-break space */
    {"\xe2\x80\x8b", "", READ_JOINED}, /* zero width space, and its like */
    {"\xe2\x80\x8c", "", READ_JOINED},
    {"\xe2\x80\x8d", "", READ_JOINED},
    {"\xe2\x80\x8e", "", READ_JOINED},
    {"\xe2\x80\x8f", "", READ_JOINED},
    {"\xe2\x81\xa0", "", READ_JOINED},
    {"\xef\xbb\xbf", "", READ_JOINED},
    /* hyphens made pretty */
    {"\xe2\x80\x90", "-", READ_STRICT},
    {"\xe2\x80\x91", "-", READ_STRICT},
    {"\xe2\x80\x92", "-", READ_STRICT},
    {"\xe2\x80\x93", "--", READ_DASHES},
    {"\xe2\x80\x93", "-", READ_STRICT},
    {"\xe2\x80\x94", "--", READ_STRICT},
    {"\xe2\x88\x92", "-", READ_STRICT},
    {"\xef\xb9\xa3", "-", READ_STRICT},
    {"\xef\xbc\x8d", "-", READ_STRICT},
    {"\xef\xbc\xbf", "_", READ_STRICT},
    {"+", "-", READ_BASE64},
    {"+", "", READ_JOINED}, /* a blank, in a query */
    {"<wbr>", "", READ_JOINED},
    {"/", "_", READ_BASE64},
};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '-' || c == '_';
}

/* Letters of tokens, with a blank wherever one ends. */
static void letters(const char *text, enum reading reading, char ret[TEXT_BYTES])
{
    size_t n = 0;

    while (*text != '\0' && n + 2 < TEXT_BYTES) {
        size_t i = 0;

        if (is_letter(*text)) {
            ret[n++] = *text++;
            continue;
        }
        if (reading >= READ_JOINED && strchr(" \t\r\n=\\", *text) != NULL) {
            text++;
            continue;
        }
        while (i < sizeof(marks) / sizeof(marks[0]) &&
               (reading < marks[i].from ||
                strncmp(text, marks[i].is, strlen(marks[i].is)) != 0))
            i++;
        if (i == sizeof(marks) / sizeof(marks[0])) {
            ret[n++] = ' ';
            text++;
            continue;
        }
        for (const char *was = marks[i].was; *was != '\0'; was++)
            ret[n++] = *was;
        text += strlen(marks[i].is);
    }
    ret[n] = '\0';
}

/* --- trying --- */

/* A token begins with the byte 1 and the key's number. */
static bool may_begin(const char *at)
{
    return at[0] == 'A' &&
           ((at[1] >= 'Q' && at[1] <= 'Z') || (at[1] >= 'a' && at[1] <= 'f'));
}

static bool try_run(const struct link_keys *keys, const char *run, size_t len,
                    int *starts, struct link *ret, struct err *err)
{
    char token[LINK_TOKEN_BYTES];

    for (size_t i = 0; i + CHARS_LEAST <= len && *starts < STARTS_MOST; i++) {
        if (!may_begin(run + i))
            continue;
        ++*starts;
        for (size_t trim = 0; trim <= TRIM_MOST && i + CHARS_LEAST + trim <= len;
             trim++) {
            size_t n = len - i - trim;

            if (n >= sizeof(token))
                continue;
            memcpy(token, run + i, n);
            token[n] = '\0';
            if (link_token_read(keys, token, ret, err))
                return true;
        }
    }
    return false;
}

static bool try_text(const struct link_keys *keys, const char *text, struct link *ret,
                     struct err *err)
{
    char read[TEXT_BYTES];

    for (int r = 0; r < N_READINGS; r++) {
        int starts = 0;

        letters(text, (enum reading)r, read);
        for (const char *at = read; *at != '\0'; at += strspn(at, " ")) {
            size_t len = strcspn(at, " ");

            if (try_run(keys, at, len, &starts, ret, err))
                return true;
            at += len;
        }
    }
    return false;
}

bool link_token_find(const struct link_keys *keys, const char *text, struct link *ret,
                     struct err *err)
{
    static bool (*const layers[])(char *text) = {percent_off, entities_off,
                                                 percent_off, quoted_printable_off,
                                                 percent_off, gateway_off};
    char peeled[TEXT_BYTES];

    if (link_token_read(keys, text, ret, err))
        return true;
    snprintf(peeled, sizeof(peeled), "%s", text);
    if (try_text(keys, peeled, ret, err))
        return true;
    for (size_t i = 0; i < sizeof(layers) / sizeof(layers[0]); i++)
        if (layers[i](peeled) && try_text(keys, peeled, ret, err))
            return true;
    return err_set(err, ERR_INPUT, "LINK_BAD", "this link cannot be read");
}
