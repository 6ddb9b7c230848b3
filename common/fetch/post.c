#include "post.h"

#include "public.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <curl/curl.h>

#define ANSWER_BYTES 65536

struct one {
    struct poster *p;
    CURL *curl;
    struct curl_slist *headers;
    void *context;
    bool plain, refused;
    size_t answered;
    struct one *next;
};

struct poster {
    struct poster_settings settings;
    CURLM *multi;
    struct one *all;
};

/* Here the address is known, and nothing has been sent to it. */
static curl_socket_t connect_where(void *context, curlsocktype purpose,
                                   struct curl_sockaddr *address)
{
    struct one *one = context;
    const bool open = address_public(&address->addr);

    (void)purpose;
    if (open ? !one->plain : one->p->settings.inside)
        return socket(address->family, address->socktype | SOCK_CLOEXEC,
                      address->protocol);
    one->refused = true;
    return CURL_SOCKET_BAD;
}

static size_t drop(char *data, size_t size, size_t n, void *context)
{
    struct one *one = context;

    (void)data;
    one->answered += size * n;
    return one->answered <= ANSWER_BYTES ? size * n : 0;
}

bool poster_open(const struct poster_settings *settings, struct poster **ret,
                 struct err *err)
{
    struct poster *p = mem_zalloc(1, sizeof(*p));

    p->settings = *settings;
    *ret = p;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0 ||
        (p->multi = curl_multi_init()) == NULL)
        return err_set(err, ERR_FATAL, "POST", "libcurl is not available");
    curl_multi_setopt(p->multi, CURLMOPT_MAX_HOST_CONNECTIONS, 1L);
    curl_multi_setopt(p->multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
    return true;
}

static void one_free(struct one *one)
{
    struct one **at = &one->p->all;

    while (*at != one)
        at = &(*at)->next;
    *at = one->next;
    curl_multi_remove_handle(one->p->multi, one->curl);
    curl_easy_cleanup(one->curl);
    curl_slist_free_all(one->headers);
    free(one);
}

void poster_close(struct poster *p)
{
    if (p == NULL)
        return;
    while (p->all != NULL)
        one_free(p->all);
    curl_multi_cleanup(p->multi);
    curl_global_cleanup();
    free(p);
}

static void rules_set(const struct poster *p, struct one *one)
{
    CURL *c = one->curl;

    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR,
                     p->settings.inside ? "https,http" : "https");
    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(c, CURLOPT_PROXY, "");
    curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)p->settings.connect_ms);
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)p->settings.whole_ms);
    curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, connect_where);
    curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, one);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, drop);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, one);
    curl_easy_setopt(c, CURLOPT_USERAGENT, p->settings.agent);
    curl_easy_setopt(c, CURLOPT_PRIVATE, one);
}

bool poster_begin(struct poster *p, const struct post *post, struct err *err)
{
    struct one *one = mem_zalloc(1, sizeof(*one));

    one->p = p;
    one->context = post->context;
    one->plain = strncasecmp(post->url, "https:", 6) != 0;
    one->curl = curl_easy_init();
    if (one->curl == NULL) {
        free(one);
        return err_set(err, ERR_RETRY, "POST", "libcurl is not available");
    }
    one->next = p->all;
    p->all = one;
    rules_set(p, one);
    for (int i = 0; i < POST_HEADERS_MAX && post->headers[i] != NULL; i++)
        one->headers = curl_slist_append(one->headers, post->headers[i]);
    one->headers = curl_slist_append(one->headers, "Expect:");
    curl_easy_setopt(one->curl, CURLOPT_HTTPHEADER, one->headers);
    curl_easy_setopt(one->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)post->len);
    curl_easy_setopt(one->curl, CURLOPT_POSTFIELDS, post->body);
    if (curl_easy_setopt(one->curl, CURLOPT_URL, post->url) == CURLE_OK &&
        curl_multi_add_handle(p->multi, one->curl) == CURLM_OK)
        return true;
    one_free(one);
    return err_set(err, ERR_INPUT, "POST_URL", "it is no URL to post to");
}

static void done(struct one *one, CURLcode code, struct posted *ret)
{
    curl_off_t after = 0;

    *ret = (struct posted){.context = one->context};
    curl_easy_getinfo(one->curl, CURLINFO_RESPONSE_CODE, &ret->status);
    curl_easy_getinfo(one->curl, CURLINFO_RETRY_AFTER, &after);
    ret->retry_after_s = after;
    /* An answer that goes on and on is cut off; its status was said. */
    if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && ret->status != 0))
        return;
    ret->status = 0;
    if (one->refused)
        (void)err_set(&ret->err, ERR_INPUT, "POST_INSIDE",
                      one->plain ? "the address is not public, or plain http leads to a "
                                   "public one"
                                 : "the address is not public");
    else
        (void)err_set(&ret->err, ERR_RETRY, "POST", "%.120s", curl_easy_strerror(code));
}

bool poster_turn(struct poster *p, int wait_ms, struct posted *ret)
{
    int running, left;
    CURLMsg *message;

    curl_multi_perform(p->multi, &running);
    message = curl_multi_info_read(p->multi, &left);
    if (message == NULL && wait_ms > 0) {
        curl_multi_poll(p->multi, NULL, 0, wait_ms, NULL);
        curl_multi_perform(p->multi, &running);
        message = curl_multi_info_read(p->multi, &left);
    }
    while (message != NULL && message->msg != CURLMSG_DONE)
        message = curl_multi_info_read(p->multi, &left);
    if (message != NULL) {
        char *private = NULL;
        const CURLcode code = message->data.result;
        struct one *one;

        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
        one = (struct one *)(void *)private;
        done(one, code, ret);
        one_free(one);
        return true;
    }
    return false;
}
