#include "ident/postal.h"
#include "ident/text.h"

#include <string.h>

static size_t fold_space(struct text t, char *ret)
{
    size_t n = 0;

    for (size_t i = 0; i < t.n;) {
        size_t len;

        if (text_is_space(t.s + i, t.n - i, &len)) {
            if (n > 0 && ret[n - 1] != ' ')
                ret[n++] = ' ';
        } else {
            memcpy(ret + n, t.s + i, len);
            n += len;
        }
        i += len;
    }
    return n;
}

static bool fail(struct err *err, const char *code, const char *text)
{
    return err_set(err, ERR_INPUT, code, "%s", text);
}

bool ident_postal(const char *raw, char ret[IDENT_POSTAL_BYTES], struct err *err)
{
    struct text t = {raw, strnlen(raw, TEXT_RAW_BYTES + 1)};
    char nfc[TEXT_NFC_BYTES], line[TEXT_NFC_BYTES], low[TEXT_NFC_BYTES];
    size_t n;

    if (t.n > TEXT_RAW_BYTES)
        return fail(err, "POSTAL_TOO_LONG", "more than 1024 octets were given");
    if (!text_nfc(t, nfc, &n))
        return fail(err, "POSTAL_NOT_UTF8", "the postal address is not UTF-8");
    t = text_trim((struct text){nfc, n});
    t = (struct text){line, fold_space(t, line)};
    if (t.n == 0)
        return fail(err, "POSTAL_EMPTY", "there is no postal address");
    if (!text_is_plain(t, true))
        return fail(err, "POSTAL_CHARACTER",
                    "the postal address holds a character that none may");
    if (!text_lower(t, low, &n) || n >= IDENT_POSTAL_BYTES)
        return fail(err, "POSTAL_TOO_LONG", "more than 1024 octets in canonical form");
    memcpy(ret, low, n + 1);
    return true;
}
