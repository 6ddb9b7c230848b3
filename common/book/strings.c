/* parts.h: the texts that cells share. */
#include "book/parts.h"

#include "base/hex.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

struct reading {
    struct strings *s;
    bool in_si, in_t;
    int phonetic; /* within what is only how it is spoken */
    size_t from;  /* of the text at hand */
};

static void on_start(void *arg, struct xml *x, const char *name, const char **attributes)
{
    struct reading *r = arg;
    struct strings *s = r->s;

    (void)attributes;
    if (strcmp(name, "rPh") == 0) {
        r->phonetic++;
    } else if (strcmp(name, "si") == 0) {
        if (s->n == s->room) {
            s->room = s->room > 0 ? 2 * s->room : 1024;
            s->at = mem_resize(s->at, s->room, sizeof(*s->at));
        }
        r->from = s->text.len;
        s->at[s->n++] = (uint32_t)s->text.len;
        r->in_si = true;
    } else if (strcmp(name, "t") == 0) {
        r->in_t = r->in_si && r->phonetic == 0;
    }
    if (s->text.overrun)
        xml_fail(x, "its texts are too large");
}

static void on_end(void *arg, struct xml *x, const char *name)
{
    struct reading *r = arg;
    struct strings *s = r->s;

    (void)x;
    if (strcmp(name, "rPh") == 0) {
        r->phonetic--;
    } else if (strcmp(name, "t") == 0) {
        r->in_t = false;
    } else if (strcmp(name, "si") == 0 && r->in_si) {
        if (s->text.len > r->from)
            s->text.len =
                r->from + text_unescape(s->text.data + r->from, s->text.len - r->from);
        buf_add(&s->text, "", 1);
        r->in_si = false;
    }
}

static void on_text(void *arg, const char *text, size_t len)
{
    struct reading *r = arg;

    if (r->in_t)
        buf_add(&r->s->text, text, len);
}

bool strings_read(const char *bytes, size_t len, struct strings *ret, struct err *err)
{
    static const struct xml_reader reader = {on_start, on_end, on_text};
    struct reading r = {.s = ret};

    buf_init(&ret->text, BOOK_TEXT_BYTES);
    return xml_read(bytes, len, &reader, &r, err) &&
           (!ret->text.overrun ||
            err_set(err, ERR_INPUT, "BAD_WORKBOOK", "its texts are too large"));
}

void strings_done(struct strings *s)
{
    buf_done(&s->text);
    free(s->at);
}

/* "_x000D_": a character below the blank, or a "_" that would look like one. -1: none. */
static int escaped(const char *s, size_t len)
{
    uint8_t bytes[2];
    int code;

    if (len < 7 || s[0] != '_' || s[1] != 'x' || s[6] != '_' ||
        !hex_read(s + 2, 2, bytes))
        return -1;
    code = bytes[0] << 8 | bytes[1];
    return (code > 0 && code < 0x20) || code == '_' ? code : -1;
}

size_t text_unescape(char *s, size_t len)
{
    size_t to = 0;

    if (memmem(s, len, "_x", 2) == NULL)
        return len;
    for (size_t from = 0; from < len;) {
        const int code = escaped(s + from, len - from);

        s[to++] = code >= 0 ? (char)code : s[from];
        from += code >= 0 ? 7 : 1;
    }
    return to;
}
