#include "console.h"

#include "base/embed.h"

#include <string.h>

/* Nothing but our own files and our own routes: no inline script or style, no frame. */
#define POLICY                                                                           \
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "      \
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "       \
    "require-trusted-types-for 'script'"

#define HTML   "text/html; charset=utf-8"
#define STYLE  "text/css; charset=utf-8"
#define SCRIPT "text/javascript; charset=utf-8"

/* symbol, file, type; the first is shown when none is named */
// clang-format off
#define FILES(X)                                                                         \
    X(index_html, "index.html", HTML)                                                    \
    X(console_css, "console.css", STYLE)                                                 \
    X(parts_css, "parts.css", STYLE)                                                     \
    X(main_js, "main.js", SCRIPT)                                                        \
    X(dom_js, "dom.js", SCRIPT)                                                          \
    X(session_js, "session.js", SCRIPT)                                                  \
    X(words_js, "words.js", SCRIPT)                                                      \
    X(start_js, "start.js", SCRIPT)                                                      \
    X(contact_js, "contact.js", SCRIPT)                                                  \
    X(answers_js, "answers.js", SCRIPT)                                                  \
    X(explain_js, "explain.js", SCRIPT)                                                  \
    X(timeline_js, "timeline.js", SCRIPT)                                                \
    X(question_js, "question.js", SCRIPT)                                                \
    X(quarantine_js, "quarantine.js", SCRIPT)                                            \
    X(feeds_js, "feeds.js", SCRIPT)                                                      \
    X(lists_js, "lists.js", SCRIPT)                                                      \
    X(rights_js, "rights.js", SCRIPT)                                                    \
    X(register_js, "register.js", SCRIPT)                                                \
    X(changing_js, "changing.js", SCRIPT)                                                \
    X(tokens_js, "tokens.js", SCRIPT)                                                    \
    X(ending_js, "ending.js", SCRIPT)                                                    \
    X(holds_js, "holds.js", SCRIPT)                                                      \
    X(entries_js, "entries.js", SCRIPT)                                                  \
    X(looked_js, "looked.js", SCRIPT)                                                    \
    X(trends_js, "trends.js", SCRIPT)                                                    \
    X(standing_js, "standing.js", SCRIPT)                                                \
    X(acting_js, "acting.js", SCRIPT)                                                    \
    X(letters_js, "letters.js", SCRIPT)                                                  \
    X(due_js, "due.js", SCRIPT)                                                          \
    X(erasing_js, "erasing.js", SCRIPT)                                                  \
    X(document_js, "document.js", SCRIPT)                                                \
    X(telling_js, "telling.js", SCRIPT)
// clang-format on

/* Pictures over time are drawn by Chart.js as Debian has it, built in like our own files;
 * where it is not installed, the console shows the tables alone. */
#ifdef CONSOLE_CHART
EMBED(console_chart_js, CONSOLE_CHART);
#endif

#define X(symbol, file, type) EMBED(console_##symbol, "services/lookup/console/" file);
FILES(X)
#undef X

static const struct {
    const char *name, *type, *begin, *end;
} files[] = {
#define X(symbol, file, type) {file, type, console_##symbol, console_##symbol##_end},
    FILES(X)
#undef X
#ifdef CONSOLE_CHART
        {"chart.js", SCRIPT, console_chart_js, console_chart_js_end},
#endif
};

static void send_head(struct http_reply *reply, const char *type)
{
    reply->type = type;
    http_reply_field(reply, "Content-Security-Policy", POLICY);
    http_reply_field(reply, "Cross-Origin-Opener-Policy", "same-origin");
    http_reply_field(reply, "Cross-Origin-Resource-Policy", "same-origin");
}

void console_answer(void *context, const struct http_request *rq,
                    struct http_reply *reply)
{
    const char *name = rq->name[0] != '\0' ? rq->name : files[0].name;

    (void)context;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        if (strcmp(files[i].name, name) == 0) {
            send_head(reply, files[i].type);
            buf_add(&reply->body, files[i].begin,
                    (size_t)(files[i].end - files[i].begin));
            return;
        }
    }
    if (strcmp(name, "codes.js") == 0) {
        send_head(reply, SCRIPT);
        console_codes(&reply->body);
        return;
    }
    http_problem(reply, 404, "not-found", "there is nothing here", NULL);
}
