#include "codec/csv.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

struct csv_reader {
    char *data; /* the window: from `at` on not yet given */
    size_t at, len, cap;
    size_t limit_bytes;
    size_t searched; /* behind at: no line end in these */
    size_t want;     /* behind at: so many bytes before a quoted record is tried again */
    int64_t line;    /* that the byte at `at` stands on */
    char delimiter;
    bool plain, begun, bom, ended, skipping, taken_back, utf16;
    size_t given_at; /* the record that was given last: where it began, ... */
    int64_t given_line;
    struct buf cells; /* quoted fields, without their doubled quotes */
    struct csv_field fields[CSV_FIELDS_MAX];
};

const char *csv_fault_code(enum csv_fault fault)
{
    static const char *const codes[] = {"",
#define X(id, code, text) code,
                                        CSV_FAULTS(X)
#undef X
    };
    return codes[fault];
}

const char *csv_fault_text(enum csv_fault fault)
{
    static const char *const texts[] = {"",
#define X(id, code, text) text,
                                        CSV_FAULTS(X)
#undef X
    };
    return texts[fault];
}

struct csv_reader *csv_open(size_t limit_bytes, char delimiter)
{
    struct csv_reader *r = mem_zalloc(1, sizeof(*r));

    r->limit_bytes = limit_bytes;
    r->delimiter = delimiter;
    r->line = 1;
    buf_init(&r->cells, limit_bytes);
    return r;
}

struct csv_reader *csv_open_plain(size_t limit_bytes)
{
    struct csv_reader *r = csv_open(limit_bytes, '\n');

    r->plain = true;
    return r;
}

void csv_close(struct csv_reader *r)
{
    if (r == NULL)
        return;
    free(r->data);
    buf_done(&r->cells);
    free(r);
}

char csv_delimiter(const struct csv_reader *r)
{
    return r->delimiter;
}

bool csv_bom(const struct csv_reader *r)
{
    return r->bom;
}

void csv_feed(struct csv_reader *r, const void *data, size_t len)
{
    if (r->at > 0) {
        memmove(r->data, r->data + r->at, r->len - r->at);
        r->len -= r->at;
        r->at = 0;
    }
    r->given_at = 0;
    r->given_line = 0; /* too late to take it back */
    if (r->len + len > r->cap) {
        r->cap = 2 * (r->len + len);
        r->data = mem_resize(r->data, r->cap, 1);
    }
    if (len > 0)
        memcpy(r->data + r->len, data, len);
    r->len += len;
}

void csv_feed_end(struct csv_reader *r)
{
    r->ended = true;
}

/* --- lines --- */

/* The line end at or after `from`: *ret_end is where the line ends, *ret_eol how long its
 * end is. False: it is not there yet. At the end of the input a line may have none. */
static bool line_end(const struct csv_reader *r, size_t from, size_t *ret_end,
                     size_t *ret_eol)
{
    const char *p = r->data + from, *end = r->data + r->len;
    const char *lf = from < r->len ? memchr(p, '\n', (size_t)(end - p)) : NULL;
    const char *stop = lf != NULL ? lf : end;
    const char *cr = p < stop ? memchr(p, '\r', (size_t)(stop - p)) : NULL;

    if (cr != NULL && (cr + 1 < end || r->ended)) {
        *ret_end = (size_t)(cr - r->data);
        *ret_eol = cr + 1 == lf ? 2 : 1;
        return true;
    }
    if (lf == NULL && (!r->ended || from > r->len))
        return false;
    *ret_end = (size_t)(stop - r->data);
    *ret_eol = lf != NULL ? 1 : 0;
    return true;
}

/* Gives data[at, end) and goes on behind its line end. */
static enum csv_got give(struct csv_reader *r, struct csv_record *ret,
                         enum csv_fault fault, size_t end, size_t eol, size_t n)
{
    *ret = (struct csv_record){.fault = fault,
                               .line = r->line,
                               .raw = r->data + r->at,
                               .raw_len = end - r->at,
                               .eol = r->data + end,
                               .eol_len = eol,
                               .fields = r->fields,
                               .n = n};
    r->given_at = r->at;
    r->given_line = r->line;
    r->at = end + eol;
    r->searched = r->want = 0;
    r->taken_back = false;
    return CSV_RECORD;
}

static enum csv_got give_line(struct csv_reader *r, struct csv_record *ret,
                              enum csv_fault fault, size_t end, size_t eol, size_t n)
{
    give(r, ret, fault, end, eol, n);
    r->line++;
    return CSV_RECORD;
}

