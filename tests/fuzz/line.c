/*
 * line.c - fuzz target: a line of a list that is scrubbed, and scrubbed again.
 *
 * NDJSON: whatever the line, what comes out is one JSON object with our member, and what
 * it held is in it. CSV and plain lines: what an earlier scrub added goes, once and for
 * all, and the other fields stay as they were.
 */
#include "require.h"

#include "codec/lists/line_json.h"
#include "scrub/part.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define VALUE "{\"may_mail\":false,\"status\":\"invalid\",\"reason\":\"X\"}"

static json_t *object_of(const struct buf *b)
{
    json_t *o = json_loadb(b->data, b->len, JSON_REJECT_DUPLICATES, NULL);

    require(json_is_object(o) && json_is_object(json_object_get(o, "scrub")),
            "what comes out is an object with a verdict");
    return o;
}

static void json_line(const char *line, size_t len)
{
    struct line_contact contact;
    const char *fault = line_read(line, len, "email", &contact);
    struct buf once, twice;

    buf_init(&once, 1 << 20);
    buf_init(&twice, 1 << 20);
    if (fault != NULL && strcmp(fault, "BAD_JSON") == 0) {
        line_put_bad(&once, line, len, VALUE);
        json_decref(object_of(&once));
    } else {
        json_t *before = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL), *after,
               *again;

        line_put(&once, line, len, VALUE);
        after = object_of(&once);
        line_put(&twice, once.data, once.len, VALUE);
        again = object_of(&twice);
        require(json_equal(after, again), "a second scrub changes nothing");
        json_object_del(before, "scrub");
        json_object_del(after, "scrub");
        require(json_equal(before, after), "and the rest stays");
        json_decref(before);
        json_decref(after);
        json_decref(again);
    }
    buf_done(&once);
    buf_done(&twice);
}

/* The first record as the line of names (or as one of data), the others after it. */
static void csv_lines(const char *text, size_t len, bool header)
{
    struct scrub *s = calloc(1, sizeof(*s));
    struct csv_record rec;
    bool begun = false;

    s->csv = csv_open(1 << 16, '\0');
    csv_feed(s->csv, text, len);
    csv_feed_end(s->csv);
    while (csv_next(s->csv, &rec) == CSV_RECORD) {
        struct csv_reader *again;
        struct csv_record kept;
        struct buf out;
        size_t k = 0;

        if (rec.fault != CSV_FINE)
            continue;
        if (!begun)
            own_find(s, &rec, header);
        begun = true;
        buf_init(&out, 1 << 20);
        buf_add_str(&out, "\xef\xbb\xbf"); /* the text's first bytes are no mark then */
        own_leave_out(s, rec.raw, rec.raw_len, &out);
        again = csv_open(1 << 17, csv_delimiter(s->csv));
        csv_feed(again, out.data, out.len);
        csv_feed_end(again);
        if (own_fields(s, rec.n) > 0 && out.len > 3) {
            require(csv_next(again, &kept) == CSV_RECORD && kept.fault == CSV_FINE &&
                        kept.n == own_fields(s, rec.n),
                    "what is kept is a record");
            for (size_t i = 0; i < rec.n; i++) {
                if (s->own[i])
                    continue;
                require(kept.fields[k].len == rec.fields[i].len &&
                            memcmp(kept.fields[k].s, rec.fields[i].s,
                                   kept.fields[k].len) == 0,
                        "with the other fields as they were");
                k++;
            }
        }
        csv_close(again);
        buf_done(&out);
    }
    csv_close(s->csv);
    free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data + 1;
    size_t n;

    if (size < 1 || size > 4096)
        return 0;
    size--;
    switch (data[0] % 4) {
    case 0: json_line(text, size); break;
    case 1: csv_lines(text, size, true); break;
    case 2: csv_lines(text, size, false); break;
    default:
        n = own_plain(text, size);
        require(n <= size && own_plain(text, n) == n, "nothing of ours is left");
        break;
    }
    return 0;
}
