/* parts.h: what the cells of each column look like. */
#include "sheet/parts.h"

#include "sheet/names.h"

#include "codec/event/loose_time.h"
#include "crypto/hashed_key.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define WORD_BYTES      64 /* a longer cell is no word */
#define LOOKED_AT_WORDS 64 /* cells of a column, before it is given up */

/* An address, or several: at least half of its words have an @ within them. A note that
 * mentions one is none, nor is what a program wrote (JSON, a URL). */
static bool looks_like_address(struct cell c)
{
    size_t words = 0, ats = 0;
    bool in_word = false, at = false;

    if (c.len >= SHEET_TEXT || memchr(c.s, '@', c.len) == NULL ||
        strchr("@{[", c.s[0]) != NULL || memmem(c.s, c.len, "://", 3) != NULL)
        return false;
    if (memchr(c.s, '<', c.len) != NULL && c.s[c.len - 1] == '>')
        return true; /* Ann Lee <ann@example.com> */
    for (size_t i = 0; i <= c.len; i++) {
        const bool between = i == c.len || strchr(" \t\r\n,;|", c.s[i]) != NULL;

        if (between && in_word) {
            words++;
            ats += at;
            at = false;
        }
        in_word = !between;
        at = at || (!between && c.s[i] == '@');
    }
    return 2 * ats >= words;
}

/* Digits with what stands between them in a number; *ret_own: with its own country. */
static bool looks_like_number(const struct sheet *s, struct cell c, bool *ret_own)
{
    size_t digits = 0;

    *ret_own = c.len > 2 && (c.s[0] == '+' || (!s->named && memcmp(c.s, "00", 2) == 0));
    for (size_t i = 0; i < c.len; i++) {
        if (isdigit((unsigned char)c.s[i]))
            digits++;
        else if (strchr("+()./- \t", c.s[i]) == NULL || c.s[i] == '\0')
            return false;
    }
    return digits >= 7 && digits <= 17;
}

static bool looks_like_hash(const struct sheet *s, struct cell c)
{
    static const enum token_profile any[] = {TOKEN_SHA256_HEX, TOKEN_MD5_HEX,
                                             TOKEN_SHA1_HEX, TOKEN_SHA512_HEX};
    char raw[HASHED_TEXT_BYTES], text[HASHED_TEXT_BYTES];

    if (c.len < 32 || c.len >= sizeof(raw) || memchr(c.s, '\0', c.len) != NULL)
        return false;
    memcpy(raw, c.s, c.len);
    raw[c.len] = '\0';
    if (s->o.profile != TOKEN_NONE)
        return hashed_text(s->o.profile, raw, text);
    for (size_t i = 0; i < sizeof(any) / sizeof(any[0]); i++)
        if (hashed_text(any[i], raw, text))
            return true;
    return false;
}

/* 17/05/2024 or 05/17/2024: one order only is possible. */
static void day_evidence(struct column *col, struct cell c)
{
    char text[16];
    int a, b, n = 0;
    char first, second;
    const size_t len = c.len < sizeof(text) - 1 ? c.len : sizeof(text) - 1;

    memcpy(text, c.s, len);
    text[len] = '\0';
    if (sscanf(text, "%2d%1c%2d%1c%n", &a, &first, &b, &second, &n) != 4 || n == 0 ||
        first != second || (first != '/' && first != '-') ||
        !isdigit((unsigned char)text[n]))
        return;
    col->day_first += a > 12 && b <= 12;
    col->month_first += b > 12 && a <= 12;
}

/* "24-05-06" is no evidence of days that stand first: with the year first it is later. */
static bool year_leads(const struct sheet *s, struct cell c, int64_t us)
{
    int64_t other;

    return loose_time_year_first(c.s, c.len, &other) && other > us &&
           other <= s->o.file_us;
}

static bool is_digits(struct cell c, size_t least)
{
    for (size_t i = 0; i < c.len; i++)
        if (!isdigit((unsigned char)c.s[i]))
            return false;
    return c.len >= least;
}

static bool is_time_meaning(enum sheet_meaning m)
{
    return m == SHEET_OPTED_AT || m == SHEET_CLEANED_AT || m == SHEET_UPDATED_AT ||
           m == SHEET_ENTRY_AT || m == SHEET_CREATED_AT;
}

static bool says_no(enum saying says)
{
    return says == SAYS_OPTOUT || says == SAYS_COMPLAINT || says == SAYS_HARD ||
           says == SAYS_INVALID;
}

/* "Do not phone, do not e-mail": in words, of which nobody knows each. */
static bool cell_says_do_not(struct cell c)
{
    return (c.len > 7 && strncasecmp(c.s, "do not ", 7) == 0) ||
           (c.len > 6 && strncasecmp(c.s, "don't ", 6) == 0);
}

/* "Not registered": two words or more, of which the first turns the rest round. */
static bool cell_begins_not(struct cell c)
{
    static const char *const words[] = {"not",  "no",  "non",       "nicht",
                                        "nie",  "pas", "niet",      "inte",
                                        "ikke", "ej",  "n\xc3\xa3o"};
    const char *blank = memchr(c.s, ' ', c.len);

    if (blank == NULL || c.len > WORD_BYTES)
        return false;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strlen(words[i]) == (size_t)(blank - c.s) &&
            strncasecmp(c.s, words[i], strlen(words[i])) == 0)
            return true;
    return false;
}

/* "customer, unsubscribed" */
static bool part_says_no(struct cell c)
{
    size_t from = 0;

    for (size_t i = 0; i <= c.len; i++) {
        if (i < c.len && strchr(",;|", c.s[i]) == NULL)
            continue;
        if (says_no(word_saying(c.s + from, i - from)))
            return true;
        from = i + 1;
    }
    return false;
}

