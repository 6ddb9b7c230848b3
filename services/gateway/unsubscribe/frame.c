/* The frame of the pages: style, words with what goes into them, head and foot. */
#include "frame.h"

#include "base/base64url.h"
#include "crypto/digest.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

static const char style[] =
    ":root{color-scheme:light dark;--ink:#1c2430;--soft:#4b5768;--page:#f6f7f9;"
    "--card:#fff;--line:#828d9c;--act:#0b5cad;--on:#fff;--bad:#a3160f}"
    "@media(prefers-color-scheme:dark){:root{--ink:#eef1f5;--soft:#b7c0cd;--page:#12161c;"
    "--card:#1b212a;--line:#8491a3;--act:#9ccbff;--on:#0c1b2b;--bad:#ffb0a8}}"
    "*{box-sizing:border-box}"
    "body{margin:0;background:var(--page);color:var(--ink);"
    "font:1.0625rem/1.5 system-ui,-apple-system,\"Segoe UI\",Roboto,sans-serif;"
    "overflow-wrap:break-word}"
    "header,main,footer{max-width:38rem;margin:0 auto;padding:1rem 1.25rem}"
    "header p{margin:0 0 .5rem;font-weight:600}"
    "nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:0 .25rem;margin:0 -.5rem;"
    "padding:0}"
    "nav a{display:block;padding:.5rem;min-height:2.75rem;color:var(--act)}"
    "nav a[aria-current]{color:var(--ink);font-weight:600;text-decoration:none}"
    "main{background:var(--card);border-radius:.75rem;padding:1.25rem}"
    "h1{font-size:1.6rem;line-height:1.25;margin:0 0 .75rem}"
    "h2{font-size:1.2rem;margin:2rem 0 .25rem}"
    "p{margin:.5rem 0}"
    "button{font:inherit;font-weight:600;width:100%;min-height:3.25rem;padding:.6rem "
    "1rem;"
    "border:2px solid var(--act);border-radius:.5rem;background:var(--act);"
    "color:var(--on);cursor:pointer}"
    "button.second{background:transparent;color:var(--act);margin-top:1rem}"
    "fieldset{border:0;margin:1rem 0 0;padding:0}"
    "legend{font-weight:600;padding:0}"
    "label.box{display:flex;gap:.75rem;align-items:flex-start;padding:.6rem 0;"
    "min-height:2.75rem;cursor:pointer}"
    "label.box input{width:1.35rem;height:1.35rem;margin:.1rem 0 0;flex:none;"
    "accent-color:var(--act)}"
    "label.line{display:block;font-weight:600;margin:1rem 0 .25rem}"
    "input[type=email],input[type=tel]{font:inherit;width:100%;min-height:3rem;padding:."
    "5rem .75rem;"
    "border:2px solid var(--line);border-radius:.5rem;background:var(--card);"
    "color:var(--ink);margin-bottom:1rem}"
    "table{border-collapse:collapse;width:100%;margin:.5rem 0}"
    "th,td{text-align:left;vertical-align:top;padding:.4rem .75rem .4rem 0;"
    "border-bottom:1px solid var(--line)}"
    "tbody th{font-weight:400}"
    ".soft{color:var(--soft)}"
    ".bad{color:var(--bad);font-weight:600;border-left:.3rem solid;padding-left:.75rem}"
    "blockquote{margin:1rem 0;padding:.25rem 0 .25rem 1rem;"
    "border-left:.3rem solid var(--act)}"
    "a{color:var(--act)}"
    ":focus-visible{outline:3px solid var(--act);outline-offset:3px}"
    "@media(max-width:39rem){main{border-radius:0}}";

/* A style sheet by its digest, a form to ourselves, and nothing else at all. */
static char policy[256];

static void policy_make(void)
{
    uint8_t digest[DIGEST_BYTES] = {0};
    char text[BASE64URL_CHARS(DIGEST_BYTES) + 1];
    struct err err;

    digest_sha256(style, sizeof(style) - 1, NULL, 0, digest, &err);
    base64url_write(digest, sizeof(digest), text);
    for (char *p = text; *p != '\0'; p++)
        *p = *p == '-' ? '+' : *p == '_' ? '/' : *p;
    snprintf(policy, sizeof(policy),
             "default-src 'none'; style-src 'sha256-%s='; form-action 'self'; "
             "base-uri 'none'; frame-ancestors 'none'",
             text);
}

