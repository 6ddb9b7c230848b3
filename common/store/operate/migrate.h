/*
 * migrate.h - numbered SQL files to a database, each once.
 *
 * schema_migration remembers number, name and SHA-256 of what was applied. A file that
 * has changed since is refused: what a database went through is not rewritten. Unless it
 * says itself what it was, in a line "-- formerly SHA-256: ...", for what such a database
 * lacks is brought by a later file. One migration runs at a time; a second one waits.
 *
 * All files are applied in one transaction, but one with a line "-- outside a
 * transaction" (CREATE INDEX CONCURRENTLY, or work in steps on a large table): what
 * stands before it is committed, then its statements are, each by itself, while the
 * programs work. It can be cut off in the midst, and is then applied again from its
 * beginning, so it says DROP INDEX CONCURRENTLY IF EXISTS before it makes one. A file
 * with a line "-- breaks earlier programs" keeps programs away that do not know it
 * (schema.h).
 */
#ifndef CONSENT_STORE_MIGRATE_H
#define CONSENT_STORE_MIGRATE_H

#include "pg/pg.h"

#define MIGRATIONS_MAX 200

enum migration_state { MIGRATION_MISSING, MIGRATION_APPLIED, MIGRATION_CHANGED };

struct migration {
    int32_t number;
    char name[96]; /* "001_tables.sql" */
    enum migration_state state;
    bool alone;  /* outside a transaction                  */
    bool breaks; /* programs that do not know it must stop */
    char *sql;   /* heap */
};

struct migrations {
    size_t n;
    struct migration list[MIGRATIONS_MAX];
};

/* The files NNN_*.sql of a directory, by number. ERR_CONFIG: none there, two of one
 * number, unreadable. */
bool migrations_read(const char *dir, struct migrations *ret, struct err *err);
void migrations_done(struct migrations *m);

/* Fills in the states, changing nothing. */
bool migrations_compare(struct pg *pg, struct migrations *m, struct err *err);

/* Applies what is missing and writes the words of the domain (table word). states are
 * those before. ERR_CONFIG when a file has changed since it was applied. */
bool migrations_apply(struct pg *pg, struct migrations *m, struct err *err);

/* What the database went through, by number; none when it was never migrated. */
struct migration_applied {
    int32_t number;
    char name[96];
    int64_t applied_us;
    char by[64];
};
bool migrations_list(struct pg *pg, struct migration_applied *ret, size_t n,
                     size_t *ret_n, struct err *err);

extern const struct pg_stmt *const migrate_statements[];
extern const size_t migrate_statements_n;

#endif
