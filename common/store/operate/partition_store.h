/*
 * partition_store.h - the partitions of tables that would grow for ever (164).
 *
 * Rights: EXECUTE on partitions_ahead to make them; SELECT on v_partition to look.
 */
#ifndef CONSENT_STORE_PARTITION_STORE_H
#define CONSENT_STORE_PARTITION_STORE_H

#include "pg/pg.h"

/* Makes what is missing ahead; *ret_made: how many. It waits for nobody: what cannot be
 * made now is made at the next call. */
bool partitions_make(struct pg *pg, int32_t *ret_made, struct err *err);

struct partitions_view {
    int64_t tables;
    int64_t partitions; /* of all of them */
    int64_t late;       /* tables whose rows go to the last one, which has no end */
};
bool partitions_look(struct pg *pg, struct partitions_view *ret, struct err *err);

extern const struct pg_stmt *const partition_statements[];
extern const size_t partition_statements_n;

#endif
