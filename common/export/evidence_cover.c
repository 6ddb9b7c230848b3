/* The first page of a case, in the reader's language; its words stand in
 * evidence_texts.def. */
#include "export/evidence_parts.h"

#include <string.h>

enum text {
    TEXT_TITLE,
    TEXT_MADE,
    TEXT_EVENTS,
    TEXT_WORDS,
    TEXT_PROOFS,
    TEXT_ALTERED,
    TEXT_INSIDE,
    TEXT_CASE,
    TEXT_EXPORT,
    TEXT_AS_SENT,
    TEXT_IN_LOG,
    TEXT_PROGRAM,
    TEXT_MANIFEST,
    TEXT_CHECK,
    TEXT_KEY,
    TEXT_BELOW,
    N_TEXTS,
};

static const char *const texts[N_LANGUAGES][N_TEXTS] = {
#define T(tag, id, words) [LANGUAGE_##tag][TEXT_##id] = words,
#include "evidence_texts.def"
#undef T
};

/* The words, with what they are about in the place of {}. */
static void put(struct buf *out, const struct evidence *e, enum text text,
                const char *about)
{
    const char *words = texts[e->ask->language][text], *at = strstr(words, "{}");

    if (at == NULL) {
        buf_add_str(out, words);
        return;
    }
    buf_add(out, words, (size_t)(at - words));
    evidence_escape(out, about, strlen(about));
    buf_add_str(out, at + 2);
}

static void put_count(struct buf *out, const struct evidence *e, enum text text, size_t n)
{
    buf_add_str(out, "<tr><th>");
    put(out, e, text, NULL);
    buf_addf(out, "</th><td>%zu</td></tr>\n", n);
}

static void put_file(struct buf *out, const struct evidence *e, const char *name,
                     enum text text)
{
    buf_addf(out, "<tr><th>%s</th><td>", name);
    put(out, e, text, NULL);
    buf_add_str(out, "</td></tr>\n");
}

static void put_inside(struct buf *out, const struct evidence *e)
{
    buf_add_str(out, "<h2>");
    put(out, e, TEXT_INSIDE, NULL);
    buf_add_str(out, "</h2>\n<table>\n");
    put_file(out, e, "case.html", TEXT_CASE);
    put_file(out, e, "export.json", TEXT_EXPORT);
    put_file(out, e, "events/", TEXT_AS_SENT);
    put_file(out, e, "proofs/", TEXT_IN_LOG);
    put_file(out, e, "verify.py", TEXT_PROGRAM);
    put_file(out, e, "manifest.json, manifest.note", TEXT_MANIFEST);
    buf_add_str(out, "</table>\n<h2>");
    put(out, e, TEXT_CHECK, NULL);
    buf_add_str(out, "</h2>\n<p>");
    put(out, e, TEXT_KEY, NULL);
    buf_add_str(out, "</p>\n<pre>python3 verify.py pack --key log.vkey case.zip</pre>\n");
}

void evidence_cover(const struct evidence *e, struct buf *out)
{
    char made[WHEN_TEXT_BYTES];

    buf_addf(out, "<div lang=\"%s\">\n<h1>", language_tag(e->ask->language));
    put(out, e, TEXT_TITLE, e->ask->person.identifier);
    buf_add_str(out, "</h1>\n<p>");
    put(out, e, TEXT_MADE, when_format(e->p.now_us, made));
    buf_add_str(out, "</p>\n<table>\n");
    put_count(out, e, TEXT_EVENTS, e->n);
    put_count(out, e, TEXT_WORDS, e->made.n_words);
    put_count(out, e, TEXT_PROOFS, e->made.n_proofs);
    buf_add_str(out, "</table>\n");
    if (e->made.n_altered > 0) {
        buf_add_str(out, "<p><strong>");
        put(out, e, TEXT_ALTERED, NULL);
        buf_add_str(out, "</strong></p>\n");
    }
    put_inside(out, e);
    buf_add_str(out, "<p>");
    put(out, e, TEXT_BELOW, NULL);
    buf_add_str(out, "</p>\n</div>\n");
}
