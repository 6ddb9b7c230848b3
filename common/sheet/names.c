#include "sheet/names.h"

#include "ident/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct name_row {
    enum sheet_form form;
    const char *name;
    enum sheet_meaning meaning;
    enum contact_kind kind;
} rows[] = {
#define N(form, name, meaning, about)                                                    \
    {SHEET_FORM_##form, name, SHEET_##meaning, CONTACT_##about},
#include "sheet/names.inc"
#undef N
};

/* --- folding --- */

/* U+00C0 to U+017F without their accents, in lower case; '.' stands for none. */
static const char latin[] =
    "aaaaaaaceeeeiiiidnooooo.ouuuuy.saaaaaaaceeeeiiiidnooooo.ouuuuy.y"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
    "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

_Static_assert(sizeof(latin) - 1 == 0x180 - 0xc0, "a letter for each of them");

/* Greek letters without their accents. */
static bool fold_greek(const unsigned char *s, char out[2])
{
    static const char pairs[][2][3] = {
        {"\u03ac", "\u03b1"}, {"\u03ad", "\u03b5"}, {"\u03ae", "\u03b7"},
        {"\u03af", "\u03b9"}, {"\u03cc", "\u03bf"}, {"\u03cd", "\u03c5"},
        {"\u03ce", "\u03c9"}, {"\u03ca", "\u03b9"}, {"\u03cb", "\u03c5"},
        {"\u0390", "\u03b9"}, {"\u03b0", "\u03c5"},
    };

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        if (memcmp(s, pairs[i][0], 2) == 0) {
            memcpy(out, pairs[i][1], 2);
            return true;
        }
    return false;
}

static size_t fold_char(const unsigned char *s, size_t len, char *out)
{
    if (len >= 2 && s[0] >= 0xc3 && s[0] <= 0xc5) {
        const unsigned int c = ((s[0] & 0x1fu) << 6) | (s[1] & 0x3fu);

        out[0] = latin[c - 0xc0];
        return out[0] != '.';
    }
    return 0;
}

void name_fold(const char *s, size_t len, char ret[NAME_BYTES])
{
    char lower[TEXT_NFC_BYTES];
    size_t n = 0, out = 0;

    ret[0] = '\0';
    if (len > TEXT_RAW_BYTES / 4 || !text_lower((struct text){s, len}, lower, &n))
        return;
    for (size_t i = 0; i < n && out + 4 < NAME_BYTES;) {
        const unsigned char c = (unsigned char)lower[i];
        const size_t bytes = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;

        if (bytes == 1 && ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
            ret[out++] = (char)c;
        else if (c >= 0xc3 && c <= 0xc5 && i + 1 < n)
            out += fold_char((const unsigned char *)lower + i, n - i, ret + out);
        else if (bytes == 2 && c == 0xcc) /* a combining accent */
            ;
        else if (bytes > 1 && c > 0xc5 && i + bytes <= n && c != 0xe2) {
            if ((c != 0xce && c != 0xcf) ||
                !fold_greek((const unsigned char *)lower + i, ret + out))
                memcpy(ret + out, lower + i, bytes);
            out += bytes;
        }
        i += bytes;
    }
    ret[out] = '\0';
}

/* --- looking up --- */

static const struct name_row *sorted[sizeof(rows) / sizeof(rows[0])];

static int by_name(const void *a, const void *b)
{
    const struct name_row *x = *(const struct name_row *const *)a;
    const struct name_row *y = *(const struct name_row *const *)b;
    const int diff = strcmp(x->name, y->name);

    return diff != 0 ? diff : (int)x->form - (int)y->form;
}

static const struct name_row *look_up(enum sheet_form form, const char *name)
{
    const struct name_row key = {.form = form, .name = name}, *want = &key, **found;

    if (sorted[0] == NULL) {
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
            sorted[i] = &rows[i];
        qsort(sorted, sizeof(sorted) / sizeof(sorted[0]), sizeof(sorted[0]), by_name);
    }
    found = bsearch(&want, sorted, sizeof(sorted) / sizeof(sorted[0]), sizeof(sorted[0]),
                    by_name);
    if (found == NULL && form != SHEET_FORM_ANY)
        return look_up(SHEET_FORM_ANY, name);
    return found != NULL ? *found : NULL;
}

/* --- which of several --- */

static const char *const before[] = {
    "primary",      "main",       "work",     "home",      "business",    "private",
    "personal",     "secondary",  "second",   "alternate", "alternative", "other",
    "additional",   "billing",    "contacts", "contact",   "customers",   "customer",
    "clients",      "client",     "users",    "user",      "subscribers", "subscriber",
    "recipients",   "recipient",  "members",  "member",    "lead",        "leads",
    "persons",      "person",     "your",     "kunden",    "kontakt",     "privat",
    "geschaftlich", "dienstlich", "weitere",  "zweite",    "invoice",     "shipping",
    "account",      "backup",     "old",      "new",       "daytime",     "evening",
};

static const char *const behind[] = {
    "primary", "work",   "home",  "business",  "private", "personal",      "value",
    "main",    "privat", "other", "secondary", "prive",   "professionnel",
};

static void without_digits(const char *name, char ret[NAME_BYTES])
{
    size_t n = 0;

    for (const char *p = name; *p != '\0'; p++)
        if (*p < '0' || *p > '9')
            ret[n++] = *p;
    ret[n] = '\0';
}

static const struct name_row *contact_row(enum sheet_form form, const char *name)
{
    const struct name_row *row = look_up(form, name);

    return row != NULL && (row->meaning == SHEET_EMAIL || row->meaning == SHEET_PHONE)
               ? row
               : NULL;
}

static const struct name_row *without_before(enum sheet_form form, const char *name)
{
    const struct name_row *row = contact_row(form, name);

    for (size_t i = 0; row == NULL && i < sizeof(before) / sizeof(before[0]); i++)
        if (strncmp(name, before[i], strlen(before[i])) == 0)
            row = contact_row(form, name + strlen(before[i]));
    return row;
}

/* "Work E-mail", "Phone 2", "Person - Email - Work" */
static const struct name_row *which_of_several(enum sheet_form form, const char *name)
{
    const struct name_row *row;
    char plain[NAME_BYTES];

    without_digits(name, plain);
    row = without_before(form, plain);
    for (size_t i = 0; row == NULL && i < sizeof(behind) / sizeof(behind[0]); i++) {
        const size_t n = strlen(plain), k = strlen(behind[i]);

        if (n <= k || strcmp(plain + n - k, behind[i]) != 0)
            continue;
        plain[n - k] = '\0';
        row = without_before(form, plain);
        plain[n - k] = behind[i][0];
    }
    return row;
}

/* "sha256_email", "hashed phone", "md5": the rest of the name says of what. */
static bool hash_name(enum sheet_form form, const char *name, enum sheet_meaning *ret,
                      enum contact_kind *ret_kind)
{
    static const char *const words[] = {"hashed", "hash", "sha256", "sha512",
                                        "sha1",   "md5",  "hex",    "base64"};
    const struct name_row *row;
    char rest[NAME_BYTES];
    bool found = false;

    snprintf(rest, sizeof(rest), "%s", name);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        char *at = strstr(rest, words[i]);

        if (at == NULL)
            continue;
        if (i < 6)
            found = true;
        memmove(at, at + strlen(words[i]), strlen(at + strlen(words[i])) + 1);
    }
    if (!found)
        return false;
    row = contact_row(form, rest);
    if (row == NULL && rest[0] != '\0')
        row = which_of_several(form, rest);
    if (row == NULL && rest[0] != '\0' && strcmp(rest, "value") != 0)
        return false;
    *ret_kind = row != NULL ? row->kind : CONTACT_NONE;
    *ret = row == NULL                   ? SHEET_HASH
           : row->meaning == SHEET_EMAIL ? SHEET_EMAIL_HASH
                                         : SHEET_PHONE_HASH;
    return true;
}

static enum sheet_meaning meaning_of(enum sheet_form form, const char *name,
                                     enum contact_kind *ret_kind)
{
    const struct name_row *row = look_up(form, name);
    enum sheet_meaning hash;

    *ret_kind = CONTACT_NONE;
    if (row == NULL && name[0] != '\0' && hash_name(form, name, &hash, ret_kind))
        return hash;
    if (row == NULL && name[0] != '\0')
        row = which_of_several(form, name);
    /* HubSpot has a column for each of its topics */
    if (row == NULL && strncmp(name, "optedoutofemail", 15) == 0)
        row = look_up(form, "optedoutofemail");
    if (row == NULL)
        return SHEET_UNKNOWN;
    *ret_kind = row->kind;
    return row->meaning;
}

/* "subscriptions[].status": what a list within a row says of it. That of
 * "doNotContact[].channel" says doNotContact. */
static enum sheet_meaning meaning_listed(enum sheet_form form, const char *s, size_t len,
                                         const char *dot, enum contact_kind *ret_kind)
{
    char list[NAME_BYTES], name[NAME_BYTES];
    enum sheet_meaning meaning, whole;
    enum contact_kind kind;

    name_fold(s, (size_t)(dot - s), list);
    if (meaning_of(form, list, ret_kind) == SHEET_NO_FLAG)
        return SHEET_OTHER;
    name_fold(s, len, name);
    whole = meaning_of(form, name, &kind);
    name_fold(dot + 1, len - (size_t)(dot + 1 - s), name);
    meaning = meaning_of(form, name, ret_kind);
    if (meaning == SHEET_UNKNOWN && strcmp(name, "channel") == 0)
        return SHEET_CHANNEL;
    /* of "phone[].number" the whole says more than its end, of "email[].primary" the
     * end alone counts */
    if ((whole == SHEET_EMAIL || whole == SHEET_PHONE)
            ? meaning == SHEET_ADDRESS || strcmp(name, "number") == 0
            : whole != SHEET_UNKNOWN) {
        meaning = whole;
        *ret_kind = kind;
    }
    switch ((int)meaning) {
    case SHEET_STATUS:
    case SHEET_NO_FLAG:
    case SHEET_YES_FLAG:
    case SHEET_EMAIL:
    case SHEET_PHONE:
    case SHEET_ADDRESS:
    case SHEET_UNKNOWN: return meaning;
    default: return SHEET_OTHER; /* its own times and ids */
    }
}

enum sheet_meaning name_meaning(enum sheet_form form, const char *s, size_t len,
                                enum contact_kind *ret_kind)
{
    char name[NAME_BYTES];
    enum sheet_meaning meaning;
    const char *dot = memmem(s, len, "[].", 3);

    if (dot != NULL)
        return meaning_listed(form, s, len, dot + 2, ret_kind);
    name_fold(s, len, name);
    meaning = meaning_of(form, name, ret_kind);
    dot = meaning == SHEET_UNKNOWN ? memrchr(s, '.', len) : NULL;
    if (dot == NULL)
        return meaning;
    name_fold(dot + 1, len - (size_t)(dot + 1 - s), name); /* JSON: "properties.email" */
    return meaning_of(form, name, ret_kind);
}
