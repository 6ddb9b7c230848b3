/*
 * tiles.h - a log as files: C2SP tlog-tiles, for any web server or another host's rsync.
 *
 *   DIR/events/checkpoint              the last; written after all that it stands on
 *   DIR/events/tile/0/x001/234         ... and tile/0/001.p/17 for what is not full yet
 *   DIR/events/history/2026-11-29      every checkpoint of that day, in UTC
 *   DIR/events/epoch                   the last restore that these files know of
 *
 * Files appear whole or not at all. A crash leaves files that the next call completes.
 * One process writes a directory.
 */
#ifndef CONSENT_EXPORT_TILES_H
#define CONSENT_EXPORT_TILES_H

#include "store/proof/tree.h"

/* Do the files stand at a place that the log in the database has had? ERR_CONFIG with
 * PROOF_FORK: they do not: the database was restored to an earlier time, or rewritten.
 * After "consentctl restored" the former files are put aside (tile.before-EPOCH, ...) and
 * all is well. ERR_CONFIG with PROOF_DIR: the directory is not available. */
bool tiles_check(struct pg *pg, enum proof_log log, const char *dir, struct err *err);

/* Brings the files up to date with the database. *ret_size: leaves that the checkpoint
 * has. */
bool tiles_write(struct pg *pg, enum proof_log log, const char *dir, uint64_t *ret_size,
                 struct err *err);

#endif