static const char *frame_policy(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, policy_make);
    return policy;
}

/* --- text --- */

static void put_html_n(struct buf *out, const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        switch (s[i]) {
        case '&': buf_add_str(out, "&amp;"); break;
        case '<': buf_add_str(out, "&lt;"); break;
        case '>': buf_add_str(out, "&gt;"); break;
        case '"': buf_add_str(out, "&quot;"); break;
        case '\'': buf_add_str(out, "&#39;"); break;
        default: buf_add(out, s + i, 1);
        }
    }
}

void frame_text(struct buf *out, const char *s)
{
    put_html_n(out, s, strlen(s));
}

const char *frame_word(const struct visit *v, enum text text)
{
    return text_words(v->language, text);
}

void frame_say(const struct visit *v, enum text text)
{
    frame_text(&v->reply->body, frame_word(v, text));
}

void frame_say_with(const struct visit *v, enum text text, const char *open,
                    const char *what, const char *close)
{
    const char *words = frame_word(v, text), *at = strstr(words, "{}");
    struct buf *out = &v->reply->body;

    put_html_n(out, words, at != NULL ? (size_t)(at - words) : strlen(words));
    if (at == NULL)
        return;
    buf_add_str(out, open);
    frame_text(out, what);
    buf_add_str(out, close);
    frame_text(out, at + 2);
}

void frame_paragraph(const struct visit *v, const char *class, enum text text)
{
    buf_addf(&v->reply->body, "<p%s>", class);
    frame_say(v, text);
    buf_add_str(&v->reply->body, "</p>\n");
}

void frame_paragraph_with(const struct visit *v, enum text text, const char *what)
{
    buf_add_str(&v->reply->body, "<p>");
    frame_say_with(v, text, "<b>", what, "</b>");
    buf_add_str(&v->reply->body, "</p>\n");
}

const char *frame_masked(const char *address, char ret[FRAME_MASKED_BYTES])
{
    const char *at = strrchr(address, '@');
    size_t n = 1;

    if (at == NULL) {
        size_t len = strlen(address);

        snprintf(ret, FRAME_MASKED_BYTES, "%.3s…%s", address,
                 len > 5 ? address + len - 2 : "");
        return ret;
    }
    while (n < 4 && ((unsigned char)address[n] & 0xc0) == 0x80)
        n++;
    snprintf(ret, FRAME_MASKED_BYTES, "%.*s…%s", (int)n, address, at);
    return ret;
}

const char *frame_date(int64_t us, char ret[FRAME_DATE_BYTES])
{
    when_format(us, ret);
    ret[10] = '\0';
    return ret;
}

const struct link_name *visit_controller(const struct visit *v)
{
    const struct link_name *preset = NULL;

    for (size_t i = 0; i < v->known->n_controllers; i++) {
        const struct link_name *c = &v->known->controllers[i];

        if (v->ours && strcmp(c->id, v->link.controller) == 0)
            return c;
        if (c->marked)
            preset = c;
    }
    return v->ours ? NULL : preset;
}

const char *frame_controller(const struct visit *v)
{
    const struct link_name *c = visit_controller(v);

    return c != NULL ? c->title : v->ours ? v->link.controller : "";
}

const char *frame_whose(const struct visit *v, bool group, char ret[FRAME_NAME_BYTES])
{
    const char *name = frame_controller(v), *words = frame_word(v, TEXT_GROUP);
    const char *at = strstr(words, "{}");

    if ((v->ours && !group) || at == NULL)
        snprintf(ret, FRAME_NAME_BYTES, "%s", name);
    else
        snprintf(ret, FRAME_NAME_BYTES, "%.*s%s%s", (int)(at - words), words, name,
                 at + 2);
    return ret;
}

const char *visit_purpose_name(const struct visit *v, const struct link_name *purpose)
{
    const char *name = text_purpose(v->language, purpose->id);

    return name != NULL ? name : purpose->title;
}

/* --- the frame --- */

static const char *view(const struct visit *v)
{
    return v->preferences ? "&amp;view=preferences" : "";
}

