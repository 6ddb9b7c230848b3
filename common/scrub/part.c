/* Parts in turn: one is filled while those before it are looked up. */
#include "scrub/part.h"

#include "base/clock.h"
#include "base/mem.h"
#include "codec/charset.h"
#include "crypto/hashed_key.h"
#include "store/people/secret_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PART_LINES 65536
#define FED_BYTES  ((size_t)256 << 10)
#define BYTES_MOST ((size_t)128 << 20) /* of a part; PART_BYTES and one long line */

/* --- sending --- */

static int by_key(const void *a, const void *b, void *arg)
{
    const struct part *p = arg;
    const size_t *x = a, *y = b;
    int diff = memcmp(&p->lines[*x].key, &p->lines[*y].key, sizeof(struct contact_key));

    return diff != 0 ? diff : *x < *y ? -1 : 1;
}

/* The contacts of the part, each once. */
static void keys_gather(struct part *p)
{
    qsort_r(p->order, p->n_asked, sizeof(*p->order), by_key, p);
    p->n_keys = 0;
    for (size_t i = 0; i < p->n_asked; i++) {
        const struct contact_key *key = &p->lines[p->order[i]].key;

        if (p->n_keys > 0 && memcmp(&p->keys[p->n_keys - 1], key, sizeof(*key)) == 0)
            continue;
        p->keys[p->n_keys] = *key;
        if (p->line_tokens != NULL)
            p->token_keys[p->n_keys] = p->line_tokens[p->order[i]];
        p->first[p->n_keys++] = i;
    }
    p->first[p->n_keys] = p->n_asked;
}

/* By which keys the part's contacts are known: its lines are all that was made since the
 * last one. A secret that came to count meanwhile is asked about, too. */
static bool keys_settle(struct scrub *s, struct part *p, struct err *err)
{
    bool ok = contact_secret_fits(keying_marks(s->o.keying), p->pg, err);

    for (size_t i = 0; i < p->n_asked; i++)
        p->keys[i] = p->lines[p->order[i]].key;
    ok = ok && keying_settle(s->o.keying, p->pg, p->keys, p->n_asked, err);
    for (size_t i = 0; ok && i < p->n_asked; i++)
        p->lines[p->order[i]].key = p->keys[i];
    keying_begin(s->o.keying);
    return ok;
}

static bool tokens_gather(struct scrub *s, struct part *p, struct err *err)
{
    for (size_t i = 0; i < p->n_asked; i++) {
        p->tokens[i] = p->bytes.data + p->lines[p->order[i]].token_at;
        p->first[i] = i;
        if (s->shared &&
            !token_key_make(s->o.list->number, p->tokens[i], &p->token_keys[i], err))
            return false;
    }
    p->first[p->n_asked] = p->n_asked;
    p->n_keys = p->n_asked;
    return true;
}

static bool ask(struct scrub *s, struct part *p, struct err *err)
{
    const int32_t list = s->o.list->number;

    if (s->shared)
        return scrub_ask_shared(p->pg, &p->params, list, s->o.tokens ? NULL : p->keys,
                                p->token_keys, p->n_keys, err);
    if (s->o.tokens)
        return scrub_ask_tokens(p->pg, &p->params, list, p->tokens, p->n_keys, err);
    return scrub_ask_contacts(p->pg, &p->params, list, p->keys, p->n_keys, err);
}

/* Whatever runs on the connection is waited for, and kept. */
static bool settle(struct scrub *s, struct pg *pg, struct err *err)
{
    for (size_t i = 0; i < s->n_parts; i++) {
        struct part *p = &s->parts[i];

        if (p->pg == pg && p->sent && p->result == NULL &&
            !pg_collect(pg, &p->result, err)) {
            p->sent = false;
            return false;
        }
    }
    return true;
}

