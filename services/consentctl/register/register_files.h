/* register_files.h - register files of the command line, and what they would change. */
#ifndef CONSENT_CTL_REGISTER_FILES_H
#define CONSENT_CTL_REGISTER_FILES_H

#include "ctl.h"

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

bool register_files_add(struct register_files *files, const char *path, struct err *err);

/* Inside register_begin: checks the files together with the registers in force that are
 * not given (a partner's file leans on the policy's), and compares. Free *ret with
 * register_changes_done. */
bool register_files_compare(struct register_files *files, struct pg *pg,
                            struct register_changes *ret, struct err *err);
void register_files_done(struct register_files *files);

#endif
