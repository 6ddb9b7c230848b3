/*
 * entry_csv.h - an entry as a line of CSV (RFC 4180), for who has spreadsheets and not
 * JSON.
 *
 *   token,status,reason,effective_at,known_at,version,entry
 *   b4c9...,suppressed,OPTOUT,2026-04-01T06:30:00Z,2026-04-01T06:30:02Z,2,65537
 *
 * A field is quoted where it must be. A token that begins with = + - @ or an apostrophe
 * (or a tab or carriage return) gets an apostrophe in front, so that no spreadsheet takes
 * it for a formula: whoever reads the file takes one leading apostrophe away, always.
 */
#ifndef CONSENT_CODEC_ENTRY_CSV_H
#define CONSENT_CODEC_ENTRY_CSV_H

#include "entry_json.h"

/* The first line, and a line; each with CR LF behind. False when out is full. */
bool entry_csv_head(struct buf *out);
bool entry_to_csv(const struct entry_text *entry, struct buf *out);

#endif
