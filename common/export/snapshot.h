/*
 * snapshot.h - a whole list as a file, with a manifest that says how to go on from it.
 *
 * Nothing may be missing below what the manifest says. publish delivers an entry to Kafka
 * and commits it afterwards, so the order is this, and no other:
 *
 *   (a) ask for the next offset of every partition of the list's topic;
 *   (b) wait until every database transaction that was writing then has ended: what lies
 *       below the offsets was delivered by one that had begun by then, so it is committed
 *       now, or rolled back and will be delivered once more, above them;
 *   (c) begin a transaction that sees one moment (REPEATABLE READ), and read the entries
 *       in it; the cursor and the digest are those of the very rows that are written.
 *
 * So the file holds every entry below the offsets. It may hold younger ones too; a reader
 * who goes on from the offsets meets them again, and the higher version wins.
 *
 * Entries stream from PostgreSQL into the file: memory does not grow with the list. The
 * file is on disk before the manifest names it, and the manifest is replaced as one; a
 * writer that is killed, or finds the disk full, leaves the former snapshot as it was.
 * The former data file is kept as well, for whoever is still reading it.
 */
#ifndef CONSENT_EXPORT_SNAPSHOT_H
#define CONSENT_EXPORT_SNAPSHOT_H

#include "codec/lists/manifest_json.h"
#include "core/lists/list.h"
#include "pg/pg.h"

struct snapshot_job {
    const char *dir;
    const struct list *list;
    enum list_format format;
    enum list_packing packing;
    int32_t lock_ms;   /* how long to wait for another writer    */
    int32_t settle_ms; /* how long to wait for transactions: (b) */

    /* Fills topic, n_offsets and offset of the manifest: (a). NULL: nobody asks the
     * brokers. Then the offsets of the manifest before are kept: they are older than
     * need be, and no less right. */
    bool (*offsets)(void *arg, struct manifest *m, struct err *err);

    /* Now and then, with the rows so far; may be NULL. */
    void (*step)(void *arg, int64_t rows);

    /* Once the right to write is ours: is the manifest that is there good enough after
     * all? Then that is the answer, and nothing is written. NULL: never. */
    bool (*enough)(void *arg, const struct manifest *there);
    void *arg;
};

/* Writes one. False leaves what was there: ERR_RETRY SNAPSHOT_BUSY, DISK_FULL,
 * SNAPSHOT_WAITED (a transaction did not end), STOPPED; ERR_CONFIG DISK_FAILED; and
 * PostgreSQL's, after which the connection may be broken. */
bool snapshot_write(struct pg *pg, const struct snapshot_job *job, struct manifest *ret,
                    struct err *err);

/* The manifest in the directory. *ret_found false: there is no whole snapshot. */
bool snapshot_look(const char *dir, const char *list, enum list_format format,
                   enum list_packing packing, struct manifest *ret, bool *ret_found,
                   struct err *err);

/* Every whole snapshot in the directory. */
bool snapshot_each(const char *dir, void (*each)(void *arg, const struct manifest *m),
                   void *arg, struct err *err);

/* The name of the data file with this stamp and ending, the end of every such name.
 * False: none of this snapshot is called so. */
bool snapshot_named(const char *list, enum list_format format, enum list_packing packing,
                    const char *tag, size_t len, char ret[MANIFEST_FILE_BYTES]);

/* Opens the manifest's data file for reading; -1 when it is gone. */
int snapshot_file(const char *dir, const struct manifest *m);

#endif
