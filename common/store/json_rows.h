/* json_rows.h - rows as one JSON text: an array, "[]" when there are none. */
#ifndef CONSENT_STORE_JSON_ROWS_H
#define CONSENT_STORE_JSON_ROWS_H

/* A literal before what is read from as x: JSON_ROWS("x.id") "(SELECT … ) x". */
#define JSON_ROWS(order)                                                                 \
    "SELECT coalesce(jsonb_agg(to_jsonb(x) ORDER BY " order ")::text, '[]') FROM "

#endif
