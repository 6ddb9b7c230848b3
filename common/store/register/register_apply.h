/*
 * register_apply.h - writing the register: never over what stands, one row a change.
 *
 * The files given say what their registers are for all time, as we know it now; what was
 * known before stays to be asked for. A register whose file is not given stays as it is.
 */
#ifndef CONSENT_STORE_REGISTER_APPLY_H
#define CONSENT_STORE_REGISTER_APPLY_H

#include "core/register/register.h"
#include "pg/pg.h"

/* A row in force, or one wanted. Texts are borrowed. */
struct register_row {
    const char *kind;
    const char *id;
    const char *origin;
    const char *body;
    int64_t effective_us;
};

enum register_change_kind { CHANGE_ADD = 1, CHANGE_ALTER, CHANGE_WITHDRAW };

struct register_change {
    enum register_change_kind what;
    struct register_row now; /* wanted; of a withdrawal: what goes */
    const char *before;      /* body in force; NULL when added     */
};

struct register_changes {
    size_t n;
    struct register_change *list;
    struct pg_result *rows; /* holds the texts */
};

/* Begins a transaction that keeps others from changing the register until commit or
 * rollback. */
bool register_begin(struct pg *pg, struct err *err);

/* Every row as known at known_us, for the check of the whole and for show; each gives a
 * call. Texts live during the call. */
bool register_rows(struct pg *pg, int64_t known_us,
                   bool (*each)(void *arg, const struct register_row *row,
                                struct err *err),
                   void *arg, struct err *err);

/* What applying entries would change. origins: the registers whose files are given. */
bool register_compare(struct pg *pg, const struct register_entry *entries, size_t n,
                      const char *const *origins, size_t n_origins,
                      struct register_changes *ret, struct err *err);
void register_changes_done(struct register_changes *c);

/* Writes them in the caller's transaction: rows, numbers, version, and cascades for the
 * contacts whose standing may change. The first register of a database counts as known
 * from the beginning, a change from now on. person: who wants it, beside the role that
 * the session has; why: "" where nobody says. */
bool register_write(struct pg *pg, const struct register_changes *c, const char *person,
                    const char *why, struct err *err);

extern const struct pg_stmt *const register_apply_statements[];
extern const size_t register_apply_statements_n;

#endif
