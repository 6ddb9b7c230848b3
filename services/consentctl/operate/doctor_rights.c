/* doctor: may a role do more than its program needs, or less? By the table that the tests
 * hold the migrations to: tests/golden/rights.tsv is in the program. */
#include "doctor.h"

#include "base/embed.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAMED_MOST 5 /* of a role: one mistake may give or take it fifty */

/* Lines of role, table, "SELECT, UPDATE(a b)". */
EMBED(doctor_rights_table, "tests/golden/rights.tsv");

struct rights {
    struct doctor_right *list;
    size_t n, cap;
};

/* --- the table --- */

static void rights_add(struct rights *to, const char *role, const char *table,
                       const char *verb, const char *column)
{
    struct doctor_right *right;

    if (to->n == to->cap) {
        to->cap = to->cap > 0 ? 2 * to->cap : 256;
        to->list = mem_resize(to->list, to->cap, sizeof(*to->list));
    }
    right = &to->list[to->n++];
    snprintf(right->role, sizeof(right->role), "%s", role);
    snprintf(right->table, sizeof(right->table), "%s", table);
    snprintf(right->verb, sizeof(right->verb), "%s", verb);
    snprintf(right->column, sizeof(right->column), "%s", column);
}

/* "SELECT, UPDATE(a b)", each column by itself. */
static void words_read(struct rights *to, const char *role, const char *table,
                       char *words)
{
    const char *verb = "";
    bool inside = false; /* the brackets */
    char *rest;

    for (char *word = strtok_r(words, ", ", &rest); word != NULL;
         word = strtok_r(NULL, ", ", &rest)) {
        char *column = word;

        if (!inside) {
            verb = word;
            column = word + strcspn(word, "(");
            inside = *column == '(';
            if (inside)
                *column++ = '\0';
        }
        if (column[strcspn(column, ")")] == ')') {
            column[strcspn(column, ")")] = '\0';
            inside = false;
        }
        rights_add(to, role, table, verb, column);
    }
}

static struct rights table_read(void)
{
    char *text = mem_strdup(doctor_rights_table);
    struct rights ret = {0};
    char *lines, *words;

    for (char *line = strtok_r(text, "\n", &lines); line != NULL;
         line = strtok_r(NULL, "\n", &lines)) {
        const char *role = strtok_r(line, "\t", &words);
        const char *table = strtok_r(NULL, "\t", &words);

        if (table != NULL)
            words_read(&ret, role, table, words);
    }
    free(text);
    return ret;
}

/* --- the difference --- */

/* Is the right one of these? The whole of a table covers each of its columns. */
static bool covered(const struct doctor_right *right, const struct rights *by)
{
    for (size_t i = 0; i < by->n; i++) {
        const struct doctor_right *r = &by->list[i];

        if (strcmp(r->role, right->role) == 0 && strcmp(r->table, right->table) == 0 &&
            strcmp(r->verb, right->verb) == 0 &&
            (r->column[0] == '\0' || strcmp(r->column, right->column) == 0))
            return true;
    }
    return false;
}

/* Whoever runs consentctl reads every table, also a new one (009). */
static bool may_read_all(const struct doctor_right *right)
{
    return strcmp(right->role, "consent_operator") == 0 &&
           strcmp(right->verb, "SELECT") == 0;
}

/* A role or a table that is not there, or a role that may do everything, is another
 * finding's. */
static bool is_there(const struct doctor_right *right, const struct rights *in)
{
    bool role = false, table = false;

    for (size_t i = 0; i < in->n && !(role && table); i++) {
        role = role || strcmp(in->list[i].role, right->role) == 0;
        table = table || strcmp(in->list[i].table, right->table) == 0;
    }
    return role && table;
}

static void excess_say(struct doctor *d, const struct doctor_right *right)
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

static void lack_say(struct doctor *d, const struct doctor_right *right)
{
    const bool whole = right->column[0] == '\0';
    char grant[320];

    snprintf(grant, sizeof(grant), "GRANT %s%s%s%s ON %s TO %s, as the tables' owner",
             right->verb, whole ? "" : " (", right->column, whole ? "" : ")",
             right->table, right->role);
    doctor_say(d, FINDING_WRONG, "rights", grant,
               "the role %s may not %s%s%s%s on %s, which its program needs", right->role,
               right->verb, whole ? "" : " (", right->column, whole ? "" : ")",
               right->table);
}

/* Says what `those` have beyond `these`: each role's first ones, and how many more. They
 * come by role. */
static size_t beyond(struct doctor *d, const struct rights *those,
                     const struct rights *these, bool lack)
{
    size_t all = 0, of_role = 0;

    for (size_t i = 0; i < those->n; i++) {
        const struct doctor_right *right = &those->list[i];
        const bool told = !covered(right, these) &&
                          (lack ? is_there(right, these) : !may_read_all(right));

        if (told && of_role++ < NAMED_MOST)
            (lack ? lack_say : excess_say)(d, right);
        if (i + 1 < those->n && strcmp(right->role, right[1].role) == 0)
            continue;
        if (of_role > NAMED_MOST)
            doctor_say(d, FINDING_WRONG, "rights", NULL, "and %zu more such rights of %s",
                       of_role - NAMED_MOST, right->role);
        all += of_role;
        of_role = 0;
    }
    return all;
}

void doctor_excess(struct doctor *d)
{
    struct rights has = {0};
    struct rights needs;
    struct err err;

    if (!doctor_rights(d->ctl->pg, &has.list, &has.n, &err)) {
        doctor_err(d, "rights", NULL, &err);
        return;
    }
    needs = table_read();
    if (beyond(d, &has, &needs, false) + beyond(d, &needs, &has, true) == 0)
        doctor_say(d, FINDING_OK, "rights", NULL,
                   "every role may do what its program needs, and nothing else");
    free(needs.list);
    free(has.list);
}