static bool part_send(struct scrub *s, struct part *p, struct err *err)
{
    p->n_asked = 0;
    for (size_t i = 0; i < p->n; i++)
        if (p->lines[i].kind == LINE_ASKED || p->lines[i].kind == LINE_OTHER)
            p->order[p->n_asked++] = i;
    p->pg = s->o.pgs[s->turn++ % s->o.n_pgs];
    if (!settle(s, p->pg, err))
        return false;
    if (s->o.tokens ? !tokens_gather(s, p, err) : !keys_settle(s, p, err))
        return false;
    if (!s->o.tokens)
        keys_gather(p);
    p->sent = ask(s, p, err);
    return p->sent;
}

static bool part_finish(struct scrub *s, struct part *p, struct err *err)
{
    bool ok = settle(s, p->pg, err) && part_answer(s, p, err) && part_write(s, p, err);

    pg_result_free(p->result);
    p->result = NULL;
    p->sent = false;
    p->n = 0;
    buf_reset(&p->bytes);
    return ok;
}

bool part_full(struct scrub *s, struct err *err)
{
    if (!part_send(s, &s->parts[s->filling], err))
        return false;
    s->filling = (s->filling + 1) % s->n_parts;
    return !s->parts[s->filling].sent || part_finish(s, &s->parts[s->filling], err);
}

bool parts_finish(struct scrub *s, struct err *err)
{
    if (s->parts[s->filling].n > 0 && !part_full(s, err))
        return false;
    for (size_t i = 0; i < s->n_parts; i++) {
        struct part *p = &s->parts[(s->filling + i) % s->n_parts];

        if (p->sent && !part_finish(s, p, err))
            return false;
    }
    return true;
}

/* --- the whole --- */

bool scrub_format_parse(const char *name, enum scrub_format *ret)
{
    static const char *const names[] = {"csv", "ndjson", "plain"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(names[i], name) == 0) {
            *ret = (enum scrub_format)i;
            return true;
        }
    return false;
}

static void part_init(struct part *p, size_t lines, bool shared)
{
    buf_init(&p->bytes, BYTES_MOST);
    pg_params_init(&p->params);
    p->lines = mem_zalloc(lines, sizeof(*p->lines));
    p->order = mem_zalloc(lines, sizeof(*p->order));
    p->keys = mem_zalloc(lines, sizeof(*p->keys));
    p->keys_cap = lines;
    if (shared) {
        p->line_tokens = mem_zalloc(lines, sizeof(*p->line_tokens));
        p->token_keys = mem_zalloc(lines, sizeof(*p->token_keys));
    }
    p->first = mem_zalloc(lines + 1, sizeof(*p->first));
    p->tokens = mem_zalloc(lines, sizeof(p->tokens[0]));
}

static void part_done(struct part *p)
{
    buf_done(&p->bytes);
    pg_params_done(&p->params);
    pg_result_free(p->result);
    free(p->lines);
    free(p->order);
    free(p->keys);
    free(p->first);
    free(p->tokens);
    free(p->line_tokens);
    free(p->token_keys);
}

