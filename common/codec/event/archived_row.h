/* archived_row.h - the sealed bytes of an event, out of a line of an archive. */
#ifndef CONSENT_CODEC_ARCHIVED_ROW_H
#define CONSENT_CODEC_ARCHIVED_ROW_H

#include "base/buf.h"

struct archived_row {
    bool has_raw, has_headers;
    size_t raw, raw_len, headers, headers_len; /* where in out */
};

/* line: what PostgreSQL's to_jsonb says of a row of ledger or quarantine. Bytes go to the
 * end of out. False: it is none. */
bool archived_row_read(const char *line, size_t len, struct buf *out,
                       struct archived_row *ret);

#endif
