#include "http/stream.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

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
        {409, "Conflict"},
        {411, "Length Required"},
        {413, "Content Too Large"},
        {409, "Conflict"},
        {410, "Gone"},
        {415, "Unsupported Media Type"},
        {416, "Range Not Satisfiable"},
        {422, "Unprocessable Content"},
        {429, "Too Many Requests"},
        {500, "Internal Server Error"},
        {502, "Bad Gateway"},
        {501, "Not Implemented"},
        {503, "Service Unavailable"},
        {505, "HTTP Version Not Supported"},
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

static void drop_file(struct http_reply *reply)
{
    if (reply->has_file)
        close(reply->fd);
    reply->has_file = false;
    if (reply->spilled > 0)
        spool_give(reply->spool, reply->spilled);
    reply->spilled = 0;
}

void http_problem(struct http_reply *reply, unsigned status, const char *code,
                  const char *detail, const char *pointer)
{
    struct buf *out = &reply->body;

    drop_file(reply);
    reply->etag[0] = '\0';
    reply->n_fields = 0;
    reply->location[0] = '\0';
    reply->park_until_us = 0;
    reply->retry_after_s = 0;
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

bool http_number(const struct http_request *rq, const char *name, int64_t preset,
                 int64_t least, int64_t most, int64_t *ret, struct http_reply *reply)
{
    const char *text = http_argument(rq, name);
    const size_t digits = text != NULL ? strspn(text, "0123456789") : 0;
    char words[128];

    *ret = text == NULL                                         ? preset
           : digits > 0 && digits <= 18 && text[digits] == '\0' ? strtoll(text, NULL, 10)
                                                                : -1;
    if (text == NULL || (*ret >= least && *ret <= most))
        return true;
    if (most == INT64_MAX)
        snprintf(words, sizeof(words), "%s is a number from %" PRId64, name, least);
    else
        snprintf(words, sizeof(words), "%s is a number from %" PRId64 " to %" PRId64,
                 name, least, most);
    http_problem(reply, 400, "bad-argument", words, NULL);
    return false;
}

static bool printable(const char *value)
{
    for (; *value != '\0'; value++)
        if ((unsigned char)*value < 0x20 || (unsigned char)*value > 0x7e)
            return false;
    return true;
}

static bool field_set(struct http_reply *reply, size_t i, const char *name,
                      const char *value)
{
    if (i == HTTP_FIELDS_MAX || strlen(value) >= HTTP_FIELD_BYTES || !printable(value))
        return false;
    reply->field[i].name = name;
    snprintf(reply->field[i].value, HTTP_FIELD_BYTES, "%s", value);
    if (i == reply->n_fields)
        reply->n_fields++;
    return true;
}

bool http_reply_field(struct http_reply *reply, const char *name, const char *value)
{
    size_t i = 0;

    while (i < reply->n_fields && strcasecmp(reply->field[i].name, name) != 0)
        i++;
    return field_set(reply, i, name, value);
}

bool http_reply_cookie(struct http_reply *reply, const char *cookie)
{
    return field_set(reply, reply->n_fields, "Set-Cookie", cookie);
}

bool http_redirect(struct http_reply *reply, unsigned status, const char *url)
{
    if (strlen(url) >= HTTP_LOCATION_BYTES || !printable(url))
        return false;
    reply->status = status;
    snprintf(reply->location, HTTP_LOCATION_BYTES, "%s", url);
    return true;
}

bool http_reply_etag(struct http_reply *reply, const char *etag)
{
    size_t len = strlen(etag);

    if (len == 0 || len >= sizeof(reply->etag) ||
        strspn(etag, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                     "-._:+") != len)
        return false;
    memcpy(reply->etag, etag, len + 1);
    return true;
}

void http_reply_file(struct http_reply *reply, int fd, uint64_t bytes, const char *etag,
                     const char *type)
{
    drop_file(reply);
    reply->type = type;
    reply->has_file = true;
    reply->fd = fd;
    reply->file_bytes = bytes;
    reply->etag[0] = '\0';
    if (etag != NULL)
        http_reply_etag(reply, etag);
}

static bool spill(struct http_reply *reply, struct err *err)
{
    if (reply->spilled == 0) {
        drop_file(reply);
        reply->fd = spool_file(reply->spool);
        reply->has_file = reply->fd >= 0;
        reply->file_bytes = 0;
    }
    if (!reply->has_file || !spool_take(reply->spool, reply->body.len))
        return err_set(err, ERR_RETRY, "HTTP_SPOOL", "no room for the answer");
    reply->spilled += reply->body.len;
    if (!spool_write(reply->fd, reply->body.data, reply->body.len, reply->file_bytes))
        return err_set(err, ERR_RETRY, "HTTP_SPOOL", "the answer cannot be written");
    reply->file_bytes += reply->body.len;
    buf_reset(&reply->body);
    return true;
}

bool http_reply_spill(struct http_reply *reply, struct err *err)
{
    if (reply->spool == NULL || reply->body.len < HTTP_SPILL_BYTES)
        return true;
    return spill(reply, err);
}

void http_reply_again(struct http_reply *reply)
{
    drop_file(reply);
    buf_reset(&reply->body);
}

void http_reply_whole(struct http_reply *reply)
{
    struct err err;

    if (reply->spilled > 0 && (reply->body.overrun || !spill(reply, &err)))
        http_problem(reply, 503, "no-room", "there is no room for the answer", NULL);
}

void http_park(struct http_reply *reply, int64_t until_us, uint64_t key)
{
    reply->park_until_us = until_us > 0 ? until_us : 1;
    reply->park_key = key;
}

void http_hold(struct http_reply *reply, int64_t until_us)
{
    reply->hold_until_us = until_us;
}

void http_reply_done(struct http_reply *reply)
{
    drop_file(reply);
    buf_done(&reply->body);
}

void reply_begin(struct http_reply *reply, size_t limit_bytes)
{
    uint8_t note[HTTP_NOTE_BYTES];
    struct spool *spool = reply->spool;

    memcpy(note, reply->note, sizeof(note));
    http_reply_done(reply);
    *reply = (struct http_reply){
        .status = 200, .type = "text/plain; charset=utf-8", .spool = spool};
    memcpy(reply->note, note, sizeof(note));
    buf_init(&reply->body, limit_bytes);
}
