#include "ident/email.h"
#include "ident/domain.h"
#include "ident/text.h"

#include <string.h>
#include <strings.h>

#define LOCAL_BYTES 64

/* What a character may do unquoted: 1 in a local part (RFC 5322 atext and the dot). */
static bool is_atom(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c >= 0x80 || (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~.", c) != NULL);
}

static bool fail(struct err *err, const char *code, const char *text)
{
    return err_set(err, ERR_INPUT, code, "%s", text);
}

static bool fail_character(struct err *err)
{
    return fail(err, "EMAIL_CHARACTER",
                "the address holds a character that no address may");
}

static bool fail_local_long(struct err *err)
{
    return fail(err, "EMAIL_TOO_LONG", "more than 64 octets before the @");
}

static struct text strip_scheme(struct text t)
{
    static const char scheme[] = "mailto:";
    size_t n = sizeof(scheme) - 1;

    if (t.n >= n && strncasecmp(t.s, scheme, n) == 0)
        return text_trim((struct text){t.s + n, t.n - n});
    return t;
}

/* "mailto:" may stand outside or inside the brackets; each goes once. */
static struct text unwrap(struct text t)
{
    size_t before;

    t = text_trim(t);
    before = t.n;
    t = strip_scheme(t);
    if (t.n >= 2 && t.s[0] == '<' && t.s[t.n - 1] == '>') {
        bool scheme_seen = t.n != before;

        t = text_trim((struct text){t.s + 1, t.n - 2});
        if (!scheme_seen)
            t = strip_scheme(t);
    }
    return t;
}

static bool is_joiner(struct text t, size_t i)
{
    return i + 3 <= t.n && memcmp(t.s + i, "\xe2\x80", 2) == 0 &&
           (t.s[i + 2] == '\x8c' || t.s[i + 2] == '\x8d');
}

/* ZWNJ and ZWJ carry meaning within Persian and Indic words, and within emoji; anywhere
 * else they are what pasting left behind. */
static bool joiners_fit(struct text t)
{
    for (size_t i = 0; i < t.n; i++)
        if (is_joiner(t, i) &&
            (i == 0 || i + 3 == t.n || (unsigned char)t.s[i - 1] < 0x80 ||
             (unsigned char)t.s[i + 3] < 0x80 || is_joiner(t, i + 3)))
            return false;
    return true;
}

static bool is_quoted(struct text t)
{
    return t.n > 2 && t.s[0] == '"' && t.s[t.n - 1] == '"';
}

/* What stands between the quotation marks, less its backslashes. */
static bool unquote(struct text t, char *ret, size_t *ret_n)
{
    size_t n = 0;

    for (size_t i = 1; i < t.n - 1; i++) {
        if (t.s[i] == '"' || (t.s[i] == '\\' && ++i == t.n - 1))
            return false;
        ret[n++] = t.s[i];
    }
    *ret_n = n;
    return true;
}

static bool is_plain(struct text t)
{
    for (size_t i = 0; i < t.n; i++)
        if (!is_atom((unsigned char)t.s[i]))
            return false;
    return t.n > 0;
}

/* In quotation marks, with the backslashes that must be. */
static bool quote(struct text t, char ret[LOCAL_BYTES], size_t *ret_n)
{
    size_t n = 0;

    ret[n++] = '"';
    for (size_t i = 0; i < t.n; i++) {
        if (n + 3 > LOCAL_BYTES)
            return false;
        if (t.s[i] == '"' || t.s[i] == '\\')
            ret[n++] = '\\';
        ret[n++] = t.s[i];
    }
    ret[n++] = '"';
    *ret_n = n;
    return true;
}

static bool lower_local(struct text t, char ret[TEXT_NFC_BYTES], size_t *ret_n)
{
    if (!text_is_ascii(t))
        return t.n <= TEXT_RAW_BYTES && text_lower(t, ret, ret_n);
    for (size_t i = 0; i < t.n; i++)
        ret[i] = text_lower_ascii(t.s[i]);
    *ret_n = t.n;
    return true;
}

static bool put_local(struct text t, char ret[LOCAL_BYTES], size_t *ret_n)
{
    if (!is_plain(t))
        return quote(t, ret, ret_n);
    if (t.n > LOCAL_BYTES)
        return false;
    memcpy(ret, t.s, t.n);
    *ret_n = t.n;
    return true;
}

/* Quotation marks and backslashes say nothing of the mailbox (RFC 5321 4.1.2): they go
 * where they are not needed. */
static bool make_local(struct text t, char ret[LOCAL_BYTES], size_t *ret_n,
                       struct err *err)
{
    char bare[TEXT_NFC_BYTES], low[TEXT_NFC_BYTES];
    size_t n = 0;

    *ret_n = 0;
    if (is_quoted(t) && unquote(t, bare, &n))
        t = (struct text){bare, n};
    else if (!is_plain(t))
        return fail(err, "EMAIL_LOCAL",
                    "the part before the @ is empty or not an address");
    if (!lower_local(t, low, &n))
        return fail_local_long(err);
    t = (struct text){low, n};
    if (!joiners_fit(t))
        return fail_character(err);
    return put_local(t, ret, ret_n) || fail_local_long(err);
}

static bool make_domain(struct text t, char ret[IDENT_DOMAIN_BYTES], struct err *err)
{
    if (ident_domain(t, ret))
        return true;
    if (t.n >= IDENT_DOMAIN_BYTES && text_is_ascii(t))
        return fail(err, "EMAIL_TOO_LONG", "more than 255 octets after the @");
    return fail(err, "EMAIL_DOMAIN", "the part after the @ is not a domain name");
}

/* t is NFC. */
static bool make_email(struct text t, char ret[IDENT_EMAIL_BYTES], struct err *err)
{
    char local[LOCAL_BYTES];
    char domain[IDENT_DOMAIN_BYTES];
    size_t local_n, domain_n;
    struct text before;
    const char *at;

    t = unwrap(t);
    if (t.n == 0)
        return fail(err, "EMAIL_EMPTY", "there is no address");
    at = memrchr(t.s, '@', t.n);
    if (at == NULL)
        return fail(err, "EMAIL_NO_AT", "the address has no @");
    before = (struct text){t.s, (size_t)(at - t.s)};
    if (!text_is_plain(before, true))
        return fail_character(err);
    if (!make_local(before, local, &local_n, err) ||
        !make_domain((struct text){at + 1, (size_t)(t.s + t.n - at) - 1}, domain, err))
        return false;
    domain_n = strlen(domain);
    if (local_n + 1 + domain_n >= IDENT_EMAIL_BYTES)
        return fail(err, "EMAIL_TOO_LONG", "more than 254 octets in all");
    memcpy(ret, local, local_n);
    ret[local_n] = '@';
    memcpy(ret + local_n + 1, domain, domain_n + 1);
    return true;
}

bool ident_email(const char *raw, char ret[IDENT_EMAIL_BYTES], struct err *err)
{
    struct text t = {raw, strnlen(raw, TEXT_RAW_BYTES + 1)};
    char nfc[TEXT_NFC_BYTES];

    if (t.n > TEXT_RAW_BYTES)
        return fail(err, "EMAIL_TOO_LONG", "more than 1024 octets were given");
    if (!text_is_ascii(t)) {
        if (!text_nfc(t, nfc, &t.n))
            return fail(err, "EMAIL_NOT_UTF8", "the address is not UTF-8");
        t.s = nfc;
    }
    return make_email(t, ret, err);
}