bool scrub_open(const struct scrub_options *options, struct scrub **ret, struct err *err)
{
    const struct scrub_call call = {.token = options->token,
                                    .list = options->list->number,
                                    .by_tokens = options->tokens};
    enum contact_kind kind = channel_contact_kind(options->list->channel);
    struct scrub *s;
    int64_t id;

    if (kind != CONTACT_EMAIL && kind != CONTACT_PHONE && !options->tokens)
        return err_set(err, ERR_INPUT, "NO_CHANNEL",
                       "the list is of neither e-mail addresses nor telephone numbers");
    if (!scrub_begin(options->pgs[0], &call, &id, err))
        return false;
    s = mem_zalloc(1, sizeof(*s));
    s->o = *options;
    s->kind = kind;
    if (!s->o.tokens)
        keying_begin(s->o.keying);
    s->shared = token_profile_shared((enum token_profile)s->o.list->profile);
    s->id = id;
    if (s->o.format == SCRUB_NDJSON && s->o.column[0] == '\0')
        snprintf(s->o.column, sizeof(s->o.column), "%s",
                 s->o.tokens             ? "token"
                 : kind == CONTACT_EMAIL ? "email"
                                         : "phone");
    s->csv = s->o.format == SCRUB_CSV ? csv_open(SCRUB_LINE_BYTES, '\0')
                                      : csv_open_plain(SCRUB_LINE_BYTES);
    s->columns = 1;
    s->part_lines = s->o.part_lines > 0 ? s->o.part_lines : PART_LINES;
    s->n_parts = s->o.n_pgs > 1 ? 3 : 2;
    for (size_t i = 0; i < s->n_parts; i++)
        /* room for a second reading of its last number */
        part_init(&s->parts[i], s->part_lines + 1, s->shared);
    s->at_us = clock_wall_us();
    s->stranger =
        scrub_of_facts(&s->o.reg->book, s->o.list, NULL, 0, false, s->at_us, LIST_ABSENT);
    buf_init(&s->out, 8 * BYTES_MOST);
    buf_init(&s->narrow, 2 * FED_BYTES);
    *ret = s;
    return true;
}

void scrub_close(struct scrub *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->n_parts; i++) {
        struct part *p = &s->parts[i];
        struct err err;

        if (p->sent && p->result == NULL && !pg_broken(p->pg))
            (void)pg_collect(p->pg, &p->result, &err); /* the connection lives on */
        part_done(p);
    }
    csv_close(s->csv);
    fact_set_done(&s->facts);
    buf_done(&s->out);
    buf_done(&s->narrow);
    free(s);
}

static bool bytes_read(struct scrub *s, const void *data, size_t len, struct err *err)
{
    if (s->wide) {
        buf_reset(&s->narrow);
        utf16_feed(&s->utf16, data, len, &s->narrow);
        csv_feed(s->csv, s->narrow.data, s->narrow.len);
    } else {
        csv_feed(s->csv, data, len);
    }
    return lines_read(s, false, err);
}

/* The first block says whether it is text, and which; it waits until there is enough of
 * it, and nothing goes out before that. */
static bool head_read(struct scrub *s, struct err *err)
{
    const char *what = charset_binary(s->head, s->n_head);
    const enum charset charset = charset_wide(s->head, s->n_head);

    if (what != NULL)
        return err_set(err, ERR_INPUT, "BINARY", "this is no text: %s", what);
    s->is_text = true;
    s->wide = charset == CHARSET_UTF16LE || charset == CHARSET_UTF16BE;
    utf16_begin(&s->utf16, charset == CHARSET_UTF16BE);
    return bytes_read(s, s->head, s->n_head, err);
}

bool scrub_feed(struct scrub *s, const void *data, size_t len, struct err *err)
{
    if (!s->is_text) {
        const size_t room = sizeof(s->head) - s->n_head, n = len < room ? len : room;

        if (n > 0)
            memcpy(s->head + s->n_head, data, n);
        s->n_head += n;
        if (s->n_head < sizeof(s->head))
            return true;
        return head_read(s, err) &&
               (n == len || scrub_feed(s, (const char *)data + n, len - n, err));
    }
    for (size_t at = 0; at < len; at += FED_BYTES) /* so much has room as UTF-8 */
        if (!bytes_read(s, (const char *)data + at,
                        len - at < FED_BYTES ? len - at : FED_BYTES, err))
            return false;
    return true;
}

bool scrub_end(struct scrub *s, struct err *err)
{
    if (!s->is_text && !head_read(s, err))
        return false;
    if (s->wide) {
        buf_reset(&s->narrow);
        utf16_end(&s->utf16, &s->narrow);
        csv_feed(s->csv, s->narrow.data, s->narrow.len);
    }
    csv_feed_end(s->csv);
    return lines_read(s, true, err) && parts_finish(s, err);
}

const struct scrub_counts *scrub_counts(const struct scrub *s)
{
    return &s->counts;
}
