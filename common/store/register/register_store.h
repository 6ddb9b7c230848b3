/*
 * register_store.h - the register as known at K, from PostgreSQL, ready for the rules.
 *
 * A snapshot owns its arrays and never changes: load a new one when register_version has
 * risen (poll it once a batch: one row), and free the old one when nobody uses it.
 */
#ifndef CONSENT_STORE_REGISTER_STORE_H
#define CONSENT_STORE_REGISTER_STORE_H

#include "core/register/rulebook.h"
#include "core/lists/list.h"
#include "pg/pg.h"

/* Who subscribes to lists. */
struct recipient {
    char id[REGISTER_ID_BYTES];
    char name[128];
    char country[3];
    char mechanism[16]; /* domestic, adequacy, scc, bcr, derogation, none */
    bool deletes;       /* it erases by our orders */
    struct period valid;
};

/* A list goes to a recipient in a country: what the register says of the transfer was
 * checked when it was applied, and is checked again by whoever sends. */
struct register_snapshot {
    struct rulebook book;
    struct list *lists;
    size_t n_lists;
    struct recipient *recipients;
    size_t n_recipients;
};

/* The register as known at known_us (WHEN_NEVER: all that is known). A list, source or
 * agreement stands once for each of its periods; agreements are folded with the agreement
 * events known by then, and those only events have spoken of are there too, without a
 * warranty. ERR_FATAL when the database holds what the register's grammar forbids. */
bool register_load(struct pg *pg, int64_t known_us, struct register_snapshot **ret,
                   struct err *err);
void register_free(struct register_snapshot *s); /* NULL is fine */

/* Has there ever been one of this id ("controller", "purpose"), also if it was withdrawn
 * since? What never was is a mistake of whoever asks. */
bool register_knows(struct pg *pg, const char *kind, const char *id, bool *ret,
                    struct err *err);

/* Rises with every change of register or agreements. */
bool register_version(struct pg *pg, int64_t *ret, struct err *err);

/* The one of that id in force at at_us; NULL when there is none. */
const struct list *register_list(const struct register_snapshot *s, const char *id,
                                 int64_t at_us);
const struct recipient *register_recipient(const struct register_snapshot *s,
                                           const char *id, int64_t at_us);

/* The ids behind numbers, "?" when there is none; "*" and "*promotional" for wild cards.
 */
const char *register_controller_name(const struct register_snapshot *s, int16_t number);
/* And back: the number of any that the register has, or had; CONTROLLER_ANY: none. */
int16_t register_controller_number(const struct register_snapshot *s, const char *id);
const char *register_purpose_name(const struct register_snapshot *s, int16_t number);
const char *register_source_name(const struct register_snapshot *s, int32_t number);
/* The list of that number, whenever it is or was valid; NULL: there is none. */
const struct list *register_list_numbered(const struct register_snapshot *s,
                                          int32_t number);

extern const struct pg_stmt *const register_statements[];
extern const size_t register_statements_n;

#endif
