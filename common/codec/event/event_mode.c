#include "event_mode.h"

#include "event_load.h"

#include <string.h>
#include <strings.h>

bool event_is_attribute(const struct record_header *h)
{
    return strncasecmp(h->key, "ce_", 3) == 0 || strncasecmp(h->key, "ce-", 3) == 0;
}

bool event_other_binding(const struct record_header *headers, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strncasecmp(headers[i].key, "ce_", 3) == 0)
            return false;
    return true;
}

bool event_is_content_type(const struct record_header *h)
{
    return strcasecmp(h->key, "content-type") == 0;
}

const struct record_header *event_content_type(const struct event_input *in)
{
    for (size_t i = 0; i < in->n_headers; i++)
        if (event_is_content_type(&in->headers[i]))
            return in->headers[i].value != NULL ? &in->headers[i] : NULL;
    return NULL;
}

/* The media type alone: without blanks around it and without its parameters. */
static size_t media_type(const char **type, size_t len)
{
    const char *semicolon = memchr(*type, ';', len);

    if (semicolon != NULL)
        len = (size_t)(semicolon - *type);
    while (len > 0 && (**type == ' ' || **type == '\t')) {
        (*type)++;
        len--;
    }
    while (len > 0 && ((*type)[len - 1] == ' ' || (*type)[len - 1] == '\t'))
        len--;
    return len;
}

static bool is_media(const char *type, size_t len, const char *wanted)
{
    return len == strlen(wanted) && strncasecmp(type, wanted, len) == 0;
}

bool event_type_is_json(const char *type, size_t len)
{
    const char *slash;
    size_t sub;

    len = media_type(&type, len);
    slash = memchr(type, '/', len);
    if (slash == NULL || slash == type || memchr(type, ' ', len))
        return false;
    sub = len - (size_t)(slash + 1 - type);
    if (memchr(slash + 1, '/', sub))
        return false;
    return is_media(slash + 1, sub, "json") ||
           (sub > 5 && is_media(slash + 1 + sub - 5, 5, "+json"));
}

/* Do the bytes begin as an array of objects does, or of what may hold one? */
static bool begins_as_batch(const char *s, size_t len)
{
    static const char blanks[] = " \t\r\n";
    const size_t bom = sizeof(EVENT_BOM) - 1;
    size_t i = len >= bom && memcmp(s, EVENT_BOM, bom) == 0 ? bom : 0;

    while (i < len && s[i] != '\0' && strchr(blanks, s[i]))
        i++;
    if (i == len || s[i] != '[')
        return false;
    for (i++; i < len && s[i] != '\0' && strchr(blanks, s[i]);)
        i++;
    return i < len && s[i] != '\0' && strchr("{[\"n", s[i]) != NULL;
}

/* Does an object begin on a line behind another's end? Within JSON none does. */
static bool has_lines(const char *s, size_t len)
{
    const char *end = s + len, *at = s;

    while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        const char *before = at > s && at[-1] == '\r' ? at - 1 : at;

        at++;
        if (before > s && before[-1] == '}' && at < end && *at == '{')
            return true;
    }
    return false;
}

enum event_mode event_mode_of(const struct event_input *in)
{
    static const char events[] = "application/cloudevents";
    const struct record_header *said = event_content_type(in);
    const char *type = said ? said->value : "";
    size_t len = said ? media_type(&type, said->value_len) : 0;
    enum event_mode mode = EVENT_MODE_STRUCTURED;

    if (is_media(type, len, "application/cloudevents-batch+json") ||
        is_media(type, len, "application/cloudevents-batch"))
        return EVENT_MODE_BATCH;
    if (len >= sizeof(events) - 1 && is_media(type, sizeof(events) - 1, events) &&
        !is_media(type, len, events) &&
        !is_media(type, len, "application/cloudevents+json"))
        return EVENT_MODE_OTHER;
    if (len < sizeof(events) - 1 || !is_media(type, sizeof(events) - 1, events))
        for (size_t i = 0; i < in->n_headers; i++)
            if (event_is_attribute(&in->headers[i]))
                mode = EVENT_MODE_BINARY;
    if (mode == EVENT_MODE_STRUCTURED && in->has_value &&
        (begins_as_batch(in->value, in->value_len) ||
         has_lines(in->value, in->value_len)))
        return EVENT_MODE_BATCH;
    return mode;
}
