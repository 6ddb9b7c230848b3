/*
 * register_files.h - register files as somebody gives them, what they would change, and
 * the change: alike at the command line and over HTTP.
 *
 *   register_files_add, ...; register_begin; register_files_compare; register_write;
 * commit
 */
#ifndef CONSENT_CHANGE_REGISTER_FILES_H
#define CONSENT_CHANGE_REGISTER_FILES_H

#include "codec/register/register_json.h"
#include "store/register/register_apply.h"

#define REGISTER_FILES_MAX 64

/* Zeroed to begin with. */
struct register_files {
    struct register_set wanted; /* the entries of the files       */
    struct register_set whole;  /* and of the registers not given */
    size_t n_origins;
    char origin[REGISTER_FILES_MAX][REGISTER_ID_BYTES];
};

/* name: of the file, for sentences. ERR_INPUT: it is no register file. */
bool register_files_add(struct register_files *files, const char *name, const char *text,
                        size_t len, struct err *err);

/* Inside register_begin: checks the files together with the registers in force that are
 * not given (a partner's file leans on the policy's), and compares. Free *ret with
 * register_changes_done. */
bool register_files_compare(struct register_files *files, struct pg *pg,
                            struct register_changes *ret, struct err *err);
void register_files_done(struct register_files *files);

/* The file of the register of that name, as it stands, whoever applied it: applying it
 * changes nothing. *ret_found false: no entry in force is from it. */
bool register_file_write(struct pg *pg, const char *origin, struct buf *out,
                         bool *ret_found, struct err *err);

/* "added", "changed", "withdrawn" */
const char *register_change_word(enum register_change_kind what);

/* The changes as a JSON array. */
void register_changes_json(const struct register_changes *c, struct buf *out);

/* The name of this very difference, for whoever confirms it and for a second person:
 * lower-case hexadecimal. */
#define REGISTER_DIFFERENCE_BYTES 65
bool register_difference(const struct register_changes *c,
                         char ret[REGISTER_DIFFERENCE_BYTES], struct err *err);

#endif
