#include "fetch.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#define CONNECT_S 10L
#define WHOLE_S   60L

struct fetch {
    CURL *curl;
    struct curl_slist *headers;
};

/* Anything less than all ends the transfer. */
static size_t take(char *data, size_t size, size_t n, void *out)
{
    return buf_add(out, data, size * n) ? size * n : 0;
}

bool fetch_open(const char *token, struct fetch **ret, struct err *err)
{
    struct fetch *f = mem_zalloc(1, sizeof(*f));
    char header[512];

    *ret = f;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0 ||
        (f->curl = curl_easy_init()) == NULL)
        return err_set(err, ERR_FATAL, "FETCH", "libcurl is not available");
    curl_easy_setopt(f->curl, CURLOPT_PROTOCOLS_STR, "http,https,file");
    curl_easy_setopt(f->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(f->curl, CURLOPT_CONNECTTIMEOUT, CONNECT_S);
    curl_easy_setopt(f->curl, CURLOPT_TIMEOUT, WHOLE_S);
    curl_easy_setopt(f->curl, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(f->curl, CURLOPT_WRITEFUNCTION, take);
    if (token == NULL)
        return true;
    snprintf(header, sizeof(header), "Authorization: Bearer %s", token);
    f->headers = curl_slist_append(NULL, header);
    curl_easy_setopt(f->curl, CURLOPT_HTTPHEADER, f->headers);
    return true;
}

void fetch_patience(struct fetch *f, long seconds)
{
    curl_easy_setopt(f->curl, CURLOPT_CONNECTTIMEOUT, seconds);
    curl_easy_setopt(f->curl, CURLOPT_TIMEOUT, seconds);
}

void fetch_close(struct fetch *f)
{
    if (f == NULL)
        return;
    curl_slist_free_all(f->headers);
    curl_easy_cleanup(f->curl);
    curl_global_cleanup();
    free(f);
}

bool fetch_get(struct fetch *f, const char *url, struct buf *out, bool *ret_there,
               struct err *err)
{
    long status = 0;
    CURLcode code;

    buf_reset(out);
    curl_easy_setopt(f->curl, CURLOPT_URL, url);
    curl_easy_setopt(f->curl, CURLOPT_WRITEDATA, out);
    code = curl_easy_perform(f->curl);
    curl_easy_getinfo(f->curl, CURLINFO_RESPONSE_CODE, &status);
    *ret_there = code == CURLE_OK;
    if (code == CURLE_OK || code == CURLE_FILE_COULDNT_READ_FILE ||
        (code == CURLE_HTTP_RETURNED_ERROR && status == 404))
        return true;
    if (out->overrun)
        return err_set(err, ERR_INPUT, "FETCH_LARGE", "%.120s is too large", url);
    return err_set(err, ERR_RETRY, "FETCH", "%.100s: %.60s (%ld)", url,
                   curl_easy_strerror(code), status);
}

bool fetch_escape(struct buf *out, const char *text)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                "0123456789-._~";

    for (; *text != '\0'; text++)
        if (strchr(plain, *text) != NULL)
            buf_add(out, text, 1);
        else
            buf_addf(out, "%%%02X", (unsigned)(unsigned char)*text);
    return !out->overrun;
}

bool fetch_form(struct fetch *f, const char *url, const char *user, const char *secret,
                const char *form, struct buf *out, struct err *err)
{
    struct buf pair;
    bool there = false, ok;

    buf_init(&pair, 4096);
    curl_easy_setopt(f->curl, CURLOPT_POSTFIELDS, form);
    if (user != NULL) {
        fetch_escape(&pair, user);
        buf_add_str(&pair, ":");
        fetch_escape(&pair, secret);
        curl_easy_setopt(f->curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
        curl_easy_setopt(f->curl, CURLOPT_USERPWD, pair.data);
    }
    ok = fetch_get(f, url, out, &there, err);
    curl_easy_setopt(f->curl, CURLOPT_USERPWD, NULL);
    curl_easy_setopt(f->curl, CURLOPT_HTTPGET, 1L);
    if (pair.data != NULL)
        explicit_bzero(pair.data, pair.len);
    buf_done(&pair);
    return ok && (there || err_set(err, ERR_RETRY, "FETCH", "%.100s: not found", url));
}
