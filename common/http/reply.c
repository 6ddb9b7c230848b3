#include "http/reply.h"

#include <stddef.h>

/* "Bad Request" */
static const char *http_status_words(unsigned status)
{
    static const struct {
        unsigned status;
        const char *words;
    } table[] = {
        {200, "OK"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {411, "Length Required"},
        {413, "Content Too Large"},
        {415, "Unsupported Media Type"},
        {422, "Unprocessable Content"},
        {429, "Too Many Requests"},
        {500, "Internal Server Error"},
        {503, "Service Unavailable"},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (table[i].status == status)
            return table[i].words;
    return "Error";
}

/* Our own words, and pointers with names of ours: quotes and backslashes are all that can
 * need care. */
static void add_text(struct buf *out, const char *text)
{
    buf_add(out, "\"", 1);
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < 0x20)
            continue;
        if (*text == '"' || *text == '\\')
            buf_add(out, "\\", 1);
        buf_add(out, text, 1);
    }
    buf_add(out, "\"", 1);
}

void http_problem(struct http_reply *reply, unsigned status, const char *code,
                  const char *detail, const char *pointer)
{
    struct buf *out = &reply->body;

    reply->status = status;
    reply->type = "application/problem+json";
    reply->bearer = status == 401;
    buf_reset(out);
    buf_addf(out, "{\"type\":\"urn:consent:problem:%s\",\"title\":", code);
    add_text(out, http_status_words(status));
    buf_addf(out, ",\"status\":%u,\"detail\":", status);
    add_text(out, detail);
    if (pointer != NULL) {
        buf_add_str(out, ",\"pointer\":");
        add_text(out, pointer);
    }
    buf_add_str(out, "}\n");
}
