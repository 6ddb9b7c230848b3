/*
 * manifest_json.h - what stands beside a snapshot of a list: which, how much, from where.
 *
 *   {"list":"promotional-email","recipient":"mta-eu1","polarity":"deny",
 *    "profile":"sha256-hex","format":"csv","compression":"gzip",
 *    "version":"131074.0.65541....","digest":"9c1f...","count":41022,
 *    "entries":{"suppressed":41022,"released":317,"permitted":0},
 *    "file":"promotional-email.20261123T130405.123456Z.csv.gz","bytes":1983341,
 *    "rows":41339,"sha256":"5e88...","made_at":"2026-11-23T13:04:05.123456Z",
 *    "kafka":{"topic":"suppression.promotional-email",
 *             "partitions":[{"partition":0,"offset":11782}]}}
 *
 * version is the cursor from which changes are asked for; digest and count are of the
 * tokens that are on the list (crypto/list_digest.h); rows are the lines of the file
 * without a header; kafka is null where nobody asked the brokers.
 */
#ifndef CONSENT_CODEC_MANIFEST_JSON_H
#define CONSENT_CODEC_MANIFEST_JSON_H

#include "base/buf.h"
#include "base/err.h"
#include "core/lists/cursor.h"
#include "core/lists/list.h"

#define MANIFEST_FILE_BYTES     192
#define MANIFEST_DIGEST_BYTES   65 /* 64 hex digits and a NUL */
#define MANIFEST_PARTITIONS_MAX 256
#define MANIFEST_BYTES          ((size_t)64 << 10)

enum list_format { LIST_FORMAT_NONE = 0, LIST_CSV, LIST_NDJSON, LIST_PLAIN };
enum list_packing { LIST_PACK_NONE = 0, LIST_PACK_GZIP, LIST_PACK_ZSTD };

struct manifest_offset {
    int32_t partition;
    int64_t offset; /* of the next record to read */
};

struct manifest {
    char list[REGISTER_ID_BYTES];
    char recipient[REGISTER_ID_BYTES];
    enum list_polarity polarity;
    enum token_profile profile;
    enum list_format format;
    enum list_packing packing;
    struct cursor version;
    char digest[MANIFEST_DIGEST_BYTES];
    int64_t count;                           /* on the list: what digest is of */
    int64_t suppressed, released, permitted; /* of all entries                 */
    char file[MANIFEST_FILE_BYTES];          /* beside the manifest            */
    int64_t bytes, rows;
    char sha256[MANIFEST_DIGEST_BYTES];
    int64_t made_us;
    char topic[REGISTER_ID_BYTES + 16]; /* "": the offsets are not known */
    size_t n_offsets;
    struct manifest_offset offset[MANIFEST_PARTITIONS_MAX];
};

/* "csv", "ndjson", "plain"; "none", "gzip", "zstd". */
const char *list_format_name(enum list_format format);
enum list_format list_format_parse(const char *name); /* LIST_FORMAT_NONE: unknown */
const char *list_packing_name(enum list_packing packing);
bool list_packing_parse(const char *name, enum list_packing *ret);

/* Appends, with a line end; false when out is full. */
bool manifest_to_json(const struct manifest *m, struct buf *out);

/* ERR_INPUT BAD_MANIFEST: it is none, or not whole. */
bool manifest_from_json(const char *text, size_t len, struct manifest *ret,
                        struct err *err);

#endif
