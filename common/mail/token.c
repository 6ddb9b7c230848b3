/*
 * What may be a link token: it is only cut out here; whether it is one, others say.
 *
 * Programs do much to a token: they fold it, break it softly, put punctuation beside it
 * or
 * "%20" before it. A token is base64url, begins with 'A' (its first byte is a one) and is
 * longer than any word, so that what is cut out of running text is seldom anything else.
 */
#include "parts.h"

#include <string.h>

#define RUN_BYTES   48 /* a token found in running text has at least so many */
#define PIECE_BYTES 16 /* a piece of a folded one, but for the last          */
#define PIECES      16

static bool is_token_char(char c)
{
    return g_ascii_isalnum(c) || c == '-' || c == '_';
}

static void candidate_add(struct mail *m, const char *s, size_t len)
{
    if (len < 8 || len >= MAIL_TOKEN_BYTES || m->n_tokens == MAIL_TOKENS)
        return;
    for (size_t i = 0; i < len; i++)
        if (!is_token_char(s[i]))
            return;
    for (size_t i = 0; i < m->n_tokens; i++)
        if (strlen(m->tokens[i]) == len && memcmp(m->tokens[i], s, len) == 0)
            return;
    memcpy(m->tokens[m->n_tokens], s, len);
    m->tokens[m->n_tokens++][len] = '\0';
}

/* Of every address in a field: what stands between its first '+' and its '@'. */
void candidates_of_address(struct mail *m, const char *s)
{
    const char *at;

    while ((at = strchr(s, '@')) != NULL) {
        const char *begin = at;

        while (begin > s && strchr(" \t\r\n<>,;:\"", begin[-1]) == NULL)
            begin--;
        const char *plus = memchr(begin, '+', (size_t)(at - begin));
        if (plus != NULL)
            candidate_add(m, plus + 1, (size_t)(at - plus) - 1);
        s = at + 1;
    }
}

/* "<mailto:optout+TOKEN@example.com?subject=unsubscribe>, <https://host/u/TOKEN>" */
void candidates_of_unsubscribe(struct mail *m, GMimeObject *o)
{
    const char *field = field_of(o, "List-Unsubscribe");

    if (field == NULL)
        return;
    candidates_of_address(m, field);
    candidates_of_text(m, field);
}

/* A soft hyphen, a zero width space, a mark of direction and their like, that nobody
 * sees: their bytes. Those of crypto/link_find.c, but for blanks. */
static size_t unseen(const char *s)
{
    static const char *const signs[] = {"\xc2\xad",     "\xe2\x80\x8b", "\xe2\x80\x8c",
                                        "\xe2\x80\x8d", "\xe2\x80\x8e", "\xe2\x80\x8f",
                                        "\xe2\x81\xa0", "\xef\xbb\xbf"};

    if ((unsigned char)*s < 0x80)
        return 0;
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
        if (strncmp(s, signs[i], strlen(signs[i])) == 0)
            return strlen(signs[i]);
    return 0;
}

/* "%20" and "=3D" become blanks, "=" at the end of a line goes with it,
 * and so does what nobody sees. */
static void blanks_decode(char *s)
{
    char *out = s;
    size_t hidden;
    char c;

    while (*s != '\0') {
        if (s[0] == '=' && (s[1] == '\n' || (s[1] == '\r' && s[2] == '\n'))) {
            s += s[1] == '\n' ? 2 : 3;
        } else if ((s[0] == '%' || s[0] == '=') && hex_byte(s + 1, &c)) {
            *out++ = is_token_char(c)                     ? c
                     : c == '\r' || c == '\n' || c == ' ' ? ' '
                                                          : '/';
            s += 3;
        } else if ((hidden = unseen(s)) > 0) {
            s += hidden;
        } else {
            *out++ = *s++;
        }
    }
    *out = '\0';
}

/* The token that begins at s, whole or in pieces with blanks between them. */
static void run_take(struct mail *m, const char *s)
{
    char joined[MAIL_TOKEN_BYTES];
    size_t len = 0;

    for (int i = 0; i < PIECES; i++) {
        size_t n = 0;

        while (is_token_char(s[n]))
            n++;
        if (n == 0 || len + n >= sizeof(joined))
            return;
        memcpy(joined + len, s, n);
        len += n;
        if (len >= RUN_BYTES)
            candidate_add(m, joined, len);
        if (n < PIECE_BYTES)
            return;
        s += n;
        n = strspn(s, " \t\r\n>");
        if (n == 0)
            return;
        s += n;
    }
}

/* "https-3A__host_u_TOKEN": a slash is "_" for some gateways that look at links first,
 * and the rest of it is for who knows the seal (crypto/link_find.c). */
static void gateway_take(struct mail *m, const char *s)
{
    size_t n = 0;

    while (is_token_char(s[n]))
        n++;
    for (size_t i = 0; i + 3 < n; i++)
        if (strncmp(s + i, "_u_", 3) == 0)
            candidate_add(m, s + i + 3, n - i - 3);
}

void candidates_of_text(struct mail *m, const char *text)
{
    char *copy = g_strdup(text);

    blanks_decode(copy);
    for (const char *s = copy; *s != '\0' && m->n_tokens < MAIL_TOKENS;) {
        if (!is_token_char(*s)) {
            s++;
            continue;
        }
        if (*s == 'A')
            run_take(m, s);
        gateway_take(m, s);
        if (s - copy >= 3 &&
            (strncmp(s - 3, "/u/", 3) == 0 || strncmp(s - 3, "/U/", 3) == 0)) {
            size_t n = 0;

            while (is_token_char(s[n]))
                n++;
            candidate_add(m, s, n);
        }
        while (is_token_char(*s))
            s++;
    }
    g_free(copy);
}
