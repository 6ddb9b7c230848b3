/*
 * socketmap.c - fuzz target: netstrings of Postfix, as they arrive.
 *
 * Whatever the bytes: a request lies inside them, and says the same when it comes byte by
 * byte; what is broken stays broken.
 */
#include "require.h"

#include "codec/socketmap.h"

#include <stdlib.h>
#include <string.h>

static void check(const char *text, size_t len, enum socketmap_got got, size_t used,
                  const struct socketmap_request *rq)
{
    struct socketmap_request early;
    size_t early_used;

    for (size_t n = 0; n < len && n < 64; n++) {
        enum socketmap_got g = socketmap_read(text, n, &early_used, &early);

        require(g != SOCKETMAP_REQUEST || got == SOCKETMAP_REQUEST,
                "a request stays a request");
        require(g != SOCKETMAP_BROKEN || got == SOCKETMAP_BROKEN, "broken stays broken");
        require(g != SOCKETMAP_REQUEST || early_used == used, "of the same length");
    }
    if (got != SOCKETMAP_REQUEST)
        return;
    require(used <= len && used >= 3 && text[used - 1] == ',', "a whole netstring");
    require(rq->name > text && rq->name + rq->name_len < text + used, "the name inside");
    require(rq->key == NULL || (rq->key == rq->name + rq->name_len + 1 &&
                                rq->key + rq->key_len == text + used - 1),
            "the key behind it");
    require(memchr(rq->name, ' ', rq->name_len) == NULL || rq->name_len == 0,
            "no blank in the name");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct socketmap_request rq;
    size_t used = 0, at = 0;
    enum socketmap_got got;
    char *text = malloc(size + 1); /* of its own, so that reading past it is seen */

    if (text == NULL)
        return 0;
    memcpy(text, data, size);
    do {
        got = socketmap_read(text + at, size - at, &used, &rq);
        check(text + at, size - at, got, used, &rq);
        at += got == SOCKETMAP_REQUEST ? used : 0;
    } while (got == SOCKETMAP_REQUEST && at < size);
    free(text);
    return 0;
}
