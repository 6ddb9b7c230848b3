#include "ack_json.h"

#include "base/hex.h"
#include "base/when.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

static bool fault_at(struct fault *fault, const char *reason, const char *pointer)
{
    snprintf(fault->reason, sizeof(fault->reason), "%s", reason);
    snprintf(fault->pointer, sizeof(fault->pointer), "%s", pointer);
    return false;
}

static bool only_known(const json_t *o, struct fault *fault)
{
    static const char *const names[] = {"version", "digest", "entries", "applied_at",
                                        "buckets"};
    size_t known = 0;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        known += json_object_get(o, names[i]) != NULL;
    return known == json_object_size(o) || fault_at(fault, "UNKNOWN_MEMBER", "");
}

static bool digest_read(const json_t *value, const char *pointer,
                        uint8_t ret[ACK_JSON_DIGEST_BYTES], struct fault *fault)
{
    const char *s = json_string_value(value);

    if (value == NULL)
        return fault_at(fault, "MISSING", pointer);
    if (s == NULL)
        return fault_at(fault, "BAD_TYPE", pointer);
    if (json_string_length(value) != (size_t)2 * ACK_JSON_DIGEST_BYTES)
        return fault_at(fault, "BAD_VALUE", pointer);
    return hex_read(s, ACK_JSON_DIGEST_BYTES, ret) ||
           fault_at(fault, "BAD_VALUE", pointer);
}

static bool buckets_read(const json_t *value, struct ack_text *ret, struct fault *fault)
{
    if (value == NULL)
        return true;
    if (!json_is_array(value))
        return fault_at(fault, "BAD_TYPE", "/buckets");
    if (json_array_size(value) != ACK_JSON_BUCKETS)
        return fault_at(fault, "BAD_VALUE", "/buckets");
    for (size_t i = 0; i < ACK_JSON_BUCKETS; i++)
        if (!digest_read(json_array_get(value, i), "/buckets", ret->buckets[i], fault))
            return false;
    ret->has_buckets = true;
    return true;
}

static bool members_read(const json_t *o, struct ack_text *ret, struct fault *fault)
{
    const json_t *version = json_object_get(o, "version"),
                 *entries = json_object_get(o, "entries"),
                 *applied = json_object_get(o, "applied_at");

    if (version == NULL || entries == NULL)
        return fault_at(fault, "MISSING", version == NULL ? "/version" : "/entries");
    if (!json_is_string(version) || !json_is_integer(entries))
        return fault_at(fault, "BAD_TYPE",
                        json_is_string(version) ? "/entries" : "/version");
    if (!cursor_parse(json_string_value(version), json_string_length(version),
                      &ret->cursor))
        return fault_at(fault, "BAD_VALUE", "/version");
    ret->entries = json_integer_value(entries);
    if (ret->entries < 0)
        return fault_at(fault, "BAD_VALUE", "/entries");
    if (applied != NULL && !json_is_string(applied))
        return fault_at(fault, "BAD_TYPE", "/applied_at");
    if (applied != NULL &&
        when_parse(json_string_value(applied), json_string_length(applied),
                   &ret->applied_us) != WHEN_OK)
        return fault_at(fault, "BAD_TIME", "/applied_at");
    return digest_read(json_object_get(o, "digest"), "/digest", ret->digest, fault) &&
           buckets_read(json_object_get(o, "buckets"), ret, fault);
}

/* A body of this many bytes cannot be nested deeply enough to hurt. */
#define BODY_BYTES 4096

bool ack_from_json(const char *body, size_t len, struct ack_text *ret,
                   struct fault *fault)
{
    json_t *root;
    bool ok;

    *ret = (struct ack_text){.applied_us = WHEN_ALWAYS};
    if (len > BODY_BYTES)
        return fault_at(fault, "BAD_VALUE", "");
    root = json_loadb(body, len, JSON_REJECT_DUPLICATES, NULL);
    if (root == NULL)
        return fault_at(fault, "BAD_JSON", "");
    ok = json_is_object(root) ? only_known(root, fault) && members_read(root, ret, fault)
                              : fault_at(fault, "BAD_TYPE", "");
    json_decref(root);
    return ok;
}
