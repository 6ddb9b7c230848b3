#include "http/head.h"
#include "http/request.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

struct reading {
    struct head *head;
    struct http_request *rq;
};

bool head_is_token(const char *text)
{
    static const char signs[] = "!#$%&'*+-.^_`|~";
    const char *at = text;

    for (; *at != '\0'; at++) {
        const bool digit = *at >= '0' && *at <= '9';
        const bool letter = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z');

        if (!digit && !letter && strchr(signs, *at) == NULL)
            return false;
    }
    return at > text;
}

/* RFC 9110, 5.5: no control character but the tab. */
static bool is_value(const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        if (((unsigned char)*at < 0x20 && *at != '\t') || *at == 0x7f)
            return false;
    }
    return true;
}

#if MHD_VERSION < 0x00097700
/* Before it had a setting for it (MHD_OPTION_CLIENT_DISCIPLINE_LVL), libmicrohttpd takes
 * a bare LF for the end of a line, and lines that are continued. It leaves the lines in
 * the buffer they came in, with NULs for their ends, so that a line which does not begin
 * two bytes behind the one before did not come as the standard says. */
static void see_line(struct head *head, const char *name, const char *value)
{
    if (name != head->line_end + 2 || name[-1] != '\0')
        head->malformed = true;
    head->line_end = value + strlen(value);
}

/* An empty line ends the head. */
static void see_end(struct head *head)
{
    static const char ends[4];

    if (head->lines > 0 && memcmp(head->line_end, ends, sizeof(ends)) != 0)
        head->malformed = true;
}
#else
static void see_line(struct head *head, const char *name, const char *value)
{
    (void)head, (void)name, (void)value;
}

static void see_end(struct head *head)
{
    (void)head;
}
#endif

static void keep(struct head *head, char *to, size_t cap, const char *value)
{
    if ((size_t)snprintf(to, cap, "%s", value) >= cap)
        head->too_long = true;
}

static enum MHD_Result see_field(void *cls, enum MHD_ValueKind kind, const char *name,
                                 const char *value)
{
    const struct reading *r = cls;
    struct head *head = r->head;
    struct http_request *rq = r->rq;

    (void)kind;
    if (value == NULL)
        value = "";
    if (!head_is_token(name) || !is_value(value))
        head->malformed = true;
    see_line(head, name, value);
    head->lines++;
    if (strcasecmp(name, "Transfer-Encoding") == 0) {
        head->encodings++;
        head->encoding = value;
    } else if (strcasecmp(name, "Content-Length") == 0) {
        head->lengths++;
        head->length = value;
    } else if (strcasecmp(name, "Host") == 0) {
        head->hosts++;
    } else if (strcasecmp(name, "Authorization") == 0) {
        head->authorizations++;
        keep(head, rq->authorization, sizeof(rq->authorization), value);
    } else if (strcasecmp(name, "Content-Type") == 0) {
        keep(head, rq->content_type, sizeof(rq->content_type), value);
    }
    return MHD_YES;
}

/* RFC 3986: no blanks, no control characters. */
static bool is_path(const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        if ((unsigned char)*at <= 0x20 || *at == 0x7f)
            return false;
    }
    return true;
}

/* Blanks cannot be told from pluses here; what ends lines can. */
static enum MHD_Result see_query(void *cls, enum MHD_ValueKind kind, const char *key,
                                 const char *value)
{
    struct head *head = ((const struct reading *)cls)->head;

    (void)kind;
    if (!is_value(key) || (value != NULL && !is_value(value)))
        head->malformed = true;
    return MHD_YES;
}

void head_read(struct MHD_Connection *connection, const char *path, const char *version,
               struct http_request *rq, struct head *ret)
{
    struct reading r = {ret, rq};

    *ret =
        (struct head){.line_end = version + strlen(version), .malformed = !is_path(path)};
    MHD_get_connection_values(connection, MHD_HEADER_KIND, see_field, &r);
    MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, see_query, &r);
    see_end(ret);
}
