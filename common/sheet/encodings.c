/*
 * parts.h: a file that is no UTF-8 and does not say what it is. Its addresses are ASCII
 * in any of the usual encodings, so that only the names of its columns and its words are
 * at stake: the encoding in which they are words that are known is right, and where none
 * is, or two that read them differently, it stays as it was taken, and the error says how
 * to settle it. Only the beginning is tried.
 */
#include "sheet/parts.h"

#include "sheet/names.h"
#include "sheet/words.h"

#include <string.h>

#define SAMPLE_BYTES ((size_t)16 << 10)
#define FIELD_BYTES  ((size_t)80)

static const enum charset tried[] = {
    CHARSET_CP1252, CHARSET_CP1250, CHARSET_CP1251, CHARSET_KOI8R,  CHARSET_CP866,
    CHARSET_ISO5,   CHARSET_SJIS,   CHARSET_EUCJP,  CHARSET_GB,     CHARSET_BIG5,
    CHARSET_EUCKR,  CHARSET_CP1253, CHARSET_CP1254, CHARSET_CP1255, CHARSET_CP1256,
    CHARSET_CP1257, CHARSET_CP874,  CHARSET_LATIN2, CHARSET_KOI8U,  CHARSET_CP850,
    CHARSET_MAC,
};

/* The whole lines of the beginning. */
static size_t sample_len(const char *bytes, size_t len)
{
    if (len <= SAMPLE_BYTES)
        return len;
    len = SAMPLE_BYTES;
    while (len > 0 && bytes[len - 1] != '\n' && bytes[len - 1] != '\r')
        len--;
    return len;
}

static bool is_beyond_ascii(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)s[i] >= 0x80)
            return true;
    return false;
}

/* A word read in a wrong encoding is mostly signs, frames and stray letters: what is left
 * of it may be "y" by chance. */
static bool is_word(const char *field, size_t len)
{
    char word[NAME_BYTES];
    size_t n;

    for (size_t i = 0; i < len; i++)
        if (field[i] == '\xc2' || field[i] == '\xe2')
            return false;
    name_fold(field, len, word);
    n = strlen(word);
    return n > 3 || (n == 3 && (unsigned char)word[0] < 0x80);
}

static bool is_known(const struct sheet *s, const char *field, size_t len)
{
    enum contact_kind kind;
    enum saying says;

    return is_word(field, len) &&
           (name_meaning(s->o.form, field, len, &kind) != SHEET_UNKNOWN ||
            word_flag(field, len, &says) >= 0 || says != SAYS_UNKNOWN);
}

/* Fields with letters beyond ASCII that are known names or words. */
static size_t known_in(const struct sheet *s, const char *text, size_t len)
{
    static const char separators[] = ",;\t|\r\n\"";
    const char *const end = text + len;
    size_t known = 0;

    for (const char *p = text; p < end; p++) {
        const char *begin = p;

        while (p < end && strchr(separators, *p) == NULL)
            p++;
        const size_t n = (size_t)(p - begin);
        if (n > 0 && n <= FIELD_BYTES && is_beyond_ascii(begin, n))
            known += is_known(s, begin, n);
    }
    return known;
}

static bool is_same(const struct charset_text *a, const struct charset_text *b)
{
    return a->len == b->len && memcmp(a->s, b->s, a->len) == 0;
}

/* The encoding in which most is known; CHARSET_UNKNOWN: none is better than the others.
 */
static enum charset best_of(const struct sheet *s, const char *bytes, size_t len)
{
    struct charset_text best = {0};
    size_t most = known_in(s, bytes, len); /* of lines that are UTF-8 as they stand */
    bool tie = false;
    struct err err;

    for (size_t i = 0; i < sizeof(tried) / sizeof(tried[0]); i++) {
        struct charset_text t;
        size_t known;

        if (!charset_read(bytes, len, tried[i], &t, &err))
            continue;
        known =
            memmem(t.s, t.len, "\xef\xbf\xbd", 3) != NULL ? 0 : known_in(s, t.s, t.len);
        if (known > most) {
            charset_done(&best);
            best = t;
            most = known;
            tie = false;
            continue;
        }
        /* Latin-1 stands for all that read the same letters of it */
        tie = tie ||
              (known == most && best.charset != CHARSET_CP1252 && !is_same(&best, &t));
        charset_done(&t);
    }
    const enum charset found = most == 0 || tie ? CHARSET_UNKNOWN : best.charset;
    charset_done(&best);
    return found;
}

/* Of a file that is neither UTF-8 nor anything else for sure: can its first line be names
 * that nobody could read? */
static bool names_are_lost(const char *bytes, size_t len)
{
    size_t n = 0;

    while (n < len && bytes[n] != '\n' && bytes[n] != '\r')
        n++;
    return memchr(bytes, '@', n) == NULL && !charset_is_utf8(bytes, n);
}

bool encoding_find(struct sheet *s, const char *bytes, size_t len, struct err *err)
{
    struct charset_text read;
    enum charset best;

    if (!s->text.guessed || !s->text.broken)
        return true;
    best = best_of(s, bytes, sample_len(bytes, len));
    if (best == CHARSET_UNKNOWN && s->text.charset == CHARSET_UTF8 &&
        names_are_lost(s->text.s, s->text.len))
        return err_set(err, ERR_INPUT, "BAD_ENCODING",
                       "its first line is no UTF-8, and does not tell what it is: "
                       "--encoding says it");
    if (best == CHARSET_UNKNOWN || best == s->text.charset)
        return true;
    if (!charset_read(bytes, len, best, &read, err))
        return false;
    charset_done(&s->text);
    s->text = read;
    s->text.guessed = true; /* of an address it is not sure enough */
    return true;
}

bool encoding_advise(const struct sheet *s, struct err *err)
{
    struct err plain = *err;

    if (!s->text.guessed ||
        !is_beyond_ascii(s->text.s, sample_len(s->text.s, s->text.len)) ||
        s->text.charset == CHARSET_UTF8 || err->kind != ERR_INPUT)
        return false;
    return err_set(err, plain.kind, plain.code,
                   "%s (read as %s; --encoding names another)", plain.text,
                   charset_name(s->text.charset));
}
