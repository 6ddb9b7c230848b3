/*
 * place.h - a directory of snapshots, and one writer's right to it.
 *
 *   promotional-email.csv.gz.json                       the manifest; names the file
 *   promotional-email.20261123T130405.123456Z.csv.gz    that file, and the one before it
 *   .promotional-email.csv.gz.lock                      flock(2): who writes
 *   .promotional-email.20261123T....csv.gz.part         being written, or left by a crash
 *
 * A file appears under its name whole and on disk, or not at all; the manifest last. So
 * whatever is cut short, the manifest that is there names a whole file. The names are of
 * one list, format and compression: other snapshots in the directory do not meet this
 * one.
 */
#ifndef CONSENT_EXPORT_PLACE_H
#define CONSENT_EXPORT_PLACE_H

#include "codec/lists/manifest_json.h"

struct place {
    int dir;
    int lock; /* -1: only looked at */
    char list[REGISTER_ID_BYTES];
    char ending[16];                    /* "csv.gz" */
    char manifest[MANIFEST_FILE_BYTES]; /* its name */
};

/* "csv", "csv.gz", "txt.zst" */
void place_ending(enum list_format format, enum list_packing packing, char ret[16]);

/* Without the right to write. ERR_CONFIG DISK_FAILED: there is no such directory. */
bool place_look(const char *dir, const char *list, enum list_format format,
                enum list_packing packing, struct place *ret, struct err *err);

/* Waits for the right to write, at most wait_ms (ERR_RETRY SNAPSHOT_BUSY: another
 * writes), and removes what crashed writers left. */
bool place_open(const char *dir, const char *list, enum list_format format,
                enum list_packing packing, int32_t wait_ms, struct place *ret,
                struct err *err);
void place_close(struct place *p);

/* The manifest that is there; *ret_found false: none, or none that can be read, or its
 * file is not there in its full length. */
bool place_manifest(const struct place *p, struct manifest *ret, bool *ret_found,
                    struct err *err);

/* A name for a file that was never there, about made_us. */
void place_name(const struct place *p, int64_t made_us, char ret[MANIFEST_FILE_BYTES]);

/* Is it such a name: list, stamp, ending, and nothing else? */
bool place_owns(const struct place *p, const char *name);

/* The temporary name that goes with a name. */
void place_part(const char *name, char ret[MANIFEST_FILE_BYTES]);

/* From its temporary name to its name, on disk. When that fails the temporary file is
 * gone all the same; *ret_named says whether the name may stand nevertheless. */
bool place_settle(const struct place *p, const char *name, bool *ret_named,
                  struct err *err);

void place_remove(const struct place *p, const char *name);

/* Removes the data files of this snapshot but these two; "": none. */
void place_tidy(const struct place *p, const char *keep, const char *keep_too);

#endif
