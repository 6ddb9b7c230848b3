#include "event_load.h"

#include "base/hex.h"

#include <string.h>

/* --- what jansson does not take --- */

struct soft {
    const char *p, *end;
    struct buf *out;
    bool changed;
};

/* The code unit of \uXXXX at p, or -1. */
static int unit_at(const char *p, const char *end)
{
    int v = 0;

    if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
        return -1;
    for (int i = 2; i < 6; i++) {
        int digit = hex_value(p[i]);

        if (digit < 0)
            return -1;
        v = v * 16 + digit;
    }
    return v;
}

static void copy(struct soft *s, size_t n)
{
    buf_add(s->out, s->p, n);
    s->p += n;
}

/* One \u escape, or a pair. Half a pair, or NUL, is told by its digits too, so that two
 * member names do not become the same. */
static void soft_escape(struct soft *s)
{
    int v = unit_at(s->p, s->end);
    int low = v >= 0xd800 && v <= 0xdbff ? unit_at(s->p + 6, s->end) : -1;

    if (low >= 0xdc00 && low <= 0xdfff) {
        copy(s, 12);
    } else if (v == 0 || (v >= 0xd800 && v <= 0xdfff)) {
        buf_addf(s->out, "\\ufffd%04x", (unsigned)v);
        s->p += 6;
        s->changed = true;
    } else {
        copy(s, v < 0 ? 2 : 6);
    }
}

static void soft_string(struct soft *s)
{
    copy(s, 1);
    while (s->p < s->end && *s->p != '"') {
        if (*s->p == '\\' && s->end - s->p >= 2 && s->p[1] == 'u')
            soft_escape(s);
        else
            copy(s, *s->p == '\\' && s->end - s->p >= 2 ? 2 : 1);
    }
    if (s->p < s->end)
        copy(s, 1);
}

static size_t digits_at(const char *p, const char *end)
{
    size_t n = 0;

    while (p + n < end && p[n] >= '0' && p[n] <= '9')
        n++;
    return n;
}

/* Length of the number at p by RFC 8259, 0: there is none. *ret_whole: it is an integer,
 * of so many digits. */
static size_t number_at(const char *p, const char *end, size_t *ret_whole)
{
    const char *at = p + (p < end && *p == '-');
    size_t n = digits_at(at, end);

    if (n == 0 || (n > 1 && *at == '0'))
        return 0;
    at += n;
    *ret_whole = n;
    if (at < end && *at == '.') {
        n = digits_at(at + 1, end);
        if (n == 0)
            return 0;
        at += 1 + n;
        *ret_whole = 0;
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        at++;
        at += at < end && (*at == '+' || *at == '-');
        n = digits_at(at, end);
        if (n == 0)
            return 0;
        at += n;
        *ret_whole = 0;
    }
    return (size_t)(at - p);
}

/* The number or word at p, to its end. A fraction stands for every number that is none of
 * 64 bits. */
static void soft_token(struct soft *s)
{
    static const char most[] = "9223372036854775807";
    size_t len = 0, whole = 0;
    const char *digits = s->p + (*s->p == '-');

    while (s->p + len < s->end && !strchr(" \t\r\n,:{}[]\"", s->p[len]))
        len++;
    if (number_at(s->p, s->end, &whole) != len ||
        (whole > 0 && (whole < sizeof(most) - 1 || (whole == sizeof(most) - 1 &&
                                                    memcmp(digits, most, whole) <= 0)))) {
        copy(s, len);
    } else {
        buf_add_str(s->out, "0.5");
        s->p += len;
        s->changed = true;
    }
}

/* Appends s with what is right but too large or half replaced. False: it has no such. */
static bool soften(const char *in, size_t len, struct buf *out)
{
    struct soft s = {in, in + len, out, false};

    while (s.p < s.end) {
        if (*s.p == '"')
            soft_string(&s);
        else if (strchr(" \t\r\n,:{}[]", *s.p))
            copy(&s, 1);
        else
            soft_token(&s);
    }
    return s.changed;
}

/* --- other ways to write bytes --- */

static void add_utf8(struct buf *out, uint32_t c)
{
    char s[4];
    size_t n;

    if (c < 0x80) {
        s[0] = (char)c;
        n = 1;
    } else if (c < 0x800) {
        s[0] = (char)(0xc0 | c >> 6);
        n = 2;
    } else if (c < 0x10000) {
        s[0] = (char)(0xe0 | c >> 12);
        n = 3;
    } else {
        s[0] = (char)(0xf0 | c >> 18);
        n = 4;
    }
    for (size_t i = 1; i < n; i++)
        s[i] = (char)(0x80 | (c >> 6 * (n - 1 - i) & 0x3f));
    buf_add(out, s, n);
}