/* Words about how somebody stands, also in columns whose name is not known: no longer
 * than it takes to see that there are none. */
static void words_look(const struct sheet *s, struct column *col, struct cell c)
{
    bool flags = true, yeses = true, words = true, nothings = true, nos = false;
    struct cell rest = c, part;
    enum saying says = SAYS_UNKNOWN;
    int flag;

    if (col->meaning != SHEET_STATUS && col->meaning != SHEET_REASON && s->named &&
        col->meaning != SHEET_HARM_FLAG && col->meaning != SHEET_YES_FLAG &&
        col->meaning != SHEET_POSTAL && !col->listed && !col->hint &&
        ((col->meaning != SHEET_UNKNOWN && col->meaning != SHEET_ADDRESS) ||
         c.len > WORD_BYTES ||
         (col->filled > LOOKED_AT_WORDS && !col->happens &&
          col->flags + 1 < col->filled && 2 * col->words < col->filled)))
        return;
    while (cell_next(col, &rest, &part)) {
        flag = word_flag(part.s, part.len, &says);
        if (col->meaning == SHEET_STATUS)
            says = status_saying(s, part);
        flags = flags && flag >= 0;
        yeses = yeses && flag == 1;
        words = words && says != SAYS_UNKNOWN;
        nothings = nothings && says == SAYS_NOTHING;
        nos = nos || says_no(says) || cell_says_do_not(part);
    }
    nos = nos || (col->happens && part_says_no(c));
    col->flags += flags;
    col->yeses += yeses;
    col->words += words;
    col->nothings += nothings;
    col->nos += nos;
    col->softs += words && says == SAYS_SOFT;
    col->letters += c.len == 1 || (c.len <= 4 && (unsigned char)c.s[0] >= 0x80);
}

/* c: as cell_plain has it. */
static void cell_look(struct sheet *s, struct column *col, struct cell c)
{
    int64_t us, other;
    bool own;

    if (c.s == NULL || c.len == 0)
        return;
    col->filled++;
    if (col->hint == SHEET_NO_FLAG || col->meaning == SHEET_OPTED_AT ||
        col->meaning == SHEET_CLEANED_AT)
        col->voids += cell_is_void(c); /* it costs as much as all of the rest */
    col->nots += s->form->numbers && cell_begins_not(c);
    col->ats += looks_like_address(c);
    if (looks_like_number(s, c, &own)) {
        col->numbers++;
        col->plus += own;
    }
    col->hashes += looks_like_hash(s, c);
    /* without a name, many digits are a number of whatever kind */
    if (is_time_meaning(col->meaning) || col->meaning == SHEET_NO_FLAG ||
        col->meaning == SHEET_YES_FLAG || col->meaning == SHEET_HARM_FLAG ||
        col->hint != SHEET_UNKNOWN || (!s->named && !is_digits(c, 9))) {
        const enum loose_read read =
            loose_time_read(c.s, c.len, LOOSE_UNKNOWN, &us, &other);
        const bool leads = read != LOOSE_NONE && year_leads(s, c, us);

        col->times += read != LOOSE_NONE;
        col->two_ways += read == LOOSE_TWO_WAYS || (read == LOOSE_READ && leads);
        if (!leads)
            day_evidence(col, c);
    }
    words_look(s, col, c);
    if (s->form->hashes && !col->given)
        col->kinds += word_kind(c.s, c.len) != CONTACT_NONE;
    if (!s->named)
        col->changes += c.len == 1 && strchr("AaDd", c.s[0]) != NULL;
}

/* Names somebody, and has no time of the opt-out. */
static bool is_undated(const struct sheet *s, const struct record *rec)
{
    bool filled = false;

    for (size_t i = 0; i < rec->n && i < s->n_columns; i++) {
        const struct cell c = cell_plain(rec->cells[i]);
        const enum sheet_meaning m = s->columns[i].meaning;

        if (c.s == NULL || c.len == 0 || (s->json == NULL && i == 0 && c.s[0] == '#'))
            continue;
        if ((m == SHEET_OPTED_AT || m == SHEET_CLEANED_AT) && !cell_is_void(c))
            return false;
        filled = filled || (m == SHEET_EMAIL || m == SHEET_PHONE || m == SHEET_ADDRESS ||
                            m == SHEET_CONTACT);
    }
    return filled;
}

bool record_look(void *arg, const struct record *rec, struct err *err)
{
    struct sheet *s = arg;
    size_t known = 0, data = 0, filled = 0;

    s->counts.records++;
    s->n_rows += rec->what == RECORD_ROW;
    s->n_short += rec->what == RECORD_ROW && rec->n < s->n_columns && !rec->unended;
    if (rec->fault != NULL || rec->what != RECORD_ROW)
        return true;
    s->n_undated += is_undated(s, rec);
    for (size_t i = 0; i < rec->n && i < s->n_columns; i++) {
        const struct cell c = cell_plain(rec->cells[i]);
        enum contact_kind kind;

        cell_look(s, &s->columns[i], c);
        if (c.s == NULL || c.len == 0 || s->json != NULL || !s->named)
            continue;
        filled++;
        data += memchr(c.s, '@', c.len) != NULL || isdigit((unsigned char)c.s[0]);
        if (data == 0 && filled == known + 1)
            known += name_meaning(s->o.form, c.s, c.len, &kind) != SHEET_UNKNOWN;
    }
    if (known >= 2 && known == filled && rec->line > s->header_line)
        return err_set(err, ERR_INPUT, "HEADER_AGAIN",
                       "line %lld names the columns again, and others: cut the file "
                       "before it",
                       (long long)rec->line);
    return true;
}