/* The first bytes of a line without end in sight; the rest of it is passed over. */
static enum csv_got give_long(struct csv_reader *r, struct csv_record *ret)
{
    give_line(r, ret, CSV_LONG, r->at + r->limit_bytes, 0, 0);
    ret->cut = true;
    r->given_line = 0;
    r->skipping = true;
    return CSV_RECORD;
}

/* --- fields --- */

static enum csv_fault split(struct csv_reader *r, size_t end, size_t *ret_n)
{
    const char *p = r->data + r->at, *stop = r->data + end;

    *ret_n = 0;
    for (;;) {
        const char *next = p < stop ? memchr(p, r->delimiter, (size_t)(stop - p)) : NULL;
        const char *field_end = next != NULL ? next : stop;

        if (*ret_n == CSV_FIELDS_MAX)
            return CSV_FIELDS;
        r->fields[(*ret_n)++] =
            (struct csv_field){.s = p, .len = (size_t)(field_end - p)};
        if (next == NULL)
            return CSV_FINE;
        p = next + 1;
    }
}

/* Where a quoted field, whose text begins at *at, ends: *at becomes the closing quote.
 * False: not in sight. Doubled quotes are counted. */
static bool quote_end(const struct csv_reader *r, size_t *at, size_t *ret_doubled,
                      int64_t *lines)
{
    size_t from = *at;

    *ret_doubled = 0;
    for (;;) {
        const char *q = *at < r->len ? memchr(r->data + *at, '"', r->len - *at) : NULL;

        if (q == NULL)
            return false;
        *at = (size_t)(q - r->data);
        if (*at + 1 == r->len && !r->ended)
            return false; /* perhaps the first of two */
        if (*at + 1 == r->len || q[1] != '"')
            break;
        ++*ret_doubled;
        *at += 2;
    }
    for (size_t i = from; i < *at; i++)
        *lines += r->data[i] == '\n' || (r->data[i] == '\r' && r->data[i + 1] != '\n');
    return true;
}

/* With doubled quotes the text moves to cells; its place there, for pointers into cells
 * are good only when it grows no more. */
static void field_text(struct csv_reader *r, struct csv_field *f, size_t from, size_t end,
                       size_t doubled)
{
    *f = (struct csv_field){.s = r->data + from, .len = end - from, .quoted = true};
    if (doubled == 0)
        return;
    const size_t begin = r->cells.len;
    for (size_t i = from; i < end; i++) {
        buf_add(&r->cells, r->data + i, 1);
        i += r->data[i] == '"';
    }
    f->s = NULL;
    f->len = begin;
}

/* Lengths and pointers of what is in cells; each text ends where the next begins. */
static void cells_settle(struct csv_reader *r, size_t n)
{
    size_t end = r->cells.len;

    for (size_t i = n; i-- > 0;) {
        struct csv_field *f = &r->fields[i];
        size_t begin = f->len;

        if (f->s != NULL)
            continue;
        f->s = r->cells.data + begin;
        f->len = end - begin;
        end = begin;
    }
}

enum quoted { QUOTED_GOOD, QUOTED_BAD, QUOTED_MORE };

struct extent {
    size_t end, eol, n;
    int64_t lines;
    enum csv_fault fault;
};

static enum quoted bad(struct extent *x, size_t at, enum csv_fault fault)
{
    x->end = at;
    x->fault = fault;
    return QUOTED_BAD;
}

/* A record that has a quote on its first line, from r->at on. */
static enum quoted quoted_record(struct csv_reader *r, struct extent *x)
{
    size_t at = r->at, doubled;

    *x = (struct extent){.lines = 1};
    buf_reset(&r->cells);
    for (;;) {
        struct csv_field *f = &r->fields[x->n];
        size_t from = at;

        if (x->n++ == CSV_FIELDS_MAX)
            return bad(x, at, CSV_FIELDS);
        if (at < r->len && r->data[at] == '"') {
            from = ++at;
            if (!quote_end(r, &at, &doubled, &x->lines))
                return r->ended ? bad(x, at, CSV_OPEN) : QUOTED_MORE;
            field_text(r, f, from, at, doubled);
            at++;
        } else {
            while (at < r->len && r->data[at] != r->delimiter && r->data[at] != '\n' &&
                   r->data[at] != '\r' && r->data[at] != '"')
                at++;
            *f = (struct csv_field){.s = r->data + from, .len = at - from};
        }
        if (at < r->len && r->data[at] == r->delimiter) {
            at++;
            continue;
        }
        if (at < r->len && r->data[at] != '\n' && r->data[at] != '\r')
            return bad(x, at, CSV_QUOTE);
        if (!line_end(r, at, &x->end, &x->eol))
            return QUOTED_MORE;
        if (memchr(r->data + r->at, '\0', x->end - r->at) != NULL)
            return bad(x, x->end, CSV_NUL);
        cells_settle(r, x->n);
        return QUOTED_GOOD;
    }
}

