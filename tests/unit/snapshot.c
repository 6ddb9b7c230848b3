/* The manifest, a line of CSV, and files packed and unpacked; what is damaged is refused.
 */
#include "base/mem.h"
#include "base/when.h"
#include "codec/codec.h"
#include "codec/lists/entry_csv.h"
#include "export/pack.h"
#include "export/place.h"
#include "export/unpack.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char dir[] = "/tmp/consent-snapshot-XXXXXX";
static int dir_fd = -1;

static void begin(void)
{
    codec_init();
    cr_assert(mkdtemp(dir) != NULL);
    dir_fd = open(dir, O_RDONLY | O_DIRECTORY);
    cr_assert(dir_fd >= 0);
}

static void end(void)
{
    unlinkat(dir_fd, "x", 0);
    close(dir_fd);
    rmdir(dir);
}

TestSuite(snapshot, .init = begin, .fini = end);

/* --- the manifest --- */

static struct manifest sample(void)
{
    struct manifest m = {
        .list = "promotional-email",
        .recipient = "mta-eu1",
        .polarity = LIST_PERMIT,
        .profile = TOKEN_DROP_B64,
        .format = LIST_NDJSON,
        .packing = LIST_PACK_ZSTD,
        .version = {{1, 0, INT64_MAX, 65537}},
        .count = 7,
        .suppressed = 0,
        .released = 3,
        .permitted = 7,
        .file = "promotional-email.20261123T130405.123456Z.ndjson.zst",
        .bytes = 123,
        .rows = 10,
        .made_us = INT64_C(1795439045123456),
        .topic = "suppression.promotional-email",
        .n_offsets = 2,
        .offset = {{0, 11}, {1, INT64_MAX}},
    };

    memset(m.digest, 'a', sizeof(m.digest) - 1);
    memset(m.sha256, '0', sizeof(m.sha256) - 1);
    return m;
}

Test(snapshot, a_manifest_is_read_as_it_was_written)
{
    struct manifest m = sample(), got;
    struct buf out;
    struct err err;

    for (int i = 0; i < 3; i++) {
        if (i == 1) {
            m.n_offsets = 0;
            memset(m.offset, 0, sizeof(m.offset));
        }
        if (i == 2)
            memset(m.topic, 0, sizeof(m.topic));
        buf_init(&out, MANIFEST_BYTES);
        cr_assert(manifest_to_json(&m, &out));
        cr_assert(manifest_from_json(out.data, out.len, &got, &err), "%s", out.data);
        cr_expect(cursor_equal(&m.version, &got.version));
        cr_expect_eq(m.made_us, got.made_us);
        cr_expect(memcmp(&m, &got, sizeof(m)) == 0, "%d: %s", i, out.data);
        buf_done(&out);
    }
}

/* Every single byte cut off or turned makes it no manifest, or another one: never a
 * crash, and never one that names a file elsewhere. */
Test(snapshot, a_damaged_manifest_is_none_or_another)
{
    struct manifest m = sample(), got;
    struct buf out;
    struct err err;

    buf_init(&out, MANIFEST_BYTES);
    cr_assert(manifest_to_json(&m, &out));
    for (size_t n = 0; n < out.len - 2; n++)
        cr_expect_not(manifest_from_json(out.data, n, &got, &err), "%zu", n);
    for (size_t n = 0; n < out.len - 1; n++) {
        const char was = out.data[n];

        for (const char *to = "/.\"x9-{"; *to != '\0'; to++) {
            out.data[n] = *to;
            if (*to != was && manifest_from_json(out.data, out.len, &got, &err))
                cr_expect(strchr(got.file, '/') == NULL && got.file[0] != '.');
        }
        out.data[n] = was;
    }
    buf_done(&out);
}

Test(snapshot, a_manifest_with_something_missing_is_none)
{
    static const char *const names[] = {
        "list",    "recipient",  "polarity", "profile", "format",    "compression",
        "version", "digest",     "count",    "entries", "file",      "bytes",
        "rows",    "sha256",     "made_at",  "kafka",   "partition", "offset",
        "topic",   "suppressed", "released"};
    struct manifest m = sample(), got;
    struct buf out;
    struct err err;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char name[40];
        char *at;

        buf_init(&out, MANIFEST_BYTES);
        cr_assert(manifest_to_json(&m, &out));
        snprintf(name, sizeof(name), "\"%s\":", names[i]);
        at = strstr(out.data, name);
        cr_assert(at != NULL, "%s", name);
        at[1] = '_';
        cr_expect_not(manifest_from_json(out.data, out.len, &got, &err), "%s", name);
        cr_expect_str_eq(err.code, "BAD_MANIFEST");
        buf_done(&out);
    }
}

/* --- CSV --- */

