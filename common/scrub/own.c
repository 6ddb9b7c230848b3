/* part.h: our own columns in a file that was scrubbed before. They go, and the new ones
 * come, so that a list can be scrubbed every day without growing. */
#include "scrub/part.h"

#include <string.h>
#include <strings.h>

#define OWN 3

static const char *const names[OWN] = {"may_mail", "status", "reason"};

static bool is_word(const char *s, size_t len, const char *word)
{
    return len == strlen(word) && strncasecmp(s, word, len) == 0;
}

/* "no", "suppressed", "OPTOUT": what a line without names ends with. */
static bool is_verdict(const char *s, size_t len, size_t which)
{
    if (which == 0)
        return is_word(s, len, "yes") || is_word(s, len, "no");
    for (int i = 0; which == 1 && i < N_SCRUB_STATUSES; i++)
        if (is_word(s, len, scrub_status_name((enum scrub_status)i)))
            return true;
    if (which == 1)
        return false;
    for (size_t i = 0; i < len; i++)
        if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", s[i]) == NULL || s[i] == '\0')
            return false;
    return true;
}

void own_find(struct scrub *s, const struct csv_record *rec, bool header)
{
    size_t i = 0;

    while (i + OWN <= rec->n) {
        const struct csv_field *f = rec->fields + i;
        bool ours = true;

        for (size_t k = 0; k < OWN && ours; k++)
            ours = header ? is_word(f[k].s, f[k].len, names[k])
                          : i > 0 && is_verdict(f[k].s, f[k].len, k);
        if (ours)
            for (size_t k = 0; k < OWN; k++)
                s->own[i + k] = true;
        s->n_own += ours ? OWN : 0;
        i += ours ? OWN : 1;
    }
}

size_t own_fields(const struct scrub *s, size_t n)
{
    size_t kept = 0;

    for (size_t i = 0; i < n; i++)
        kept += !s->own[i];
    return s->n_own > 0 ? kept : n;
}

/* The fields that are not ours, as they stand. */
void own_leave_out(const struct scrub *s, const char *raw, size_t len, struct buf *out)
{
    const char delimiter = csv_delimiter(s->csv);
    size_t begin = 0, field = 0, kept = 0;
    bool quoted = false;

    for (size_t i = 0; i <= len; i++) {
        if (i < len && raw[i] == '"')
            quoted = !quoted;
        if (i < len && (quoted || raw[i] != delimiter))
            continue;
        if (field >= CSV_FIELDS_MAX || !s->own[field]) {
            if (kept++ > 0)
                buf_add(out, &delimiter, 1);
            buf_add(out, raw + begin, i - begin);
        }
        field++;
        begin = i + 1;
    }
}

/* Of a line of plain text: how long it is without verdicts behind it. */
size_t own_plain(const char *s, size_t len)
{
    for (;;) {
        size_t at = len;

        for (size_t which = OWN; which-- > 0;) {
            const char *tab = memrchr(s, '\t', at);
            const size_t from = tab != NULL ? (size_t)(tab - s) : 0;

            if (tab == NULL || !is_verdict(tab + 1, at - from - 1, which))
                return len;
            at = from;
        }
        len = at;
    }
}