/* --- records --- */

static void guess_delimiter(struct csv_reader *r, size_t end)
{
    static const char marks[] = {',', ';', '\t', '|'};
    size_t most = 0;
    bool quoted = false;
    size_t count[sizeof(marks)] = {0};

    for (size_t i = r->at; i < end; i++) {
        quoted ^= r->data[i] == '"';
        for (size_t m = 0; m < sizeof(marks); m++)
            count[m] += !quoted && r->data[i] == marks[m];
    }
    for (size_t m = 1; m < sizeof(marks); m++)
        if (count[m] > count[most])
            most = m;
    r->delimiter = marks[most];
}

/* The byte order mark. False: there is too little to see whether there is one. */
static bool begin(struct csv_reader *r)
{
    const unsigned char *d = (const unsigned char *)r->data;

    if (r->len < 3 && !r->ended)
        return false;
    r->begun = true;
    r->bom = r->len >= 3 && memcmp(d, "\xef\xbb\xbf", 3) == 0;
    r->at = r->bom ? 3 : 0;
    r->utf16 =
        r->len >= 2 && ((d[0] == 0xff && d[1] == 0xfe) || (d[0] == 0xfe && d[1] == 0xff));
    return true;
}

static bool skip_rest(struct csv_reader *r)
{
    size_t end, eol;

    if (line_end(r, r->at, &end, &eol)) {
        r->at = end + eol;
        r->skipping = false;
        return true;
    }
    /* a CR at the very end may be half of a CRLF */
    r->at = r->len > r->at && r->data[r->len - 1] == '\r' ? r->len - 1 : r->len;
    return false;
}

enum csv_got csv_next(struct csv_reader *r, struct csv_record *ret)
{
    /* with two bytes more than a record may have, what ends it has been seen */
    const size_t enough = r->limit_bytes + 2;
    struct extent x;
    size_t end, eol, have;

    if ((!r->begun && !begin(r)) || (r->skipping && !skip_rest(r)))
        return CSV_MORE;
    have = r->len - r->at;
    if (r->ended && have == 0)
        return CSV_END;
    if (!line_end(r, r->at + r->searched, &end, &eol)) {
        r->searched = have > 0 ? have - 1 : 0;
        return have > enough ? give_long(r, ret) : CSV_MORE;
    }
    if (end - r->at > r->limit_bytes)
        return give_long(r, ret);
    r->searched = end - r->at; /* should more be needed */
    if (r->utf16)
        return give_line(r, ret, CSV_UTF16, end, eol, 0);
    if (r->delimiter == '\0')
        guess_delimiter(r, end);
    if (r->taken_back)
        return give_line(r, ret, CSV_QUOTE, end, eol, 0);
    if (r->plain || memchr(r->data + r->at, '"', end - r->at) == NULL) {
        enum csv_fault fault = memchr(r->data + r->at, '\0', end - r->at) != NULL
                                   ? CSV_NUL
                                   : split(r, end, &x.n);

        return give_line(r, ret, fault, end, eol, fault == CSV_FINE ? x.n : 0);
    }
    if (have < r->want && have <= enough && !r->ended)
        return CSV_MORE;
    switch (quoted_record(r, &x)) {
    case QUOTED_MORE:
        if (have > enough)
            break;
        r->want = 2 * have;
        return CSV_MORE;
    case QUOTED_BAD:
        if (x.end - r->at > r->limit_bytes)
            break;
        return give_line(r, ret, x.fault, end, eol, 0);
    case QUOTED_GOOD:
        if (x.end - r->at > r->limit_bytes)
            break;
        give(r, ret, CSV_FINE, x.end, x.eol, x.n);
        r->line += x.lines;
        return CSV_RECORD;
    }
    return give_line(r, ret, CSV_OPEN, end, eol, 0); /* within the limit it never ends */
}

bool csv_take_back(struct csv_reader *r)
{
    if (r->given_line == 0 || r->line - r->given_line < 2)
        return false;
    r->at = r->given_at;
    r->line = r->given_line;
    r->given_line = 0;
    r->taken_back = true;
    return true;
}
