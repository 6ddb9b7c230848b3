#include "codec/put.h"
#include "base/when.h"

#include <string.h>

void put_text(struct buf *out, const char *text)
{
    static const char hex[] = "0123456789abcdef";

    buf_add(out, "\"", 1);
    for (;;) {
        size_t n = 0;
        while ((unsigned char)text[n] >= 0x20 && text[n] != '"' && text[n] != '\\')
            n++;
        if (n > 0)
            buf_add(out, text, n);
        text += n;
        if (*text == '\0')
            break;
        unsigned c = (unsigned char)*text++;
        char escape[6] = {'\\', (char)c, '0', '0', hex[c >> 4], hex[c & 15]};
        if (c < 0x20)
            escape[1] = 'u';
        buf_add(out, escape, c < 0x20 ? 6 : 2);
    }
    buf_add(out, "\"", 1);
}

/* The decimal digits of n, at least width of them, ending before end; their beginning. */
static char *digits_before(char *end, uint64_t n, int width)
{
    for (; n > 0 || width > 0; n /= 10, width--)
        *--end = (char)('0' + n % 10);
    return end;
}

void put_int(struct buf *out, int64_t n)
{
    char text[24], *end = text + sizeof text;
    char *p = digits_before(end, n < 0 ? 0 - (uint64_t)n : (uint64_t)n, 1);

    if (n < 0)
        *--p = '-';
    buf_add(out, p, (size_t)(end - p));
}

void put_time(struct buf *out, int64_t us)
{
    char text[WHEN_TEXT_BYTES + 2] = "\"....-..-..T..:..:..";
    int32_t year, month, day;

    if (us == WHEN_ALWAYS || us == WHEN_NEVER) {
        buf_add_str(out, "null");
        return;
    }
    if (us < 0 ||
        us >= INT64_C(253402300800) * WHEN_SECOND_US) { /* before 1970, after 9999 */
        text[0] = '"';
        when_format(us, text + 1);
        buf_add_str(out, text);
        buf_add(out, "\"", 1);
        return;
    }
    when_civil_of((int32_t)(us / WHEN_DAY_US), &year, &month, &day);
    uint64_t of_day = (uint64_t)(us % WHEN_DAY_US);
    uint64_t second = of_day / WHEN_SECOND_US;
    size_t len = 20;

    digits_before(text + 5, (uint64_t)year, 4);
    digits_before(text + 8, (uint64_t)month, 2);
    digits_before(text + 11, (uint64_t)day, 2);
    digits_before(text + 14, second / 3600, 2);
    digits_before(text + 17, second / 60 % 60, 2);
    digits_before(text + 20, second % 60, 2);
    if (of_day % WHEN_SECOND_US != 0) {
        text[len++] = '.';
        digits_before(text + 27, of_day % WHEN_SECOND_US, 6);
        len = 27;
    }
    text[len++] = 'Z';
    text[len++] = '"';
    buf_add(out, text, len);
}

void put_name(struct buf *out, const char *name)
{
    if (*name == ',')
        buf_add(out, ",\"", 2);
    else
        buf_add(out, "\"", 1);
    buf_add_str(out, name + (*name == ','));
    buf_add(out, "\":", 2);
}

void put_member(struct buf *out, const char *name, const char *text)
{
    put_name(out, name);
    if (text != NULL && text[0] != '\0')
        put_text(out, text);
    else
        buf_add_str(out, "null");
}

void put_member_int(struct buf *out, const char *name, int64_t n)
{
    put_name(out, name);
    put_int(out, n);
}

void put_member_time(struct buf *out, const char *name, int64_t us)
{
    put_name(out, name);
    put_time(out, us);
}

void put_member_bool(struct buf *out, const char *name, bool value)
{
    put_name(out, name);
    buf_add_str(out, value ? "true" : "false");
}
