/*
 * csv.c - fuzz target: the CSV reader.
 *
 * Whatever the bytes and however they arrive: the records hold every byte of the input in
 * order (but what a too long line was cut of), line numbers are those of the line ends,
 * and the pieces in which it was fed change nothing. What is written is read back.
 */
#include "require.h"

#include "codec/csv.h"

#include <string.h>

struct seen {
    struct buf shown; /* every record, for comparison */
    struct buf whole; /* raw and line ends together */
    bool cut;
};

static int64_t lines_in(const char *s, size_t n, size_t end)
{
    int64_t lines = 0;

    for (size_t i = 0; i < n; i++)
        lines += s[i] == '\n' || (s[i] == '\r' && (i + 1 == end || s[i + 1] != '\n'));
    return lines;
}

static void take(struct seen *seen, const struct csv_record *rec, char delimiter)
{
    struct buf again;

    require(rec->line == 1 + lines_in(seen->whole.data, seen->whole.len, SIZE_MAX) ||
                seen->cut,
            "the line number counts the line ends before it");
    buf_addf(&seen->shown, "%lld %d %zu|", (long long)rec->line, (int)rec->fault,
             rec->raw_len);
    buf_add(&seen->whole, rec->raw, rec->raw_len);
    buf_add(&seen->whole, rec->eol, rec->eol_len);
    seen->cut |= rec->cut;
    require((rec->fault == CSV_FINE) == (rec->n > 0), "fields, or a fault");
    require(rec->cut == (rec->fault == CSV_LONG), "only a long line is cut");
    buf_init(&again, 1 << 20);
    for (size_t i = 0; i < rec->n; i++) {
        buf_addf(&seen->shown, "%zu,", rec->fields[i].len);
        buf_add(&seen->shown, rec->fields[i].s, rec->fields[i].len);
        csv_put(&again, delimiter, rec->fields[i].s, rec->fields[i].len);
        buf_add(&again, i + 1 < rec->n ? &delimiter : "\n", 1);
    }
    if (rec->n > 0) {
        struct csv_reader *r = csv_open(1 << 20, delimiter);
        struct csv_record back;

        /* a mark of its own, so that the text's first bytes are none */
        csv_feed(r, "\xef\xbb\xbf", 3);
        csv_feed(r, again.data, again.len);
        csv_feed_end(r);
        require(csv_next(r, &back) == CSV_RECORD && back.fault == CSV_FINE &&
                    back.n == rec->n,
                "what is written is a record");
        for (size_t i = 0; i < back.n; i++)
            require(back.fields[i].len == rec->fields[i].len &&
                        memcmp(back.fields[i].s, rec->fields[i].s, back.fields[i].len) ==
                            0,
                    "with the same fields");
        csv_close(r);
    }
    buf_done(&again);
}

static void read_all(const uint8_t *data, size_t size, size_t piece, size_t limit,
                     char delimiter, bool back, struct seen *seen)
{
    struct csv_reader *r = csv_open(limit, delimiter);
    struct csv_record rec;
    enum csv_got got;
    size_t fed = 0;

    buf_init(&seen->shown, 1 << 24);
    buf_init(&seen->whole, 1 << 24);
    seen->cut = false;
    while ((got = csv_next(r, &rec)) != CSV_END) {
        size_t n = size - fed < piece ? size - fed : piece;

        if (got == CSV_RECORD) {
            if (back && rec.fault == CSV_FINE && csv_take_back(r))
                continue;
            take(seen, &rec, csv_delimiter(r));
            continue;
        }
        if (n == 0)
            csv_feed_end(r);
        csv_feed(r, data + fed, n);
        fed += n;
    }
    require(fed == size, "all of it was asked for");
    require(seen->cut || seen->whole.len + (csv_bom(r) ? 3 : 0) == size,
            "nothing is lost");
    require(seen->cut || size == 0 || seen->whole.len == 0 ||
                memcmp(seen->whole.data, data + (csv_bom(r) ? 3 : 0), seen->whole.len) ==
                    0,
            "nothing is changed");
    csv_close(r);
}

static void seen_done(struct seen *seen)
{
    buf_done(&seen->shown);
    buf_done(&seen->whole);
}

/* The first byte chooses the delimiter and a second size of pieces. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char delimiters[] = {'\0', ',', ';', '\t'};
    struct seen whole, pieces, back;

    if (size < 1 || size > 4096)
        return 0;
    const char delimiter = delimiters[data[0] & 3];
    const size_t piece = (size_t)(data[0] >> 2) + 1;
    const size_t limit = data[0] & 4 ? 40 : 4096;
    data++;
    size--;
    read_all(data, size, size + 1, limit, delimiter, false, &whole);
    read_all(data, size, piece, limit, delimiter, false, &pieces);
    require(whole.shown.len == pieces.shown.len &&
                (whole.shown.len == 0 ||
                 memcmp(whole.shown.data, pieces.shown.data, whole.shown.len) == 0),
            "the pieces change nothing");
    read_all(data, size, size + 1, limit, delimiter, true, &back);
    seen_done(&whole);
    seen_done(&pieces);
    seen_done(&back);
    return 0;
}
