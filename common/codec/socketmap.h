/*
 * socketmap.h - Postfix's socketmap protocol: requests and answers are netstrings,
 * "<bytes>:<text>,". A request is a map's name, a blank and a key; see
 * socketmap_table(5).
 */
#ifndef CONSENT_CODEC_SOCKETMAP_H
#define CONSENT_CODEC_SOCKETMAP_H

#include "base/buf.h"

#define SOCKETMAP_REQUEST_BYTES 16384 /* longest request that is read */

enum socketmap_got {
    SOCKETMAP_MORE,    /* it is not whole yet                                  */
    SOCKETMAP_REQUEST, /* here it is                                           */
    SOCKETMAP_BROKEN,  /* no netstring, or too long: what follows has no sense */
};

/* Borrowed from the bytes given; not NUL-ended. key NULL: the request has no blank. */
struct socketmap_request {
    const char *name, *key;
    size_t name_len, key_len;
};

/* *ret_used: how many bytes the request took. */
enum socketmap_got socketmap_read(const char *data, size_t len, size_t *ret_used,
                                  struct socketmap_request *ret);

/* "OK", "NOTFOUND", "TEMP", "TIMEOUT" or "PERM", and what goes with it. */
void socketmap_put(struct buf *out, const char *word, const char *text);

#endif
