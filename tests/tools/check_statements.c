/*
 * check_statements DATABASE_URL - prepares every statement of common/store on a migrated
 * database and compares parameters and columns with what the statement claims.
 *
 * check_statements --list - prints name, parameters and text of each instead, a line
 * each.
 */
#include "store/operate/statements.h"

#include <stdio.h>
#include <string.h>

static int wrong, checked;

static void check(void *self, const struct pg_stmt *stmt)
{
    struct pg *pg = self;
    struct err err;

    checked++;
    if (pg == NULL) {
        printf("%s\t%s\t%s\n", stmt->name, stmt->params, stmt->sql);
        return;
    }
    if (pg_check(pg, stmt, &err))
        return;
    wrong++;
    printf("%s: %s: %s\n", stmt->name, err.code, err.text);
}

int main(int argc, char **argv)
{
    struct err err;
    struct pg *pg = NULL;
    const bool list = argc == 2 && strcmp(argv[1], "--list") == 0;

    if (argc != 2 || (!list && !pg_open(argv[1], "check_statements", &pg, &err))) {
        fprintf(stderr, "check_statements: %s\n", argc == 2 ? err.text : "DATABASE_URL?");
        return 2;
    }
    statements_each(check, pg);
    if (list)
        return 0;
    pg_close(pg);
    printf("%d statements, %d wrong\n", checked, wrong);
    return wrong > 0;
}
