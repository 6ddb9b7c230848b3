/* doctor: may a role do more than its program needs? By the table that the tests hold the
 * migrations to: tests/golden/rights.tsv is in the program. */
#include "doctor.h"

#include "base/embed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAMED_MOST 5 /* of a role: one mistake may give it fifty */

/* Lines of role, table, "SELECT, UPDATE(a b)". */
EMBED(doctor_rights_table, "tests/golden/rights.tsv");

/* What the table says of that role and that table; ends with the line. NULL: nothing. */
static const char *allowed_of(const struct doctor_right *right)
{
    char begin[132];
    const size_t n =
        (size_t)snprintf(begin, sizeof(begin), "%s\t%s\t", right->role, right->table);

    for (const char *line = doctor_rights_table; line != NULL && *line != '\0';) {
        if (strncmp(line, begin, n) == 0)
            return line + n;
        line = strchr(line, '\n');
        line += line != NULL ? 1 : 0;
    }
    return NULL;
}

static bool word_is(const char *at, const char *word, const char *ends)
{
    const size_t n = strlen(word);

    return strncmp(at, word, n) == 0 && strchr(ends, at[n]) != NULL;
}

static bool is_allowed(const struct doctor_right *right)
{
    const char *at = allowed_of(right);

    /* whoever runs consentctl reads every table, also a new one (009) */
    if (at == NULL && strcmp(right->role, "consent_operator") == 0 &&
        strcmp(right->verb, "SELECT") == 0)
        return true;
    while (at != NULL && *at != '\n' && *at != '\0') {
        if (word_is(at, right->verb, ",\n"))
            return true;
        if (word_is(at, right->verb, "(")) {
            if (right->column[0] == '\0')
                return false;
            for (at += strlen(right->verb); *at == '(' || *at == ' ';)
                if (word_is(++at, right->column, " )"))
                    return true;
                else
                    at += strcspn(at, " )\n");
            return false;
        }
        at += strcspn(at, "(,\n");
        if (*at == '(')
            at += strcspn(at, ")\n") + 1;
        at += strspn(at, ", ");
    }
    return false;
}

static void right_say(struct doctor *d, const struct doctor_right *right)
{
    const bool whole = right->column[0] == '\0';

    doctor_say(
        d, FINDING_WRONG, "rights",
        "REVOKE it, or ALTER TABLE ... OWNER TO, if the role owns it; find out who "
        "did it",
        "the role %s may %s%s%s%s on %s, which its program does not need", right->role,
        right->verb, whole ? "" : " (", right->column, whole ? "" : ")",
        right->table[0] != '\0' ? right->table : "the schema public");
}

void doctor_excess(struct doctor *d)
{
    struct doctor_right *rights;
    struct err err;
    size_t n, excess = 0, of_role = 0;

    if (!doctor_rights(d->ctl->pg, &rights, &n, &err)) {
        doctor_err(d, "rights", NULL, &err);
        return;
    }
    /* they come by role */
    for (size_t i = 0; i < n; i++) {
        if (!is_allowed(&rights[i]) && of_role++ < NAMED_MOST)
            right_say(d, &rights[i]);
        if (i + 1 < n && strcmp(rights[i].role, rights[i + 1].role) == 0)
            continue;
        if (of_role > NAMED_MOST)
            doctor_say(d, FINDING_WRONG, "rights", NULL, "and %zu more such rights of %s",
                       of_role - NAMED_MOST, rights[i].role);
        excess += of_role;
        of_role = 0;
    }
    if (excess == 0)
        doctor_say(d, FINDING_OK, "rights", NULL,
                   "every right of every role is one that its program needs");
    free(rights);
}
