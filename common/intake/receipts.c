#include "intake/receipts.h"

#include "codec/event/receipt_json.h"
#include "codec/put.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool receipts_place(const char *text, struct feed_place *ret)
{
    const char *at = text;

    ret->n = 0;
    while (*at != '\0') {
        char *end;
        long long partition, offset;

        if (*at < '0' || *at > '9' || ret->n == FEED_PARTITIONS_MAX)
            return false;
        partition = strtoll(at, &end, 10);
        if (*end != '.' || end[1] < '0' || end[1] > '9' || partition > INT32_MAX)
            return false;
        offset = strtoll(end + 1, &end, 10);
        if (end - at > 30 || (*end != '-' && *end != '\0') || (*end == '-' && !end[1]))
            return false;
        for (size_t i = 0; i < ret->n; i++)
            if (ret->partition[i] == partition)
                return false;
        ret->partition[ret->n] = (int32_t)partition;
        ret->offset[ret->n++] = offset;
        at = end + (*end == '-');
    }
    return true;
}

bool receipts_place_format(const struct feed_place *place, char *ret, size_t bytes)
{
    size_t len = 0;

    ret[0] = '\0';
    for (size_t i = 0; i < place->n && len < bytes; i++)
        len += (size_t)snprintf(ret + len, bytes - len, "%s%d.%lld", i > 0 ? "-" : "",
                                (int)place->partition[i], (long long)place->offset[i]);
    return len < bytes;
}

static void place_put(struct buf *out, const struct feed_place *place)
{
    char text[FEED_PARTITIONS_MAX * 32];

    receipts_place_format(place, text, sizeof(text));
    put_text(out, text);
}

/* Rows come by partition and offset. False: more partitions than a cursor holds. */
static bool place_move(struct feed_place *place, const struct feed_receipt *r)
{
    size_t i = 0;

    while (i < place->n && place->partition[i] != r->partition)
        i++;
    if (i == FEED_PARTITIONS_MAX)
        return false;
    place->n += i == place->n;
    place->partition[i] = r->partition;
    place->offset[i] = r->offset;
    return true;
}

void receipts_put(struct buf *out, const char *source, const struct feed_receipts *set,
                  int32_t limit, struct feed_place *place)
{
    buf_add_str(out, "{");
    put_member(out, "source", source);
    put_name(out, ",receipts");
    buf_add_str(out, "[");
    for (size_t i = 0; i < set->n && place_move(place, &set->rows[i]); i++) {
        const struct feed_receipt *r = &set->rows[i];

        buf_add_str(out, i > 0 ? "," : "");
        receipt_to_json(&(struct receipt_text){r->event_id, r->outcome, r->reason,
                                               r->pointer, r->ledger_id, r->known_us},
                        out);
    }
    buf_add_str(out, "]");
    put_name(out, ",after");
    place_put(out, place);
    put_member_bool(out, ",more", set->n >= (size_t)limit);
    buf_add_str(out, "}\n");
}