static void csv_is(const char *token, const char *wanted)
{
    const struct entry_text entry = {
        .list = "l",
        .token = token,
        .status = LIST_SUPPRESSED,
        .reason = REASON_OPTOUT,
        .effective_us = WHEN_ALWAYS,
        .known_us = 1500000,
        .version = 7,
        .entry = 0,
    };
    struct buf out;

    buf_init(&out, 1000);
    cr_assert(entry_to_csv(&entry, &out));
    cr_expect(strncmp(out.data, wanted, strlen(wanted)) == 0, "%s", out.data);
    cr_expect_str_eq(out.data + strlen(wanted),
                     ",suppressed,OPTOUT,,1970-01-01T00:00:01.500000Z,7,0\r\n");
    buf_done(&out);
}

Test(snapshot, a_line_of_csv)
{
    csv_is("b4c9", "b4c9");
    csv_is("+x", "'+x");
    csv_is("=x", "'=x");
    csv_is("-x", "'-x");
    csv_is("@x", "'@x");
    csv_is("'x", "''x");
    csv_is("x'", "x'");
    csv_is("a,b", "\"a,b\"");
    csv_is("=a,\"b", "\"'=a,\"\"b\"");
    csv_is("", "");
}

Test(snapshot, csv_without_room_says_so)
{
    const struct entry_text entry = {.list = "l", .token = "t", .status = LIST_RELEASED};

    for (size_t room = 0; room < 20; room++) {
        struct buf out;

        buf_init(&out, room);
        cr_expect_not(entry_to_csv(&entry, &out));
        buf_done(&out);
    }
}

/* --- packing --- */

static void packed(enum list_packing packing, const char *data, size_t len,
                   int64_t *ret_bytes, char sha256[DIGEST_HEX_BYTES])
{
    struct pack *p;
    struct err err;

    unlinkat(dir_fd, "x", 0);
    cr_assert(pack_open(dir_fd, "x", packing, &p, &err), "%s", err.text);
    for (size_t at = 0; at < len;) {
        size_t n = at % 7919 + 1 < len - at ? at % 7919 + 1 : len - at;

        cr_assert(pack_add(p, data + at, n, &err));
        at += n;
    }
    cr_assert(pack_end(p, ret_bytes, sha256, &err));
    pack_close(p);
}

/* True: read to a proper end, and it was data. */
static bool same(enum list_packing packing, const char *data, size_t len)
{
    struct unpack *u;
    struct err err;
    const void *got;
    size_t n = 0, at = 0;
    bool ok, equal = true;

    cr_assert(unpack_open(openat(dir_fd, "x", O_RDONLY), packing, &u, &err));
    while ((ok = unpack_next(u, &got, &n, &err)) && n > 0) {
        equal = equal && n <= len - at && memcmp(data + at, got, n) == 0;
        at += equal ? n : 0;
    }
    if (!ok)
        cr_expect_str_eq(err.code, "SNAPSHOT_CUT");
    unpack_close(u);
    return ok && equal && at == len;
}

Test(snapshot, what_was_packed_is_unpacked)
{
    static const size_t sizes[] = {0, 1, 1000, 262143, 262144, 262145, 3000000};
    char *data = mem_zalloc(3000000, 1);

    for (size_t i = 0; i < 3000000; i++)
        data[i] = i < 1500000 ? (char)('a' + i * i % 23) : 'z';
    for (int packing = LIST_PACK_NONE; packing <= LIST_PACK_ZSTD; packing++)
        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
            char sha256[DIGEST_HEX_BYTES];
            int64_t bytes;

            packed((enum list_packing)packing, data, sizes[i], &bytes, sha256);
            cr_expect(same((enum list_packing)packing, data, sizes[i]), "%d %zu", packing,
                      sizes[i]);
            if (packing == LIST_PACK_NONE)
                continue;
            cr_assert(ftruncate(openat(dir_fd, "x", O_WRONLY), bytes - 1) == 0);
            cr_expect_not(same((enum list_packing)packing, data, sizes[i]), "%d %zu cut",
                          packing, sizes[i]);
        }
    free(data);
}

/* --- names --- */

Test(snapshot, a_snapshot_knows_its_own_files)
{
    struct place p = {.dir = dir_fd, .lock = -1, .list = "a.b", .ending = "csv.gz"};
    static const char *const others[] = {
        "a.b.csv.gz",
        "a.b.20261123T130405.123456Z.csv",
        "a.20261123T130405.123456Z.csv.gz",
        "a.b.c.20261123T130405.123456Z.csv.gz",
        "a.b.20261123T130405.123456Z.csv.gz.json",
        ".a.b.20261123T130405.123456Z.csv.gz",
        "a.b.20261123T130405.12345xZ.csv.gz",
        "",
    };
    char name[MANIFEST_FILE_BYTES];

    place_name(&p, INT64_C(1795439045123456), name);
    cr_expect_str_eq(name, "a.b.20261123T130405.123456Z.csv.gz");
    cr_expect(place_owns(&p, name));
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        cr_expect_not(place_owns(&p, others[i]), "%s", others[i]);
}
