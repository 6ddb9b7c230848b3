#include "codec/socketmap.h"

#include <string.h>

#define DIGITS_MOST 5 /* of SOCKETMAP_REQUEST_BYTES */

enum socketmap_got socketmap_read(const char *data, size_t len, size_t *ret_used,
                                  struct socketmap_request *ret)
{
    size_t digits = 0, bytes = 0;
    const char *blank, *text;

    while (digits < len && digits <= DIGITS_MOST && data[digits] >= '0' &&
           data[digits] <= '9')
        bytes = 10 * bytes + (size_t)(data[digits++] - '0');
    if (digits > DIGITS_MOST || bytes > SOCKETMAP_REQUEST_BYTES ||
        (digits > 1 && data[0] == '0'))
        return SOCKETMAP_BROKEN;
    if (digits == len)
        return SOCKETMAP_MORE;
    if (digits == 0 || data[digits] != ':')
        return SOCKETMAP_BROKEN;
    if (len - digits - 1 < bytes + 1)
        return SOCKETMAP_MORE;
    text = data + digits + 1;
    if (text[bytes] != ',')
        return SOCKETMAP_BROKEN;
    blank = bytes > 0 ? memchr(text, ' ', bytes) : NULL;
    *ret = (struct socketmap_request){.name = text, .name_len = bytes};
    if (blank != NULL) {
        ret->name_len = (size_t)(blank - text);
        ret->key = blank + 1;
        ret->key_len = bytes - ret->name_len - 1;
    }
    *ret_used = digits + 1 + bytes + 1;
    return SOCKETMAP_REQUEST;
}

void socketmap_put(struct buf *out, const char *word, const char *text)
{
    buf_addf(out, "%zu:%s %s,", strlen(word) + 1 + strlen(text), word, text);
}
