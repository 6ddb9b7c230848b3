#include "ident/email.h"
#include "ident/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <idn2.h>

#define LOCAL_BYTES  64
#define DOMAIN_BYTES 255
#define LABEL_BYTES  63

/* What a character may do unquoted: 1 in a local part (RFC 5322 atext and the dot). */
static bool is_atom(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c >= 0x80 || (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~.", c) != NULL);
}

static char lower_ascii(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool fail(struct err *err, const char *code, const char *text)
{
    return err_set(err, ERR_INPUT, code, "%s", text);
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

static bool local_is_quoted(struct text t)
{
    if (t.n < 3 || t.s[0] != '"' || t.s[t.n - 1] != '"')
        return false;
    for (size_t i = 1; i < t.n - 1; i++) {
        if (t.s[i] == '"')
            return false;
        if (t.s[i] == '\\' && ++i == t.n - 1)
            return false;
    }
    return true;
}

static bool local_is_plain(struct text t)
{
    for (size_t i = 0; i < t.n; i++)
        if (!is_atom((unsigned char)t.s[i]))
            return false;
    return t.n > 0;
}

static bool make_local(struct text t, char *ret, size_t *ret_n, struct err *err)
{
    if (!local_is_plain(t) && !local_is_quoted(t))
        return fail(err, "EMAIL_LOCAL",
                    "the part before the @ is empty or not an address");
    if (text_is_ascii(t)) {
        if (t.n > LOCAL_BYTES)
            return fail(err, "EMAIL_TOO_LONG", "more than 64 octets before the @");
        for (size_t i = 0; i < t.n; i++)
            ret[i] = lower_ascii(t.s[i]);
        *ret_n = t.n;
    } else {
        char low[TEXT_NFC_BYTES];
        size_t n;

        if (t.n > TEXT_RAW_BYTES || !text_lower(t, low, &n) || n > LOCAL_BYTES)
            return fail(err, "EMAIL_TOO_LONG", "more than 64 octets before the @");
        memcpy(ret, low, n);
        *ret_n = n;
    }
    return true;
}

/* Letters, digits and inner hyphens, labels of 1 to 63; lower-cases into ret. */
static bool make_host(struct text t, char ret[DOMAIN_BYTES + 1])
{
    size_t label = 0;

    if (t.n == 0 || t.n > DOMAIN_BYTES)
        return false;
    for (size_t i = 0; i < t.n; i++) {
        char c = lower_ascii(t.s[i]);

        if (c == '.') {
            if (label == 0 || ret[i - 1] == '-')
                return false;
            label = 0;
        } else {
            if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  (c == '-' && label)))
                return false;
            if (++label > LABEL_BYTES)
                return false;
        }
        ret[i] = c;
    }
    ret[t.n] = '\0';
    return label > 0 && ret[t.n - 1] != '-';
}

static bool has_a_label(struct text t)
{
    for (size_t i = 0; i + 4 <= t.n; i++)
        if ((i == 0 || t.s[i - 1] == '.') && strncasecmp(t.s + i, "xn--", 4) == 0)
            return true;
    return false;
}

static bool to_a_labels(const char *name, char ret[DOMAIN_BYTES + 1])
{
    uint8_t *out = NULL;
    struct text t;
    bool ok;
    /* Not IDN2_USE_STD3_ASCII_RULES: libidn2 2.3.3 then drops an underscore instead of
     * refusing it, and two domains become one. make_host refuses such characters. */
    int rc = idn2_lookup_u8((const uint8_t *)name, &out,
                            IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);

    if (rc == IDN2_MALLOC)
        abort();
    if (rc != IDN2_OK)
        return false;
    t = (struct text){(const char *)out, strlen((const char *)out)};
    if (t.n > 0 && t.s[t.n - 1] == '.')
        t.n--;
    ok = make_host(t, ret);
    idn2_free(out);
    return ok;
}

/* A name with A-labels or beyond ASCII. What comes out must also be what its own Unicode
 * form gives, or two spellings of one domain would have two keys. */
static bool make_idn(struct text t, char ret[DOMAIN_BYTES + 1])
{
    char name[TEXT_NFC_BYTES];
    char again[DOMAIN_BYTES + 1];
    char *unicode = NULL;
    bool ok;

    if (t.n >= sizeof(name))
        return false;
    for (size_t i = 0; i < t.n; i++)
        name[i] = lower_ascii(t.s[i]);
    name[t.n] = '\0';
    if (!to_a_labels(name, ret) ||
        idn2_to_unicode_8z8z(ret, &unicode, IDN2_NONTRANSITIONAL) != IDN2_OK)
        return false;
    ok = to_a_labels(unicode, again) && strcmp(again, ret) == 0;
    idn2_free(unicode);
    return ok;
}

static bool make_domain(struct text t, char ret[DOMAIN_BYTES + 1], struct err *err)
{
    bool ok;

    if (t.n > 0 && t.s[t.n - 1] == '.')
        t.n--;
    if (!text_is_ascii(t) || has_a_label(t))
        ok = make_idn(t, ret);
    else if (t.n > DOMAIN_BYTES)
        return fail(err, "EMAIL_TOO_LONG", "more than 255 octets after the @");
    else
        ok = make_host(t, ret);
    return ok || fail(err, "EMAIL_DOMAIN", "the part after the @ is not a domain name");
}

/* t is NFC. */
static bool make_email(struct text t, char ret[IDENT_EMAIL_BYTES], struct err *err)
{
    char local[LOCAL_BYTES];
    char domain[DOMAIN_BYTES + 1];
    size_t local_n, domain_n;
    const char *at;

    t = unwrap(t);
    if (t.n == 0)
        return fail(err, "EMAIL_EMPTY", "there is no address");
    if (!text_is_plain(t, false))
        return fail(err, "EMAIL_CHARACTER",
                    "the address holds a character that no address may");
    at = memrchr(t.s, '@', t.n);
    if (at == NULL)
        return fail(err, "EMAIL_NO_AT", "the address has no @");
    local_n = (size_t)(at - t.s);
    if (!make_local((struct text){t.s, local_n}, local, &local_n, err) ||
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
