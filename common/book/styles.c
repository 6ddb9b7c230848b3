/* parts.h: what a style makes of a number. Formats 0 to 49 are known by their number
 * (ECMA-376 part 1, 18.8.30), the others by their code. */
#include "book/parts.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define STYLES_MAX  65536u /* Excel allows 65,490 */
#define FORMATS_MAX 65536u

struct format {
    long id;
    struct style style;
};

struct reading {
    struct styles *s;
    struct format *formats;
    size_t n_formats, room;
    bool in_cells;
};

/* --- a code --- */

/* The first section of a code without what is shown as it stands: "x", \x, _x, *x, [Red].
 * Within it letters are of numbers and times alone. */
struct code {
    char left[128];
    bool plus;    /* it begins with a + */
    bool digits;  /* digits are shown as they stand */
    bool elapsed; /* [h]: how long, and no time of day */
};

static void literal_take(struct code *c, const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        c->digits = c->digits || (s[i] >= '0' && s[i] <= '9');
        c->plus = c->plus || (s[i] == '+' && c->left[0] == '\0');
    }
}

static bool is_elapsed(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (strchr("hHmMsS", s[i]) == NULL)
            return false;
    return len > 0;
}

static void code_read(const char *code, struct code *ret)
{
    const char *end;
    size_t n = 0;

    *ret = (struct code){.left = ""};
    for (const char *p = code; *p != '\0' && *p != ';'; p++) {
        if (*p == '"' || *p == '[') {
            end = strchr(p + 1, *p == '"' ? '"' : ']');
            if (end == NULL)
                return;
            if (*p == '"')
                literal_take(ret, p + 1, (size_t)(end - p - 1));
            else
                ret->elapsed = ret->elapsed || is_elapsed(p + 1, (size_t)(end - p - 1));
            p = end;
        } else if (*p == '\\' || *p == '_' || *p == '*') {
            if (*++p == '\0')
                return;
            if (p[-1] == '\\')
                literal_take(ret, p, 1);
        } else if (*p == '+' && n == 0) {
            ret->plus = true;
        } else if (n < sizeof(ret->left) - 1) {
            ret->left[n++] = *p;
            ret->left[n] = '\0';
        }
    }
}

struct style style_of_code(const char *code)
{
    struct style style = {.kind = NUMBER_PLAIN};
    size_t zeros = 0;
    struct code c;

    code_read(code, &c);
    if (strncasecmp(c.left, "General", 7) == 0 || c.left[0] == '@')
        return c.digits ? (struct style){.kind = NUMBER_UNSURE} : style;
    if (strcasestr(c.left, "E+") != NULL || strcasestr(c.left, "E-") != NULL)
        style.kind = NUMBER_SCIENTIFIC;
    else if (c.elapsed)
        return style;
    else if (strpbrk(c.left, "yYdDmMhHsS") != NULL)
        style.kind = NUMBER_DATE;
    else if (c.digits)
        style.kind = NUMBER_UNSURE;
    if (style.kind != NUMBER_PLAIN || strspn(c.left, "0#? -()") != strlen(c.left))
        return style;
    for (const char *p = c.left; *p != '\0'; p++)
        zeros += *p == '0';
    if (zeros > 1 || c.plus)
        style = (struct style){NUMBER_PADDED, (uint8_t)zeros, c.plus};
    return style;
}

static struct style style_of_number(const struct reading *r, long id)
{
    for (size_t i = 0; i < r->n_formats; i++)
        if (r->formats[i].id == id)
            return r->formats[i].style;
    if (id == 11 || id == 48)
        return (struct style){.kind = NUMBER_SCIENTIFIC};
    /* 27 to 36 and 50 to 58 are dates in East Asia; 46 is [h]:mm:ss */
    if ((id >= 14 && id <= 22) || (id >= 27 && id <= 36) || id == 45 || id == 47 ||
        (id >= 50 && id <= 58))
        return (struct style){.kind = NUMBER_DATE};
    return (struct style){.kind = NUMBER_PLAIN};
}

/* --- the part --- */

static void format_add(struct reading *r, struct xml *x, const char **attributes)
{
    const char *id = xml_attribute(attributes, "numFmtId");
    const char *code = xml_attribute(attributes, "formatCode");

    if (id == NULL || code == NULL)
        return;
    if (r->n_formats == FORMATS_MAX) {
        xml_fail(x, "it has too many formats");
        return;
    }
    if (r->n_formats == r->room) {
        r->room = r->room > 0 ? 2 * r->room : 64;
        r->formats = mem_resize(r->formats, r->room, sizeof(*r->formats));
    }
    r->formats[r->n_formats++] =
        (struct format){strtol(id, NULL, 10), style_of_code(code)};
}

static void on_start(void *arg, struct xml *x, const char *name, const char **attributes)
{
    struct reading *r = arg;
    const char *id;

    if (strcmp(name, "numFmt") == 0) {
        format_add(r, x, attributes);
    } else if (strcmp(name, "cellXfs") == 0) {
        r->in_cells = true;
    } else if (r->in_cells && strcmp(name, "xf") == 0) {
        if (r->s->n == STYLES_MAX) {
            xml_fail(x, "it has too many styles");
            return;
        }
        id = xml_attribute(attributes, "numFmtId");
        r->s->of[r->s->n++] = style_of_number(r, id != NULL ? strtol(id, NULL, 10) : 0);
    }
}

static void on_end(void *arg, struct xml *x, const char *name)
{
    struct reading *r = arg;

    (void)x;
    if (strcmp(name, "cellXfs") == 0)
        r->in_cells = false;
}

bool styles_read(const char *bytes, size_t len, struct styles *ret, struct err *err)
{
    static const struct xml_reader reader = {on_start, on_end, NULL};
    struct reading r = {.s = ret};
    bool ok;

    ret->of = mem_zalloc(STYLES_MAX, sizeof(*ret->of));
    ok = xml_read(bytes, len, &reader, &r, err);
    free(r.formats);
    return ok;
}

void styles_done(struct styles *s)
{
    free(s->of);
}
