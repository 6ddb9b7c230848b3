#include "marks.h"

#include <glib.h>
#include <string.h>

static const struct {
    enum mark mark;
    const char *text;
} rows[] = {
#define MARK(kind, language, text) {MARK_##kind, text},
#include "marks_quoted.inc"
#include "marks_added.inc"
#undef MARK
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* Scripts that put no blanks between words have no edges to look at. */
static bool is_word_char(gunichar c)
{
    return g_unichar_isalnum(c) && c < 0x0e00;
}

static bool edge_before(const char *line, const char *at)
{
    return at == line || !is_word_char(g_utf8_get_char(g_utf8_prev_char(at))) ||
           !is_word_char(g_utf8_get_char(at));
}

static bool edge_after(const char *end)
{
    return *end == '\0' || !is_word_char(g_utf8_get_char(end)) ||
           !is_word_char(g_utf8_get_char(g_utf8_prev_char(end)));
}

bool marks_begin(enum mark mark, const char *line)
{
    for (size_t i = 0; i < ROWS; i++) {
        const size_t len = strlen(rows[i].text);

        if (rows[i].mark == mark && strncmp(line, rows[i].text, len) == 0 &&
            (mark == MARK_AWAY || edge_after(line + len)))
            return true;
    }
    return false;
}

bool marks_in(enum mark mark, const char *line)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (rows[i].mark != mark)
            continue;
        for (const char *at = strstr(line, rows[i].text); at != NULL;
             at = strstr(at + 1, rows[i].text))
            if (edge_before(line, at) && edge_after(at + strlen(rows[i].text)))
                return true;
    }
    return false;
}

bool marks_end(enum mark mark, const char *line)
{
    const size_t len = strlen(line);

    for (size_t i = 0; i < ROWS; i++) {
        const size_t n = strlen(rows[i].text);

        if (rows[i].mark == mark && n <= len &&
            strcmp(line + len - n, rows[i].text) == 0 &&
            edge_before(line, line + len - n))
            return true;
    }
    return false;
}

bool marks_are(enum mark mark, const char *line, size_t len)
{
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].mark == mark && strlen(rows[i].text) == len &&
            memcmp(line, rows[i].text, len) == 0)
            return true;
    return false;
}

bool marks_label_in(enum mark mark, const char *line)
{
    for (size_t i = 0; i < ROWS; i++) {
        const size_t len = strlen(rows[i].text);

        if (rows[i].mark != mark)
            continue;
        for (const char *at = strstr(line, rows[i].text); at != NULL;
             at = strstr(at + 1, rows[i].text))
            if (at > line && at[-1] == ' ' && at[len + strspn(at + len, " *")] == ':')
                return true;
    }
    return false;
}
