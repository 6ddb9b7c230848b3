/* parts.h: one cell. */
#include "sheet/parts.h"

#include "codec/event/loose_time.h"
#include "ident/email.h"

#include <ctype.h>
#include <string.h>

#define BLANKS " \t\r\n\f\v\x1a" /* the last ended files once */

static struct cell cell_trim(struct cell c)
{
    for (;;) {
        if (c.len > 0 && strchr(BLANKS, c.s[0]) != NULL && c.s[0] != '\0') {
            c.s++;
            c.len--;
        } else if (c.len >= 2 && memcmp(c.s, "\xc2\xa0", 2) == 0) {
            c.s += 2;
            c.len -= 2;
        } else if (c.len >= 3 && memcmp(c.s, "\xef\xbb\xbf", 3) == 0) {
            c.s += 3; /* of a file that was put behind another */
            c.len -= 3;
        } else {
            break;
        }
    }
    for (;;) {
        if (c.len > 0 && strchr(BLANKS, c.s[c.len - 1]) != NULL && c.s[c.len - 1] != '\0')
            c.len--;
        else if (c.len >= 2 && memcmp(c.s + c.len - 2, "\xc2\xa0", 2) == 0)
            c.len -= 2;
        else
            break;
    }
    return c;
}

/* What a word processor makes of "...". */
static bool in_quotes(struct cell c, struct cell *ret)
{
    static const struct {
        const char *open, *close;
    } marks[] = {
        {"\xe2\x80\x9c", "\xe2\x80\x9d"}, {"\xe2\x80\x9e", "\xe2\x80\x9c"},
        {"\xe2\x80\x9e", "\xe2\x80\x9d"}, {"\xe2\x80\x9d", "\xe2\x80\x9d"},
        {"\xe2\x80\x98", "\xe2\x80\x99"}, {"\xe2\x80\x9a", "\xe2\x80\x98"},
        {"\xe2\x80\x99", "\xe2\x80\x99"}, {"\xc2\xab", "\xc2\xbb"},
        {"\xc2\xbb", "\xc2\xab"},
    };

    if (c.len == 0 || (unsigned char)c.s[0] < 0x80)
        return false; /* nearly every cell */
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        const size_t a = strlen(marks[i].open), b = strlen(marks[i].close);

        if (c.len < a + b || memcmp(c.s, marks[i].open, a) != 0 ||
            memcmp(c.s + c.len - b, marks[i].close, b) != 0)
            continue;
        *ret = cell_trim((struct cell){c.s + a, c.len - a - b});
        return true;
    }
    return false;
}

/* An apostrophe in front tells a spreadsheet "this is text", and so does ="...". */
struct cell cell_plain(struct cell c)
{
    if (c.s == NULL)
        return c;
    c = cell_trim(c);
    if (in_quotes(c, &c))
        return c;
    if (c.len >= 3 && c.s[0] == '=' && c.s[1] == '"' && c.s[c.len - 1] == '"') {
        c.s += 2;
        c.len -= 3;
        return cell_trim(c);
    }
    if (c.len > 0 && c.s[0] == '\'') {
        c.s++;
        c.len--;
        if (c.len > 0 && c.s[c.len - 1] == '\'')
            c.len--;
        return cell_trim(c);
    }
    return c;
}

bool cell_is_error(struct cell c)
{
    if (c.len < 3 || c.len > 24 || c.s[0] != '#')
        return false;
    for (size_t i = 1; i < c.len; i++)
        if (!isupper((unsigned char)c.s[i]) && (unsigned char)c.s[i] < 0x80 &&
            strchr("/!?0_", c.s[i]) == NULL)
            return false;
    return true;
}

/* The later of two readings, unless the file is older than that: a no that is taken to be
 * too young keeps somebody from being written to, one too old lets it happen. */
static int64_t later_of(const struct sheet *s, int64_t us, int64_t other)
{
    return (other > us ? other <= s->o.file_us : us > s->o.file_us) ? other : us;
}

bool cell_is_time(const struct sheet *s, const struct column *col, struct cell c,
                  int64_t *ret_us)
{
    const bool settled = s->o.order != SHEET_ORDER_UNKNOWN ||
                         (col->day_first > 0) != (col->month_first > 0);
    const enum loose_order order = s->o.order != SHEET_ORDER_UNKNOWN
                                       ? (enum loose_order)s->o.order
                                   : !settled           ? LOOSE_UNKNOWN
                                   : col->day_first > 0 ? LOOSE_DMY
                                                        : LOOSE_MDY;
    int64_t other = 0;

    switch (loose_time_read(c.s, c.len, order, ret_us, &other)) {
    case LOOSE_NONE: return false;
    case LOOSE_READ: break;
    case LOOSE_TWO_WAYS:
        if (!settled)
            *ret_us = later_of(s, *ret_us, other);
        break;
    }
    if (s->o.order == SHEET_ORDER_UNKNOWN && loose_time_year_first(c.s, c.len, &other))
        *ret_us = later_of(s, *ret_us, other);
    return true;
}
