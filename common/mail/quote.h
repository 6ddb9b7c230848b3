/* quote.h - the lines of a letter, for the files that look for what is quoted in it. */
#ifndef CONSENT_MAIL_QUOTE_H
#define CONSENT_MAIL_QUOTE_H

#include <stdbool.h>
#include <stddef.h>

#define HEADER_LINES 12 /* of a copied header; or below it, to where its '>' begin */

struct lines {
    char **raw;    /* as they are                                */
    char **folded; /* text_fold, without outer blanks, for the rest */
    size_t n;
    bool own; /* something of the writer's stands above */
};

/* "9:00", "9.00", "9h00" somewhere in the line. */
bool quote_has_time(const char *line);

/* A copied header begins at line i. */
bool quote_header_here(const struct lines *l, size_t i);

#endif