/* Which byte of a pair is the upper one: by the mark, or by how JSON begins. -1: none. */
static int utf16_order(const char *s, size_t len)
{
    static const char first[] = "{[\" \t\r\n";

    if (len < 2)
        return -1;
    if (memcmp(s, "\xfe\xff", 2) == 0)
        return 0;
    if (memcmp(s, "\xff\xfe", 2) == 0)
        return 1;
    if (s[0] == '\0' && s[1] != '\0' && strchr(first, s[1]))
        return 0;
    return s[0] != '\0' && s[1] == '\0' && strchr(first, s[0]) ? 1 : -1;
}

bool event_from_utf16(const char *s, size_t len, struct buf *out)
{
    const unsigned char *p = (const unsigned char *)s;
    int order = utf16_order(s, len);
    size_t high = order == 1;

    if (order < 0)
        return false;
    for (size_t i = 0; i + 1 < len; i += 2) {
        uint32_t c = (uint32_t)p[i + high] << 8 | p[i + 1 - high];
        uint32_t low = i + 3 < len ? (uint32_t)p[i + 2 + high] << 8 | p[i + 3 - high] : 0;

        if (c >= 0xd800 && c <= 0xdbff && low >= 0xdc00 && low <= 0xdfff) {
            c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
            i += 2;
        } else if (c >= 0xd800 && c <= 0xdfff) {
            c = 0xfffd;
        }
        if (i > 0 || c != 0xfeff)
            add_utf8(out, c);
    }
    return true;
}

bool event_from_base64(const char *s, size_t len, struct buf *out)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t n = len;
    uint32_t bits = 0;
    int have = 0;
    bool right = len % 4 == 0;

    while (n > 0 && len - n < 2 && s[n - 1] == '=')
        n--;
    for (size_t i = 0; i < n; i++) {
        const char *at = s[i] ? strchr(letters, s[i]) : NULL;

        if (at == NULL) {
            right = false;
            continue;
        }
        bits = bits << 6 | (uint32_t)(at - letters);
        have += 6;
        if (have >= 8) {
            char byte = (char)(bits >> (have - 8) & 0xff);

            have -= 8;
            buf_add(out, &byte, 1);
        }
    }
    return right && have < 6 && (bits & ((1u << have) - 1)) == 0;
}

/* --- loading --- */

static enum event_fault fault_of(const json_error_t *error)
{
    switch ((int)json_error_code(error)) {
    case json_error_stack_overflow: return EVENT_FAULT_TOO_DEEP;
    case json_error_invalid_utf8: return EVENT_FAULT_BAD_UTF8;
    case json_error_duplicate_key: return EVENT_FAULT_DUPLICATE_KEY;
    default: return EVENT_FAULT_NOT_JSON;
    }
}

json_t *event_load(const char *s, size_t len, enum event_fault *ret)
{
    const size_t flags = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY;
    const size_t bom = sizeof(EVENT_BOM) - 1;
    json_error_t error;
    struct buf soft;
    json_t *root;

    if (memchr(s, '\0', len)) { /* jansson ends at one that follows a number */
        *ret = utf16_order(s, len) < 0 ? EVENT_FAULT_NUL_CHARACTER : EVENT_FAULT_BAD_UTF8;
        return NULL;
    }
    if (len >= bom && memcmp(s, EVENT_BOM, bom) == 0) {
        s += bom;
        len -= bom;
    }
    root = json_loadb(s, len, flags, &error);
    if (root != NULL)
        return root;
    buf_init(&soft, 2 * len + 16);
    if (soften(s, len, &soft))
        root = json_loadb(soft.data, soft.len, flags, &error);
    buf_done(&soft);
    if (root == NULL)
        *ret = fault_of(&error);
    return root;
}

json_t *event_load_data(const char *raw, size_t len, bool binary)
{
    enum event_fault ignored;
    json_t *root = raw ? event_load(raw, len, &ignored) : NULL;
    json_t *data = binary ? root : json_object_get(root, "data");
    json_t *encoded = json_object_get(root, "data_base64");
    struct buf bytes;

    if (json_is_string(data)) { /* structured, with its data sent as a text */
        data = event_load(json_string_value(data), json_string_length(data), &ignored);
    } else if (!binary && (data == NULL || json_is_null(data)) &&
               json_is_string(encoded)) {
        buf_init(&bytes, json_string_length(encoded) + 1);
        if (event_from_base64(json_string_value(encoded), json_string_length(encoded),
                              &bytes))
            data = event_load(bytes.data, bytes.len, &ignored);
        buf_done(&bytes);
    } else {
        json_incref(data);
    }
    json_decref(root);
    if (json_is_object(data))
        return data;
    json_decref(data);
    return NULL;
}
