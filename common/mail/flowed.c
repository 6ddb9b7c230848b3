/*
 * format=flowed (RFC 3676): lines that end with a blank go on in the next, of the same
 * depth of quotes.
 */
#include "parts.h"

#include <string.h>

char *flowed_join(const char *text, bool del_space)
{
    GString *out = g_string_new(NULL);
    size_t depth = 0;
    bool open = false;

    for (const char *s = text; *s != '\0';) {
        size_t len = strcspn(s, "\n");
        const size_t next = len + (s[len] == '\n'), quotes = strspn(s, ">");
        const char *line = s + quotes;

        if (len > 0 && s[len - 1] == '\r')
            len--;
        len -= MIN(len, quotes);
        if (len > 0 && line[0] == ' ') { /* stuffed */
            line++;
            len--;
        }
        if (open && depth != quotes)
            g_string_append_c(out, '\n');
        if (!open || depth != quotes) {
            for (size_t i = 0; i < quotes; i++)
                g_string_append_c(out, '>');
            if (quotes > 0)
                g_string_append_c(out, ' ');
        }
        depth = quotes;
        open = len > 0 && line[len - 1] == ' ' &&
               !(len == 3 && strncmp(line, "-- ", 3) == 0);
        g_string_append_len(out, line, (gssize)(len - (open && del_space)));
        if (!open)
            g_string_append_c(out, '\n');
        s += next;
    }
    return g_string_free(out, FALSE);
}
