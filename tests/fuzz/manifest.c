/*
 * manifest.c - fuzz target: what other programs say of a list. The first byte says which:
 * a snapshot's manifest, a recipient's acknowledgement, a record of the topic, a cursor.
 *
 * Whatever the bytes: what is taken has every text within its room, a file that lies
 * beside its manifest and nowhere else, and says the same when it is written and read
 * again. A fault has a reason.
 */
#include "require.h"

#include "codec/codec.h"
#include "codec/lists/ack_json.h"
#include "codec/lists/entry_read.h"
#include "codec/lists/manifest_json.h"

#include <stdlib.h>
#include <string.h>

static void fuzz_manifest(const char *text, size_t len)
{
    static struct manifest m, again;
    struct err err;
    struct buf out;

    err_clear(&err);
    if (!manifest_from_json(text, len, &m, &err)) {
        require(err.code[0] != '\0', "a refusal has a code");
        return;
    }
    require(memchr(m.file, '\0', sizeof(m.file)) != NULL, "the name of the file ends");
    require(m.file[0] != '\0' && strchr(m.file, '/') == NULL, "the file lies beside it");
    require(m.n_offsets <= MANIFEST_PARTITIONS_MAX, "not more partitions than fit");
    buf_init(&out, MANIFEST_BYTES * 4);
    require(manifest_to_json(&m, &out), "it can be written");
    require(manifest_from_json(out.data, out.len, &again, &err), "and read again");
    require(strcmp(m.file, again.file) == 0 && m.rows == again.rows &&
                m.count == again.count && m.bytes == again.bytes &&
                m.made_us == again.made_us && m.format == again.format &&
                cursor_equal(&m.version, &again.version),
            "and says the same");
    buf_done(&out);
}

static void fuzz_ack(const char *text, size_t len)
{
    static struct ack_text ack;
    struct fault fault = {0};

    if (!ack_from_json(text, len, &ack, &fault))
        require(fault.reason[0] != '\0', "a fault has a reason");
    else
        require(ack.entries >= 0, "nobody has fewer entries than none");
}

static void fuzz_entry(const char *text, size_t len)
{
    static struct entry_seen seen;
    struct cursor cursor;
    int64_t epoch = 0;

    if (entry_from_json(text, len, &seen))
        require(memchr(seen.token, '\0', sizeof(seen.token)) != NULL &&
                    list_status_name(seen.status)[0] != '\0',
                "an entry has a token that ends, and a status");
    if (heartbeat_from_json(text, len, &cursor, &epoch))
        require(cursor_covers(&cursor, &cursor), "a cursor covers itself");
}

static void fuzz_cursor(const char *text, size_t len)
{
    char written[CURSOR_TEXT_BYTES];
    struct cursor cursor;

    if (!cursor_parse(text, len, &cursor))
        return;
    cursor_format(&cursor, written);
    require(strlen(written) == len && memcmp(written, text, len) == 0,
            "a cursor is exactly what we write");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const reads[])(const char *, size_t) = {fuzz_manifest, fuzz_ack,
                                                          fuzz_entry, fuzz_cursor};
    char *text;

    if (size == 0)
        return 0;
    codec_init();
    text = malloc(size); /* so that a byte too far is seen */
    memcpy(text, data + 1, size - 1);
    reads[data[0] % 4](text, size - 1);
    free(text);
    return 0;
}