static void languages(const struct visit *v)
{
    struct buf *out = &v->reply->body;

    buf_add_str(out, "<nav aria-label=\"");
    frame_say(v, TEXT_LANGUAGE);
    buf_add_str(out, "\"><ul>\n");
    for (int i = 0; i < N_LANGUAGES; i++) {
        const char *tag = language_tag((enum language)i);

        buf_addf(
            out, "<li><a href=\"?lang=%s%s\" lang=\"%s\" hreflang=\"%s\"%s>%s</a></li>\n",
            tag, view(v), tag, tag, i == (int)v->language ? " aria-current=\"true\"" : "",
            language_name((enum language)i));
    }
    buf_add_str(out, "</ul></nav>\n");
}

void frame_begin(struct visit *v, unsigned status, enum text title, bool switchable)
{
    const char *tag = language_tag(v->language);
    struct http_reply *reply = v->reply;
    struct buf *out = &reply->body;

    reply->status = status;
    reply->type = "text/html; charset=utf-8";
    http_reply_field(reply, "Content-Security-Policy", frame_policy());
    http_reply_field(reply, "Content-Language", tag);
    http_reply_field(reply, "X-Frame-Options", "DENY");
    http_reply_field(reply, "X-Robots-Tag", "noindex, nofollow");
    http_reply_field(reply, "Vary", "Accept-Language");
    buf_reset(out);
    buf_addf(out,
             "<!doctype html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
             "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
             "<meta name=\"color-scheme\" content=\"light dark\">\n<title>",
             tag);
    frame_say(v, title);
    if (frame_controller(v)[0] != '\0') {
        buf_add_str(out, " - ");
        frame_text(out, frame_controller(v));
    }
    buf_addf(out, "</title>\n<style>%s</style>\n</head>\n<body>\n<header>\n<p>", style);
    frame_text(out, frame_controller(v));
    buf_add_str(out, "</p>\n");
    if (switchable)
        languages(v);
    buf_add_str(out, "</header>\n<main>\n<h1>");
    frame_say(v, title);
    buf_add_str(out, "</h1>\n");
}

void frame_contact(const struct visit *v, enum text text)
{
    const struct link_name *c = visit_controller(v);
    char open[2 * LINK_NAME_BYTES + 32];

    if (c == NULL || c->contact[0] == '\0')
        return;
    open[0] = '\0';
    if (strchr(c->contact, '@') != NULL && strpbrk(c->contact, "\"<>&' ?%") == NULL)
        snprintf(open, sizeof(open), "<a href=\"mailto:%s\">", c->contact);
    buf_add_str(&v->reply->body, "<p>");
    frame_say_with(v, text, open, c->contact, open[0] != '\0' ? "</a>" : "");
    buf_add_str(&v->reply->body, "</p>\n");
}

/* Who sends this, and where they can be written to; the policy. */
void frame_end(const struct visit *v)
{
    const struct link_name *c = visit_controller(v);
    struct buf *out = &v->reply->body;

    buf_add_str(out, "</main>\n<footer class=\"soft\">\n");
    if (c != NULL) {
        buf_add_str(out, "<p>");
        frame_text(out, c->title);
        buf_add_str(out, c->address[0] != '\0' ? ", " : "");
        frame_text(out, c->address);
        buf_add_str(out, "</p>\n");
    }
    frame_contact(v, TEXT_CONTACT);
    if (v->known->policy[0] != '\0') {
        buf_add_str(out, "<p><a rel=\"noopener noreferrer\" href=\"");
        frame_text(out, v->known->policy);
        buf_add_str(out, "\">");
        frame_say(v, TEXT_POLICY);
        buf_add_str(out, "</a></p>\n");
    }
    buf_add_str(out, "</footer>\n</body>\n</html>\n");
}

void frame_back(const struct visit *v, enum text text)
{
    buf_addf(&v->reply->body, "<p><a href=\"?lang=%s%s\">", language_tag(v->language),
             view(v));
    frame_say(v, text);
    buf_add_str(&v->reply->body, "</a></p>\n");
}

void frame_button(const struct visit *v, const char *value, const char *class,
                  enum text text)
{
    buf_addf(&v->reply->body, "<button name=\"do\" value=\"%s\"%s>", value, class);
    frame_say(v, text);
    buf_add_str(&v->reply->body, "</button>\n");
}

void frame_form(const struct visit *v)
{
    buf_addf(&v->reply->body,
             "<form method=\"post\">\n"
             "<input type=\"hidden\" name=\"lang\" value=\"%s\">\n",
             language_tag(v->language));
    if (v->preferences)
        buf_add_str(&v->reply->body,
                    "<input type=\"hidden\" name=\"view\" value=\"preferences\">\n");
}
