/* What may be a link token: it is only cut out here; whether it is one, others say. */
#include "parts.h"

#include <string.h>

static bool is_token_char(char c)
{
    return g_ascii_isalnum(c) || c == '-' || c == '_' || c == '.' || c == '=' || c == '~';
}

void candidate_add(struct mail *m, const char *s, size_t len)
{
    if (len < 8 || len >= MAIL_TOKEN_BYTES || m->n_tokens == MAIL_TOKENS)
        return;
    for (size_t i = 0; i < len; i++)
        if (!is_token_char(s[i]))
            return;
    for (size_t i = 0; i < m->n_tokens; i++)
        if (strlen(m->tokens[i]) == len && memcmp(m->tokens[i], s, len) == 0)
            return;
    memcpy(m->tokens[m->n_tokens], s, len);
    m->tokens[m->n_tokens++][len] = '\0';
}

/* Of every address in a field: what stands between its first '+' and its '@'. */
void candidates_of_address(struct mail *m, const char *s)
{
    const char *at;

    while ((at = strchr(s, '@')) != NULL) {
        const char *begin = at;

        while (begin > s && strchr(" \t\r\n<>,;:\"", begin[-1]) == NULL)
            begin--;
        const char *plus = memchr(begin, '+', (size_t)(at - begin));
        if (plus != NULL)
            candidate_add(m, plus + 1, (size_t)(at - plus) - 1);
        s = at + 1;
    }
}

/* "<mailto:optout+TOKEN@example.com?subject=unsubscribe>, <https://host/u/TOKEN>" */
void candidates_of_unsubscribe(struct mail *m, GMimeObject *o)
{
    const char *field = field_of(o, "List-Unsubscribe");
    const char *path;

    if (field == NULL)
        return;
    candidates_of_address(m, field);
    path = strstr(field, "/u/");
    if (path != NULL)
        candidate_add(m, path + 3, strcspn(path + 3, "> \t\r\n,?#/"));
}
